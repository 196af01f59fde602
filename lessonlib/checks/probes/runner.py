"""Run one probe on a learner's answer and say what happened, in plain data."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass

from . import blame
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

_CALLABLES = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial)
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

    kind: the exercise's. Code must be a class or a function; a value may also be handed over as it is.
    """
    if kind == "code" and not issubclass(type(answer), _CALLABLES):
        return Outcome(UNFIT, error=type(answer).__name__)
    printed, outcome = None, {}
    try:
        with guarded(seconds, seed) as printed:
            outcome = _attempt(probe, answer, seed)
    except (TimeUp, Flooded, Exited) as end:  # it struck on the way out
        outcome = {"status": _STATUS[type(end)]}
    restore()
    return Outcome(**outcome, printed=printed.text() if printed else "")


def _attempt(probe, answer, seed) -> dict:
    try:
        return {"status": RETURNED, "data": plain(probe(answer, seed))}
    except NotImplementedError:
        return {"status": TODO}
    except tuple(_STATUS) as end:
        return {"status": next(s for kind, s in _STATUS.items() if isinstance(end, kind))}
    except BaseException as error:
        raised = {"error": type(error).__name__, "message": blame.words(error), "line": blame.line(error)}
        return {"status": RAISED, **raised}
