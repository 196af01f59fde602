"""Answers as the notebook has them: cells of the solution notebooks, run on the parts an exercise is given."""

from __future__ import annotations

import functools
import linecache

from lessonlib.checks import notebook
from lessonlib.checks.engine import in_place
from lessonlib.checks.exercise import IMPORTS, Exercise
from lessonlib.checks.result import Result


@functools.cache
def solution(exercise: Exercise) -> str:
    """The source of the solution cell."""
    found = notebook.source(exercise.lesson, exercise.grade_id)
    assert found is not None, f"no cell {exercise.grade_id} in solutions/"
    return found


def names(exercise: Exercise, source: str) -> dict:
    """All that a cell with this source defines, run after the imports and the given cells."""
    names: dict = {}
    for text in (IMPORTS, *(notebook.source(exercise.lesson, id) for id in exercise.given_ids)):
        exec(text, names)
    file = f"<answer to {exercise.id}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)
    return names


def answer(exercise: Exercise, source: str) -> object:
    """What the cell defines as the answer."""
    return names(exercise, source)[exercise.name]


def result(exercise: Exercise, source: str, seed: int = 1) -> Result:
    """The check's result for an answer cell with this source."""
    return in_place(exercise, answer(exercise, source), seed)
