"""Which cells hold an answer in notebooks that other programs saved, and what only a notebook understands."""

import json

import pytest
from test_grade import FRESH, solution

from lessonlib import lessons
from lessonlib.checks.probes import syntax
from lessonlib.course import ROOT, Problem, answers, notebooks, submissions

FIRST = next(iter(FRESH))
GOOD = "def answer_uniform():\n    return 1, 2, 3"
NAME = next(notebooks.name(c) for c in FRESH[FIRST].cells if "def answer_uniform" in c.source)
STUB = next(c.source for c in FRESH[FIRST].cells if notebooks.name(c) == NAME)


@pytest.fixture(scope="module")
def course():
    return submissions.sheets(ROOT)


def read(course, path, change):
    """The answer after `change` has been made to the notebook's raw cells; its sources, and the note on it."""
    raw = json.loads(notebooks.dumps(notebooks.without_outputs(FRESH[FIRST])))
    place = next(i for i, c in enumerate(raw["cells"]) if lessons.permanent(c["id"]) == NAME)
    change(raw["cells"], place)
    path.write_text(json.dumps(raw))
    submission = submissions.read(path, course)
    assert submission.sheet.file == FIRST
    exercise = next(e for e in submission.sheet.exercises if e.grade_id == NAME)
    return submission.answers[exercise.grade_id], submission.notes[exercise.grade_id]


def fill(cells, place, source=GOOD):
    cells[place]["source"] = source


def copy(first, second):
    def change(cells, place):
        cells.insert(place + 1, {**cells[place], "id": "a-copy", "source": second})
        fill(cells, place, first)

    return change


def wiped(cells, place):
    fill(cells, place)
    for cell in cells:
        cell["metadata"] = {}


def wiped_and_nameless(cells, place):
    wiped(cells, place)
    for cell in cells:
        del cell["id"]


def markdown(cells, place):
    fill(cells, place)
    cells[place] = {key: cells[place][key] for key in ("id", "metadata", "source")} | {"cell_type": "markdown"}


def windows_lines(cells, place):
    fill(cells, place, GOOD.replace("\n", "\r\n"))


def beside(cells, place):
    """The stub is still there, and the answer stands in a cell of one's own: the check in the notebook passes."""
    own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None, "source": GOOD}
    cells.insert(place + 2, own)


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        (beside, (GOOD,)),
        (copy("def answer_uniform(:", GOOD), (GOOD,)),
        (copy(GOOD, "def answer_uniform(:"), (GOOD,)),
        (copy(STUB, GOOD), (GOOD,)),
        (copy(GOOD, STUB), (GOOD,)),
        (copy(GOOD, ""), (GOOD,)),
        (copy("import math as m", GOOD), ("import math as m", GOOD)),
        (copy("1 / 0", GOOD), ("1 / 0", GOOD)),
        (copy("def answer_uniform():", "    return 1, 2, 3"), (GOOD,)),
        (copy("def answer_uniform(:", "neither ("), ("def answer_uniform(:\nneither (",)),
        (copy(STUB, STUB), ()),
        (wiped, (GOOD,)),
        (wiped_and_nameless, (GOOD,)),
        (markdown, (GOOD,)),
        (windows_lines, (GOOD,)),
    ],
)
def test_the_answer_is_found(course, tmp_path, change, taken):
    assert read(course, tmp_path / "a.ipynb", change)[0] == taken


def test_a_markdown_cell_is_told_of(course, tmp_path):
    assert "no code cell any more" in read(course, tmp_path / "a.ipynb", markdown)[1]


def test_what_is_for_notebooks_alone_is_told_of(course, tmp_path):
    def change(cells, place):
        fill(cells, place, "t = %timeit -o 1\n!ls\n" + GOOD)

    assert "`%timeit`, `!` is for notebooks alone" in read(course, tmp_path / "a.ipynb", change)[1]


def test_a_notebook_with_nothing_of_the_course_gets_a_sentence(course, tmp_path):
    path = tmp_path / "other.ipynb"
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None}
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}))
    with pytest.raises(Problem, match="no answer cell of this course"):
        submissions.read(path, course)


@pytest.mark.parametrize("file", FRESH)
def test_every_exercise_is_known_by_what_its_cells_define(course, tmp_path, file):
    """All marks and ids are lost: it is still the same notebook, with the same answers."""
    notebook = notebooks.read(ROOT / "solutions" / file)
    raw = json.loads(notebooks.dumps(notebook))
    for cell in raw["cells"]:
        del cell["id"]
        cell["metadata"] = {}
    (tmp_path / "a.ipynb").write_text(json.dumps(raw))
    submission = submissions.read(tmp_path / "a.ipynb", course)
    assert submission.sheet.file == file
    sheet = next(sheet for sheet in course if sheet.file == file)
    assert set(submission.answers) == {e.grade_id for e in sheet.exercises}
    assert all(submission.answers.values())


@pytest.mark.parametrize("file", FRESH)
def test_no_two_cells_have_one_name(file):
    named = [notebooks.name(cell) for cell in FRESH[file].cells]
    assert len(named) == len(set(named))


# --- cells as a notebook understands them ---

RUN = {
    "a magic over two lines": "%config InlineBackend.figure_format = \\\n  '%s' % 'retina'\n",
    "a magic over two lines that begins with %": "%matplotlib \\\n%inline\n",
    "a measured line": "t = %timeit -o -n1 sum(range(10))\n",
    "help": "?sum\nsum??\n",
    "a command and its output": "!ls\nfiles = !ls\n",
    "await": "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 3\nx = await f()\n",
    "a magic in a block": "if True:\n    %matplotlib inline\n    pass\n",
    "a prompt": "",
}


@pytest.mark.parametrize("name", RUN)
def test_what_only_shows_or_measures_is_left_out(name):
    names = {}
    syntax.execute(RUN[name] + GOOD, "<answer>", names)
    assert names["answer_uniform"]() == (1, 2, 3)


@pytest.mark.parametrize("source", ["%%time\n" + GOOD, "%time x = 3\n" + GOOD, "%%capture out\n" + GOOD])
def test_a_magic_that_runs_code_runs_it(source):
    names = {}
    syntax.execute(source, "<answer>", names)
    assert names["answer_uniform"]() == (1, 2, 3)


def test_what_waits_for_the_notebooks_own_loop_is_told():
    with pytest.raises(RuntimeError, match=r"loop"):
        syntax.execute("import asyncio\nawait asyncio.sleep(1)", "<answer>", {})


@pytest.mark.parametrize("source", ["def f(:", "x = (", "%%time\ndef f(:", "'"])
def test_what_nobody_can_read_is_a_syntax_error(source):
    assert not answers.is_readable(source) or source.startswith("%%time")
    with pytest.raises(SyntaxError):
        syntax.execute(source, "<answer>", {})


def test_python_is_left_as_it_is():
    assert syntax.python(solution(NAME)) == solution(NAME)
    assert syntax.for_notebooks_only(solution(NAME)) == []
