"""One line of a check's report, and the words for what can become of it."""

from __future__ import annotations

from dataclasses import dataclass

from .exercise import Mistake

NOT_ATTEMPTED, NOT_YET, CORRECT, BROKEN = "not attempted", "not yet", "correct", "check failed"

# What became of one case.
PASSED, FAILED, OPEN, UNSEEN, ERROR = "passed", "not yet", "open", "not looked at yet", "check failed"


@dataclass(frozen=True)
class Line:
    """One case: its title, its points, what became of it, and why."""

    title: str
    points: int
    mark: str
    mistake: Mistake | None = None
    note: str = ""
