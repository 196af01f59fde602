"""The pages made from data: written where they differ, and named when they are only looked at."""

from lessonlib.course import pages
from lessonlib.widgets import content


def test_a_page_that_differs_is_named_then_written(tmp_path):
    page = tmp_path / "notebooks" / "glossary.md"
    page.parent.mkdir()
    page.write_text("old")
    (said,) = pages.write(tmp_path, check=True)
    assert "glossary.md is not what the data gives" in said
    assert page.read_text() == "old"
    assert pages.write(tmp_path) == []
    assert page.read_text(encoding="utf-8") == content.glossary_page()
    assert pages.write(tmp_path, check=True) == []
