"""What an exercise is: its cases, its points, and the mistakes that its judges recognise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

# The names that every solution cell may use. Each exercise notebook's first cell holds the same lines.
IMPORTS = """\
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
"""

CODE, VALUE, PREDICTION = "code", "value", "prediction"


class Mistake(Exception):
    """A judge raises it: what is wrong with an answer, in words that help.

    `says` is one sentence about this very answer: what came, what was expected, on which small input.
    `misconception` is an id from misconceptions.toml where the mistake is a known one; its words are then shown
    too, and its one thing to try next, unless `next` is a better one here.
    `picture` is a pair of tensors (came, expected), drawn side by side where that explains more than words.
    """

    def __init__(
        self,
        says: str,
        *,
        misconception: str | None = None,
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
    """

    title: str
    points: int
    probe: Callable[[object, int], dict]
    judge: Callable[[dict, int], str | None]

    @property
    def probe_name(self) -> str:
        """For example "ex02.linear_values": what a grading child is told to run; `probes.find` finds it."""
        return f"{self.probe.__module__.rpartition('.')[2]}.{self.probe.__name__}"


@dataclass(frozen=True)
class Exercise:
    """One exercise of one notebook.

    `name` is what the solution cell `grade_id` defines: a class, a function, or `def answer_…():` for a value
    or a prediction. `given` are the grade_ids of locked cells whose source runs before the answer, after
    IMPORTS, so that the exercise stands alone. A code check stops at its first case that fails; the parts of
    a value are judged each for itself. `seconds` is the time limit of one case.
    """

    id: str
    title: str
    kind: str
    name: str
    grade_id: str
    check_id: str
    cases: tuple[Case, ...]
    hints: tuple[str, ...]
    difficulty: str
    minutes: int
    given: tuple[str, ...] = ()
    seconds: float = 4.0

    @property
    def points(self) -> int:
        return sum(case.points for case in self.cases)

    @property
    def lesson(self) -> str:
        """The number of the exercise's notebook, as "02"."""
        return self.grade_id[2:4]
