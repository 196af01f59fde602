"""Every lesson, as committed, keeps the form that learners rely on: minutes, settled questions, the way on.

What solutions keep to as well (cell names, links, headings) stands in test_stored.py.
"""

import re
from pathlib import Path

import nbformat
import pytest

from lessonlib import lessons
from lessonlib.course import ROOT
from lessonlib.widgets import content

NUMBERS = [each.number for each in lessons.lessons()]
WITH_EXERCISES = {file.name[:2] for file in (ROOT / "solutions").glob("[0-9][0-9]_*.ipynb")}


def cells(file: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == kind]


def prose(file: Path) -> str:
    return "\n\n".join(cells(file, "markdown"))


def code(file: Path) -> str:
    return "\n".join(cells(file, "code"))


@pytest.fixture(params=NUMBERS)
def lesson(request, committed_course) -> Path:
    (file,) = (committed_course / "notebooks").glob(f"{request.param}_*.ipynb")
    return file


def test_begins_with_its_number_what_you_will_be_able_to_do_and_the_minutes(lesson):
    texts = cells(lesson, "markdown")
    first = "\n\n".join(texts[:2]) if lesson.name.startswith("00") else texts[0]  # 00 begins with the living tree
    assert first.startswith(f"# {lesson.name[:2]} · ")
    assert "**You will be able to**" in first
    assert re.search(r"\*\*Time:\*\* \d+ minutes.* \*\*Needs:\*\* ", first)


def test_trains_on_one_thread(lesson):
    if re.search(r"\b(train|backward)\(", code(lesson)):
        assert "torch.set_num_threads(1)" in code(lesson)


def test_asks_the_questions_that_there_are_for_it(lesson):
    slug = lessons.find(lesson.name).slug
    if any(question.lesson == slug for question in content.questions()):
        assert f'Quiz("{slug}")' in code(lesson)


def test_ends_with_a_summary_and_the_way_on(lesson):
    assert "## In short" in prose(lesson)
    if lesson.name[:2] in WITH_EXERCISES:
        assert f"](../exercises/{lesson.name})" in prose(lesson)
    if lesson.name[:2] != NUMBERS[-1]:
        assert "**Next:**" in cells(lesson, "markdown")[-1]
