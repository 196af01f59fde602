"""The words of the course: lesson 13 shows the data file, and each lesson links to the words it explains."""

import re
import tomllib

import nbformat
import pytest

from lessonlib import lessons
from lessonlib.course import ROOT
from lessonlib.widgets import content

TERMS = tomllib.loads((ROOT / "lessonlib" / "content" / "glossary.toml").read_text(encoding="utf-8"))["term"]
LINK = re.compile(r"\]\(glossary\.md#([^)]+)\)")


def prose(path):
    return "\n\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "markdown")


def lesson(committed_course, slug):
    return prose(committed_course / "notebooks" / lessons.find(slug).file)


def test_lesson_13_shows_the_glossary_of_the_data_file(committed_course):
    assert content.glossary() in lesson(committed_course, "review")


def test_the_glossary_s_own_page_is_what_the_data_file_gives(committed_course):
    page = (committed_course / "notebooks" / "glossary.md").read_text(encoding="utf-8")
    assert page == content.glossary_page(), "python3 course.py build writes it"
    headings = set(re.findall(r"^### (?:<a id=\"([^\"]+)\"></a>)?(.+)$", page, flags=re.MULTILINE))
    landings = {id or content.anchor(name) for id, name in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= landings


@pytest.mark.parametrize("slug", sorted({term["lesson"] for term in TERMS}))
def test_each_lesson_links_to_the_words_it_explains(committed_course, slug):
    linked = set(LINK.findall(lesson(committed_course, slug)))
    assert {content.anchor(term["name"]) for term in TERMS if term["lesson"] == slug} <= linked


def test_every_link_to_the_glossary_leads_to_an_entry(committed_course):
    names = {content.anchor(term["name"]) for term in TERMS}
    for path in (committed_course / "notebooks").glob("*.ipynb"):
        assert set(LINK.findall(prose(path))) <= names, path.name
        assert "13_review.ipynb#" not in prose(path), f"{path.name}: a word is a link to glossary.md#word"


def test_related_words_are_entries_themselves():
    names = {term["name"] for term in TERMS}
    assert all(set(term.get("see", ())) <= names for term in TERMS)
