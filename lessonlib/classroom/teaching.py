"""The commands of `teach`: nbgrader's steps, in one process, with the guard before each run."""

from __future__ import annotations

import argparse
import logging
import os
import sqlite3
import sys
import traceback
import warnings
from contextlib import closing
from datetime import date
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI, NbGraderApp
from nbgrader.converters import Autograde
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy.exc import SAWarning

from lessonlib.classroom import due, graded, guard, place
from lessonlib.classroom.plugin import SandboxGrade
from lessonlib.course import Problem, notebooks
from lessonlib.course.submissions import readable

warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader 0.9.6 has it at each submission


class Class:
    """The class that this process works for, by way of nbgrader's programming interface.

    Raises Problem where its configuration cannot be read or is not safe.
    """

    def __init__(self):
        self.place = place.here()
        try:
            os.chdir(self.place.course)
        except PermissionError:
            raise Problem(f"This command is for the instructor, {self.place.course.owner()}.") from None
        guard.install()
        self.app = NbGraderApp()
        self.app.log_level = logging.ERROR
        try:
            self.app.initialize([])
        except Exception as error:  # whatever stands in the file
            raise Problem(f"The configuration cannot be read ({_last_line(error)}). {guard.CURE}") from None
        self.api = NbGraderAPI(self.app.coursedir, parent=self.app)
        self.settings = Autograde(coursedir=self.app.coursedir, parent=self.app)
        try:
            guard.require_safe(self.settings)
            guard.require_owned(self.app)
        except guard.Unsafe as unsafe:
            raise Problem(str(unsafe)) from None

    def assignment(self, said: str) -> str:
        """The assignment of this name or number. Raises Problem where there is none."""
        known = sorted(
            path.stem for path in self.place.course.glob("source/*/*.ipynb") if path.stem == path.parent.name
        )
        called = said.removesuffix(".ipynb").replace("-", "_")
        fits = [
            name for name in known if called.zfill(2) == name.partition("_")[0] or called == notebooks.name_of(name)
        ]
        if said in known or len(fits) == 1:
            return said if said in known else fits[0]
        raise Problem(f"There is no assignment {said!r}. There are: {', '.join(known)}.")

    def source(self, name: str) -> Path:
        """The source of the assignment."""
        return self.place.course / "source" / name / f"{name}.ipynb"

    def is_released(self, name: str) -> bool:
        """Whether students can fetch the assignment."""
        return (self.place.exchange / self.place.course_id / "outbound" / name).is_dir()

    def students(self, name: str) -> list[str]:
        """Who has a submission of this assignment here."""
        return sorted(path.parent.name for path in self.place.course.glob(f"submitted/*/{name}") if path.is_dir())

    def did(self, what: str, result: dict) -> None:
        """Say that a step of nbgrader's is done. Raises Problem where it failed."""
        if not result["success"]:
            raise Problem(f"{what} failed: {_reason(result)}")
        print(f"{what}: done.", flush=True)


def _last_line(error: Exception) -> str:
    return (traceback.format_exception_only(error)[-1]).strip()


def _reason(result: dict) -> str:
    """What nbgrader says of a step that failed: its own errors, else the last line of the traceback."""
    rows = result.get("log", "").splitlines()
    errors = [row.removeprefix("[ERROR] ") for row in rows if row.startswith("[ERROR]") and "Traceback" not in row]
    ends = [row for row in rows if row.startswith(("nbgrader.", "lessonlib.")) and ": " in row]
    return readable(" ".join(ends[-1:] or errors[:1] or result["error"].strip().splitlines()[-1:]))


def _parser(name: str, says: str, assignment: bool = True) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"teach {name}", description=says)
    if assignment:
        parser.add_argument("assignment", metavar="NAME", help="as `teach` lists it: 02_layers, or 02")
    return parser


# --- the commands ---


def check(argv: list[str]) -> int:
    """See whether grading is safe here, and make the gradebook where there is none."""
    _parser("check", "See whether the settings let grading begin.", assignment=False).parse_args(argv)
    ours = Class()
    with Gradebook(ours.app.coursedir.db_url, ours.app.coursedir.course_id):
        print("The settings are safe to grade with.")
    return 0


