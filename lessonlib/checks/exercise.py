"""What an exercise is: its cases, its points, and the mistakes that its judges recognise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import torch

# The names that every solution cell may use. Each exercise notebook's first cell holds the same lines.
IMPORTS = """\
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
"""


class Kind(StrEnum):
    """What an exercise asks for: code is a class or a function, the others are `def answer_…():`."""

    CODE = "code"
    VALUE = "value"
    PREDICTION = "prediction"


class Mistake(Exception):
    """A judge raises it: what is wrong with an answer, in words that help.

    `says` is one sentence about this very answer: what came, what was expected, on which small input.
    `misconception` is an id from the files of misconceptions where the mistake is a known one; its words are then
    shown too, and its one thing to try next, unless `next` is a better one here.
    `picture` is a pair of tensors (came, expected), drawn side by side where that explains more than words.
    """

    def __init__(
        self,
        says: str,
        misconception: str | None = None,
        *,
        next: str = "",
        picture: tuple[torch.Tensor, torch.Tensor] | None = None,
    ):
        super().__init__(says)
        self.says = says
        self.misconception = misconception
        self.next = next
        self.picture = picture


class Unanswered(Exception):
    """A judge raises it: this part of the answer is still open."""


@dataclass(frozen=True)
class Case:
    """One line of a check.

    probe(answer, seed) -> dict   lives in lessonlib/checks/probes/ and gives no verdict
    judge(data, seed)             sees only that dict and the seed, and raises Mistake or Unanswered;
                                  a text that it returns is shown beside a case that passed

    For an exercise with a trial, probe(answer, seed, material) and judge(data, trial): see budget.py. There the dict
    also holds "spent", the processor time that our side has counted.
    """

    title: str
    probe: Callable[[object, int], dict]
    judge: Callable[[dict, int], str | None]
    points: int = 1

    @property
    def probe_name(self) -> str:
        """For example "layers.linear_values": what a grading child is told to run; `probes.find` finds it."""
        return f"{self.probe.__module__.rpartition('.')[2]}.{self.probe.__name__}"


@dataclass(frozen=True)
class Exercise:
    """One exercise of one notebook.

    `name` is what its solution cell defines. With `given`, locked cells run before the answer, after IMPORTS, so that
    the exercise stands alone: True for the lesson's cell LESSON-given, a name for LESSON-NAME. A code check stops at
    its first case that fails; the parts of a value are judged each for itself; `parts` is how they were declared. A
    right answer is met with the sentence `why`. `seconds` is the time limit of one case. `lesson` is the slug of its
    lesson; the names of its cells are made of that and the id, and so never change.

    An exercise with a `trial` asks for a recipe; budget.py draws its `material`, what the probe is handed beside the
    seed, and its `budget`, in seconds of processor time. `longest` is the number of characters an answer may have.
    A recipe may set torch's seed, as one with a trial or `may_seed` does: it is run as a whole.
    An `experiment` asks for values that take some code of the learner's own to find.
    """

    id: str
    title: str
    kind: Kind
    name: str
    difficulty: str
    minutes: int
    cases: tuple[Case, ...]
    hints: tuple[str, ...]
    given: bool | str = False
    seconds: float = 4.0
    lesson: str = ""
    why: str = ""
    parts: tuple = field(default=(), compare=False)
    trial: bool = False
    material: dict | None = field(default=None, compare=False, repr=False)
    budget: float = 0.0
    longest: int = 100_000
    may_seed: bool = False
    experiment: bool = False

    @property
    def points(self) -> int:
        return sum(case.points for case in self.cases)

    @property
    def grade_id(self) -> str:
        """The name of the solution cell, as "tree-flat-width"."""
        return f"{self.lesson}-{self.id.replace('_', '-')}"

    @property
    def check_id(self) -> str:
        return f"{self.grade_id}-check"

    @property
    def given_ids(self) -> tuple[str, ...]:
        """The names of the cells that run before the answer."""
        if not self.given:
            return ()
        return (f"{self.lesson}-{'given' if self.given is True else self.given.replace('_', '-')}",)

    @property
    def caption(self) -> str:
        """What stands below its title in the notebook."""
        points = "1 point" if self.points == 1 else f"{self.points} points"
        by_hand = ", no code" if self.by_hand else ", by experiment" if self.experiment else ""
        return f"*{self.difficulty}, about {self.minutes} minutes, {points}{by_hand}*"

    @property
    def by_hand(self) -> bool:
        """Whether it takes no code of the learner's own."""
        return self.kind is not Kind.CODE and not self.experiment
