"""What lessons ask before they answer it: the declared questions, what you guessed, and what came out.

The questions stand in content/predictions.toml, keyed by their lesson's slug; a lesson asks them with
`lessonlib.widgets.predict`. This module knows no page: it reads, judges and keeps.
"""

import functools
import os
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from lessonlib import answers, lessons, progress
from lessonlib.lessons import permanent

FILE = Path(__file__).parent / "content" / "predictions.toml"
STRICT = "LESSONLIB_STRICT"  # set where nobody learns: an answer that is not the declared one is then an error
OF_0_2_0 = (
    "This cell is from version 0.2.0 of the course, which asked in another way. "
    "`python3 course.py update` brings the lessons of this version; what you predicted so far is kept."
)


class Kind(StrEnum):
    """What is asked for, and so which field fits."""

    NUMBER = "number"
    NUMBERS = "numbers"
    SHAPE = "shape"
    TRUTH = "yes or no"
    CHOICE = "choice"
    WORDS = "words"
    CURVE = "curve"  # a height at each of `points`, drawn


@dataclass(frozen=True)
class Prediction:
    """One question. `answer` is what the course's own run gave; `because` is said once it has been answered.

    `points` are the places on the x-axis of a curve, `axes` the names of its axes; `range` is that of its heights,
    or of a number's slider. `tolerance` is how far off a number may be; of a curve, its mean distance.
    """

    key: str
    question: str
    kind: Kind
    answer: object
    because: str
    choices: tuple[str, ...] = ()
    unit: str = ""
    hint: str = ""
    range: tuple[float, ...] = ()
    step: float = 1.0
    tolerance: float = 0.0
    points: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    machine: bool = False  # what comes out depends on the machine: a time, say
    gives_away: tuple[str, ...] = field(default=(), repr=False)  # other words for the answer, as regular expressions

    @property
    def lesson(self) -> lessons.Lesson:
        return lessons.of_key(self.key)

    def read(self, came: object) -> object:
        """What `came` says, as this kind of answer; None where it is open. Raises answers.Unreadable."""
        kind = answers.Kind.NUMBERS if self.kind is Kind.CURVE else answers.Kind(self.kind.value)
        return answers.read(came, kind, self.choices)

    def agrees(self, yours: object, actual: object) -> bool:
        """Whether a guess says what came out. Raises answers.Unreadable where one of the two cannot be read."""
        mine, came = self.read(yours), self.read(actual)
        if self.kind is not Kind.CURVE:
            return answers.same(mine, came, self.tolerance)
        if len(mine) != len(came):
            return False
        return sum(abs(a - b) for a, b in zip(mine, came, strict=True)) / len(came) <= self.tolerance


class State(StrEnum):
    """Where a prediction stands."""

    OPEN = "open"  # not guessed
    SEEN = "seen"  # not guessed: you chose to see the answer
    WAITING = "waiting"  # guessed; its cell has not come out with an answer yet
    AGREES = "agrees"
    DIFFERS = "differs"


# --- what is declared ---


@functools.cache
def declared() -> tuple[Prediction, ...]:
    """All predictions, in the order of the lessons."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["prediction"]
    return tuple(_declared(**entry) for entry in entries)


def _declared(kind: str, **entry) -> Prediction:
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list) and name != "answer"}
    return Prediction(kind=Kind(kind), **{**entry, **lists})


def of_lesson(lesson: str | int) -> list[Prediction]:
    """What a lesson asks ("tree", "05" or 5), in its order; an empty list where it asks nothing."""
    slug = lessons.find(lesson).slug
    return [each for each in declared() if each.lesson.slug == slug]


def find(key: str) -> Prediction:
    """The prediction of this key. Raises ValueError, with the lesson's keys, where there is none."""
    for each in declared():
        if each.key == permanent(key):
            return each
    lesson = lessons.of_key(key)
    near = [each.key for each in declared() if lesson is None or each.lesson == lesson]
    raise ValueError(f"There is no prediction {key!r} in content/predictions.toml. There are: {', '.join(near)}.")


# --- what is kept ---


def kept(key: str) -> dict:
    """What is recorded of a prediction: question, yours, actual, agrees, seen; {} where it was never met."""
    return _entries().get(permanent(key), {})


