"""`python3 course.py package LESSON`: its exercises packed for Gradescope, or for a code host's classroom.

Neither holds the solutions: both grade by the notebook as it is handed out. What stays in them is lessonlib, whose
checks know what is right; a learner's own copy of the course has that as well.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode

from lessonlib import lessons
from lessonlib.classroom import code_host, gradescope
from lessonlib.course import ROOT, Problem, build, committed, targets

KINDS = {"gradescope": gradescope.pack, "classroom": code_host.pack}


def main(argv: list[str]) -> int:
    """Pack the lessons on the command line."""
    parser = argparse.ArgumentParser(
        prog="course.py package",
        description="Pack a lesson's exercises, without their solutions, for a system that grades what students send.",
    )
    parser.add_argument("lessons", nargs="+", metavar="LESSON", help="a lesson's number or name, such as 02")
    parser.add_argument(
        "--for",
        dest="kind",
        required=True,
        choices=KINDS,
        help="gradescope: a .zip to upload; classroom: a folder to begin a repository with, for GitHub Classroom",
    )
    parser.add_argument(
        "--to", type=Path, required=True, metavar="PATH", help="the .zip or the folder to make; it must not exist yet"
    )
    options = parser.parse_args(argv)
    if options.to.exists():
        raise Problem(f"{options.to} is there already and was left as it is. Name another place with --to.")
    targets.try_folder(options.to.absolute().parent)
    with course() as folder:
        print(KINDS[options.kind](folder, sheets(folder, options.lessons), options.to))
    return 0


@contextmanager
def course(root: Path = ROOT) -> Iterator[Path]:
    """The course at `root` as committed, for a while."""
    with tempfile.TemporaryDirectory(prefix="course-package-") as scratch:
        folder = Path(scratch) / "course"
        committed.unpack(root, folder)
        shutil.rmtree(folder / "exercises", ignore_errors=True)  # somebody's answers may be committed there
        yield folder


def sheets(root: Path, wanted: list[str]) -> dict[str, NotebookNode]:
    """The exercise notebooks of these lessons, fresh, by file name. Raises Problem where a lesson has none."""
    made, found = build.exercises(root), {}
    for name in wanted:
        try:
            lesson = lessons.find(name)
        except ValueError as error:
            raise Problem(str(error)) from None
        if lesson.file not in made:
            raise Problem(f"Lesson {lesson.number}, {lesson.title}, has no exercises.")
        found[lesson.file] = made[lesson.file]
    return found
