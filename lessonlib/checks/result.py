"""What a check tells: a state, points, a line for each case, and the mistake by its name."""

from __future__ import annotations

from dataclasses import dataclass, field

from .exercise import Exercise, Mistake

NOT_ATTEMPTED, NOT_YET, CORRECT, BROKEN = "not attempted", "not yet", "correct", "check failed"

# marks of one case
PASSED, FAILED, TO_DO, UNSEEN, ERROR = "passed", "failed", "to do", "not looked at yet", "check failed"


@dataclass(frozen=True)
class Line:
    """One case: its title, its points, what became of it, and why."""

    title: str
    points: int
    mark: str
    mistake: Mistake | None = None


@dataclass(frozen=True)
class Result:
    """All that a check found: in a notebook it shows itself, as HTML or as text.

    state: one of NOT_ATTEMPTED, NOT_YET, CORRECT, BROKEN. score: points earned, at most exercise.points.
    """

    exercise: Exercise
    lines: tuple[Line, ...]
    printed: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def score(self) -> int:
        return sum(line.points for line in self.lines if line.mark == PASSED)

    @property
    def points(self) -> int:
        return self.exercise.points

    @property
    def state(self) -> str:
        marks = {line.mark for line in self.lines}
        if ERROR in marks:
            return BROKEN
        if marks == {PASSED}:
            return CORRECT
        return NOT_ATTEMPTED if marks <= {TO_DO, UNSEEN} else NOT_YET

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return tuple(line.mistake for line in self.lines if line.mistake)

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The ids of the misconceptions that were recognised."""
        return tuple(m.misconception for m in self.mistakes if m.misconception)
