"""The `check` that an exercise notebook imports: it runs a check in place, shows hints and the solution."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import sys
import time
from collections.abc import Callable

from lessonlib import lessons, progress

from . import budget, forecast, notebook, panel, show, standing, unrun
from .card import Card, Words, kernel
from .exercise import Case, Exercise
from .judging import check_failed, judge
from .probes.pristine import pristine
from .probes.runner import Outcome, run
from .result import Line, Mark, Result, State

SEED = 2_147_483_647  # in a notebook the same inputs each time; the grader draws its own seed
NO_SOLUTIONS = "There are no solutions here; in a class, ask your instructor."
SAME = "This checks the version that you last ran: after a change, run its cell first."
EXPECTED = {
    "pass": State.CORRECT,
    "todo": State.NOT_ATTEMPTED,
}  # values of LESSONLIB_EXPECT, set by the tests of the notebooks


class Check:
    """`check.linear(Linear)` checks the answer called Linear; `check.hint("linear")`, `check.solution("linear")`."""

    def __init__(self, lesson: str, *exercises: Exercise, earlier: tuple[Exercise, ...] = ()):
        """The exercises of the lesson whose slug is `lesson`.

        earlier: those that others have replaced; notebooks in which they stand can still be checked and graded.
        """
        slug = lessons.find(lesson).slug
        every = [dataclasses.replace(exercise, lesson=slug) for exercise in (*exercises, *earlier)]
        self._exercises = {exercise.id: exercise for exercise in every}
        self.exercises, self.earlier = tuple(every[: len(exercises)]), tuple(every[len(exercises) :])
        self._hints_given: dict[str, int] = {}
        self._solution_asked: set[str] = set()
        forecast.watch()
        unrun.watch(exercise.name for exercise in every)

    def __getattr__(self, id: str) -> Callable[..., Card | Words | panel.Panel]:
        if id.startswith("_") or id not in self._exercises:
            raise AttributeError(f"There is no check called {id!r} in this notebook. {self._known()}")
        exercise = self._exercises[id]

        def check(*answer: object) -> Card | Words | panel.Panel:
            if exercise.trial and standing.is_asked(answer):
                return standing.of(exercise, *answer)
            if len(answer) != 1:
                return Words(f"Say what is to be checked: check.{id}({exercise.name}).").shown()
            return self._check(exercise, answer[0])

        return check

    def __dir__(self) -> list[str]:
        return [*(exercise.id for exercise in self.exercises), "hint", "solution"]

    def __repr__(self) -> str:
        """What is done in this notebook, from the progress file."""
        return repr(panel.of_notebook(self.exercises))

    def _repr_html_(self) -> str:
        return panel.of_notebook(self.exercises)._repr_html_()

    def hint(self, id: str) -> Words:
        """The next hint: each call tells a little more."""
        return self._hint(id).shown()

    def solution(self, id: str) -> Words:
        """An answer, once there has been an attempt, or when asked twice."""
        return self._solution(id).shown()

    def _hint(self, id: str) -> Words:
        if id not in self._exercises:
            return Words(f"There is no exercise called {id!r} here. {self._known()}")
        hints, given = self._exercises[id].hints, self._hints_given.get(id, 0)
        if given == len(hints):
            more = f'check.solution("{id}") shows an answer.' if notebook.SOLUTIONS.is_dir() else NO_SOLUTIONS
            return Words(f"That was the last hint. {more}")
        self._hints_given[id] = given + 1
        return Words(f"Hint {given + 1} of {len(hints)}: {hints[given]}")

    def _solution(self, id: str) -> Words:
        if id not in self._exercises:
            return Words(f"There is no exercise called {id!r} here. {self._known()}")
        if not notebook.SOLUTIONS.is_dir():
            return Words(NO_SOLUTIONS)
        tried = progress.load().get("checks", {}).get(id, {}).get("attempts", 0)
        if not tried and id not in self._solution_asked:
            self._solution_asked.add(id)
            return Words("You have not tried this one yet. Ask once more if you want to see an answer anyway.")
        exercise = self._exercises[id]
        found = notebook.source(exercise.lesson, exercise.grade_id)
        if found is None:
            return Words("The solution notebook is not here. It belongs in the folder solutions/ of the course.")
        return Words(notebook.without_markers(found), code=True)

    def _known(self) -> str:
        return f"There are: {', '.join(exercise.id for exercise in self.exercises)}."

    def _check(self, exercise: Exercise, answer: object) -> Card:
        result = _checked(exercise, answer)
        _compare_with_environment(result)
        hint, solution = (functools.partial(tell, exercise.id) for tell in (self._hint, self._solution))
        return Card(result, hint, solution, functools.partial(_again, exercise, [answer])).shown()


def _checked(exercise: Exercise, answer: object) -> Result:
    """The result, recorded, with what is likely to go differently where it is graded."""
    result = in_place(exercise, answer)
    _record(result)
    if result.state in (State.CORRECT, State.NOT_YET):
        with contextlib.suppress(Exception):  # strange cells must not cost the learner the result
            result = dataclasses.replace(result, notes=(*result.notes, *forecast.notes(exercise, answer)))
    return result


def _again(exercise: Exercise, last: list) -> Result | Words:
    """Check what the exercise's name stands for by now, in the notebook that the button belongs to.

    `last` holds the answer of the check before: while it is the same, an edited cell may not have been run.
    """
    names = kernel().user_ns
    if exercise.name not in names:
        return Words(f"There is no `{exercise.name}` yet. Run its cell, then check again.")
    answer, result = names[exercise.name], _checked(exercise, names[exercise.name])
    if answer is last[0]:
        result = dataclasses.replace(result, notes=(*result.notes, SAME))
    last[0] = answer
    return result


def in_place(exercise: Exercise, answer: object, seed: int = SEED) -> Result:
    """Probe and judge `answer` in this process. Never raises.

    What kills Python, waits inside a library or catches every interrupt is beyond a check in place; the grader's
    child ends that, too.
    """
    outcomes = {}

    if exercise.trial and not exercise.budget:
        exercise = budget.drawn(exercise, budget.rehearsal(seed))

    def outcome_of(case):
        if case.probe not in outcomes:
            outcomes[case.probe] = _outcome(exercise, case, answer, seed)
        return outcomes[case.probe]

    try:
        with pristine() as replaced:
            result = judge(exercise, outcome_of, seed)
    except Exception as error:
        return Result(exercise, (Line("the check", 0, Mark.BROKEN, check_failed(error)),))
    if not replaced:
        return result
    names = ", ".join(f"`{name}`" for name in replaced[:5])
    note = f"This notebook has replaced {names}. The check used the original."
    return Result(exercise, result.lines, result.printed, (note,))


def _outcome(exercise: Exercise, case: Case, answer: object, seed: int) -> Outcome:
    if getattr(sys.modules[case.probe.__module__], "TRAINS", False):
        budget.warm_up()  # outside the time limit: it takes seconds, and none of them is the learner's
    if not exercise.budget:
        return run(case.probe, answer, seed, exercise.kind, exercise.seconds)
    probe = functools.partial(case.probe, material=exercise.material)
    with budget.one_thread():
        begun = time.process_time()
        outcome = run(probe, answer, seed, exercise.kind, exercise.seconds)
    if outcome.data is not None:
        outcome.data["spent"] = time.process_time() - begun
    return outcome


def _record(result: Result) -> None:
    """Keep state, points, attempts and recognised mistakes in the learner's progress file."""
    if result.state in (State.NOT_ATTEMPTED, State.BROKEN):
        return

    def change(record: dict) -> None:
        entry = record.setdefault("checks", {}).setdefault(result.exercise.id, {"attempts": 0, "best": 0})
        entry["lesson"] = result.exercise.lesson
        entry["state"], entry["score"], entry["points"] = result.state, result.score, result.points
        entry["attempts"] = entry.get("attempts", 0) + 1
        entry["best"] = max(entry.get("best", 0), result.score)
        for id in result.misconceptions:
            counts = entry.setdefault("misconceptions", {})
            counts[id] = counts.get(id, 0) + 1

    with contextlib.suppress(OSError):  # a folder that cannot be written must not cost the learner the result
        progress.update(change)


def _compare_with_environment(result: Result) -> None:
    """Checks never raise, so a test that runs a notebook could not fail: LESSONLIB_EXPECT makes them."""
    wanted = os.environ.get("LESSONLIB_EXPECT")
    if wanted and result.state != EXPECTED.get(wanted):
        raise AssertionError(f"{show.text(result)}\n(LESSONLIB_EXPECT={wanted})")
