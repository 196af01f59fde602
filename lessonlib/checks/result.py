"""What a check found, as plain data: a state, points, a line for each case, and the mistakes by their names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .exercise import Exercise, Mistake


class Mark(StrEnum):
    """What became of one case."""

    PASSED = "passed"
    NOT_YET = "not yet"
    OPEN = "open"
    UNSEEN = "not looked at yet"
    BROKEN = "check failed"


class State(StrEnum):
    """What became of a whole exercise."""

    NOT_ATTEMPTED = "not attempted"
    NOT_YET = "not yet"
    CORRECT = "correct"
    BROKEN = "check failed"


@dataclass(frozen=True)
class Line:
    """One case: its title, its points, what became of it, and why."""

    title: str
    points: int
    mark: Mark
    mistake: Mistake | None = None
    note: str = ""


@dataclass(frozen=True)
class Result:
    """All that a check found. score: points earned, at most exercise.points."""

    exercise: Exercise
    lines: tuple[Line, ...]
    printed: str = ""
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        return sum(line.points for line in self.lines if line.mark == Mark.PASSED)

    @property
    def points(self) -> int:
        return self.exercise.points

    @property
    def state(self) -> State:
        marks = {line.mark for line in self.lines}
        if Mark.BROKEN in marks:
            return State.BROKEN
        if marks == {Mark.PASSED}:
            return State.CORRECT
        return State.NOT_ATTEMPTED if marks <= {Mark.OPEN, Mark.UNSEEN} else State.NOT_YET

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return tuple(line.mistake for line in self.lines if line.mistake)

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The ids of the misconceptions that were recognised, each once."""
        return tuple(dict.fromkeys(m.misconception for m in self.mistakes if m.misconception))
