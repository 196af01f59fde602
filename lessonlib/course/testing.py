"""`python3 course.py test`: every test of the course, part by part, each with its time.

Nothing of a learner's is touched: lessons are tested as committed, exercises are made anew, both in a temporary
folder, and progress is kept there too.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lessonlib.course import ROOT, Problem, build, committed
from lessonlib.course.automatic import surroundings

RUFF = [sys.executable, "-m", "ruff"]
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
# Two processes, on any machine: what is shown here is shown in CI. A file stays on one of them: the tests of a file
# share what is dear, the cells of a notebook a kernel.
TWO = ["-n", "2", "--dist", "loadfile"]
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300", *TWO]


class Copies(NamedTuple):
    """The course at hand, in which somebody may have worked, and the same as its last commit has it."""

    here: Path
    committed: Path


class Step(NamedTuple):
    """One command of a part: what to run, in which folder, and with which additions to the environment."""

    command: list[str]
    folder: Path
    environment: dict[str, str]


def style(course: Copies, quick: bool) -> Iterator[Step]:
    """ruff: layout and common mistakes."""
    ours = ("course.py", "lessonlib", "tests", "benchmarks", "examples")
    code = [name for name in ours if (course.here / name).exists()]
    yield Step([*RUFF, "check", "--no-cache", *code], course.here, {})
    yield Step([*RUFF, "format", "--check", "--no-cache", *code], course.here, {})
    yield Step([*RUFF, "check", "--no-cache", "notebooks", "solutions"], course.committed, {})


def code(course: Copies, quick: bool) -> Iterator[Step]:
    """Everything below tests/ that needs no browser; with --quick without the checks' own and what is marked slow."""
    short = ["--ignore=tests/checks", "-m", "not slow"] if quick else []
    command = [*PYTEST, "tests", "--ignore=tests/browser", *short, *TWO]
    yield Step(command, course.here, {"COURSE_COMMITTED": str(course.committed)})


def notebooks(course: Copies, quick: bool) -> Iterator[Step]:
    """nbval: each notebook runs from the top, a solved exercise is found correct, an untouched one not attempted."""
    shutil.rmtree(course.committed / "exercises", ignore_errors=True)  # somebody's answers may be committed there
    if build.run(course.committed, course.committed / "exercises"):
        raise Problem("The exercises could not be made from the solutions, as said above.")
    yield Step([*PYTEST, *NBVAL, "notebooks", "solutions"], course.committed, {"LESSONLIB_EXPECT": "pass"})
    yield Step([*PYTEST, *NBVAL, "exercises"], course.committed, {"LESSONLIB_EXPECT": "todo"})


def browser(course: Copies, quick: bool) -> Iterator[Step]:
    """JupyterLab in a headless Chromium."""
    yield Step([*PYTEST, "tests/browser", *TWO], course.here, {"COURSE_COMMITTED": str(course.committed)})


Part = Callable[[Copies, bool], Iterator[Step]]
PARTS: dict[str, Part] = {part.__name__: part for part in (style, code, notebooks, browser)}
QUICK = ("style", "code")


def main(argv: list[str]) -> int:
    """Run the parts and print what came of each."""
    parser = argparse.ArgumentParser(prog="course.py test", description="Run the tests of the course.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="no notebooks, no browser, nothing slow")
    options = parser.parse_args(argv)
    for name in options.parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}; the parts are {', '.join(PARTS)}")
    return run(ROOT, options.parts or (QUICK if options.quick else PARTS), options.quick)


def run(root: Path, parts: Iterable[str], quick: bool = False) -> int:
    """Run these parts of the course at `root`, each to its end; returns 0 when all passed, else 1."""
    summary = []
    with tempfile.TemporaryDirectory(prefix="course-test-", ignore_cleanup_errors=True) as scratch:
        course = Copies(root, Path(scratch) / "course")
        for file in committed.unpack(*course):
            print(f"{file} differs from the last commit; it is tested as committed.")
        for name in parts:
            print(f"\n── {name} ──", flush=True)
            started = time.perf_counter()
            passed = [_run(step, Path(scratch)) for step in PARTS[name](course, quick)]
            summary.append((name, all(passed), time.perf_counter() - started))
    print()
    for name, passed, seconds in summary:
        print(f"{name:10} {'passed' if passed else 'FAILED'} {seconds:6.0f} s")
    return 0 if all(passed for _, passed, _ in summary) else 1


def _run(step: Step, scratch: Path) -> bool:
    environment = surroundings(scratch) | step.environment
    with subprocess.Popen(step.command, cwd=step.folder, env=environment) as child:
        try:
            return child.wait() == 0
        except KeyboardInterrupt:  # the child was told as well: let it close its kernels and its browser
            child.wait(20)
            raise
