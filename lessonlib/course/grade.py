"""`python3 course.py grade FILES…`: points and words for submitted exercise notebooks.

Each answer runs in a limited process of its own (sandbox.py); its probes send plain data back, and the judges,
which it never sees, look at that here.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from lessonlib.checks import show
from lessonlib.checks.exercise import Case, Exercise, Mistake
from lessonlib.checks.judging import judge
from lessonlib.checks.probes import runner
from lessonlib.checks.probes.guard import TimeUp, time_limit
from lessonlib.checks.result import Result
from lessonlib.checks.values import counted
from lessonlib.course import ROOT, Problem, handed_in, journal, recipes, report, sandbox, submissions, targets
from lessonlib.course.journal import Journal
from lessonlib.course.submissions import Sheet, Submission

BUDGET = 60.0  # seconds of processor time for a recipe
JUDGE_SECONDS = 10.0
JUDGE_MEMORY = 4_000_000_000
BROKE = (
    "This answer ended the process that runs all answers, twice. That process was replaced, and nobody else's grade "
    "is touched."
)
AT_FAULT = "The grader is at fault"
LOST = {  # what a mistake says, and what to tell about it
    "NameError": "Only the cell of an answer is graded, after the notebook's first cell. What you define or import "
    "elsewhere is not there: put it into the answer's cell.",
    "No module named 'lessonlib": "The course's own package is not there when an answer is graded: write what you use "
    "of it into the answer's cell.",
    "No module named": "Only torch, numpy, matplotlib and the standard library are sure to be there when an answer is "
    "graded.",
    "PermissionError": "An answer that is graded cannot write files, start programs or use the network.",
}


def main(argv: list[str]) -> int:
    """Grade the files on the command line. Returns 1 when one of them could not be graded."""
    parser = argparse.ArgumentParser(
        prog="course.py grade",
        description="Grade exercise notebooks: a page for each learner, a table for you. If you stop it, it "
        "picks up where it was when you start it again.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILES", help="notebooks, or folders of notebooks")
    parser.add_argument("--to", type=Path, default=Path("grades"), metavar="FOLDER", help="where the reports go")
    parser.add_argument("--seed", type=int, help="the seed of an earlier report, to grade just as it was graded")
    parser.add_argument(
        "--budget",
        type=float,
        default=BUDGET,
        metavar="SECONDS",
        help="processor time for each answer that is a recipe for training (default %(default)g): a class of 30 takes "
        "half an hour of one core, more on a slow machine. With 15 to 60 its steps are easier, below 15 they only "
        "tell whether it learns; 0 leaves these exercises out",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=max(1, (os.cpu_count() or 2) // 2),
        metavar="COUNT",
        help="answers at a time (default %(default)s, half the processors)",
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="EXERCISE", help="only these exercises, such as linear"
    )
    parser.add_argument(
        "--expect-full",
        action="store_true",
        help="say what is wrong, and fail unless every exercise has full points",
    )
    parser.add_argument(
        "--sheets",
        type=Path,
        metavar="FOLDER",
        help="the exercise notebooks as they were handed out, to grade by if the solutions are not at hand",
    )
    options = parser.parse_args(argv)
    if not 0 <= options.budget <= 600:
        parser.error(f"--budget is {options.budget:g}: give seconds from 0 to 600")
    if options.jobs < 1:
        parser.error(f"--jobs is {options.jobs}: give 1 or more")
    sandbox.require()
    found = handed_in.notebooks(options.files)
    targets.try_folder(options.to)
    course = submissions.handed_out(options.sheets) if options.sheets else submissions.sheets(ROOT)
    course = submissions.only(course, options.only) if options.only else course
    handed_in.refuse_other_reports(options.to, found, course)
    expect = expect_full if options.expect_full else lambda grade: True
    code = run(found, options.to, options.seed, options.jobs, ROOT, options.budget, course, expect)
    for sentence in handed_in.left_out(options.files):
        print(sentence)
    return code


def run(
    paths: list[Path],
    folder: Path,
    seed: int | None = None,
    jobs: int = 1,
    root: Path = ROOT,
    budget: float = BUDGET,
    course: list[Sheet] | None = None,
    expect: Callable[[report.Grade], bool] = lambda grade: True,
    names: dict[Path, str] | None = None,
) -> int:
    """Grade each file, and write into `folder` its report, grades.json and grades.csv, as each is done.

    `course` are the exercise notebooks that may be handed in, else all of the course at `root`; `names` those of the
    reports, else they are made of the files' names. Returns 1 where a file could not be graded, or is not what is
    expected.
    """
    sandbox.require()
    targets.try_folder(folder)
    course = submissions.sheets(root) if course is None else course
    found = submissions.files(paths)
    tables = report.Tables(folder, submissions.report_names(found) if names is None else names)
    with (
        journal.opened(folder, seed) as kept,
        tables,
        sandbox.Sandbox() as box,
        ThreadPoolExecutor(max(1, jobs)) as pool,
    ):
        course = [recipes.prepared(sheet, kept.seed, budget) for sheet in course]
        submit = _once(pool, recipes.calibrated(box.run), kept.seed)
        begun = [_begin(path, course, kept, submit) for path in found]
        if count := sum(len(one.known) for one in begun):
            print(f"{count} answers were graded before, in a run with the same seed.")
        try:
            for grade in (_finish(one, kept) for one in _as_they_end(begun)):
                tables.add(grade)
                print(submissions.readable(f"{grade.path}: {grade.summary()}"), flush=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        kept.finish()
    print(f"{counted(len(found), 'submission')}. Reports: {folder}")
    good = [expect(grade) and not grade.problem for grade in tables.grades.values()]
    return 0 if good and all(good) else 1


def expect_full(grade: report.Grade) -> bool:
    """Whether a submission has all points; where it has not, say why."""
    for result in grade.results:
        if result.score < result.points:
            print("\n".join(map(submissions.readable, show.text(result).splitlines())))
    return grade.sheet is not None and grade.score == grade.sheet.points


def _once(pool: ThreadPoolExecutor, run_one: Callable, seed: int) -> Callable[..., Future]:
    """What runs a job: the very same answer of two learners is run once."""
    running: dict[tuple, Future] = {}

    def submit(exercise: Exercise, given: list[str], answer: tuple[str, ...]) -> Future:
        job = exercise.id, tuple(given), answer
        if job not in running:
            running[job] = pool.submit(run_one, exercise, given, answer, seed)
        return running[job]

    return submit


def one(path: Path, course: list[Sheet], kept: Journal, box: sandbox.Sandbox, budget: float = BUDGET) -> report.Grade:
    """Grade one file, from the journal as far as that knows its answers."""
    course = [recipes.prepared(sheet, kept.seed, budget) for sheet in course]
    run_one = recipes.calibrated(box.run)
    with ThreadPoolExecutor(1) as pool:
        return _finish(_begin(path, course, kept, lambda *job: pool.submit(run_one, *job, kept.seed)), kept)


@dataclass(frozen=True)
class Begun:
    """A file: the problem with it, or its submission, whose answers run, wait for their turn, or are known."""

    path: Path
    problem: str = ""
    submission: Submission | None = None
    runs: dict[str, Future[sandbox.Run]] = dataclasses.field(default_factory=dict)
    known: dict[str, tuple[Result, frozenset[str]]] = dataclasses.field(default_factory=dict)


def _begin(path: Path, course: list[Sheet], kept: Journal, submit: Callable[..., Future]) -> Begun:
    """Read the file and line up the answers that the journal does not know."""
    try:
        submission = submissions.read(path, course)
        known, runs = {}, {}
        for e in submission.sheet.exercises:
            if _excuse(e, submission) is not None:
                continue
            if found := kept.find(_key(e, submission, kept), e):
                known[e.id] = found
            else:
                runs[e.id] = submit(e, submission.given(e), submission.answers[e.grade_id])
        return Begun(path, "", submission, runs, known)
    except Problem as problem:
        return Begun(path, str(problem))
    except Exception as error:
        return Begun(path, _our_fault(path, error))


def _key(exercise: Exercise, submission: Submission, kept: Journal) -> str:
    return journal.key(exercise, submission.given(exercise), submission.answers[exercise.grade_id], kept.seed)


def _as_they_end(begun: list[Begun]) -> Iterator[Begun]:
    """Each once all its answers have run: one that takes long keeps nobody waiting."""
    waiting = list(begun)
    while waiting:
        for one in [one for one in waiting if all(run.done() for run in one.runs.values())]:
            waiting.remove(one)
            yield one
        wait([run for one in waiting for run in one.runs.values() if not run.done()], return_when=FIRST_COMPLETED)


def _finish(begun: Begun, kept: Journal) -> report.Grade:
    """Judge what came back. Only a system that cannot limit a process stops the other submissions, too."""
    if begun.problem:
        return report.Grade(begun.path, kept.seed, problem=begun.problem)
    try:
        results, walls = [], []
        for exercise in begun.submission.sheet.exercises:
            result, stood = _result(exercise, begun, kept)
            results.append(_noted(result, begun.submission.notes.get(exercise.grade_id, "")))
            walls += [stood] if stood else []
        return report.Grade(
            begun.path,
            kept.seed,
            begun.submission.sheet,
            tuple(results),
            frozenset.intersection(*walls) if walls else frozenset(),
        )
    except sandbox.CannotLimit:
        raise
    except Problem as problem:
        return report.Grade(begun.path, kept.seed, problem=f"{begun.path} could not be graded: {problem}")
    except Exception as error:
        return report.Grade(begun.path, kept.seed, problem=_our_fault(begun.path, error))


def _our_fault(path: Path, error: Exception) -> str:
    told = f"{type(error).__name__}: {error}"
    return f"{path} could not be graded. {AT_FAULT}, please report it: {told}"


def _result(exercise: Exercise, begun: Begun, kept: Journal) -> tuple[Result, frozenset[str]]:
    """The result of one exercise, and the limits that its answer ran under."""
    if exercise.id in begun.known:
        return begun.known[exercise.id]
    if exercise.id not in begun.runs:
        result = judge(exercise, lambda case: runner.Outcome(runner.TODO), kept.seed)
        return _noted(result, _excuse(exercise, begun.submission) or ""), frozenset()
    run = begun.runs[exercise.id].result()
    result = _noted(_judge(exercise, run.outcomes, kept.seed), recipes.note(exercise, run.walls))
    if run.broke:
        return _noted(result, BROKE), run.walls
    kept.add(_key(exercise, begun.submission, kept), result, run.walls)
    return result, run.walls


def _noted(result: Result, note: str) -> Result:
    return dataclasses.replace(result, notes=(*result.notes, note)) if note else result


def _excuse(exercise: Exercise, submission: Submission) -> str | None:
    """Why there is nothing to run, in words, or empty for an untouched cell; None when there is an answer."""
    if exercise.grade_id not in submission.answers:
        return f"The cell `{exercise.grade_id}` is missing from this notebook."
    if submission.is_untouched(exercise):
        return ""
    longest = min(submissions.LONGEST, exercise.longest)
    if submission.length(exercise) > longest:
        return f"The cell `{exercise.grade_id}` has more than {longest:,} characters: nothing in it was run."
    return None


def _judge(exercise: Exercise, outcomes: dict[str, runner.Outcome], seed: int) -> Result:
    careful = tuple(dataclasses.replace(case, judge=_limited(case)) for case in exercise.cases)
    result = judge(dataclasses.replace(exercise, cases=careful), lambda case: outcomes[case.probe_name], seed)
    said = " ".join(mistake.says for mistake in result.mistakes)
    return _noted(result, next((note for word, note in LOST.items() if word in said), ""))


class _Frame(dict):
    """What came from a probe. A key that is not there was not left out by the probe."""

    def __missing__(self, key: str) -> object:
        raise Mistake("What came back is not what a check sends.")


def _limited(case: Case):
    """The case's judge, kept from data that would take it hours or all memory."""

    def limited(data: dict, seed: int) -> str | None:
        try:
            with _memory_limit(JUDGE_MEMORY), time_limit(JUDGE_SECONDS):
                return case.judge(_Frame(data), seed)
        except TimeUp:
            raise Mistake(f"What came back could not be looked at within {JUDGE_SECONDS:g} seconds.") from None

    return limited


@contextlib.contextmanager
def _memory_limit(extra: int) -> Iterator[None]:
    import resource  # where there is none, nothing is graded

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + extra, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
