"""What an exercise's declaration says about its cells stands in the notebook, and nothing else is touched."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lessonlib.checks.declare import code
from lessonlib.checks.engine import Check
from lessonlib.checks.registry import earlier
from lessonlib.course import Problem, declared, notebooks

TASK = "How many levels does a tree of pairs need for 16 characters, for 64, for 1,024? Which sizes give 12?"
ANSWER = "def answer_levels():\n    ### BEGIN SOLUTION\n    return 4, 6, 10, [2, 2, 3]\n    ### END SOLUTION"


def levels():
    return earlier()["levels"]


def notebook(*cells):
    title = new_markdown_cell("# Exercises\n\nNine exercises on [the lesson](../notebooks/x.ipynb), about 90 minutes.")
    return new_notebook(cells=[title, *cells])


def test_a_new_exercise_gets_its_heading_caption_marks_and_check():
    made = notebook(new_markdown_cell(f"## Levels\n\n{TASK}"), new_code_cell(ANSWER))
    declared.fill(made, [levels()])
    _, task, answer, check = made.cells
    assert task.source == f"## 1 · How many levels?\n\n*easy, about 5 minutes, 4 points, no code*\n\n{TASK}"
    assert notebooks.is_answer(answer)
    assert notebooks.grade_id(answer) == "tree-levels"
    assert check.source == "check.levels(answer_levels)"
    assert (check.metadata.nbgrader.grade_id, check.metadata.nbgrader.points) == ("tree-levels-check", 4)
    assert "One exercise on [the lesson](../notebooks/x.ipynb), about 5 minutes." in made.cells[0].source


def test_twice_changes_nothing_and_a_changed_declaration_reaches_the_notebook():
    made = notebook(new_markdown_cell(f"## Levels\n\n{TASK}"), new_code_cell(ANSWER))
    declared.fill(made, [levels()])
    once = notebooks.dumps(made)
    declared.fill(made, [levels()])
    assert notebooks.dumps(made) == once
    (changed,) = Check(
        "tree", code("levels", "Levels!", "hard", 25, "answer_levels")(*levels().cases[:1], why="", hints=())
    ).exercises
    declared.fill(made, [changed])
    assert made.cells[1].source == f"## 1 · Levels!\n\n*hard, about 25 minutes, 1 point*\n\n{TASK}"
    assert made.cells[3].metadata.nbgrader.points == 1
    assert len(made.cells) == 4


def test_what_is_missing_gets_a_sentence():
    with pytest.raises(Problem, match="no cell defines `answer_levels`"):
        declared.fill(notebook(new_markdown_cell("## Levels")), [levels()])
    with pytest.raises(Problem, match=r"begin its task with `## How many levels\?`"):
        declared.fill(notebook(new_code_cell(ANSWER)), [levels()])
