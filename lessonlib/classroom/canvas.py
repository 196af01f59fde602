"""Grades for Canvas: the file that its gradebook exports, with one column filled in, ready to be imported again.

The header is "Student, ID[, SIS User ID, SIS Login ID[, Integration ID][, Root Account]], Section", or with the login
alone, in some schools with LastName and FirstName in the place of Student; then a column for each assignment, "Title
(number)", and totals. Rows that are no student's are kept as they are, like everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from lessonlib import lessons
from lessonlib.classroom import graded, roster
from lessonlib.classroom.graded import Graded
from lessonlib.classroom.roster import Student, Table
from lessonlib.course import Problem

INFO = {"Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account"}
IDS = ("SIS User ID", "SIS Login ID")
POINTS = "Points Possible"
NOT_A_STUDENT = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
TOTALS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
TITLE = re.compile(r"(?P<title>.*?)\s*\(\d+\)")
TEST_STUDENT = "Student, Test"  # whom Canvas adds to a course, for its teachers
READ_ONLY = re.compile(r"read\s+only", re.IGNORECASE)


@dataclass
class Filled:
    """The table with its grades, the header of their column, how many were placed, and what was not, in sentences.

    `unplaced` counts submissions that fit no one student, `unscaled` those whose maximum is not the column's.
    """

    table: Table
    column: str
    placed: int
    troubles: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # students of the table without a submission
    unplaced: int = 0
    unscaled: int = 0


def read(path: Path) -> Table:
    """Canvas's export in `path`. Raises Problem where the file is something else."""
    table = roster.read(path)
    first = table.header[:3]
    by_name = len(first) == 3 and "Student" in first[0] and "ID" in first[1]
    by_names = len(first) == 3 and first[0] == "LastName" and first[1] == "FirstName" and "ID" in first[2]
    if not (by_name or by_names) or table.column("Section") is None:
        raise Problem(
            f"{path} is not what Canvas exports: its columns begin with {', '.join(first)}, expected are Student, ID "
            "and, before the assignments, Section. In Canvas: Gradebook, Export, Export Entire Gradebook."
        )
    return table


def students(table: Table) -> list[Student]:
    """The students of the table, without the rows that Canvas adds for itself."""
    return [_student(table, number, row) for number, row in enumerate(table.rows) if _is_student(row)]


def _is_student(row: list[str]) -> bool:
    return bool(row) and POINTS not in row[0] and not all(NOT_A_STUDENT.fullmatch(cell) for cell in row)


def _student(table: Table, number: int, row: list[str]) -> Student:
    def cell(name: str) -> str:
        place = table.column(name)
        return row[place].strip() if place is not None and place < len(row) else ""

    ids = [cell(name) for name in IDS]
    return roster.student(number, cell("Student"), cell("ID"), ids, cell("FirstName"), cell("LastName"))


def fill(
    table: Table,
    grades: list[Graded],
    notebook: str,
    column: str = "",
    new: str = "",
    scale: bool = False,
    who: dict[str, str] | None = None,
) -> Filled:
    """Write each student's points into the assignment `column`, or into a `new` one of that title.

    Without either it is the one column that is called as the notebook or its lesson. A cell without a grade to go
    there stays as it is. With `scale`, points are worth what the column's Points Possible say; without, they must be
    the same. Raises Problem where there is no such column, or Canvas would not take it.
    """
    known = students(table)
    matched = roster.match(grades, known, who)
    out_of = max((grade.out_of for grade in grades if grade.out_of), default=0.0)
    place = _added(table, new, out_of) if new else _place(table, column, notebook)
    possible = _possible(table, place)
    filled = Filled(table, table.header[place], 0, [grade.problem for grade in grades if grade.problem])
    filled.troubles += matched.troubles
    filled.unplaced = matched.unplaced
    filled.silent = [each.shown for each in known if each.row not in matched.rows and each.shown != TEST_STUDENT]
    for row, grade in matched.by_row.items():
        _write(filled, table.rows[row], place, grade, possible, scale)
    return filled


def _write(filled: Filled, row: list[str], place: int, grade: Graded, possible: float | None, scale: bool) -> None:
    same = possible is None or possible == grade.out_of
    if not same and not scale:
        filled.unscaled += 1
        filled.troubles.append(
            f"{grade.name} is out of {graded.shown(grade.out_of)}, the column {filled.column!r} out of "
            f"{graded.shown(possible)}: not filled in. Change the points in Canvas and export again, or add --scale."
        )
        return
    points = grade.points if same else grade.points * possible / grade.out_of
    row += [""] * (place + 1 - len(row))
    row[place] = graded.shown(points)
    filled.placed += 1


# --- which column ---


def assignments(table: Table) -> list[int]:
    """The places of the columns for assignments: what follows the students' own, without totals and read-only ones."""
    after = table.column("Section") + 1
    return [
        place
        for place in range(after, len(table.header))
        if not TOTALS.search(table.header[place]) and not READ_ONLY.search(_told(table, place))
    ]


def _place(table: Table, column: str, notebook: str) -> int:
    wanted = {column} if column else _titles(notebook)
    folded = {name.strip().casefold() for name in wanted}
    fits = [place for place in assignments(table) if folded & _called(table.header[place])]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(repr(table.header[place]) for place in assignments(table)) or "none"
    asked = f"named {column!r}" if column else f"for {notebook}"
    if not fits:
        raise Problem(
            f"There is no column {asked}; the columns for assignments are: {there}. Name one with --column, or let "
            f"Canvas make one with --new {sorted(_titles(notebook), key=len)[-1]!r}."
        )
    raise Problem(f"There are {len(fits)} columns {asked}. Name one in full with --column; they are: {there}.")


def _called(header: str) -> set[str]:
    """What a column may be called by: its header, and its title without the number that Canvas adds."""
    title = TITLE.fullmatch(header)
    return {header.strip().casefold(), *([title["title"].casefold()] if title else [])}


def _titles(notebook: str) -> set[str]:
    """What an assignment for this notebook may be called: its file, its lesson's title, or both in one."""
    titles = {notebook, notebook.removesuffix(".ipynb")}
    try:
        lesson = lessons.find(notebook)
    except ValueError:
        return titles
    return titles | {lesson.title, lesson.heading, f"{lesson.number} {lesson.title}", lesson.slug}


def _added(table: Table, title: str, out_of: float) -> int:
    if any(title.strip().casefold() in _called(header) for header in table.header):
        raise Problem(f"There is a column {title!r} already. Fill it in with --column, or give another title to --new.")
    table.header.append(title.strip())
    place = len(table.header) - 1
    for row in table.rows:
        if row and POINTS in row[0]:
            row += [""] * (place + 1 - len(row))
            row[place] = graded.shown(out_of)
    return place


def _told(table: Table, place: int) -> str:
    """What the row "Points Possible" says of a column."""
    rows = (row for row in table.rows if row and POINTS in row[0] and place < len(row))
    return next((row[place].strip() for row in rows), "")


def _possible(table: Table, place: int) -> float | None:
    try:
        return float(_told(table, place).replace(",", ".")) or None
    except ValueError:
        return None
