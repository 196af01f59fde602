"""Every exercise of the course, by its id."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path

from lessonlib import lessons

from .exercise import Exercise

HOME = Path(__file__).parent / "exercises"


@functools.cache
def exercises() -> dict[str, Exercise]:
    """All exercises in the order of the lessons. Ids, names and grade_ids are unique across the course."""
    found: dict[str, Exercise] = {}
    for lesson in lessons.lessons():
        if (HOME / f"{lesson.module}.py").exists():
            for exercise in importlib.import_module(f".exercises.{lesson.module}", __package__).check.exercises:
                if exercise.id in found:
                    raise ValueError(f"two exercises are called {exercise.id!r}: give one of them another id")
                found[exercise.id] = exercise
    return found
