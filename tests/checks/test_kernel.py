"""The engine in a real kernel: what only a notebook can do to it."""

from __future__ import annotations

import ast

import nbformat
import pytest
from nbclient import NotebookClient

from lessonlib.checks.engine import SAME
from lessonlib.course.saving import OURS, VIEW

CELLS = {
    "import": "from lessonlib.checks.exercises.shapes import check",
    "exit": "def pairs(x):\n    exit()",
    "check exit": "check.pairs(pairs)",
    "loop": "def pairs(x):\n    while True:\n        pass",
    "check loop": "check.pairs(pairs)",
    "check between cells": (
        "trap = get_ipython().builtin_trap\ntrap.deactivate()  # as while a button of a card is answered\n"
        "check.pairs(lambda x: 3)\ntrap.activate()"
    ),
    "too early": "check.flatten_all(answer_flatten_all)",
    "another name": "no_answer_of_this_notebook",
    "again": (
        "def pairs(x):\n    return 3\ncard = check.pairs(pairs)\nnotes = []\n"
        "card.press('again')\nnotes.append(card.result.notes)\n"
        "def pairs(x):\n    return 4\ncard.press('again')\nnotes.append(card.result.notes)\nprint(notes)"
    ),
    "names": "import torch\nlist = dict = len = print = None\ntorch.cat = None",
    "right": "def pairs(x):\n    return x[:, ::2], x[:, 1::2], x.view(x.shape[0], x.shape[1] // 2, -1)",
    "check right": "check.pairs(pairs)",
    "alive": "torch.cat is None",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """The outputs of each cell, run in one kernel."""
    folder = tmp_path_factory.mktemp("kernel")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS.values()])
    client = NotebookClient(book, allow_errors=True, timeout=120, resources={"metadata": {"path": str(folder)}})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LESSONLIB_PROGRESS", str(folder / "progress.json"))
        client.execute()
    return {name: cell.outputs for name, cell in zip(CELLS, book.cells, strict=True)}


def told(outputs: list) -> str:
    return outputs[0]["data"]["text/plain"]


def test_exit_does_not_end_the_kernel(outputs):
    assert "asked Python to exit" in told(outputs["check exit"])


def test_an_endless_loop_is_stopped(outputs):
    assert "An endless loop" in told(outputs["check loop"])


def test_redefined_names_and_a_patched_torch_change_nothing(outputs):
    text = told(outputs["check right"])
    assert "correct, 3 of 3 points" in text
    assert "`torch.cat`" in text
    assert told(outputs["alive"]) == "True"


def test_between_cells_nothing_counts_as_replaced(outputs):
    text = told(outputs["check between cells"])
    assert "not yet" in text and "replaced" not in text


def test_a_check_before_its_answer_says_what_to_run(outputs):
    error, said = outputs["too early"]
    assert error["ename"] == "NameError"
    assert said["text"] == "Run the cell above that defines answer_flatten_all first.\n"
    assert [output["output_type"] for output in outputs["another name"]] == ["error"]


def test_check_again_says_where_nothing_was_run_since(outputs):
    same, changed = ast.literal_eval(outputs["again"][-1]["text"])
    assert same[-1] == SAME
    assert SAME not in changed


def test_a_result_is_one_output_with_text_and_html(outputs):
    (output,) = outputs["check right"]
    assert output["output_type"] == "display_data"  # shown where it is called, whatever follows in the cell
    assert set(output["data"]) == {"text/plain", "text/html", VIEW, OURS}