def _entries() -> dict[str, dict]:
    """All that is recorded, whatever else stands in the file."""
    found = progress.load().get("predictions")
    return {key: each for key, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}


def guess(key: str, yours: object) -> dict:
    """Keep a guess, None to take it back; returns the entry. Raises answers.Unreadable, and keeps nothing."""
    asked = find(key)
    yours = None if asked.read(yours) is None else _plain(yours)
    return _change(asked, yours=yours, seen=False)


def settle(key: str, actual: object) -> dict:
    """Keep what came out, and whether it `agrees` with the guess (None without one); returns the entry.

    Where nobody learns (STRICT is set), raises AssertionError if it is not the declared answer.
    """
    asked = find(key)
    came = asked.read(actual)
    if os.environ.get(STRICT) and not asked.machine and not asked.agrees(asked.answer, came):
        raise AssertionError(f"{asked.key}: {_plain(came)} came out, {asked.answer} is declared in {FILE.name}.")
    return _change(asked, actual=_plain(came))


def see(key: str) -> dict:
    """Keep that somebody chose to see the answer without a guess; returns the entry."""
    return _change(find(key), seen=True)


def show_all(on: bool = True) -> None:
    """Show all answers from now on, in every lesson, or ask again with False. It is remembered."""
    progress.update(lambda record: record.update(show_answers=bool(on)))


def all_shown() -> bool:
    """Whether all answers are shown."""
    return bool(progress.load().get("show_answers", False))


def _change(asked: Prediction, **news) -> dict:
    """Alter an entry and judge it anew."""
    entry: dict = {}

    def change(record):
        if not isinstance(record.get("predictions"), dict):
            record["predictions"] = {}
        before = record["predictions"].get(asked.key)
        entry.update(before if isinstance(before, dict) else {"yours": None})
        entry.update(question=asked.question, **news)
        if "actual" in entry:
            entry["agrees"] = _judged(asked, entry)
        record["predictions"][asked.key] = entry

    progress.update(change)
    return entry


def _judged(asked: Prediction, entry: dict) -> bool | None:
    if entry.get("yours") is None:
        return None
    try:
        return asked.agrees(entry["yours"], entry["actual"])
    except answers.Unreadable:  # a guess of an earlier version, which took any text
        return False


def _plain(value: object) -> object:
    """What JSON can hold: numbers stay numbers, 5.0 as 5; all else becomes its text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float | str) else str(value)


# --- how far you are ---


def state(key: str) -> State:
    """Where the prediction of this key stands."""
    return _state(kept(key))


def _state(entry: dict) -> State:
    if entry.get("yours") is None:
        return State.SEEN if entry.get("seen") else State.OPEN
    return {None: State.WAITING, True: State.AGREES, False: State.DIFFERS}[entry.get("agrees")]


@dataclass(frozen=True)
class Score:
    """What a lesson asks and how each stands: {key: State}, in its order."""

    states: dict[str, State]

    @property
    def asked(self) -> int:
        return len(self.states)

    @property
    def guessed(self) -> int:
        return sum(each not in (State.OPEN, State.SEEN) for each in self.states.values())

    @property
    def right(self) -> int:
        return sum(each is State.AGREES for each in self.states.values())

    @property
    def again(self) -> list[str]:
        """The keys of those worth another look: guessed, and something else came out."""
        return [key for key, each in self.states.items() if each is State.DIFFERS]


def score(lesson: str | int) -> Score:
    """How many of a lesson's predictions are guessed and right, and which are worth another look."""
    entries = _entries()
    return Score({each.key: _state(entries.get(each.key, {})) for each in of_lesson(lesson)})


def missed() -> dict[str, dict]:
    """The predictions that differed from what came out, by key."""
    return {key: entry for key, entry in _entries().items() if entry.get("agrees") is False}


# --- notebooks of 0.2.0 ---


def __getattr__(name: str):
    """`predict` and `compare` of 0.2.0: a lesson that a learner has kept goes on, and says what to do."""
    if name in ("predict", "compare"):
        return _of_0_2_0
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _of_0_2_0(id: str, shown: object, *_, **__) -> None:
    """Print the question or what came out, and what to do."""
    print(f"{shown}\n{OF_0_2_0}")
