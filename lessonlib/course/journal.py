"""What a grading run has found, answer by answer, so that a run that was stopped goes on where it was.

A line for each answer, under a key made of all that decides about it: the answer, what runs before it, the checks,
the seed, torch, and the limits. The file is for the instructor alone. What the machinery failed at is not written.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import platform
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from lessonlib import checks
from lessonlib.checks.exercise import Exercise, Mistake
from lessonlib.checks.result import Line, Mark, Result
from lessonlib.course import Problem, child, lock, nursery, sandbox
from lessonlib.course.child import wire

FILE = "journal.jsonl"


class Journal:
    """The journal of the run in `folder`; `seed` is its seed. Made by `opened`."""

    def __init__(self, file: int, seed: int | None):
        self._file = file
        told = list(_lines(file))
        starts = [line for line in told if "seed" in line]
        goes_on = bool(starts) and not any("finished" in line for line in told[told.index(starts[-1]) :])
        before = starts[-1]["seed"] if goes_on else None
        self.seed = seed if seed is not None else before if before is not None else secrets.randbelow(2**31)
        self._found = {line["key"]: line for line in told if "key" in line}
        self._added: set[str] = set()
        if goes_on and before == self.seed:
            return
        if not any(line["seed"] == self.seed for line in starts):  # other inputs: nothing of it will be asked for
            os.ftruncate(file, 0)
            self._found = {}
        self._append({"seed": self.seed})

    def find(self, key: str, exercise: Exercise) -> tuple[Result, frozenset[str]] | None:
        """What was found under this key, with the limits that stood; None where nothing was."""
        line = self._found.get(key)
        try:
            return line and (_result(line["result"], exercise), frozenset(line["walls"]))
        except (KeyError, TypeError, ValueError, IndexError, wire.Unreadable):  # written by another version
            return None

    def add(self, key: str, result: Result, walls: frozenset[str]) -> None:
        """Write a result down, once, unless the check itself failed."""
        if key not in self._added and all(line.mark != Mark.BROKEN for line in result.lines):
            self._added.add(key)
            self._append({"key": key, "result": _record(result), "walls": sorted(walls)})

    def finish(self) -> None:
        """The run is at its end: the next one begins afresh."""
        self._append({"finished": True})

    def _append(self, line: dict) -> None:
        data = json.dumps(line).encode() + b"\n"
        try:
            written = os.write(self._file, data)
            os.fsync(self._file)
        except OSError as error:
            raise Problem(f"The journal of this run could not be written: {error.strerror}. {GO_ON}") from None
        if written < len(data):
            raise Problem(f"The journal of this run could not be written: the disk is full. {GO_ON}")


GO_ON = "What was graded until now is kept: grade again, and it goes on there."


@contextmanager
def opened(folder: Path, seed: int | None) -> Iterator[Journal]:
    """The journal in `folder`, which no other run may use at the same time.

    Without a `seed`, a run that was stopped keeps its own, and any other run draws one.
    """
    path = folder / FILE
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.fchmod(file, 0o600)
    except OSError as error:
        raise Problem(f"{path} could not be opened: {error.strerror}. Name another folder with --to.") from None
    with os.fdopen(file, "rb", buffering=0) as holder:
        if not lock.take(holder):
            raise Problem(f"Another `grade` is writing into {folder}. Wait for it, or name another folder with --to.")
        yield Journal(file, seed)


def key(exercise: Exercise, given: list[str], answer: tuple[str, ...], seed: int) -> str:
    """The name of a result: of everything that it depends on."""
    limits = [nursery.MEMORY, nursery.namespaces() != (), exercise.seconds, exercise.budget, sandbox.CELL_SECONDS]
    system = [torch.__version__, platform.python_version(), platform.machine(), platform.release()]
    told = json.dumps([exercise.id, given, answer, judge(), seed, system, limits])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


@functools.cache
def judge() -> str:
    """A hash of the checks and of the limits, as they stand in this course."""
    digest = hashlib.sha256()
    for package in (checks, child):
        folder = Path(package.__file__).parent
        for file in sorted(file for file in folder.rglob("*") if file.suffix in (".py", ".toml")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _lines(file: int) -> Iterator[dict]:
    """The lines of the file that are whole; whoever was killed may have left a part of one."""
    with open(file, "rb", closefd=False) as reader:
        reader.seek(0)
        data = reader.read()
    if data and not data.endswith(b"\n"):
        os.write(file, b"\n")
    for text in data.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("seed", 0), int) and isinstance(line.get("key", ""), str):
            yield line


# --- results as JSON ---


def _record(result: Result) -> dict:
    lines = [[line.title, line.points, line.mark, _told(line.mistake), line.note] for line in result.lines]
    return {"lines": lines, "printed": result.printed, "notes": list(result.notes)}


def _result(record: dict, exercise: Exercise) -> Result:
    lines = tuple(
        Line(title, points, Mark(mark), _mistake(told), note) for title, points, mark, told, note in record["lines"]
    )
    return Result(exercise, lines, record["printed"], tuple(record["notes"]))


def _told(mistake: Mistake | None) -> dict | None:
    if mistake is None:
        return None
    picture = mistake.picture and base64.b64encode(wire.pack({"picture": [_carried(t) for t in mistake.picture]}))
    told = {"misconception": mistake.misconception, "next": mistake.next, "picture": picture and picture.decode()}
    return {"says": mistake.says, **told}


def _carried(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor in a type that the wire knows."""
    return tensor if tensor.dtype in wire.TYPES.values() else tensor.float()


def _mistake(told: dict | None) -> Mistake | None:
    if told is None:
        return None
    picture = told["picture"] and _picture(base64.b64decode(told["picture"]))
    return Mistake(told["says"], misconception=told["misconception"], next=told["next"], picture=picture)


def _picture(frame: bytes) -> tuple[torch.Tensor, ...]:
    line, _, raw = frame.partition(b"\n")
    return tuple(wire.unpack(line, _reader(raw))["picture"])


def _reader(data: bytes) -> Callable[[int], bytes]:
    left = bytearray(data)

    def take(count: int) -> bytes:
        taken = bytes(left[:count])
        del left[:count]
        return taken

    return take
