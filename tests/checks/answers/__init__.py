"""Wrong answers by name, and right ones in many styles: what the checks are tested against.

A module, named as the lesson's exercises are, holds two dicts, by exercise id:

    WRONG: a list of Wrong(name, misconception, old, new), patches on the solution cell, or whole(name, …, source)
    RIGHT: a dict of name -> source of a whole answer cell

For the values that an exercise declares, `declared` makes both from the declaration itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lessonlib.checks.exercise import Exercise
from lessonlib.checks.values import Between


@dataclass(frozen=True)
class Wrong:
    """A wrong answer: the solution cell with `old` (found exactly once) replaced by `new`.

    misconception: the id that the check must recognise; None where the mistake has no name.
    """

    name: str
    misconception: str | None
    old: str
    new: str

    def source(self, solution: str) -> str:
        assert solution.count(self.old) == 1, f"{self.name}: {self.old!r} stands {solution.count(self.old)} times"
        return solution.replace(self.old, self.new)


@dataclass(frozen=True)
class Whole:
    """A wrong answer written out."""

    name: str
    misconception: str | None
    text: str

    def source(self, solution: str) -> str:
        return self.text


def declared(exercise: Exercise) -> Iterator[Whole]:
    """The right values, and for each wrong value that is declared an answer that is right in all other parts."""
    rights = [_right(part.right) for part in exercise.parts]
    if not rights or any(map(callable, rights)):
        return
    yield Whole("as declared", None, _cell(exercise, rights))
    for place, part in enumerate(exercise.parts):
        wrong = {not part.right: part.wrong} if isinstance(part.wrong, str) else dict(part.wrong)
        for value, misconception in wrong.items() if not isinstance(part.right, Between) else ():
            value = list(value) if isinstance(part.right, list) else value
            answer = [*rights[:place], value, *rights[place + 1 :]]
            yield Whole(f"{part.title}: {value!r}", misconception, _cell(exercise, answer))


def _right(value: object) -> object:
    return (value.low + value.high) / 2 if isinstance(value, Between) else value


def _cell(exercise: Exercise, values: list) -> str:
    return f"def {exercise.name}():\n    return {values[0] if len(values) == 1 else tuple(values)!r}"
