"""A line of a record, the setting that all benchmarks share, and the clock."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lessonlib import records
from lessonlib.ladder import Names
from lessonlib.records import Record

SEEDS = (42, 1, 2)
LISTS = {32_033: ("published", 2.00), 32_257: ("embedded", 2.01)}  # by the number of words: name, and target loss


@dataclass(frozen=True)
class Setting:
    """The names to train on, and the validation loss that the clock runs to (None: a list without one).

    `quick` asks for a small form, where a benchmark has one: to see that it works, not to keep.
    """

    names: Names
    target: float | None
    quick: bool = False


def line(
    subject: str,
    quantity: str,
    unit: str,
    values: Iterable[float],
    seeds: Iterable[int] = (),
    figure: str = "mean",
    at: Mapping[str, object] | None = None,
    **detail: object,
) -> Record:
    """One line of a record: what was measured of `subject`, a value for each seed or turn.

    `figure` is "mean", "median", "fastest" or "slowest"; `at` the setting that belongs to the line's key, as
    {"context": 8}. The command adds the rest: benchmark, list, date, commit, machine and versions.
    """
    return Record("", subject, quantity, unit, tuple(values), tuple(seeds), figure, setting=at or {}, detail=detail)


def table(lines: list[Record]) -> str:
    """The lines in columns: what, quantity, figure, spread, and how many times as fast as the baseline."""
    rows = [("", "quantity", "figure", "spread", "against the baseline"), *(_cells(each, lines) for each in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [c.ljust(w) for c, w in zip(row[:2], widths[:2], strict=True)]
            + [c.rjust(w) for c, w in zip(row[2:], widths[2:], strict=True)]
        ).rstrip()
        for row in rows
    )


def _cells(record: Record, lines: list[Record]) -> tuple[str, ...]:
    spread = "" if record.spread is None else records.amount(record.spread, record.unit)
    return (
        records.title(record),
        record.quantity,
        records.amount(record.value, record.unit),
        spread,
        records.compared(record, lines),
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
