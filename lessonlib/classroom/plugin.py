"""Our two preprocessors for nbgrader's autograde: the first that sees a submission, and the one in Execute's place.

What they do stands in rebuilding.py and booking.py, which are imported when there is something to grade: with them
comes torch.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Integer

from lessonlib.classroom import guard
from lessonlib.course import Problem

GRADES = "grades"  # in the course folder: what `grade` finds


class _Ours(NbGraderPreprocessor):
    """What the two share."""

    def files(self, resources: dict) -> tuple[Path, Path, Path]:
        """The solution, the file that was handed in, and where `grade` keeps what it finds; once the run is safe.

        Raises guard.Unsafe where it is not.
        """
        run = self.parent
        while run is not None and not isinstance(run, Autograde):
            run = run.parent
        if run is None:
            raise guard.Unsafe(f"{type(self).__name__} works in nbgrader's autograde alone.")
        guard.require_safe(run)
        told, where = resources["nbgrader"], run.coursedir
        file = f"{told['notebook']}.ipynb"
        source = where.format_path(where.source_directory, ".", told["assignment"])
        handed_in = where.format_path(where.submitted_directory, told["student"], told["assignment"])
        return Path(source, file), Path(handed_in, file), Path(where.root, GRADES, told["assignment"])


class Rebuilt(_Ours):
    """Replaces the submission by the course's notebook with the submission's answers in it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook that all later steps work with."""
        from lessonlib.classroom import rebuilding

        solution, handed_in, _ = self.files(resources)
        with _as_nbgrader_says():
            return rebuilding.rebuilt(solution, handed_in), resources


class SandboxGrade(_Ours):
    """Grades by the sandbox, or by what the journal knows of it."""

    seed = Integer(None, allow_none=True, help="the seed of the checks; the same for all runs of a class").tag(
        config=True
    )
    budget = Float(60, min=1, max=600, help="processor time for a recipe for training, in seconds").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Write each exercise's points and report into its check cell; all other cells lose their outputs."""
        from lessonlib.classroom import booking

        solution, handed_in, folder = self.files(resources)
        with _as_nbgrader_says():
            seed = booking.seed(self.seed, folder.name)
            booking.book(nb, booking.results(handed_in, booking.sheet(solution), folder, seed, self.budget), seed)
        return nb, resources


class _as_nbgrader_says:
    """A Problem as the exception that nbgrader expects."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, problem: BaseException | None, _: object) -> None:
        if isinstance(problem, Problem):
            raise NbGraderException(str(problem)) from None
