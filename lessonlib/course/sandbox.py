"""Run one submitted answer in a limited process, and believe nothing that comes back.

The process confines itself (child/confine.py) and says which limits stand before it gets the answer. Where the
system allows, it also lives in namespaces of its own: no network, and process numbers that end with it.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import torch

from lessonlib.checks import probes
from lessonlib.checks.exercise import Exercise
from lessonlib.checks.probes import runner
from lessonlib.checks.probes.plain import plain
from lessonlib.checks.probes.runner import Outcome
from lessonlib.course import Problem
from lessonlib.course.child import wire

CHILD = Path(__file__).parent / "child" / "main.py"
MEMORY = 1_000_000_000  # bytes beyond what torch itself takes
START = 120.0  # seconds for Python and torch to start, on a busy machine
SHOWN = 3000  # characters of a message or of printed text
NEEDED = {"time", "memory", "processes", "file size"}
NAMESPACES = ["unshare", "--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--"]
# A process may have ended by itself before we speak to it or end it.
GONE = contextlib.suppress(ProcessLookupError, BrokenPipeError, ConnectionResetError, subprocess.TimeoutExpired)


class CannotLimit(Problem):
    """This system cannot limit a process as grading needs it."""

    def __init__(self, why: str):
        super().__init__(
            "Nothing was graded: answers run only in a process that the system limits, and here it cannot "
            f"({why}). Grade on Linux 5.13 or newer, on x86_64 or aarch64, or in a container there."
        )


class Ended(Exception):
    """No frame comes any more: the process ended."""

    status, error, message = runner.EXITED, "", ""


class Late(Ended):
    """The time is over."""

    status = runner.STOPPED


class Flood(Ended):
    """It sent more than an answer has."""

    status = runner.FLOODED


class Crashed(Ended):
    """Python itself fell."""

    status, error, message = runner.RAISED, "a fatal error", "Python itself ended while your code ran"


class Forged(Ended):
    """What came was not written by our side of the pipe."""

    status, error, message = runner.RAISED, "an error", "what came back was not what a check sends"


@dataclass(frozen=True)
class Run:
    """What a process brought back: an outcome for each probe, and the limits that it worked under."""

    outcomes: dict[str, Outcome]
    walls: frozenset[str]


def run(exercise: Exercise, given: list[str], answer: str, seed: int) -> Run:
    """Run `answer` after the sources in `given`, and the exercise's probes on it, in a process of its own.

    Whatever the answer does becomes an outcome. Raises CannotLimit where the system cannot limit the process.
    """
    if sys.platform != "linux":
        raise CannotLimit(f"the system is {platform.system()}")
    names = list(dict.fromkeys(case.probe_name for case in exercise.cases))
    allowance = exercise.seconds * (len(names) + 1) + 3
    job = {"given": given, "answer": answer, "name": exercise.name, "kind": exercise.kind}
    job |= {"seed": seed, "seconds": exercise.seconds, "probes": names}
    outcomes: dict[str, Outcome] = {}
    end = Ended
    with _child(cpu=int(allowance)) as child:
        walls = _hello(child)
        with GONE:
            child.stdin.write(json.dumps(job).encode() + b"\n")
            child.stdin.flush()
        pipe = Pipe(child.stdout.fileno(), time.monotonic() + allowance)
        try:
            while len(outcomes) < len(names):
                name, outcome = _outcome(pipe.frame())
                outcomes[name] = outcome
        except Ended as ended:
            end = type(ended)
        except wire.Unreadable:
            end = Forged
        if end is Ended and _exit_code(child):
            end = Crashed
    lost = Outcome(end.status, error=end.error, message=end.message)
    return Run({name: outcomes.get(name, lost) for name in names}, walls)


def _outcome(frame: dict) -> tuple[str, Outcome]:
    """The case's name and its outcome, as a frame tells them. Raises Unreadable where it is something else."""
    known = {field.name for field in fields(Outcome)}
    words = known - {"data"} | {"case"}
    if set(frame) != known | {"case"} or not all(isinstance(frame[key], str) for key in words):
        raise wire.Unreadable("not an outcome")
    data = plain(frame.pop("data"))
    if frame["status"] not in runner.STATUSES or (frame["status"] == runner.RETURNED and type(data) is not dict):
        raise wire.Unreadable("not an outcome")
    return frame.pop("case"), Outcome(data=data, **{key: text[:SHOWN] for key, text in frame.items()})


# --- the process ---


@contextmanager
def _child(cpu: int) -> Iterator[subprocess.Popen]:
    """A confined process in an empty folder with a clean environment; dead and gone afterwards."""
    folder = tempfile.mkdtemp(prefix="answer-")
    environment = {"LANG": "C.UTF-8", "HOME": folder, "USER": "answer", "OMP_NUM_THREADS": "1"}
    settings = {
        "site": str(Path(torch.__file__).resolve().parents[1]),
        "library": [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")],
        "probes": str(Path(probes.__file__).resolve().parent),
        "cpu": cpu,
        "memory": MEMORY,
    }
    command = [*_namespaces(), sys.executable, "-I", "-S", "-B", str(CHILD), json.dumps(settings)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    child = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **pipes)
    try:
        yield child
    finally:
        with GONE:
            os.killpg(child.pid, signal.SIGKILL)
        with GONE:
            child.communicate(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def _namespaces() -> tuple[str, ...]:
    """The words that put a command into namespaces of its own; none where the system does not allow it."""
    try:
        allowed = subprocess.run([*NAMESPACES, "true"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        allowed = False
    return tuple(NAMESPACES) if allowed else ()


def _exit_code(child: subprocess.Popen) -> int | None:
    """How the process ended, None if it has not."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(timeout=1)
    return None


def _hello(child: subprocess.Popen) -> frozenset[str]:
    """The limits that stand. Raises CannotLimit where one is missing that grading needs."""
    try:
        walls = frozenset(Pipe(child.stdout.fileno(), time.monotonic() + START).frame()["walls"])
    except (Ended, wire.Unreadable, KeyError):
        with GONE:
            os.killpg(child.pid, signal.SIGKILL)
        said = child.communicate()[1].decode(errors="replace").strip().splitlines()
        raise CannotLimit(said[-1] if said else "the process did not start in time") from None
    if not walls >= NEEDED:
        raise CannotLimit(f"no limit on {', '.join(sorted(NEEDED - walls))}")
    return walls


# --- what it sends ---


class Pipe:
    """Reads frames from a process that may send nothing, nonsense, or more than anybody wants."""

    MOST = 40_000_000  # bytes in all

    def __init__(self, file: int, deadline: float):
        self.file = file
        self.deadline = deadline
        self.buffer = bytearray()
        self.left = self.MOST

    def frame(self) -> dict:
        """The next frame. Raises Ended (or Late, Flood) where none comes, wire.Unreadable where it is none."""
        while (end := self.buffer.find(b"\n")) < 0:
            if len(self.buffer) > wire.MAX_LINE:
                raise wire.Unreadable("a line without an end")
            self._read()
        line = self.take(end + 1)
        return wire.unpack(line, self.take)

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        while len(self.buffer) < count:
            self._read()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def _read(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.file], [], [], left)[0]:
            raise Late
        data = os.read(self.file, 1 << 16)
        self.left -= len(data)
        if not data:
            raise Ended
        if self.left < 0:
            raise Flood
        self.buffer += data
