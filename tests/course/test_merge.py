"""An update carries work over from notebooks that other programs saved: marks, ids, line ends and kinds are lost."""

import json

import pytest
from small_course import ADD, DOUBLE, solution_notebook

from lessonlib.course import build, notebooks
from lessonlib.course.merge import merge

ANSWER = "def add(a, b):\n    return sum([a, b])"
OWN = "add(10, 20)  # mine"


def made(**texts: str):
    """The exercise as the course makes it, with other texts in these cells, by id with _ for -."""
    notebook = solution_notebook()
    for cell in notebook.cells:
        cell.source = texts.get(cell.id.replace("-", "_"), cell.source)
    return build.exercise(notebook)


OLD = made()
NEW = made(**{"01_short": "## In short\nNew words.", "01_title": "# 01 · Adding, again"})
ADD_ID, DOUBLE_ID = (next(c.id for c in OLD.cells if c.source.startswith(s)) for s in (ADD[:9], DOUBLE[:9]))


def saved(change) -> notebooks.NotebookNode:
    """The learner's notebook, with an answer and a cell of their own in it, after another program's `change`."""
    raw = json.loads(notebooks.dumps(OLD))
    cells = raw["cells"]
    place = next(i for i, cell in enumerate(cells) if cell["id"] == ADD_ID)
    cells[place]["source"] = ANSWER
    own = {"cell_type": "code", "id": "mine", "metadata": {}, "outputs": [], "execution_count": None, "source": OWN}
    cells.insert(place + 1, own)
    change(cells, place)
    return notebooks.parse(json.dumps(raw).encode(), "a.ipynb")


def no_marks(cells, place):
    for cell in cells:
        cell["metadata"] = {}


def no_ids(cells, place):
    for cell in cells:
        del cell["id"]


def no_ids_and_windows_lines(cells, place):
    no_ids(cells, place)
    for cell in cells:
        text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = text.replace("\n", "\r\n")


def nothing_at_all(cells, place):
    no_marks(cells, place)
    no_ids_and_windows_lines(cells, place)


def markdown(cells, place):
    cells[place]["cell_type"] = "markdown"
    del cells[place]["outputs"], cells[place]["execution_count"]


def all_markdown(cells, place):
    for cell in cells:
        if cell["cell_type"] == "code" and cell["id"] != "mine":
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]


def broken_copy(cells, place):
    cells.insert(place, {**cells[place], "id": "copy", "source": "def add(a, b:  # half"})


def stub_copy(cells, place):
    stub = next(cell.source for cell in OLD.cells if cell.id == ADD_ID)
    cells.insert(place, {**cells[place], "id": "copy", "source": stub})


CHANGES = (no_marks, no_ids, no_ids_and_windows_lines, nothing_at_all, markdown, all_markdown, broken_copy, stub_copy)


@pytest.mark.parametrize("base", [OLD, None], ids=["with git", "without"])
@pytest.mark.parametrize("change", CHANGES)
def test_the_answer_and_the_own_cell_are_there_and_no_text_twice(change, base):
    merged = merge(saved(change), NEW, base)
    cells = {notebooks.name(cell): cell for cell in merged.notebook.cells}
    assert cells[ADD_ID].source == ANSWER
    assert cells[ADD_ID].cell_type == "code"
    assert cells[DOUBLE_ID].source == next(c.source for c in OLD.cells if c.id == DOUBLE_ID)
    sources = [cell.source for cell in merged.notebook.cells]
    assert sources.count(OWN) == 1
    assert sources.count("Write `add`.") == 1
    if base is not None:
        expected = [*(cell.source for cell in NEW.cells if cell.id != ADD_ID), ANSWER, OWN]
        assert sorted(s for s in sources if "# half" not in s) == sorted(expected)
    assert any("# half" in source for source in sources) == (change is broken_copy)


@pytest.mark.parametrize("change", CHANGES)
def test_twice_is_once(change):
    once = merge(saved(change), NEW, OLD).notebook
    assert merge(once, NEW, NEW).notebook == once


def test_an_untouched_notebook_becomes_the_new_one():
    for change in (no_marks, no_ids, nothing_at_all):
        raw = json.loads(notebooks.dumps(OLD))
        change(raw["cells"], 0)
        merged = merge(notebooks.parse(json.dumps(raw).encode(), "a.ipynb"), NEW, OLD)
        assert merged.notebook == NEW
        assert merged.summary() == ""
