"""What a check tells: a state, points, a line for each case, and the mistake by its name."""

from __future__ import annotations

import os
from dataclasses import dataclass

from . import show
from .exercise import Exercise, Mistake
from .line import BROKEN, CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, OPEN, PASSED, UNSEEN, Line


@dataclass(frozen=True)
class Result:
    """All that a check found: in a notebook it shows itself, as HTML or as text.

    state: one of NOT_ATTEMPTED, NOT_YET, CORRECT, BROKEN. score: points earned, at most exercise.points.
    """

    exercise: Exercise
    lines: tuple[Line, ...]
    printed: str = ""
    notes: tuple[str, ...] = ()

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
        return NOT_ATTEMPTED if marks <= {OPEN, UNSEEN} else NOT_YET

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return tuple(line.mistake for line in self.lines if line.mistake)

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The ids of the misconceptions that were recognised, each once."""
        return tuple(dict.fromkeys(m.misconception for m in self.mistakes if m.misconception))

    def text(self) -> str:
        """In plain words, for where there is no HTML."""
        return show.text(self)

    def html(self) -> str:
        """In HTML that reads in light and dark themes, without style sheets or scripts."""
        return show.html(self)

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """nbgrader takes the points from text/plain, and full points when that is no number: so be one there."""
        graded = bool(os.environ.get("NBGRADER_EXECUTION"))
        return {"text/plain": f"{self.score:g}" if graded else self.text(), "text/html": self.html()}
