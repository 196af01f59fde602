"""Every exercise of the course, by its id."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lessonlib import lessons

from .exercise import Exercise

if TYPE_CHECKING:
    from .engine import Check  # which, by way of the panel, needs this module

HOME = Path(__file__).parent / "exercises"


@functools.cache
def exercises() -> dict[str, Exercise]:
    """All exercises in the order of the lessons. Ids, names and grade_ids are unique across the course."""
    return _by_id(exercise for check in _checks() for exercise in check.exercises)


@functools.cache
def earlier() -> dict[str, Exercise]:
    """Exercises of earlier versions that others have replaced: what was earned with them counts on.

    Their cells stand in solutions/earlier/.
    """
    replaced = [exercise for check in _checks() for exercise in check.earlier]
    return {id: exercise for id, exercise in _by_id([*exercises().values(), *replaced]).items() if exercise in replaced}


def _checks() -> Iterator[Check]:
    for lesson in lessons.lessons():
        if (HOME / f"{lesson.module}.py").exists():
            yield importlib.import_module(f".exercises.{lesson.module}", __package__).check


def _by_id(exercises: Iterable[Exercise]) -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for exercise in exercises:
        if exercise.id in found:
            raise ValueError(f"two exercises are called {exercise.id!r}: give one of them another id")
        found[exercise.id] = exercise
    return found
