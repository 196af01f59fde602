"""Whose submission is it? Students as a school's table names them, found by what a file's path says.

A submission is given to a student where everything that its path tells fits that one alone. Where it fits several, or
nobody, it is named and left to whoever teaches.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lessonlib.classroom.graded import Graded
from lessonlib.course import Problem

FOLDERS = 3  # above a file, that may be named after its author: nbgrader's are submitted/STUDENT/ASSIGNMENT/FILE
# What Canvas and Moodle call a file, or its folder, when all submissions are downloaded at once.
CANVAS_FILE = re.compile(r"(?P<name>[^\W_]+?)(?:_late)?_(?P<id>\d+)_\d+_.+", re.IGNORECASE)
MOODLE_FOLDER = re.compile(r"(?P<name>.+)_\d+_assignsubmission_file_?.*")


@dataclass
class Table:
    """A table as a school's system has exported it, in a form that gives back what it was."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    mark: bool = False  # whether it began with a byte order mark
    end: str = "\n"

    def column(self, *names: str) -> int | None:
        """The place of the first of these columns that is there, however it is written."""
        known = [_folded(title) for title in self.header]
        return next((known.index(_folded(name)) for name in names if _folded(name) in known), None)

    def data(self) -> bytes:
        """The table as the bytes of a file, of the kind that it was read from."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.end)
        writer.writerows([self.header, *self.rows])
        return (b"\xef\xbb\xbf" if self.mark else b"") + text.getvalue().encode("utf-8")


def read(path: Path, delimiters: str = ",;") -> Table:
    """The table in `path`; of the delimiters, the one that gives its first line the most columns.

    Raises Problem where it cannot be read, or is not in UTF-8.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not in UTF-8. Export it again, and do not save it from a spreadsheet.") from None
    tables = [list(csv.reader(io.StringIO(text, newline=""), delimiter=each)) for each in delimiters]
    lines, delimiter = max(zip(tables, delimiters, strict=True), key=lambda pair: len(pair[0][0]) if pair[0] else 0)
    if not lines or len(lines[0]) < 2:
        raise Problem(f"{path} is not a table: its first line should name the columns.")
    end = "\r\n" if "\r\n" in text else "\n"
    return Table([title.strip() for title in lines[0]], lines[1:], delimiter, data.startswith(b"\xef\xbb\xbf"), end)


# --- who is who ---


@dataclass(frozen=True)
class Student:
    """A line of a school's table: `names` in each form, `ids` that a file may be named by, `id` of the system."""

    row: int
    shown: str
    id: str = ""
    ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def student(row: int, shown: str, id: str, ids: Iterable[str], first: str = "", last: str = "") -> Student:
    """A student whose login may be an e-mail address; `shown` may be "Last, First"."""
    ids = [*ids, *(each.partition("@")[0] for each in ids if "@" in each)]
    if not last and "," in shown:
        last, _, first = shown.partition(",")
    pairs = [f"{first} {last}", f"{last} {first}"] if last else [shown]
    names = {form for each in pairs for form in (_plain(each), _plain(each).replace(" ", ""))}
    known = frozenset(_folded(each) for each in ids if each.strip())
    return Student(row, shown or f"{first} {last}".strip(), id.strip(), known, frozenset(names - {""}))


@dataclass(frozen=True)
class Matched:
    """Each student's submission, by the row of the student; and a sentence for each that was given to nobody.

    `unplaced` counts those whose path does not tell whose they are. `rows` are the students who handed in anything,
    what could not be graded and what could not be taken, too.
    """

    by_row: dict[int, Graded]
    troubles: list[str] = field(default_factory=list)
    unplaced: int = 0
    rows: frozenset[int] = frozenset()


def match(grades: Iterable[Graded], students: list[Student], who: dict[str, str] | None = None) -> Matched:
    """Give each submission that has points to its student. `who` names students by submission, and decides.

    A student with several submissions gets none of them: which one counts is not ours to say.
    """
    found: dict[int, list[Graded]] = {}
    troubles, who, unplaced, failed = [], who or {}, 0, set()
    for grade in grades:
        fits = _fits(grade, students, who)
        if grade.points is None:
            failed |= {each.row for each in fits} if len(fits) == 1 else set()
            continue
        unplaced += len(fits) != 1
        if len(fits) == 1:
            found.setdefault(fits[0].row, []).append(grade)
        elif fits:
            troubles.append(
                f"{grade.name} may be of {_and(each.shown for each in fits)}: it was given to none of them."
            )
        else:
            troubles.append(f"{grade.name} fits no student of the table.")
    for row, several in found.items():
        if len(several) > 1:
            name = next(each.shown for each in students if each.row == row)
            names = _and(each.name for each in several)
            troubles.append(f"{name} has {len(several)} submissions, {names}: none of them was taken. Grade one alone.")
    taken = {row: grades[0] for row, grades in found.items() if len(grades) == 1}
    return Matched(taken, troubles, unplaced, frozenset(found) | failed)


def _fits(grade: Graded, students: list[Student], who: dict[str, str]) -> list[Student]:
    told = who.get(grade.name, who.get(grade.file))
    if told is not None:
        return [
            each for each in students if _folded(told) in each.ids | {_folded(each.id)} or _plain(told) in each.names
        ]
    texts, id = clues(grade)
    words, plain = {_folded(text) for text in texts}, {_plain(text) for text in texts}
    return [
        each
        for each in students
        if (id and each.id == id) or words & (each.ids | {_folded(each.id)} - {""}) or plain & each.names
    ]


def clues(grade: Graded) -> tuple[list[str], str]:
    """What a submission's path may say about its author: whole names of the file and its folders, and Canvas's ID."""
    path = Path(grade.file) if grade.file else Path(grade.name)
    texts = [path.stem, *(folder.name for folder in list(path.parents)[:FOLDERS])]
    texts += [found["name"] for text in texts if (found := MOODLE_FOLDER.fullmatch(text))]
    if canvas := CANVAS_FILE.fullmatch(path.stem):
        texts.append(canvas["name"])
    return [text for text in texts if text], canvas["id"] if canvas else ""


def read_who(path: Path) -> dict[str, str]:
    """The table of a person's own, "submission,student", for what no path tells. Raises Problem where it is another."""
    table = read(path)
    submission, whose = table.column("submission"), table.column("student")
    if submission is None or whose is None:
        raise Problem(f"{path} should have two columns, submission and student; it has {', '.join(table.header)}.")
    told = [(row[submission].strip(), row[whose].strip()) for row in table.rows if len(row) > max(submission, whose)]
    twice = [name for name, count in Counter(name for name, _ in told).items() if count > 1]
    if twice:
        raise Problem(f"{path} names {_and(twice)} more than once. Leave one line for each submission.")
    return dict(told)


def _folded(text: str) -> str:
    """The text as one compares identifiers: without blanks around it, without case."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def _plain(text: str) -> str:
    """The text as one compares names: words alone, one blank between them."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold()))


def _and(names: Iterable[str]) -> str:
    *first, last = sorted(names, key=str.casefold)
    apart = "; " if any("," in name for name in first) else ", "
    return f"{apart.join(first)} and {last}" if first else last
