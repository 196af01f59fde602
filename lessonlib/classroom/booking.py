"""Points and words from our sandbox, in the form that nbgrader books.

`teach grade` lets `grade` do the work first, several answers at a time, and keeps it in the journal; here it is
looked up. What the journal does not know, as after a change of the seed, runs here and now.
"""

from __future__ import annotations

import atexit
import functools
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters import NbGraderException
from traitlets import Float, Integer

from lessonlib.checks.result import Result
from lessonlib.classroom.guard import Ours
from lessonlib.classroom.rebuilding import files
from lessonlib.course import Problem, grade, journal, notebooks, report, sandbox, submissions
from lessonlib.course.lock import one_at_a_time

GRADES = "grades"  # in the course folder: what `grade` finds


class SandboxGrade(Ours):
    """A preprocessor of nbgrader's, in the place of Execute."""

    seed = Integer(None, allow_none=True, help="the seed of the checks; the same for all runs of a class").tag(
        config=True
    )
    budget = Float(grade.BUDGET, min=1, max=600, help="processor time for a recipe for training, in seconds").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Write each exercise's points and report into its check cell; all other cells lose their outputs."""
        coursedir = self.converter().coursedir
        solution, path = files(coursedir, resources)
        sheet = sheet_of(solution)
        folder = Path(coursedir.root) / GRADES / resources["nbgrader"]["assignment"]
        try:
            done = graded(path, sheet, folder, self.seed, self.budget)
        except Problem as problem:
            raise NbGraderException(str(problem)) from None
        if done.problem:
            raise NbGraderException(done.problem)
        book(nb, {result.exercise.check_id: result for result in done.results}, self.seed)
        return nb, resources


def sheet_of(solution: Path) -> submissions.Sheet:
    """What the notebook asks. Raises NbGraderException where it has points that no check of the course gives."""
    sheet = submissions.sheet(solution)
    known = {exercise.check_id for exercise in sheet.exercises}
    for cell in sheet.cells.values():
        marks = cell.metadata.nbgrader
        by_hand = marks.get("solution") or cell.cell_type != "code"
        if marks.get("grade") and not by_hand and marks.grade_id not in known:
            raise NbGraderException(
                f"{solution.name}: the cell {marks.grade_id} is graded, and no check of the course belongs to it. Make "
                "it a manually graded answer, or take its points away."
            )
    return sheet


def graded(path: Path, sheet: submissions.Sheet, folder: Path, seed: int, budget: float) -> report.Grade:
    """The grade of one file, with the journal in `folder`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        one_at_a_time(folder / "lock", "These answers are being graded; waiting."),
        journal.opened(folder, seed) as kept,
    ):
        return grade.one(path, [sheet], kept, _sandbox(), budget)


@functools.cache
def _sandbox() -> sandbox.Sandbox:
    """One for the whole process: a new one imports torch first."""
    box = sandbox.Sandbox()
    atexit.register(box.__exit__)
    return box


def book(nb: NotebookNode, results: dict[str, Result], seed: int) -> None:
    """Put the results into the notebook's check cells.

    nbgrader reads the first result as the points. A check cell without one would get full points, so each gets one.
    """
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        result = results.get(notebooks.grade_id(cell))
        if result is not None:
            cell.outputs = [_output(result)]
            cell.metadata["lessonlib"] = {"seed": seed}
        elif cell.metadata.get("nbgrader", {}).get("grade") and not notebooks.is_answer(cell):
            raise NbGraderException(f"The check {notebooks.grade_id(cell)} was not graded.")


def _output(result: Result) -> NotebookNode:
    points = min(max(result.score, 0), result.points)
    return new_output("execute_result", {"text/plain": f"{points:g}", "text/html": report.shown(result)})
