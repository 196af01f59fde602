"""From what the probes brought back to a result. The notebook and the grader both come through here."""

from __future__ import annotations

from collections.abc import Callable

from .exercise import CODE, Case, Exercise, Mistake
from .probes import runner
from .probes.runner import Outcome
from .result import ERROR, FAILED, PASSED, TO_DO, UNSEEN, Line, Result


def judge(exercise: Exercise, outcome_of: Callable[[Case], Outcome], seed: int) -> Result:
    """Judge an exercise. `outcome_of(case)` runs that case's probe, or looks up what a child sent back.

    It is asked case by case, in order, and no more after the first case of a code exercise that fails.
    The grader has all outcomes already: `judge(exercise, lambda case: outcomes[case.probe_name], seed)`.
    """
    lines, printed, stopped = [], [], False
    for case in exercise.cases:
        if stopped:
            lines.append(Line(case.title, case.points, UNSEEN))
            continue
        outcome = outcome_of(case)
        if outcome.printed and outcome.printed not in printed:
            printed.append(outcome.printed)
        line = _line(exercise, case, outcome, seed)
        lines.append(line)
        endless = outcome.status in (runner.STOPPED, runner.FLOODED, runner.EXITED, runner.UNFIT)
        stopped = line.mark != PASSED and (exercise.kind == CODE or endless)
    return Result(exercise, tuple(lines), "".join(printed))


def _line(exercise: Exercise, case: Case, outcome: Outcome, seed: int) -> Line:
    if outcome.status == runner.TODO:
        return Line(case.title, case.points, TO_DO)
    mark, mistake = FAILED, _trouble(exercise, outcome)
    if mistake is None:
        mark, mistake = _verdict(case, outcome.data, seed)
    return Line(case.title, case.points, mark, mistake)


def _verdict(case: Case, data: dict, seed: int) -> tuple[str, Mistake | None]:
    try:
        case.judge(data, seed)
    except Mistake as mistake:
        return FAILED, mistake
    except Exception as error:
        told = Mistake(
            "The check itself failed, not you: please report this.", came=f"{type(error).__name__}: {error}"
        )
        return ERROR, told
    return PASSED, None


def _trouble(exercise: Exercise, outcome: Outcome) -> Mistake | None:
    """What to say when the probe did not come back with data."""
    if outcome.status == runner.RETURNED:
        return None
    if outcome.status == runner.UNFIT:
        return Mistake(
            f"The check needs `{exercise.name}` itself, a class or a function.",
            came=f"a value of type {outcome.error}",
            next=f"Define `{exercise.name}` in the cell above, then run both cells again.",
        )
    if outcome.status == runner.STOPPED:
        return Mistake(
            f"Your code was still running after {exercise.seconds:g} seconds and was stopped.",
            misconception="endless-loop",
            next="Look for a loop whose condition never becomes false.",
        )
    if outcome.status == runner.FLOODED:
        return Mistake(
            "Your code printed without end and was stopped.", next="Take the print out of the loop."
        )
    if outcome.status == runner.EXITED:
        return Mistake("Your code asked Python to exit.", next="Take the call of exit() out: return instead.")
    return Mistake(
        f"Your code raised {outcome.error}: {outcome.message}",
        came=f"raised by the line `{outcome.line}`" if outcome.line else None,
        next="Run the same call in a cell of your own and read its last lines.",
    )
