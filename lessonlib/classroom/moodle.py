"""Grades for Moodle: a table for Grades, Import, CSV file, with a column to know a student by, one for the grade, one
for the feedback.

Moodle asks, when it imports, which of its fields each column is; the titles here are those it offers. It takes a file
as a whole or not at all: only students of its own table stand in it, and nobody without a grade.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from lessonlib.classroom import graded, roster
from lessonlib.classroom.graded import Graded
from lessonlib.classroom.roster import Student, Table
from lessonlib.course import Problem

KEYS = ("Email address", "ID number", "Username")  # each one's in a Moodle, the best first
FIRST, LAST, FULL = ("First name",), ("Last name", "Surname"), ("Full name", "User full name")
FEEDBACK = "Feedback"
MOST = 100  # points: more are refused, unless Moodle is set up for it


@dataclass
class Written:
    """The table to import, the column that students are known by, and what is not in it, in sentences."""

    table: Table
    key: str
    placed: int
    troubles: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    unplaced: int = 0  # submissions that fit no one student


def read(path: Path) -> Table:
    """A table of Moodle's: Grades, Export, Plain text file, or the list of participants."""
    return roster.read(path, ",;\t")


def key_of(table: Table, key: str = "") -> int:
    """The column that students are known by: `key`, else the first of Moodle's own. Raises Problem where none is."""
    place = table.column(key) if key else table.column(*KEYS)
    if place is None:
        there = ", ".join(table.header)
        if key:
            raise Problem(f"The table has no column {key!r}; it has {there}.")
        raise Problem(
            f"The table has none of the columns {', '.join(KEYS)}; it has {there}. Name with --key the one that "
            "students are known by."
        )
    return place


def students(table: Table, key: str = "") -> list[Student]:
    """The students of the table. The system's own name for them is what stands in the key's column."""
    known_by = key_of(table, key)
    places = [place for name in KEYS if (place := table.column(name)) is not None]
    rows = [(number, row) for number, row in enumerate(table.rows) if known_by < len(row) and row[known_by].strip()]
    return [_student(table, number, row, known_by, {*places, known_by}) for number, row in rows]


def _student(table: Table, number: int, row: list[str], key: int, places: set[int]) -> Student:
    def cell(names: tuple[str, ...]) -> str:
        place = table.column(*names)
        return row[place].strip() if place is not None and place < len(row) else ""

    first, last, full = cell(FIRST), cell(LAST), cell(FULL)
    ids = [row[place] for place in places if place < len(row)]
    return roster.student(number, full or f"{first} {last}".strip() or row[key], row[key], ids, first, last)


def write(table: Table, grades: list[Graded], title: str, key: str = "", who: dict[str, str] | None = None) -> Written:
    """A line for each student with a grade: who, the points under `title`, and what the checks said."""
    known_by = key_of(table, key)
    known = students(table, key)
    matched = roster.match(grades, known, who)
    troubles = [grade.problem for grade in grades if grade.problem] + matched.troubles
    taken = [(each, matched.by_row[each.row]) for each in known if each.row in matched.by_row]
    if any(grade.points > MOST for _, grade in taken):
        troubles.append(
            f"Moodle refuses more than {MOST} points, unless it is set up for that: see its grade settings."
        )
    rows = [[each.id, graded.shown(grade.points), _html(grade)] for each, grade in taken]
    header = [table.header[known_by], title, FEEDBACK]
    silent = [each.shown for each in known if each.row not in matched.rows]
    return Written(Table(header, rows), header[0], len(rows), troubles, silent, matched.unplaced)


def _html(grade: Graded) -> str:
    """The feedback on one line: Moodle shows it as HTML."""
    return "<br>".join(" ".join(escape(text, quote=False).split()) for text in graded.feedback(grade))
