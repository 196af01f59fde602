"""What you have done so far, from the progress file on this computer: one lesson's exercises, or the whole course."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from lessonlib import lessons, progress

from . import registry
from .exercise import Exercise
from .result import State

MARKS = {State.CORRECT: "✓", State.NOT_YET: "✗", State.NOT_ATTEMPTED: "○"}
CELL = "text-align: left"  # the rest as every table of a lesson


@dataclass(frozen=True)
class Place:
    """An entry that leads somewhere: from notebooks/ and from exercises/ it is the same way."""

    words: str
    file: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Panel:
    """A small table with a sentence below it; it shows itself in a notebook, and prints as text elsewhere."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Place, ...], ...]
    below: str

    def __repr__(self) -> str:
        table = [self.head, *([str(entry) for entry in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(f"{entry:{width}}" for entry, width in zip(row, widths, strict=True)).rstrip() for row in table
        ]
        return "\n".join([self.title, *lines, self.below])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{CELL}">{escape(name)}</th>' for name in self.head)
        rows = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        return (
            f'<table><caption style="text-align: left; padding: 4px 0">'
            f"<strong>{escape(self.title)}</strong></caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table><p>{escape(self.below)}</p>"
        )


def _cells(row: tuple[str | Place, ...]) -> str:
    first, *rest = map(_entry, row)
    return f'<th scope="row" style="{CELL}; font-weight: normal">{first}</th>' + "".join(
        f'<td style="{CELL}">{entry}</td>' for entry in rest
    )


def _entry(entry: str | Place) -> str:
    words = escape(str(entry))
    return f'<a href="{entry.file}">{words}</a>' if isinstance(entry, Place) else words


def progress_panel(lesson: int | str | None = None) -> Panel:
    """What is done in one lesson, as `progress_panel(5)` or `progress_panel("tree")`, or in the whole course."""
    if lesson is None:
        return _course()
    slug = lessons.find(lesson).slug
    return of_notebook([e for e in registry.exercises().values() if e.lesson == slug], slug)


def of_notebook(exercises: Iterable[Exercise], lesson: str | None = None) -> Panel:
    """A line for each exercise of a lesson."""
    exercises = list(exercises)
    lesson = lesson or exercises[0].lesson
    record = progress.load()
    done = part(record, "checks")
    rows = tuple(
        (e.title, f"{MARKS[state(done, e)]} {state(done, e)}", f"{_points(done, [e])} of {e.points}", f"{e.minutes}")
        for e in exercises
    )
    todo = next((e.title for e in exercises if state(done, e) != State.CORRECT), None)
    below = f"Go on with: {todo}." if todo else "All done." if exercises else "This lesson has no exercises."
    earned = f"{_points(done, exercises)} of {sum(e.points for e in exercises)}"
    return Panel(
        f"Exercises of lesson {lessons.find(lesson).number}: {earned} points",
        ("Exercise", "State", "Points", "Minutes"),
        rows,
        " ".join(filter(None, (below, _kept(_earlier(done, lesson), done), _predictions(record, lesson)))),
    )


def _earlier(done: dict, lesson: str) -> list[Exercise]:
    """What was done of exercises that others have replaced since; all lessons where none is named."""
    known = registry.earlier().values()
    return [e for e in known if lesson in ("", e.lesson) and state(done, e) != State.NOT_ATTEMPTED]


def _kept(exercises: list[Exercise], done: dict) -> str:
    points = f"{_points(done, exercises)} of {sum(e.points for e in exercises)} points"
    return f"You keep {points} from exercises that have been replaced." if exercises else ""


def _course() -> Panel:
    record = progress.load()
    done = part(record, "checks")
    everything = list(registry.exercises().values())
    by_lesson: dict[str, list[Exercise]] = {}
    for exercise in everything:
        by_lesson.setdefault(exercise.lesson, []).append(exercise)
    rows = tuple(
        (
            Place(lessons.find(lesson).heading, lessons.find(lesson).link()),
            Place(f"{len(exercises)} exercises", lessons.find(lesson).link("exercises")),
            f"{sum(state(done, e) == State.CORRECT for e in exercises)} of {len(exercises)}",
            f"{_points(done, exercises)} of {sum(e.points for e in exercises)}",
        )
        for lesson, exercises in by_lesson.items()
    )
    if earlier := _earlier(done, ""):
        correct = sum(state(done, e) == State.CORRECT for e in earlier)
        points = f"{_points(done, earlier)} of {sum(e.points for e in earlier)}"
        rows += (("replaced", f"{len(earlier)} exercises", f"{correct} of {len(earlier)}", points),)
        everything += earlier
    points = f"{_points(done, everything)} of {sum(e.points for e in everything)} points"
    return Panel(
        f"Your exercises: {points}", ("Lesson", "Exercises", "Correct", "Points"), rows, _predictions(record, "")
    )


def part(record: dict, name: str) -> dict[str, dict]:
    """One part of the record; what somebody has written into the file by hand and is no entry is left out."""
    part = record.get(name)
    return {id: entry for id, entry in part.items() if isinstance(entry, dict)} if isinstance(part, dict) else {}


def state(done: dict, exercise: Exercise) -> State:
    """The best that the record says of an exercise; where it says nothing that can be read, it was not attempted."""
    entry = done.get(exercise.id) if isinstance(done, dict) else None
    found = entry.get("state") if isinstance(entry, dict) else None
    if found not in (State.CORRECT, State.NOT_YET):
        return State.NOT_ATTEMPTED
    return State.CORRECT if _best(entry) >= exercise.points else State(found)


def _points(done: dict, exercises: list[Exercise]) -> int:
    return sum(min(_best(done.get(e.id, {})), e.points) for e in exercises)


def _best(entry: dict) -> int:
    """The most points of any try: who has been right may try what is wrong, and loses nothing by it."""
    return max((n for n in (entry.get("score"), entry.get("best")) if isinstance(n, int)), default=0)


def _predictions(record: dict, lesson: str) -> str:
    """How many predictions were made, in this lesson or, without one, in all."""
    entries = part(record, "predictions").items()
    kept = [entry for id, entry in entries if not lesson or lessons.of_key(id) == lessons.find(lesson)]
    made = sum(entry.get("yours") is not None for entry in kept)
    right = sum(entry.get("agrees") is True for entry in kept)
    return f"Predictions made: {made}; {right} of them right." if made else "No predictions yet."
