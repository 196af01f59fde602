"""Every exercise of the course, by its id."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path

from .exercise import Exercise


@functools.cache
def exercises() -> dict[str, Exercise]:
    """All exercises in the order of the lessons. Ids, names and grade_ids are unique across the course."""
    found: dict[str, Exercise] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if module.startswith("ex") and module[2:].isdigit():
            for exercise in importlib.import_module(f".{module}", __package__).EXERCISES:
                if exercise.id in found:
                    raise ValueError(f"two exercises are called {exercise.id!r}: give one of them another id")
                found[exercise.id] = exercise
    return found
