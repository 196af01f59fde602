"""`python3 course.py grades GRADES`: what the grader found, for Canvas, for Moodle, or as a report about the class."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from lessonlib.classroom import canvas, class_report, graded, moodle, place, roster
from lessonlib.classroom.graded import Graded
from lessonlib.course import Problem, files, targets
from lessonlib.lessons import find

EPILOG = """\
for Canvas, its exported gradebook with one column filled in:
  {command} {grades} --canvas export.csv
for Moodle, a table to import:
  {command} {grades} --moodle export.csv
a page about the class, for you alone or, without names, for the class:
  {command} {grades} --report class.html --without-names
"""


def main(argv: list[str]) -> int:
    """Write what was asked for. Returns 1 when a submission could not be given to a student."""
    options = _parse(argv)
    grades, notebook = graded.of_one_notebook(graded.read(options.grades), options.notebook)
    who = roster.read_who(options.who) if options.who else {}
    silent, code = None, 0
    for door in (_canvas, _moodle):
        if told := door(options, grades, notebook, who):
            silent, troubles = told
            code = code or bool(troubles)
    if options.report:
        _report(options, grades, notebook, silent)
    return int(code)


def _parse(argv: list[str]) -> argparse.Namespace:
    of_a_class = place.FOLDER in os.environ
    command = "teach grades" if of_a_class else "course.py grades"
    parser = argparse.ArgumentParser(
        prog=command,
        description="Move grades to your school's system, or write a report about the class.",
        epilog=EPILOG.format(
            command=command, grades="class/grades/02_layers/grades.json" if of_a_class else "grades/grades.json"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    say = parser.add_argument
    say("grades", type=Path, metavar="GRADES", help="grades.json from `course.py grade`, or nbgrader's exported .csv")
    say("--notebook", default="", metavar="LESSON", help="only this lesson's grades, such as 02, of several")
    say("--canvas", type=Path, metavar="EXPORT.csv", help="the gradebook as Canvas exports it")
    say("--column", default="", metavar="TITLE", help="the assignment's column in Canvas, or its title in Moodle")
    say("--new", default="", metavar="TITLE", help="let Canvas make a new assignment with this title")
    say("--scale", action="store_true", help="convert the points if the maximum in Canvas is different")
    say("--moodle", type=Path, metavar="EXPORT.csv", help="a table of your students as Moodle exports it")
    say("--key", default="", metavar="COLUMN", help="the column that Moodle's students are known by")
    say("--who", type=Path, metavar="TABLE.csv", help="who handed in what, if the file names do not say: two columns")
    say("--to", type=Path, metavar="FILE.csv", help="where to write the table; it must not exist yet")
    say("--report", type=Path, metavar="PAGE.html", help="a page about the class")
    say("--without-names", action="store_true", help="no names in the report")
    say(
        "--progress",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILES",
        help="progress files, for the number of attempts",
    )
    options = parser.parse_args(argv)
    if not (options.canvas or options.moodle or options.report):
        parser.error("say what to write: --canvas, --moodle or --report")
    if options.canvas and options.moodle:
        parser.error("--canvas and --moodle write a table each: give them one after the other")
    if options.column and options.new:
        parser.error("--column is one that is there, --new one that is not: give one of them")
    return options


Told = tuple[list[str], list[str]]  # the students without a submission, and what could not be placed


def _canvas(options: argparse.Namespace, grades: list[Graded], notebook: str, who: dict[str, str]) -> Told | None:
    if not options.canvas:
        return None
    table = canvas.read(options.canvas)
    filled = canvas.fill(table, grades, notebook, options.column, options.new, options.scale, who)
    where = f"the column {filled.column!r}"
    _say(filled.troubles, _why_nothing(filled.unplaced, filled.unscaled) if not filled.placed else "")
    _put(options, options.canvas, "filled", filled.table.data, f"{filled.placed} grades in {where}")
    _advise(filled.troubles, filled.unplaced)
    return filled.silent, filled.troubles


def _moodle(options: argparse.Namespace, grades: list[Graded], notebook: str, who: dict[str, str]) -> Told | None:
    if not options.moodle:
        return None
    title = options.column or _title(notebook)
    made = moodle.write(moodle.read(options.moodle), grades, title, options.key, who)
    where = f"the column {title!r}, students by {made.key!r}"
    _say(made.troubles, _why_nothing(made.unplaced) if not made.placed else "")
    _put(options, options.moodle, "grades", made.table.data, f"{made.placed} grades in {where}")
    _advise(made.troubles, made.unplaced)
    return made.silent, made.troubles


def _say(troubles: list[str], why_nothing: str) -> None:
    """Say what became of each submission that was not taken. Raises Problem where none was."""
    for trouble in troubles:
        print(trouble)
    if why_nothing:
        raise Problem(why_nothing)


def _why_nothing(unplaced: int, unscaled: int = 0) -> str:
    """Why no table is written, when no grade went into it."""
    if not unscaled:
        return f"No grade found its student, so nothing was written. {HOW if unplaced else ''}".strip()
    have = "1 grade has" if unscaled == 1 else f"{unscaled} grades have"
    fit = f", {unplaced} {'fits' if unplaced == 1 else 'fit'} no student or several" if unplaced else ""
    return f"Nothing was written: {have} another maximum than the column (see above){fit}."


def _put(options: argparse.Namespace, source: Path, mark: str, data: Callable[[], bytes], what: str) -> None:
    """Write the table under a name that is not taken."""
    target = options.to or _unused(source.with_name(f"{source.stem}-{mark}.csv"))
    if target.exists():
        raise Problem(f"{target} is there already and was left as it is. Name another file with --to.")
    targets.try_file(target, "--to")
    files.write(target, data())
    print(f"{what}: {target}")


def _advise(troubles: list[str], unplaced: int) -> None:
    if troubles:
        print(f"{len(troubles)} to look at, see above. {HOW if unplaced else ''}".strip())


HOW = (
    "A file, or a folder around it, should be called by the student's ID, login, e-mail address or name. Where it "
    "cannot be, --who names a table of your own with the columns submission and student."
)


def _unused(path: Path) -> Path:
    """The path, or one with a number that nothing has yet."""
    stem, count = path.stem, 1
    while path.exists():
        count += 1
        path = path.with_name(f"{stem}-{count}{path.suffix}")
    return path


def _report(options: argparse.Namespace, grades: list[Graded], notebook: str, silent: list[str] | None) -> None:
    attempts = class_report.read_progress(options.progress) if options.progress else None
    about = class_report.Class(_title(notebook), grades, silent, attempts, named=not options.without_names)
    print(f"A report about the class: {class_report.write(about, options.report)}")


def _title(notebook: str) -> str:
    try:
        return find(notebook).heading
    except ValueError:
        return notebook.removesuffix(".ipynb")
