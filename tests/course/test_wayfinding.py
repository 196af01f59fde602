"""The strip tells where one is, what is done and one way on, from the record alone, whatever stands in it."""

import re
from pathlib import Path

import nbformat
import pytest

from lessonlib import lessons, progress
from lessonlib.checks import registry
from lessonlib.wayfinding import strip, way
from lessonlib.widgets import content

TREE = sum(each.lesson == "tree" for each in registry.exercises().values())
EVERY = [each.slug for each in lessons.lessons()]


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', html)


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("bottom", [False, True])
def test_every_link_leads_to_a_file_from_notebooks_and_from_exercises(slug, bottom, committed_course):
    found = links(strip(slug, bottom)._repr_html_())
    assert found
    for folder in ("notebooks", "exercises"):
        assert [link for link in found if not (committed_course / folder / link).resolve().exists()] == []


def test_it_names_the_lessons_before_and_after_and_the_core_path():
    told = strip("tree")._repr_html_()
    assert told.index("04 · Shapes") < told.index("<strong>05 · The tree</strong>") < told.index("06 · Training")
    assert "Core path:" in told
    first, last = (repr(strip(lessons.lessons()[i].slug)) for i in (0, -1))
    assert first.startswith(lessons.lessons()[0].heading)
    assert lessons.lessons()[-1].heading in last.splitlines()[0]


def test_a_fresh_strip_is_the_same_every_time_and_has_no_script():
    assert strip("tree")._repr_html_() == strip("05")._repr_html_()
    assert not re.search(r"<(script|style)|onclick", strip("tree", bottom=True)._repr_html_())


def test_it_shows_what_was_done_and_goes_on_from_there():
    titles = [each.title for each in registry.exercises().values() if each.lesson == "tree"]
    assert "Go on with the exercises of 05." in repr(strip("tree", bottom=True))
    progress.update(lambda r: r.update(checks={"fusion": {"state": "correct"}}, quiz={"tree-1": True}))
    told = repr(strip("tree", bottom=True))
    assert f"✓ {titles[0]}" in told
    assert f"Go on with the exercises: {titles[1]}." in told
    done = {each.id: {"state": "correct"} for each in registry.exercises().values()}
    progress.update(lambda r: r.update(checks=done))
    assert "Go on with 06 · Training the tree." in repr(strip("tree", bottom=True))
    assert f"{TREE} of {TREE} correct" in strip("tree", bottom=True)._repr_html_()


@pytest.mark.parametrize("broken", [3, [], {"fusion": 3}, {"fusion": {"state": 7}}, None])
def test_it_reads_what_somebody_has_written_by_hand(broken):
    progress.update(lambda r: r.update(checks=broken, quiz=broken))
    assert f">{TREE} exercises</a>" in strip("tree", bottom=True)._repr_html_()


def test_the_top_and_a_fresh_bottom_tell_what_there_is_and_so_do_not_go_stale():
    top, bottom = strip("tree"), strip("tree", bottom=True)
    fresh = top._repr_html_(), repr(top)
    for told in (*fresh, bottom._repr_html_()):
        assert not re.search(r"\b0 of|of \d+ (made|answered|correct)|not attempted", told)
    asked = next(each.id for each in content.questions() if each.lesson == "tree")
    progress.update(lambda r: r.update(checks={"fusion": {"state": "correct"}}, quiz={asked: True}))
    assert (top._repr_html_(), repr(top)) == fresh
    assert f"1 of {TREE} correct" in bottom._repr_html_() and "Quiz: 1 of" in repr(bottom)


@pytest.mark.parametrize("slug", EVERY)
def test_every_lesson_has_it_at_its_top_and_its_bottom_and_its_set_up_folded(slug, committed_course):
    lesson = lessons.find(slug)
    cells = nbformat.read(committed_course / "notebooks" / lesson.file, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    ways = [cell for cell in code if f'strip("{slug}"' in cell.source]
    assert [("bottom=True" in cell.source) for cell in ways] == [False, True]
    assert ways[1] is cells[-1]
    setup = next(cell for cell in code if cell.id.endswith("-imports"))
    for cell in [*ways, setup]:
        assert cell.metadata.get("jupyter", {}).get("source_hidden"), f"{cell.id} is not folded"


def test_exercises_have_the_way_as_markdown(committed_course):
    for lesson in lessons.lessons():
        file: Path = committed_course / "exercises" / lesson.file
        if file.exists():
            assert way(lesson, "../notebooks/") in nbformat.read(file, as_version=4).cells[0].source
