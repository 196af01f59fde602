"""What was measured: one record for each benchmark, subject and quantity, kept for good as a line of JSON.

A record is data. Sentences, tables and figures are made of it when it is shown; everything that shows one reads it
here. `python3 course.py bench --keep` adds records and never changes one that is there.
"""

from __future__ import annotations

import functools
import json
import math
import re
import statistics
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

HOME = Path(__file__).resolve().parents[1] / "benchmarks"
FIGURES = {"mean": statistics.fmean, "median": statistics.median, "fastest": min, "slowest": max}
MORE_IS_BETTER = {"/s"}  # of these units; of all others, less


@dataclass(frozen=True)
class Record:
    """One quantity of one subject, as one run of a benchmark measured it: a value for each seed or each turn.

    `figure` says which one number stands for the values; `setting` what it was measured at, as {"target": 2.01};
    `words` which list of names; `date` is UTC, as 2026-11-26T05:11; `commit` the course's, with a + where files had
    changed since. `spread` is the standard deviation of a sample, None for a single value.
    """

    bench: str
    subject: str
    quantity: str
    unit: str
    values: tuple[float, ...]
    seeds: tuple[int, ...] = ()
    figure: str = "mean"
    words: str = ""
    setting: Mapping[str, object] = field(default_factory=dict)
    detail: Mapping[str, object] = field(default_factory=dict)
    date: str = ""
    commit: str = ""
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> float:
        """The number to show, in the record's unit."""
        return FIGURES[self.figure](self.values)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float | None:
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    @property
    def key(self) -> tuple:
        """What stays the same from run to run: two records with one key can be compared over time."""
        return self.bench, self.subject, self.quantity, self.words, tuple(sorted(self.setting.items()))

    def better_than(self, other: Record) -> float:
        """How many times as fast as `other`, 2.0 for twice."""
        if self.unit != other.unit or self.unit == "nats":
            raise ValueError(f"{self.unit} and {other.unit} give no number of times: compare two speeds or two times.")
        ratio = self.value / other.value
        return ratio if self.unit in MORE_IS_BETTER else 1 / ratio

    def line(self) -> str:
        """The record as a line of JSON; mean and spread are written out for whoever reads the file."""
        return json.dumps({**asdict(self), "mean": self.mean, "spread": self.spread}, ensure_ascii=False)


# --- reading ---


