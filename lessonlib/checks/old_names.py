"""Names of version 0.2.0 that learners' notebooks still import: `from lessonlib.checks.ex05 import check`."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from lessonlib import lessons


class _Old(ModuleType):
    """A module that was moved: whatever is asked of it is looked up in its new place."""

    def __init__(self, name: str, new: str):
        super().__init__(name, f"The name that {new} had in version 0.2.0.")
        self._new = new

    def __getattr__(self, attribute: str) -> object:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._new), attribute)


def keep(package: str) -> None:
    """Let package.ex01 to package.ex11 mean package.exercises.flat_mlp to package.exercises.attention."""
    for lesson in lessons.lessons():
        if lesson.was:
            name = f"{package}.ex{lesson.was}"
            sys.modules[name] = _Old(name, f"{package}.exercises.{lesson.module}")
