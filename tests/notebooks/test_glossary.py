"""The words of the course: each lesson links to the words it explains."""

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
