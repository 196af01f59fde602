"""Points and words from our sandbox, in the form that nbgrader books.

`teach grade` lets `grade` do the work first, several answers at a time, and keeps it in the journal; here it is
looked up. What the journal does not know, as after a change of the seed, runs here and now.
"""

from __future__ import annotations

import atexit
import functools
import random
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from lessonlib.checks.result import Result
from lessonlib.course import Problem, grade, journal, notebooks, report, sandbox, submissions
from lessonlib.course.lock import one_at_a_time

BUSY = "Another run is at these answers; waiting for it."


def sheet(solution: Path) -> submissions.Sheet:
    """What the notebook asks. Raises Problem where it has points that no check of the course gives."""
    found = submissions.sheet(solution)
    known = {exercise.check_id for exercise in found.exercises}
    for name, cell in found.cells.items():
        by_hand = notebooks.is_answer(cell) or cell.cell_type != "code"
        if cell.metadata.nbgrader.get("grade") and not by_hand and name not in known:
            raise Problem(
                f"{solution.name}: the cell {name} is graded, and no check of the course belongs to it. Make it a "
                "manually graded answer, or take its points away."
            )
    return found


def seed(of_class: int, assignment: str) -> int:
    """The seed of one assignment: a report that tells it gives none of the others away."""
    return random.Random(f"{of_class} {assignment}").randrange(2**31)


def run(paths: dict[Path, str], asked: submissions.Sheet, folder: Path, jobs: int, seed: int, budget: float) -> None:
    """Grade the files, each under its name, into `folder`; what was graded with this seed before is known."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_at_a_time(folder / "lock", BUSY):
        grade.run([*paths], folder, seed, jobs, budget=budget, course=[asked], names=paths)


def results(path: Path, asked: submissions.Sheet, folder: Path, seed: int, budget: float) -> dict[str, Result]:
    """The results of one file by the names of its check cells, with the journal in `folder`.

    Raises Problem where it cannot be graded.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_at_a_time(folder / "lock", BUSY), journal.opened(folder, seed) as kept:
        done = grade.one(path, [asked], kept, _sandbox(), budget)
    if done.problem:
        raise Problem(done.problem)
    return {result.exercise.check_id: result for result in done.results}


@functools.cache
def _sandbox() -> sandbox.Sandbox:
    """One for the whole process: a new one imports torch first."""
    box = sandbox.Sandbox()
    atexit.register(box.__exit__)
    return box


def book(nb: NotebookNode, found: dict[str, Result], seed: int) -> None:
    """Put the results into the notebook's check cells.

    nbgrader reads the first result as the points. A check cell without one would get full points, so each gets one.
    """
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        name = notebooks.grade_id(cell)
        if name in found:
            cell.outputs = [_output(found[name])]
            cell.metadata["lessonlib"] = {"seed": seed}
        elif cell.metadata.get("nbgrader", {}).get("grade") and not notebooks.is_answer(cell):
            raise Problem(f"The check {name} was not graded.")


def _output(result: Result) -> NotebookNode:
    points = min(max(result.score, 0), result.points)
    return new_output("execute_result", {"text/plain": f"{points:g}", "text/html": report.shown(result)})