def show(argv: list[str]) -> int:
    """Print the assignments, and how far each one is."""
    _parser("list", "List the assignments.", assignment=False).parse_args(argv)
    ours = Class()
    print(f"{'assignment':24} {'released':9} {'due (UTC)':17} {'handed in':>9} {'graded':>7}")
    for one in sorted(ours.api.get_assignments(), key=lambda one: one["name"]):
        due = (one["duedate"] or "")[:16].replace("T", " ")
        graded = len(ours.api.get_autograded_students(one["name"]))
        released = "yes" if one["status"] == "released" else "no"
        print(f"{one['name']:24} {released:9} {due:17} {len(ours.students(one['name'])):9} {graded:7}")
    return 0


def release(argv: list[str]) -> int:
    """Make the students' version of an assignment and let them fetch it; of a released one, set the date alone."""
    parser = _parser("release", "Make the students' version of an assignment and let them fetch it.")
    when = 'for example "2026-12-18 23:59", in the time of this machine; without a time, the end of that day'
    parser.add_argument("--due", metavar="DATE", help=f"{when}. A released assignment gets the new date")
    parser.add_argument("--again", action="store_true", help="replace what is released; what students have stays")
    options = parser.parse_args(argv)
    date = due.understood(options.due) if options.due else None
    ours = Class()
    name = ours.assignment(options.assignment)
    was_released = ours.is_released(name)
    if options.again or not was_released:
        _release(ours, name)
    elif not date:
        print(f"{name} is released already and stays as it is. --due changes its date, --again replaces it.")
    if date:
        with Gradebook(ours.app.coursedir.db_url, ours.app.coursedir.course_id) as book:
            book.update_or_create_assignment(name, duedate=due.for_nbgrader(date))
        kept = " Students keep the copy that they have fetched." if was_released else ""
        print(f"{name} is {'now ' if was_released else ''}due on {due.in_words(date)}.{kept}")
    return 0


def _release(ours: Class, name: str) -> None:
    """Let students fetch the assignment as its source is now. Raises Problem where that fails."""
    from lessonlib.classroom import booking

    booking.sheet(ours.source(name))
    ours.did("The students' version", ours.api.generate_assignment(name))
    ours.api.config.ExchangeReleaseAssignment.force = ours.is_released(name)
    ours.did("The release", ours.api.release_assignment(name))
    inbound = ours.place.exchange / ours.place.course_id / "inbound"
    inbound.chmod(inbound.stat().st_mode | 0o1000)  # nobody removes what another has handed in


def collect(argv: list[str]) -> int:
    """Take what was handed in."""
    options = _parser("collect", "Take what was handed in.").parse_args(argv)
    ours = Class()
    _collect(ours, ours.assignment(options.assignment))
    return 0


def _collect(ours: Class, name: str) -> None:
    result = ours.api.collect(name)
    for row in result.get("log", "").splitlines():
        if row.startswith("[WARNING]"):
            print(readable(row.removeprefix("[WARNING] ")))
    if ours.students(name) or not result["success"]:
        ours.did(f"Collecting {name}", result)


def grade_all(argv: list[str]) -> int:
    """Collect, grade with the sandbox, and book. Returns 1 where a submission could not be graded."""
    parser = _parser("grade", "Collect what was handed in, grade it, and write the points into the gradebook.")
    parser.add_argument("--again", action="store_true", help="regrade what is graded already; scores set by hand stay")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="answers at a time")
    options = parser.parse_args(argv)
    ours = Class()
    name = ours.assignment(options.assignment)
    _back_up(ours.place.course)
    _collect(ours, name)
    if not ours.students(name):
        return 0
    _run(ours, name, ours.source(name), options.jobs)
    failed = {student: why for student in ours.students(name) if (why := _book(ours, name, student, options.again))}
    for student, why in failed.items():
        print(f"Not graded: {student}. {why}")
    print(f"{len(ours.students(name)) - len(failed)} of {len(ours.students(name))} submissions are in the gradebook.")
    if empty := _empty(ours.place.grades / name / "grades.json"):
        print(f"Nothing answered: {graded.listed(empty)}. {PRACTICE}")
    return 1 if failed else 0


PRACTICE = "Did they work in the practice copy, course/exercises, and not in the one that they fetched to hand in?"


