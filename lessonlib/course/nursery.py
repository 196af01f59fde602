"""The processes that run submitted answers, and our end of the pipes to them. Who lives there is believed nothing.

A Nursery is one that waits with torch imported and forks a limited process for each answer (child/main.py).
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
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
from pathlib import Path

import torch

from lessonlib.checks import probes
from lessonlib.checks.probes import runner
from lessonlib.course.child import wire

CHILD = Path(__file__).parent / "child" / "main.py"
MEMORY = 1_000_000_000  # bytes beyond what torch itself takes
START = 120.0  # seconds for Python and torch to start, on a busy machine
PARTING = 20.0  # seconds for a nursery to end a process and say so
FOLDERS = "course-answers-"
A_DAY = 86_400.0  # seconds
NAMESPACES = ["unshare", "--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--"]
GONE = contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired)  # it may have ended before we speak to it


class Ended(Exception):
    """No frame comes any more: the process ended."""

    status, error, message = runner.EXITED, "", ""


class Late(Ended):
    """The time is over."""

    status = runner.STOPPED


class Flood(Ended):
    """It sent more than an answer has."""

    status = runner.FLOODED


class Lost(Exception):
    """A nursery, or the process that it should have forked, is not there; the message holds its last words."""


class Nursery:
    """A process that waits, with torch imported, to fork one process after the other (child/main.py)."""

    def __init__(self):
        self.is_alive = True
        _remove_leftovers()
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDERS))
        home, work = self.folder / "home", self.folder / "work"
        home.mkdir()
        work.mkdir()
        self.line, theirs = socket.socketpair()
        settings = {
            "site": str(Path(torch.__file__).resolve().parents[1]),
            "library": [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")],
            "probes": str(Path(probes.__file__).resolve().parent),
            "home": str(home),
            "memory": MEMORY,
        }
        with theirs:
            self.child = subprocess.Popen(
                [*namespaces(), sys.executable, "-I", "-S", "-B", str(CHILD), json.dumps(settings)],
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
        """A new confined process, with at most `cpu` seconds of processor time; dead and gone afterwards.

        Raises Lost where none comes to be.
        """
        self.line.settimeout(START)
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
            raise Lost(self._last_words()) from None
        finally:
            process.exit_code, process.spent = self._end()
            os.close(tell)
            os.close(frames)

    def _end(self) -> tuple[int, float]:
        """End the process that runs; how it ended, and the seconds of processor time that it took.

        A nursery that does not answer is none any more.
        """
        with GONE:
            self.line.settimeout(PARTING)
            self.line.sendall(b"end")
            code, spent = self.line.recv(32).split()
            return int(code), float(spent)
        self.is_alive = False
        return -1, 0.0

    def _last_words(self) -> str:
        self._kill()
        said = self.child.communicate()[1].decode(errors="replace").strip().splitlines()
        return said[-1] if said else "the process did not start in time"

    def _kill(self) -> None:
        if self.child.poll() is None:
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


def _remove_leftovers() -> None:
    """Remove the folders of graders that were killed: those of yesterday."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        with GONE:
            if time.time() - folder.stat().st_mtime > A_DAY:
                shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def namespaces() -> tuple[str, ...]:
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
        self.exit_code, self.spent = 0, 0.0
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
