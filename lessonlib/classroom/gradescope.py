"""Exercises on Gradescope: a package that grades there in our sandbox, a test for each exercise.

A package is a .zip with setup.sh, which runs once, and run_autograder, which runs for each submission: it finds the
files in submission/ and writes results/results.json. Both lie in /autograder there; AUTOGRADER names another folder.
"""

from __future__ import annotations

import json
import stat
import sys
import tempfile
import zipfile
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.checks.result import State
from lessonlib.classroom import graded, packed
from lessonlib.classroom.graded import Graded
from lessonlib.course import ROOT, Problem, files, grade, submissions

SHEETS = "sheets"  # in the package: the notebooks as they were handed out
HERE = Path(__file__).parent
SCRIPTS = ("setup.sh", "run_autograder")
DATE = (2020, 1, 1, 0, 0, 0)  # of every file in the .zip: the same course gives the same package
README = "Made by `course.py package`. Upload the .zip as the autograder of a programming assignment.\n"


def pack(course: Path, sheets: dict[str, NotebookNode], target: Path) -> str:
    """Write the package of one lesson; returns a sentence."""
    if len(sheets) > 1:
        raise Problem(f"Gradescope wants an autograder for each assignment: pack {', '.join(sheets)} one by one.")
    if target.suffix != ".zip":
        raise Problem(f"{target} should end in .zip: that is what Gradescope takes.")
    with tempfile.TemporaryDirectory(prefix="course-package-") as scratch:
        folder = Path(scratch)
        packed.copy(course, folder)
        packed.hand_out(folder / SHEETS, sheets)
        (folder / "README.md").write_text(README, encoding="utf-8")
        for name in SCRIPTS:
            (folder / name).write_bytes((HERE / "scripts" / name).read_bytes())
        _zip(folder, target)
    return f"{target}: {', '.join(sheets)} for Gradescope."


def _zip(folder: Path, target: Path) -> None:
    """Everything in the folder at the root of a .zip, in order; the scripts may be executed."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), DATE)
            mode = 0o755 if entry.filename in SCRIPTS else 0o644
            entry.external_attr, entry.compress_type = (stat.S_IFREG | mode) << 16, zipfile.ZIP_DEFLATED
            made.writestr(entry, file.read_bytes())


# --- there ---


def main(argv: list[str]) -> int:
    """Grade the notebook in the first folder, and write results.json as the second argument.

    Where it is we who failed, nothing is written: Gradescope then says so, and nobody gets 0 points for it.
    """
    handed_in, target = map(Path, argv)
    found = submissions.files([handed_in])
    told = _refused(found) or _graded(found[0])
    files.write(target, json.dumps(told, indent=1, ensure_ascii=False).encode("utf-8", "replace"))
    return 0


def _refused(found: list[Path]) -> dict | None:
    if len(found) == 1:
        return None
    wanted = " or ".join(sheet.file for sheet in submissions.handed_out(ROOT / SHEETS))
    many = f"{len(found)} notebooks were" if found else "No notebook was"
    return {"score": 0, "output": f"{many} handed in. Hand in one: {wanted}.", "stdout_visibility": "hidden"}


def _graded(file: Path) -> dict:
    with tempfile.TemporaryDirectory(prefix="course-gradescope-") as scratch:
        grade.run([file], Path(scratch), course=submissions.handed_out(ROOT / SHEETS))
        (found,) = graded.read(Path(scratch) / "grades.json")
    if grade.AT_FAULT in found.problem:
        raise Problem(found.problem)
    return results(found)


def results(found: Graded) -> dict:
    """A submission as results.json has it: a test for each exercise, with what the checks say."""
    if found.problem:
        return {"score": 0, "output": found.problem, "stdout_visibility": "hidden"}
    return {
        "output": f"{graded.shown(found.points)} of {graded.shown(found.out_of)} points.",
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(number, exercise) for number, exercise in enumerate(found.exercises, 1)],
    }


def _test(number: int, exercise: dict) -> dict:
    return {
        "number": str(number),
        "name": exercise["title"],
        "score": exercise["points"],
        "max_score": exercise["out_of"],
        "status": "passed" if exercise["state"] == State.CORRECT else "failed",
        "output": "\n".join(graded.sentences(exercise)),
        "output_format": "text",
        "visibility": "visible",
    }


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