def _empty(grades: Path) -> list[str]:
    """Whose submissions have no answer in them."""
    found = graded.read(grades) if grades.exists() else []
    return [one.name for one in found if one.points is not None and not one.is_begun]


def _back_up(course: Path) -> None:
    """Keep the gradebook as it was when the day's first grading began."""
    copy = course / "backup" / f"gradebook-{date.today():%Y-%m-%d}.db"
    if copy.exists() or not (course / "gradebook.db").exists():
        return
    copy.parent.mkdir(exist_ok=True, mode=0o700)
    new = copy.with_suffix(".new")
    with closing(sqlite3.connect(course / "gradebook.db")) as book, closing(sqlite3.connect(new)) as beside:
        book.backup(beside)
    new.replace(copy)


def _run(ours: Class, name: str, source: Path, jobs: int) -> None:
    """Let `grade` do the work, several answers at a time; all that it finds is in the journal."""
    from lessonlib.classroom import booking

    paths = [ours.place.course / "submitted" / student / name / source.name for student in ours.students(name)]
    names = {path: path.parents[1].name for path in paths if path.exists()}
    rules = SandboxGrade(parent=ours.settings)
    seed = booking.seed(rules.seed, name)
    booking.run(names, booking.sheet(source), ours.place.grades / name, jobs, seed, rules.budget)


def _book(ours: Class, name: str, student: str, again: bool) -> str:
    """Let nbgrader book one submission; why it could not, or an empty string."""
    if not (ours.place.course / "submitted" / student / name / f"{name}.ipynb").exists():
        ours.api.autograde(name, student, force=again)  # so that the student is in the gradebook, without points
        return f"There is no {name}.ipynb in what was handed in."
    result = ours.api.autograde(name, student, force=again)
    return "" if result["success"] else _reason(result)


def feedback(argv: list[str]) -> int:
    """Write a page for each graded submission and let its student fetch it."""
    options = _parser("feedback", "Write each student's page and let them fetch it.").parse_args(argv)
    ours = Class()
    name = ours.assignment(options.assignment)
    if not any(ours.place.course.glob(f"autograded/*/{name}/*.ipynb")):
        raise Problem(f"Nothing of {name} is graded yet.")
    ours.did("The pages", ours.api.generate_feedback(name))
    count = 0
    for page in sorted(ours.place.course.glob(f"feedback/*/{name}/{name}.html")):
        student = page.parents[1].name
        if not (page.parent / "submission_secret.txt").exists():
            print(f"{student} has not handed this in through the exchange, so nobody can fetch the page: {page}")
            continue
        result = ours.api.release_feedback(name, student_id=student)
        if not result["success"]:
            raise Problem(f"The page of {student} could not be released: {_reason(result)}")
        count += 1
    print(f"{count} {'student' if count == 1 else 'students'} can fetch their page.")
    return 0


def export(argv: list[str]) -> int:
    """Write nbgrader's table of all grades."""
    parser = _parser("export", "Write all grades as a table (CSV).", assignment=False)
    parser.add_argument("--to", type=Path, metavar="FILE", help="the file to write (class/grades.csv)")
    options = parser.parse_args(argv)
    to = options.to.absolute() if options.to else None
    ours = Class()
    to = to or ours.place.course / "grades.csv"
    with Gradebook(ours.app.coursedir.db_url, ours.app.coursedir.course_id) as book:
        CsvExportPlugin(parent=ours.app, to=str(to)).export(book)
    print(f"The grades: {to}")
    return 0


def open_pages(argv: list[str]) -> int:
    """Start JupyterLab on the class folder, where the formgrader is; what is passed goes to JupyterLab."""
    ours = Class()
    if os.geteuid() == 0 and "--allow-root" not in argv:
        raise Problem("Run `teach open` as the account that the class belongs to, not as root; or add --allow-root.")
    arguments = [f"--ServerApp.root_dir={ours.place.course}", "--LabApp.default_url=/lab", *argv]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jupyter", "lab", *arguments])


def other(argv: list[str]) -> int:
    """Run any other command of nbgrader, with the guard."""
    Class().app.clear_instance()
    NbGraderApp.launch_instance(argv)
    return 0
