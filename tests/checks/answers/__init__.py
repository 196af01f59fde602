"""Wrong answers by name, and right ones in many styles: what the checks are tested against.

A module, named as the lesson's exercises are, holds two dicts, by exercise id:

    WRONG: a list of Wrong(name, misconception, old, new), patches on the solution cell, or whole(name, …, source)
    RIGHT: a dict of name -> source of a whole answer cell
"""

from __future__ import annotations

from dataclasses import dataclass


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
