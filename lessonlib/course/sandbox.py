"""Run submitted answers in limited processes, and believe nothing that comes back.

A process confines itself (child/confine.py) and says which limits stand before it gets the answer. Where the system
allows, it also lives in namespaces of its own: no network, and process numbers that end with it.
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
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from queue import Empty, SimpleQueue

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
GONE = contextlib.suppress(OSError, subprocess.TimeoutExpired)  # a process may have ended before we speak to it


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


class Sandbox:
    """Runs answers, each in a process of its own. Threads may share it; leaving it ends all that it began."""

    def __init__(self):
        self._idle: SimpleQueue[Nursery] = SimpleQueue()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def run(self, exercise: Exercise, given: list[str], answer: str, seed: int) -> Run:
        """Run `answer` after the sources in `given`, and then the exercise's probes on it.

        Whatever the answer does becomes an outcome. Raises CannotLimit where the system cannot limit the process.
        """
        if sys.platform != "linux":
            raise CannotLimit(f"the system is {platform.system()}")
        try:
            nursery = self._idle.get_nowait()
        except Empty:
            nursery = Nursery()
        try:
            run = _run(nursery, exercise, given, answer, seed)
        except BaseException:
            nursery.close()
            raise
        self._idle.put(nursery)
        return run


def _run(nursery: Nursery, exercise: Exercise, given: list[str], answer: str, seed: int) -> Run:
    names = list(dict.fromkeys(case.probe_name for case in exercise.cases))
    job = {"given": given, "answer": answer, "name": exercise.name, "kind": exercise.kind}
    job |= {"seed": seed, "seconds": exercise.seconds, "probes": names}
    allowance = exercise.seconds * (len(names) + 1) + 3  # for each probe, for the cell itself, and to spare
    outcomes: dict[str, Outcome] = {}
    end = Ended
    with nursery.process(allowance) as process:
        walls = _walls(process)
        process.tell(job)
        process.deadline = time.monotonic() + allowance
        try:
            while len(outcomes) < len(names):
                name, outcome = _outcome(process.frame(), names)
                outcomes[name] = outcome
        except Ended as ended:
            end = type(ended)
        except wire.Unreadable:
            end = Forged
    if end is Ended and process.exit_code:
        end = Crashed
    lost = Outcome(end.status, error=end.error, message=end.message)
    return Run({name: outcomes.get(name, lost) for name in names}, walls)


def _walls(process: Process) -> frozenset[str]:
    """The limits that stand, by the process's own word. Raises CannotLimit where one is missing that grading needs."""
    told = process.frame()
    if "unconfined" in told:
        raise CannotLimit(told["unconfined"])
    walls = frozenset(told["walls"])
    if not walls >= NEEDED:
        raise CannotLimit(f"no limit on {', '.join(sorted(NEEDED - walls))}")
    return walls


def _outcome(frame: dict, names: list[str]) -> tuple[str, Outcome]:
    """The case's name and its outcome, as a frame tells them. Raises Unreadable where it is something else."""
    known = {field.name for field in fields(Outcome)}
    words = known - {"data"} | {"case"}
    if set(frame) != known | {"case"} or not all(isinstance(frame[key], str) for key in words):
        raise wire.Unreadable("not an outcome")
    if frame["case"] not in names:
        raise wire.Unreadable("not an outcome")
    data = plain(frame.pop("data"))
    if frame["status"] not in runner.STATUSES or (frame["status"] == runner.RETURNED and type(data) is not dict):
        raise wire.Unreadable("not an outcome")
    return frame.pop("case"), Outcome(data=data, **{key: text[:SHOWN] for key, text in frame.items()})


# --- the processes ---


class Nursery:
    """A process that waits, with torch imported, to fork one process after the other (child/main.py)."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="answers-"))
        home, work = self.folder / "home", self.folder / "work"
        home.mkdir()
        work.mkdir()
        self.line, theirs = socket.socketpair()
        self.line.settimeout(START)
        settings = {
            "site": str(Path(torch.__file__).resolve().parents[1]),
            "library": [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")],
            "probes": str(Path(probes.__file__).resolve().parent),
            "home": str(home),
            "memory": MEMORY,
        }
        with theirs:
            self.child = subprocess.Popen(
                [*_namespaces(), sys.executable, "-I", "-S", "-B", str(CHILD), json.dumps(settings)],
                cwd=work,
                env={
                    "LANG": "C.UTF-8",
                    "HOME": str(home),
                    "USER": "answer",
                    "OMP_NUM_THREADS": "1",
                    "MPLCONFIGDIR": str(home),  # without a folder of its own matplotlib would not import
                    "MPLBACKEND": "agg",
                },
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )

    @contextmanager
    def process(self, cpu: float) -> Iterator[Process]:
        """A new confined process, with at most `cpu` seconds of processor time; dead and gone afterwards."""
        jobs, tell = os.pipe()
        frames, send = os.pipe()
        try:
            with GONE:
                socket.send_fds(self.line, [b"%d" % cpu], [jobs, send])
        finally:
            os.close(jobs)
            os.close(send)
        process = Process(tell, frames, time.monotonic() + START)
        try:
            yield process
        except Ended:
            raise CannotLimit(self._last_words()) from None
        finally:
            process.exit_code = self._end()
            os.close(tell)
            os.close(frames)

    def _end(self) -> int:
        """End the process that runs, and tell how it ended."""
        with GONE:
            self.line.sendall(b"end")
            return int(self.line.recv(16) or b"-1")
        return -1

    def _last_words(self) -> str:
        self._kill()
        said = self.child.communicate()[1].decode(errors="replace").strip().splitlines()
        return said[-1] if said else "the process did not start in time"

    def _kill(self) -> None:
        with GONE:
            os.killpg(self.child.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the nursery and all that lives in its namespaces."""
        self.line.close()
        self._kill()
        with GONE:
            self.child.wait(timeout=10)
        self.child.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@functools.cache
def _namespaces() -> tuple[str, ...]:
    """The words that put a command into namespaces of its own; none where the system does not allow it."""
    try:
        allowed = subprocess.run([*NAMESPACES, "true"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        allowed = False
    return tuple(NAMESPACES) if allowed else ()


class Process:
    """Our end of the pipes to a process that may send nothing, nonsense, or more than anybody wants."""

    MOST = 40_000_000  # bytes in all

    def __init__(self, tell: int, frames: int, deadline: float):
        self._tell = tell
        self._frames = frames
        self.deadline = deadline
        self.exit_code = 0
        self._buffer = bytearray()
        self._left = self.MOST

    def tell(self, job: dict) -> None:
        """Send the job, on one line."""
        data = memoryview(json.dumps(job).encode() + b"\n")
        with GONE:
            while data:
                data = data[os.write(self._tell, data) :]

    def frame(self) -> dict:
        """The next frame. Raises Ended (or Late, Flood) where none comes, wire.Unreadable where it is none."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > wire.MAX_LINE:
                raise wire.Unreadable("a line without an end")
            self._read()
        return wire.unpack(self._take(end + 1), self._take)

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._read()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _read(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self._frames], [], [], left)[0]:
            raise Late
        data = os.read(self._frames, 1 << 16)
        self._left -= len(data)
        if not data:
            raise Ended
        if self._left < 0:
            raise Flood
        self._buffer += data