def read(file: Path) -> list[Record]:
    """The records in a file. Raises ValueError where a line is none, naming the file and the line."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            mean, spread = entry.pop("mean"), entry.pop("spread")
            record = Record(**{**entry, "values": tuple(entry["values"]), "seeds": tuple(entry["seeds"])})
            told = math.isclose(mean, record.mean, rel_tol=1e-6) and (spread is None) == (record.spread is None)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{file.name}, line {number} is not a record: {error!r}.") from None
        if not told or (spread is not None and not math.isclose(spread, record.spread, rel_tol=1e-6, abs_tol=1e-12)):
            raise ValueError(f"{file.name}, line {number}: mean or spread is not that of its values.")
        found.append(record)
    return found


@functools.cache
def load(folder: Path = HOME / "records") -> tuple[Record, ...]:
    """All records that were kept, the oldest first."""
    found = [record for file in sorted(folder.glob("*.jsonl")) for record in read(file)]
    return tuple(sorted(found, key=lambda record: record.date))


def find(
    bench: str, subject: str | None = None, quantity: str | None = None, words: str | None = "embedded", **setting
) -> list[Record]:
    """The records that fit, the newest of each key: `find("fair", "tree", batch=512)`. words=None is any list."""
    wanted = {"bench": bench, "subject": subject, "quantity": quantity, "words": words}
    newest = {}
    for record in load():
        fits = all(value in (None, getattr(record, name)) for name, value in wanted.items())
        if fits and setting.items() <= record.setting.items():
            newest[record.key] = record
    return list(newest.values())


def latest(bench: str, subject: str, quantity: str | None = None, words: str | None = "embedded", **setting) -> Record:
    """The newest record that fits. Raises LookupError where there is none, and says what there is."""
    if found := find(bench, subject, quantity, words, **setting):
        return max(found, key=lambda record: record.date)
    known = sorted(
        {f"{record.subject} ({record.quantity}, {record.words})" for record in load() if record.bench == bench}
    )
    raise LookupError(
        f"No record of {bench!r} fits {subject!r}, {quantity!r}, {words!r}, {setting}. "
        + (f"There are: {', '.join(known)}." if known else f"Known benchmarks: {', '.join(catalogue())}.")
    )


# --- writing ---


def keep(records: Iterable[Record], folder: Path = HOME / "records") -> Path:
    """Write records into a new file of their own, named by date, benchmark and list; what is there stays as it is."""
    records = list(records)
    first = records[0]
    stem = "_".join(filter(None, [first.date[:10], first.bench, first.words]))
    folder.mkdir(parents=True, exist_ok=True)
    count = 1
    while True:
        file = folder / f"{stem}{f'_{count}' if count > 1 else ''}.jsonl"
        try:
            with file.open("x", encoding="utf-8") as new:  # fails where the file is there
                new.write("".join(record.line() + "\n" for record in records))
            load.cache_clear()
            return file
        except FileExistsError:
            count += 1


# --- showing ---


@dataclass(frozen=True)
class Benchmark:
    """What benchmarks/benchmarks.toml says about one benchmark; `at` is how its settings read, "to {target:.2f}"."""

    name: str
    title: str
    module: str
    question: str
    baseline: str = ""
    at: str = ""
    long: bool = False
    subjects: Mapping[str, str] = field(default_factory=dict)


@functools.cache
def catalogue() -> Mapping[str, Benchmark]:
    """The benchmarks, in the order in which they run."""
    entries = tomllib.loads((HOME / "benchmarks.toml").read_text(encoding="utf-8"))
    return {name: Benchmark(name, **entry) for name, entry in entries.items()}


def slug(name: str) -> str:
    """A subject's key from its name: "fused BatchNorm" is fused-batchnorm."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def title(record: Record) -> str:
    """What was measured, in words: "Muon, to 2.01"."""
    benchmark = catalogue().get(record.bench)
    names = benchmark.subjects if benchmark else {}
    name = names.get(record.subject, record.subject.replace("-", " "))
    return f"{name}, {benchmark.at.format(**record.setting)}" if benchmark and record.setting else name


def amount(value: float, unit: str) -> str:
    """A number with its unit: a loss to four places, else four digits."""
    if unit == "nats":
        return f"{value:.4f}"
    digits = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{min(digits, 4)}f}{' ' if unit else ''}{unit}"


def baseline(record: Record, among: Iterable[Record]) -> Record | None:
    """The record, of the same run, that this one is compared with."""
    benchmark = catalogue().get(record.bench)
    if benchmark is None or not benchmark.baseline or record.subject == benchmark.baseline:
        return None
    same = ("bench", "quantity", "words", "setting", "date", "commit")
    fits = (other for other in among if all(getattr(other, name) == getattr(record, name) for name in same))
    return next((other for other in fits if other.subject == benchmark.baseline), None)


def compared(record: Record, among: Iterable[Record]) -> str:
    """How the record stands against its baseline: "44.7x" for times and speeds, "-0.0280" for losses."""
    if (other := baseline(record, among)) is None:
        return ""
    if record.unit == "nats":
        return f"{record.value - other.value:+.4f}"
    return f"{record.better_than(other):.3g}x"


def machine(record: Record) -> str:
    """The machine in words: "x86_64 with AVX2, 1 thread"."""
    about = record.machine
    cpu = about.get("cpu") or about.get("processor", "an unnamed machine")
    threads = about.get("threads")
    more = f", {threads} thread{'s' if threads != 1 else ''}" if threads else ""
    return f"{cpu}{' with ' + about['capability'] if about.get('capability') else ''}{more}"
