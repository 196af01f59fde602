"""From what the probes brought back to a result. The notebook and the grader both come through here."""

from __future__ import annotations

from collections.abc import Callable

from . import advice, odd
from .exercise import Case, Exercise, Kind, Mistake, Unanswered
from .probes import runner
from .probes.runner import Outcome
from .result import Line, Mark, Result

_HOPELESS = (runner.STOPPED, runner.FLOODED, runner.EXITED, runner.UNFIT)  # the next probe would end alike


def judge(exercise: Exercise, outcome_of: Callable[[Case], Outcome], seed: int) -> Result:
    """Judge an exercise. `outcome_of(case)` runs that case's probe, or looks up what a child sent back.

    It is asked case by case, in order, and no more after the first case of a code exercise that fails.
    The grader has all outcomes already: `judge(exercise, lambda case: outcomes[case.probe_name], seed)`.
    """
    lines, printed, stopped = [], {}, False
    for case in exercise.cases:
        if stopped:
            lines.append(Line(case.title, case.points, Mark.UNSEEN))
            continue
        outcome = outcome_of(case)
        printed[outcome.printed] = None
        lines.append(_line(exercise, case, outcome, seed))
        failed = lines[-1].mark != Mark.PASSED
        stopped = failed and (exercise.kind == Kind.CODE or outcome.status in _HOPELESS)
    return Result(exercise, tuple(lines), "".join(printed))


def _line(exercise: Exercise, case: Case, outcome: Outcome, seed: int) -> Line:
    if outcome.status == runner.TODO:
        return Line(case.title, case.points, Mark.OPEN)
    if outcome.status != runner.RETURNED:
        return Line(case.title, case.points, Mark.NOT_YET, _trouble(exercise, outcome))
    try:
        if exercise.kind == Kind.CODE and not exercise.trial:
            _left_nothing(outcome.data, exercise.may_seed)
        note = _look(case, outcome.data, seed)
    except Unanswered:
        return Line(case.title, case.points, Mark.OPEN, note="None counts as left open")
    except Mistake as mistake:
        return Line(case.title, case.points, Mark.NOT_YET, mistake)
    except Exception as error:
        return Line(case.title, case.points, Mark.BROKEN, check_failed(error))
    return Line(case.title, case.points, Mark.PASSED, note=note or "")


def _look(case: Case, data: dict, seed: int) -> str | None:
    """The judge's word. Where it falls over numbers of a kind that it did not expect, they are the mistake."""
    try:
        return case.judge(data, seed)
    except (Mistake, Unanswered):
        raise
    except Exception:
        if unusual := odd.numbers(data):
            says, next = unusual
            raise Mistake(says, next=next) from None
        raise


LEFT = {
    "seed": Mistake("Your code sets the seed of torch's global generator.", "seeded-inside"),
    "grad": Mistake(
        "After the call, gradients are switched off in the whole notebook.",
        next="Where you want none, use `with torch.no_grad():`, which switches them on again at its end.",
    ),
    "dtype": Mistake(
        "After the call, every new tensor has a different default type.",
        next="Leave the default alone, and give a type to the tensors that need one: `dtype=…`.",
    ),
}


def _left_nothing(data: dict, may_seed: bool) -> None:
    """Code that sets something for everybody changes what has nothing to do with it."""
    for name in data.get("left") or ():
        if name != "seed" or not may_seed:
            raise LEFT[name]


def check_failed(error: Exception) -> Mistake:
    """The check is at fault: say so, and do not blame the learner."""
    return Mistake(
        "The check itself failed, not you: please report this.", next=f"Report {type(error).__name__}: {error}"
    )


def _trouble(exercise: Exercise, outcome: Outcome) -> Mistake:
    """What to say when the probe did not come back with data."""
    if outcome.status == runner.UNFIT:
        return Mistake(
            f"You handed over something of type {outcome.error}; the check needs `{exercise.name}` itself.",
            next=f"Define `{exercise.name}` in its cell, run it, then run this one again.",
        )
    if outcome.status == runner.STOPPED and exercise.budget:
        says = f"The recipe was stopped after its {exercise.budget:.3g} seconds of processor time."
        return Mistake(says, "over-the-budget")
    if outcome.status == runner.STOPPED:
        limit = f"Your code was still running after {exercise.seconds:g} seconds and was stopped."
        says = outcome.message or limit
        return Mistake(says, "endless-loop")
    if outcome.status == runner.FLOODED:
        return Mistake("Your code would not stop printing, so it was stopped.", next="Take the print out of the loop.")
    if outcome.status == runner.EXITED:
        return Mistake("Your code asked Python to exit.", next="Remove the call to exit(), and return instead.")
    where = f" at `{outcome.line}`" if outcome.line else ""
    says = f"Your code raised {outcome.error}{where}: {outcome.message}"
    return Mistake(says, next=advice.after(outcome.error, outcome.message))
