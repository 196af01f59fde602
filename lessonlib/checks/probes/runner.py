"""Run one probe on a learner's answer and say what happened, in plain data."""

from __future__ import annotations

import functools
import linecache
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

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
_NOT_THEIRS = (str(Path(__file__).parent), str(Path(torch.__file__).parent))


@dataclass(frozen=True)
class Outcome:
    """What one probe brought back. `data` is plain data; the rest are short strings for the learner to read."""

    status: str
    data: dict | None = None
    error: str = ""  # type of the exception, as "RuntimeError"
    message: str = ""  # its words, shortened
    line: str = ""  # the learner's line that raised it, as 'x @ self.weight'
    printed: str = ""  # stdout, stderr and warnings of the learner's code, shortened


def run(
    probe: Callable[[object, int], dict], answer: object, seed: int, kind: str = "code", seconds: float = 4.0
) -> Outcome:
    """Run `probe(answer, seed)` within `seconds`. Never raises, whatever the answer does, short of killing Python.

    kind: the exercise's. Code must be a class or a function; a value may also be handed over as it is.
    """
    if kind == "code" and not isinstance(answer, _CALLABLES):
        return Outcome(UNFIT, error=type(answer).__name__)
    status, data, error, printed = STOPPED, None, None, None
    try:
        with guarded(seconds, seed) as printed:
            status, data, error = _attempt(probe, answer, seed)
    except (TimeUp, Flooded, Exited):  # fired on the way out: what was being done is lost
        pass
    restore()
    text = printed.text() if printed else ""
    if error is None:
        return Outcome(status, data, printed=text)
    return Outcome(status, None, type(error).__name__, words(error), _line(error), text)


def _attempt(probe, answer, seed) -> tuple[str, dict | None, BaseException | None]:
    try:
        data = plain(probe(answer, seed))
    except NotImplementedError as error:
        return TODO, None, error
    except TimeUp:
        return STOPPED, None, None
    except Flooded:
        return FLOODED, None, None
    except (Exited, SystemExit):
        return EXITED, None, None
    except KeyboardInterrupt:
        return STOPPED, None, None
    except BaseException as error:
        return RAISED, None, error
    return RETURNED, data, None


def words(error: BaseException) -> str:
    """The exception's own words on one short line; its __str__ may itself be broken."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        return ""
    return text if len(text) <= 300 else text[:297] + "…"


def _line(error: BaseException) -> str:
    """The last line of the traceback that is neither ours nor torch's: where the learner should look."""
    theirs = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(_NOT_THEIRS)]
    if not theirs:
        return ""
    last = theirs[-1]
    return (last.line or linecache.getline(last.filename, last.lineno or 0)).strip()
