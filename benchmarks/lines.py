"""A line of the table, the setting that all benchmarks share, and the clock."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lessonlib.ladder import Names

SEEDS = (42, 1, 2)
TARGETS = {32_033: 2.00, 32_257: 2.01}  # by the number of words: the published list and the embedded one


@dataclass(frozen=True)
class Setting:
    """The names to train on, and the validation loss that the clock runs to (None: a list without one)."""

    names: Names
    target: float | None


@dataclass(frozen=True)
class Line:
    """One figure of ours, what it is compared with, and how many times better ours is."""

    claim: str
    ours: float
    other: float | None = None
    ratio: float | None = None
    unit: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)

    def cells(self) -> tuple[str, str, str, str]:
        """The line as text, a string a column."""
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}x"
        return self.claim, self._text(self.ours), self._text(self.other), ratio

    def _text(self, value):
        return "" if value is None else f"{value:.4f}" if not self.unit else f"{value:,.4g} {self.unit}"


def table(lines: list[Line]) -> str:
    """The lines in columns: claim, ours, other, ratio."""
    rows = [("claim", "ours", "other", "ratio"), *(line.cells() for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    )


def in_turns(calls: Mapping[str, Callable[[], object]], rounds: int = 9) -> dict[str, list[float]]:
    """The CPU seconds of each call, all of them called in turns; the first turn warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for name, call in calls.items():
            begin = time.process_time()
            call()
            if turn:
                seconds[name].append(time.process_time() - begin)
    return seconds


def side_by_side(calls: Mapping[str, Callable[[], object]], rounds: int = 9) -> dict[str, float]:
    """The median CPU seconds of each call, all of them called in turns."""
    return {name: statistics.median(times) for name, times in in_turns(calls, rounds).items()}
