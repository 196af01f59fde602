"""Grading what trains: the split for a run, the seconds for this machine.

What may cross between the process of an answer and ours, for a recipe as for any other: plain data, as raw bytes with
their sizes, never a pickle (child/wire.py). Beside the seed a recipe is handed `material`: names to train on, and its
seconds. Back come the tensors of a tree, in the structure that checks/exercises/handed_over.py declares. The names
that it is judged by, the course's own lists and weights, and the judges stay out of that process: it sees only the
probes and the installed packages (child/confine.py). Its processor time is counted by the process that has forked it,
in all its threads.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

from lessonlib.checks import budget
from lessonlib.checks.exercise import Exercise
from lessonlib.course.submissions import Sheet

OPEN = (
    "This system lets an answer read the course's files, its names and weights among them: look at this recipe "
    "before you count its points."
)


def prepared(sheet: Sheet, seed: int, seconds: float) -> Sheet:
    """The sheet with its recipes drawn for this run; without them where they have no seconds."""
    if not any(exercise.trial for exercise in sheet.exercises):
        return sheet
    kept = (exercise for exercise in sheet.exercises if seconds or not exercise.trial)
    made = (budget.drawn(e, budget.graded(seed, seconds)) if e.trial else e for e in kept)
    return dataclasses.replace(sheet, exercises=tuple(made))


def calibrated(run: Callable) -> Callable:
    """`run(exercise, …)`, with more seconds for a recipe where the machine, at that moment, is slower."""
    turn = threading.Lock()

    def with_seconds(exercise: Exercise, *job: object) -> object:
        if exercise.budget:
            with turn:  # one calibration at a time: two would slow each other
                exercise = budget.slowed(exercise, budget.slowness())
        return run(exercise, *job)

    return with_seconds


def note(exercise: Exercise, walls: frozenset[str]) -> str:
    """What to tell about a recipe that ran where not all limits stood."""
    return OPEN if exercise.budget and walls and "files" not in walls else ""
