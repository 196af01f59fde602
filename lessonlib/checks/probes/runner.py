"""Run one probe on a learner's answer and say what happened, in plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from . import blame, watch
from .guard import Exited, Flooded, TimeUp, guarded
from .plain import plain
from .pristine import restore

RETURNED = "returned"  # data holds what the probe returned
TODO = "todo"  # the stub is still there
RAISED = "raised"  # error, message and line say what the learner's code raised
STOPPED = "stopped"  # ran out of time
EXITED = "exited"  # asked Python to exit
FLOODED = "flooded"  # printed without end
UNFIT = "unfit"  # neither a class nor a function: error names the type that came
STATUSES = (RETURNED, TODO, RAISED, STOPPED, EXITED, FLOODED, UNFIT)

_STATUS = {TimeUp: STOPPED, KeyboardInterrupt: STOPPED, Flooded: FLOODED, Exited: EXITED, SystemExit: EXITED}


@dataclass(frozen=True)
class Outcome:
    """What one probe brought back. `data` is plain data; the rest are short strings for the learner to read."""

    status: str
    data: dict | None = None
    error: str = ""  # type of the exception, as "RuntimeError"
    message: str = ""  # its words, shortened
    line: str = ""  # the learner's line that raised it, as "x @ self.weight"
    printed: str = ""  # stdout, stderr and warnings of the learner's code, shortened


def run(
    probe: Callable[[object, int], dict], answer: object, seed: int, kind: str = "code", seconds: float = 4.0
) -> Outcome:
    """Run `probe(answer, seed)` within `seconds`. Never raises, whatever the answer does, short of killing Python.

    kind: the exercise's. Code must be a class or something to call; a value may also be handed over as it is. What
    code has set for everybody is told in the data, as "left" (watch.py).
    """
    if kind == "code" and not _fit(answer):
        return Outcome(UNFIT, error=type(answer).__name__)
    printed, outcome = None, {}
    try:
        with guarded(seconds, seed) as printed:
            outcome = _attempt(probe, answer, seed)
    except (TimeUp, Flooded, Exited) as end:  # it struck on the way out
        outcome = {"status": _STATUS[type(end)]}
    restore()
    return Outcome(**outcome, printed=printed.text() if printed else "")


def _fit(answer: object) -> bool:
    """A class, or what can be called as a function; a layer that is made already is not the class that makes it."""
    return isinstance(answer, type) or (callable(answer) and not isinstance(answer, torch.nn.Module))


def _attempt(probe, answer, seed) -> dict:
    try:
        data = plain(probe(answer, seed))
        left = watch.left_behind(seed)
        return {"status": RETURNED, "data": {**data, "left": left} if left else data}
    except NotImplementedError:
        return {"status": TODO}
    except tuple(_STATUS) as end:
        return {"status": next(s for kind, s in _STATUS.items() if isinstance(end, kind))}
    except BaseException as error:
        raised = {"error": type(error).__name__, "message": blame.words(error), "line": blame.line(error)}
        return {"status": RAISED, **raised}
