"""How an exercise is written down: first what it is, then what it asks.

value("matrices", "Fusions, matrices, layers", easy, 5)(
    part("layers in one level", 4, {3: "batchnorm-is-left-out"}),
    why="The sentence that a right answer is met with.",
    hints=("…", "…"),
)
code("pairs", "Even and odd", easy, 6, name="pairs")(
    Case("even and odd positions", probe, judge),
    why="…",
    hints=("…", "…"),
)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from . import values
from .exercise import Case, Exercise, Kind
from .probes import common

easy, medium, hard = "easy", "medium", "hard"
Content = Callable[..., Exercise]  # takes the parts or cases, why they are right, and the hints


class Part(NamedTuple):
    """One of the values that an exercise asks for, worth a point."""

    title: str
    judge: values.Judge
    right: object
    wrong: values.Wrong


def part(title: str, right: object, wrong: values.Wrong = (), **how) -> Part:
    """A part of an answer: the right value, and the misconceptions behind wrong ones.

    The kind of the right value chooses the judge, see values.judge_of: a number, True or False (then `wrong` is the
    one misconception there is), a tuple for a shape, a list for numbers in order, a text for a name, `between(…)`,
    or a judge of its own. `how`: tolerance, also, note.
    """
    return Part(title, values.judge_of(right, wrong, **how), right, wrong)


def value(
    id: str, title: str, difficulty: str, minutes: int, given: bool | str = False, experiment: bool = False
) -> Content:
    """An exercise whose answer is worked out: `def answer_id():` returns its parts, each worth a point.

    given: whether the notebook's given cell runs before the answer; or the name of another one, see Exercise.
    experiment: whether it takes some code of one's own to find them.
    """
    return functools.partial(_of_parts, Kind.VALUE, id, title, difficulty, minutes, given, experiment)


def prediction(id: str, title: str, difficulty: str, minutes: int, given: bool | str = False) -> Content:
    """Like `value`, for what is said before it is seen."""
    return functools.partial(_of_parts, Kind.PREDICTION, id, title, difficulty, minutes, given, False)


def code(id: str, title: str, difficulty: str, minutes: int, name: str, given: bool | str = False) -> Content:
    """An exercise that asks for the class or function `name`; its cases stop at the first that fails."""

    def of_cases(*cases: Case, why: str, hints: tuple[str, ...]) -> Exercise:
        return Exercise(id, title, Kind.CODE, name, difficulty, minutes, cases, hints, given, why=why)

    return of_cases


def _of_parts(
    kind,
    id,
    title,
    difficulty,
    minutes,
    given,
    experiment,
    *parts: Part,
    why,
    hints: tuple[str, ...],
    together=None,
    instead=None,
):
    """together, instead: what the parts tell about each other, see values.judges_of_parts."""
    judges = values.judges_of_parts([part.judge for part in parts], together, instead)
    cases = tuple(Case(part.title, common.value, judge) for part, judge in zip(parts, judges, strict=True))
    said = {"why": why, "parts": parts, "experiment": experiment}
    return Exercise(id, title, kind, f"answer_{id}", difficulty, minutes, cases, hints, given, **said)
