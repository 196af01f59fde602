"""`python3 course.py grade FILES…`: points and words for submitted exercise notebooks.

Each answer runs in a limited process of its own (sandbox.py); its probes send plain data back, and the judges,
which it never sees, look at that here.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import resource
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lessonlib.checks.exercise import Case, Exercise, Mistake
from lessonlib.checks.judging import judge
from lessonlib.checks.probes import runner
from lessonlib.checks.probes.guard import TimeUp, time_limit
from lessonlib.checks.result import Result
from lessonlib.course import ROOT, Problem, report, sandbox, submissions
from lessonlib.course.submissions import Sheet, Submission

JUDGE_SECONDS = 10.0
JUDGE_MEMORY = 4_000_000_000
OWN_CELL = (
    "Only the cell of an answer is graded, after the notebook's first cell. What you define or import elsewhere "
    "is not there: put it into the answer's cell."
)


def main(argv: list[str]) -> int:
    """Grade the files on the command line. Returns 1 when one of them could not be graded."""
    parser = argparse.ArgumentParser(
        prog="course.py grade", description="Grade exercise notebooks: a page for each learner, a table for you."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILES", help="notebooks, or folders of notebooks")
    parser.add_argument("--to", type=Path, default=Path("grades"), metavar="FOLDER", help="where the reports go")
    parser.add_argument("--seed", type=int, help="the seed of an earlier report, to grade just as it was graded")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="answers at a time")
    options = parser.parse_args(argv)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    return run(options.files, options.to, seed, options.jobs)


def run(paths: list[Path], folder: Path, seed: int, jobs: int = 1, root: Path = ROOT) -> int:
    """Grade each file, write its report into `folder` and, at the end, grades.json and grades.csv."""
    course = submissions.sheets(root)
    found = submissions.files(paths)
    names = submissions.report_names(found)
    grades = []
    with sandbox.Sandbox() as box, ThreadPoolExecutor(max(1, jobs)) as pool:
        begun = [(path, _begin(path, course, lambda *job: pool.submit(box.run, *job, seed))) for path in found]
        try:
            for path, runs in begun:
                grade = _finish(path, runs, seed)
                report.write_page(folder, names[path], grade)
                grades.append((names[path], grade))
                print(submissions.readable(f"{path}: {grade.summary()}"), flush=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    report.write_tables(folder, grades)
    print(f"{len(grades)} submissions. Reports: {folder}")
    return 1 if not grades or any(grade.problem for _, grade in grades) else 0


@dataclass(frozen=True)
class Begun:
    """A submission whose answers are running, or wait for their turn."""

    submission: Submission
    runs: dict[str, Future[sandbox.Run]]


def _begin(path: Path, course: list[Sheet], submit: Callable[..., Future]) -> Begun | Problem:
    """Read the file and line up its answers; the Problem with it, if there is one."""
    try:
        submission = submissions.read(path, course)
    except Problem as problem:
        return problem
    except Exception as error:
        return _our_fault(path, error)
    attempted = [e for e in submission.sheet.exercises if _excuse(e, submission) is None]
    return Begun(submission, {e.id: submit(e, submission.given(e), submission.answers[e.grade_id]) for e in attempted})


def _finish(path: Path, begun: Begun | Problem, seed: int) -> report.Grade:
    """Judge what came back. Only a system that cannot limit a process stops the other submissions, too."""
    if isinstance(begun, Problem):
        return report.Grade(path, seed, problem=str(begun))
    try:
        runs = {id: future.result() for id, future in begun.runs.items()}
        sheet = begun.submission.sheet
        results = tuple(_result(exercise, begun.submission, runs, seed) for exercise in sheet.exercises)
        walls = frozenset.intersection(*(run.walls for run in runs.values())) if runs else frozenset()
        return report.Grade(path, seed, sheet, results, walls)
    except sandbox.CannotLimit:
        raise
    except Exception as error:
        return report.Grade(path, seed, problem=str(_our_fault(path, error)))


def _our_fault(path: Path, error: Exception) -> Problem:
    told = f"{type(error).__name__}: {error}"
    return Problem(f"{path} could not be graded. The grader is at fault, please report it: {told}")


def _result(exercise: Exercise, submission: Submission, runs: dict[str, sandbox.Run], seed: int) -> Result:
    if exercise.id in runs:
        return _judge(exercise, runs[exercise.id].outcomes, seed)
    excuse = _excuse(exercise, submission)
    result = judge(exercise, lambda case: runner.Outcome(runner.TODO), seed)
    return dataclasses.replace(result, notes=(excuse,) if excuse else ())


def _excuse(exercise: Exercise, submission: Submission) -> str | None:
    """Why there is nothing to run, in words, or empty for an untouched cell; None when there is an answer."""
    if exercise.grade_id not in submission.answers:
        return f"The cell `{exercise.grade_id}` is missing from this notebook."
    if submission.is_untouched(exercise):
        return ""
    if len(submission.answers[exercise.grade_id]) > submissions.LONGEST:
        return (
            f"The cell `{exercise.grade_id}` has more than {submissions.LONGEST:,} characters: nothing in it was run."
        )
    return None


def _judge(exercise: Exercise, outcomes: dict[str, runner.Outcome], seed: int) -> Result:
    careful = tuple(dataclasses.replace(case, judge=_limited(case)) for case in exercise.cases)
    result = judge(dataclasses.replace(exercise, cases=careful), lambda case: outcomes[case.probe_name], seed)
    lost = any("NameError" in mistake.says for mistake in result.mistakes)
    return dataclasses.replace(result, notes=(*result.notes, OWN_CELL) if lost else result.notes)


def _limited(case: Case):
    """The case's judge, kept from data that would take it hours or all memory."""

    def limited(data: dict, seed: int) -> str | None:
        try:
            with _memory_limit(JUDGE_MEMORY), time_limit(JUDGE_SECONDS):
                return case.judge(data, seed)
        except TimeUp:
            raise Mistake(f"What came back could not be looked at within {JUDGE_SECONDS:g} seconds.") from None

    return limited


@contextlib.contextmanager
def _memory_limit(extra: int) -> Iterator[None]:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + extra, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
