"""What the declaration of an exercise says about its cells in solutions/: written there by `course.py build`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from lessonlib.checks.exercise import Exercise
from lessonlib.course import Problem, answers, notebooks

COUNTED = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
INTRODUCED = re.compile(r"^\w+ exercises? on (\[[^]]*\]\([^)]*\)), about (?:\d+ minutes|half an hour)", re.MULTILINE)
HEADING = re.compile(r"## .*\n+(?:\*(?:easy|medium|hard), .*\*\n*)?")


def fill(notebook: NotebookNode, exercises: Iterable[Exercise]) -> None:
    """Give each exercise its heading, caption, marks and check cell; say in the first cell how many there are.

    An answer cell is found by its grade_id or, when it is new, by what it defines. Raises Problem for an exercise
    without one.
    """
    cells, exercises = notebook.cells, list(exercises)
    for exercise in sorted(exercises, key=lambda each: _place(cells, each)):
        place = _place(cells, exercise)
        _head(cells[:place], exercise, 1 + sum(map(notebooks.is_answer, cells[:place])))
        _mark(cells[place], exercise.grade_id)
        if place + 1 == len(cells) or notebooks.grade_id(cells[place + 1]) != exercise.check_id:
            cells.insert(place + 1, new_code_cell(id=exercise.check_id))
        cells[place + 1].source = f"check.{exercise.id}({exercise.name})"
        _mark(cells[place + 1], exercise.check_id, exercise.points)
    if exercises:
        minutes = 5 * round(sum(exercise.minutes for exercise in exercises) / 5)
        told = "half an hour" if minutes == 30 else f"{minutes} minutes"
        said = f"{COUNTED[len(exercises)]} exercise{'s' * (len(exercises) > 1)}"
        cells[0].source = INTRODUCED.sub(rf"{said} on \1, about {told}", cells[0].source, count=1)


def _place(cells: list[NotebookNode], exercise: Exercise) -> int:
    for place, cell in enumerate(cells):
        if notebooks.grade_id(cell) == exercise.grade_id:
            return place
    for place, cell in enumerate(cells):
        new = cell.cell_type == "code" and "nbgrader" not in cell.metadata
        if new and exercise.name in answers.definitions(cell.source):
            return place
    raise Problem(f"no cell defines `{exercise.name}`: write the exercise's task and, below it, its answer.")


def _head(above: list[NotebookNode], exercise: Exercise, number: int) -> None:
    """Heading and caption of the task: the nearest text above the answer that has a heading."""
    for cell in reversed(above):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            head = f"## {number} · {exercise.title}\n\n{exercise.caption}\n\n"
            cell.source = (head + HEADING.sub("", cell.source, count=1)).rstrip("\n")
            return
    raise Problem(f"no heading stands above `{exercise.grade_id}`: begin its task with `## {exercise.title}`.")


def _mark(cell: NotebookNode, grade_id: str, points: int = 0) -> None:
    """nbgrader's marks: of an answer, or of a check that is worth points."""
    marks = {
        "cell_type": "code",
        "grade": points > 0,
        "grade_id": grade_id,
        "locked": points > 0,
        "schema_version": 3,
        "solution": points == 0,
        "task": False,
    }
    cell.metadata["nbgrader"] = NotebookNode(marks | ({"points": points} if points else {}))
