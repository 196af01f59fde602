"""What a grading run has found, read back: grades.json as `course.py grade` writes it, or nbgrader's own export."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lessonlib import lessons
from lessonlib.checks import show
from lessonlib.checks.exercise import Mistake
from lessonlib.checks.result import State
from lessonlib.course import Problem

NBGRADER = ("assignment", "student_id", "score", "max_score")  # the columns of `nbgrader export` that are read


@dataclass(frozen=True)
class Graded:
    """One submission. `points` is None where it could not be graded; `problem` then says why.

    `name` is the submission's in the reports, `file` the path it came from, `notebook` the course's file it answers,
    `exercises` the entries of grades.json, none where the table came from nbgrader.
    """

    name: str
    file: str
    notebook: str
    points: float | None
    out_of: float | None
    problem: str = ""
    exercises: tuple[dict, ...] = ()

    @property
    def is_begun(self) -> bool:
        """Whether any exercise was tried; without a list of them, whether there are points."""
        if not self.exercises:
            return bool(self.points)
        return any(exercise["state"] != State.NOT_ATTEMPTED for exercise in self.exercises)


def read(path: Path) -> list[Graded]:
    """The submissions in `path`. Raises Problem where it is neither a grades.json nor nbgrader's export."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not a text file. {EXPECTED}") from None
    found = _of_nbgrader(text) if path.suffix.lower() == ".csv" else _of_ours(text)
    if not found:
        raise Problem(f"{path} holds no grades. {EXPECTED}")
    return found


EXPECTED = (
    "Expected is the grades.json that `course.py grade` has written, or the table of `nbgrader export` (a .csv with "
    f"the columns {', '.join(NBGRADER)})."
)


def _of_ours(text: str) -> list[Graded]:
    try:
        return [_graded(record) for record in json.loads(text)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []


def _graded(record: dict) -> Graded:
    keys = ("submission", "file", "notebook", "points", "out_of", "problem", "exercises")
    name, file, notebook, points, out_of, problem, exercises = (record[key] for key in keys)
    if not all(isinstance(exercise["misconceptions"], list) for exercise in exercises):
        raise TypeError
    return Graded(name, file, notebook, _number(points), _number(out_of), problem, tuple(exercises))


def _number(value: object) -> float | None:
    return None if value in ("", None) else float(value)


def _of_nbgrader(text: str) -> list[Graded]:
    rows = csv.DictReader(text.splitlines())
    if not set(NBGRADER) <= set(rows.fieldnames or ()):
        return []
    try:
        return [
            Graded(row["student_id"], "", f"{row['assignment']}.ipynb", _number(row["score"]), float(row["max_score"]))
            for row in rows
            if row.get("timestamp") or float(row["score"])  # else nothing was handed in, and the 0 is nbgrader's
        ]
    except (ValueError, TypeError):
        return []


# --- one notebook at a time ---


def of_one_notebook(grades: list[Graded], wanted: str = "") -> tuple[list[Graded], str]:
    """The submissions of one notebook, with those that could not be graded; and the notebook's file name.

    `wanted` is a lesson's number, slug or file; it may be empty where all submissions answer the same notebook.
    """
    there = {_lesson(grade.notebook): grade.notebook.rpartition("/")[2] for grade in grades if grade.notebook}
    listed = ", ".join(sorted(there.values())) or "no notebook at all"
    if wanted:
        key = _lesson(wanted)
    elif len(there) == 1:
        (key,) = there
    else:
        raise Problem(f"These grades are of {listed}. Say which one is meant, as --notebook {_example(there)}.")
    if key not in there:
        raise Problem(f"There is no grade of {wanted}: these are of {listed}.")
    return [grade for grade in grades if not grade.notebook or _lesson(grade.notebook) == key], there[key]


def _lesson(notebook: str) -> str:
    """What a notebook is known by, whatever its number was and whether it is an earlier form: its lesson's slug."""
    name = notebook.rpartition("/")[2]
    try:
        return lessons.find(name).slug
    except ValueError:
        return name.removesuffix(".ipynb")


def _example(there: dict[str, str]) -> str:
    return next(iter(sorted(there.values())), "02").partition("_")[0]


# --- in words ---


def sentences(exercise: dict) -> list[str]:
    """What a learner is told about one exercise of grades.json: its points, then each mistake and what to try."""
    said = [f"{exercise['title']}: {exercise['state']}, {exercise['points']} of {exercise['out_of']}."]
    for case in exercise["cases"]:
        if case["says"]:
            mistake = Mistake(case["says"], case.get("misconception") or None, next=case.get("next", ""))
            said += [" ".join(pair).strip() for pair in show.sentences(mistake)]
    return list(dict.fromkeys([*said, *exercise["notes"]]))


def feedback(grade: Graded) -> list[str]:
    """What a learner is told about a submission, a paragraph for each exercise."""
    return [" ".join(sentences(exercise)) for exercise in grade.exercises]


def shown(number: float) -> str:
    """A number of points as a gradebook takes it: 12, or 7.25 with two places at most."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def listed(names: Iterable[str]) -> str:
    """Names in one line, in order; a name may be "Last, First"."""
    return "; ".join(sorted(names, key=str.casefold))
