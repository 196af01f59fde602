"""A check that was run before the cell of its answer: a sentence below Python's NameError."""

from __future__ import annotations

import sys
from collections.abc import Iterable

_answers: set[str] = set()


def watch(names: Iterable[str]) -> None:
    """From now on say what to run where one of `names` is missing, if there is IPython."""
    _answers.update(names)
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or getattr(shell, "_lessonlib_unrun", False):
        return
    shell.events.register("post_run_cell", _after)
    shell._lessonlib_unrun = True


def _after(result: object) -> None:
    if said := told(getattr(result, "error_in_exec", None)):
        print(said)


def told(error: object) -> str:
    """What to do about this error; "" where it is not the name of an answer that is missing."""
    if isinstance(error, NameError) and error.name in _answers:
        return f"Run the cell above that defines {error.name} first."
    return ""
