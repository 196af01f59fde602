"""A class of 200 graded: seconds each with one and two answers at a time; then a run that is killed and taken up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks import made_up_class
from benchmarks.lines import Setting, line
from lessonlib.course import Problem, journal
from lessonlib.records import Record

COUNT, QUICK = 200, 5  # submissions
CHILD = b"child/main.py"  # what a nursery runs
PATIENCE = 20.0  # seconds for a killed run's processes to end
NAMES = {1: "one-at-a-time", 2: "two-at-a-time"}


def measure(setting: Setting) -> list[Record]:
    """Wall and processor seconds a submission; what was lost or done twice in the run that was killed."""
    count, most = (QUICK, 1) if setting.quick else (COUNT, 2)
    with tempfile.TemporaryDirectory(prefix="course-class-") as scratch:
        folder = Path(scratch)
        made_up_class.hand_in(folder / "in", count)
        lines = []
        for jobs in range(1, most + 1):
            wall, spent = _graded(folder, NAMES[jobs], jobs)
            told = {"submissions": count, "load": round(os.getloadavg()[0], 1), "processors": os.cpu_count()}
            lines.append(line(NAMES[jobs], "time each", "s", [wall / count], **told))
            lines.append(line(NAMES[jobs], "processor time each", "s", [spent / count], **told))
        whole = folder / NAMES[most]
        left = _killed(folder, most, len(_keys(whole)) // 2)
        _graded(folder, "killed", most)
        return lines + _compared(whole, folder / "killed", left, count)


def _compared(whole: Path, killed: Path, left: int, count: int) -> list[Record]:
    """How the run that was killed and taken up differs from the one that was not: all of it should be 0."""
    wrong = sum(_points(whole).get(name) != points for name, points in _points(killed).items())
    lost = count - len(_points(killed)) + len(set(_keys(whole))) - len(set(_keys(killed)))
    twice = sum(times - 1 for times in Counter(_keys(killed)).values())
    figures = {"lost": lost, "graded twice": twice, "other points": wrong, "processes left over": left}
    return [line("killed", quantity, "", [float(value)], submissions=count) for quantity, value in figures.items()]


def _command(folder: Path, to: str, jobs: int) -> list[str]:
    return [sys.executable, "-m", "lessonlib", "grade", str(folder / "in"), "--to", str(folder / to), f"--jobs={jobs}"]


def _graded(folder: Path, to: str, jobs: int) -> tuple[float, float]:
    """Grade to the end: wall seconds, and those of the processor, the answers' own with them."""
    began, spent = time.perf_counter(), {}
    with subprocess.Popen(_command(folder, to, jobs), stdout=subprocess.DEVNULL) as grader:
        while grader.poll() is None:
            spent |= _spent(grader.pid)
            time.sleep(0.1)
    if grader.returncode:
        raise Problem("Grading failed, as said above.")
    return time.perf_counter() - began, sum(spent.values())


def _spent(pid: int) -> dict[int, float]:
    """Processor seconds until now, by process: of the grader, and of each nursery with the answers that it has ended.

    Of answers that live in a namespace of their own, whoever waits for the grader is told nothing.
    """
    try:
        own, below = _times(pid)
        program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if program == sys.executable.encode() and any(each.endswith(CHILD) for each in arguments):
            return {pid: own + below}
        return {pid: own} | {key: value for child in _children(pid) for key, value in _spent(child).items()}
    except (OSError, IndexError):  # it has just ended
        return {}


def _times(pid: int) -> tuple[float, float]:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    times = [int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:15]]
    return sum(times[:2]), sum(times[2:])


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def _killed(folder: Path, jobs: int, answers: int) -> int:
    """Kill a run as soon as so many answers are in its journal; the number of its processes that outlive it."""
    command = _command(folder, "killed", jobs)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as grader:
        while len(_keys(folder / "killed")) < answers:
            if grader.poll() is not None:
                raise Problem("The run that was to be killed ended by itself.")
            time.sleep(0.02)
        own = _below(grader.pid)
        grader.send_signal(signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while (left := sum(_lives(*process) for process in own)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _below(pid: int) -> list[tuple[int, str]]:
    """The processes that this one has begun, and theirs: each by its number and when it began."""
    return [each for child in _children(pid) for each in [(child, _began(child)), *_below(child)]]


def _began(pid: int) -> str:
    """When a process began, in the kernel's ticks: with its number, that is nobody else's."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else fields[18]


def _lives(pid: int, began: str) -> bool:
    return bool(began) and _began(pid) == began


def _keys(folder: Path) -> list[str]:
    """The keys in a run's journal, one for each answer that was written down."""
    try:
        told = (folder / journal.FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return []
    entries = (json.loads(each) for each in told if each.endswith("\n") and each.strip())
    return [entry["key"] for entry in entries if "key" in entry]


def _points(folder: Path) -> dict[str, object]:
    """What each submission has earned, exercise by exercise."""
    told = json.loads((folder / "grades.json").read_text(encoding="utf-8"))
    return {each["submission"]: [(e["id"], e["points"]) for e in each["exercises"]] for each in told}
