"""A class that arrives at the same moment: from the login to a cell that has run, and the memory that each takes."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.lines import Setting, line
from benchmarks.visitor import Visitor
from lessonlib.course import Problem
from lessonlib.records import Record

STUDENTS = 20
CELL = """import torch
from lessonlib.models import tree
print(tree(27, 24, 128)(torch.zeros(2, 8, dtype=torch.int64)).shape)"""


def measure(setting: Setting) -> list[Record]:
    """Seconds on the wall for each student and memory a student; needs root and a folder of `course.py class`."""
    # accounts, and so these, are Linux's alone; the list of benchmarks is read everywhere
    from lessonlib.classroom.hub.accounts import DEMONSTRATION
    from lessonlib.classroom.hub.layout import Layout
    from lessonlib.classroom.hub.trial import Trial, free_port
    from lessonlib.classroom.place import Place

    names = [f"{DEMONSTRATION}bench-{i + 1}" for i in range(STUDENTS)]
    with Trial(Layout(Place(_class())), names, free_port()) as trial:
        before = _available()
        begin = time.monotonic()
        with ThreadPoolExecutor(STUDENTS) as pool:
            steps = list(pool.map(lambda name: _arrive(trial, name), names))
        whole = time.monotonic() - begin
        time.sleep(5)  # what a start takes for a moment is given back
        taken = (before - _available()) / STUDENTS
        processes = [_memory(trial.accounts.home(name).stat().st_uid) for name in names]
    at = {"students": STUDENTS}
    return [
        *(line(step, "wall time", "s", [each[step] for each in steps], figure="median", at=at) for step in steps[0]),
        line("class", "wall time", "s", [whole], at=at),
        line("student", "memory taken from the machine", "GB", [taken], at=at),
        line("student", "memory of the processes", "GB", processes, figure="median", at=at),
    ]


def _class() -> Path:
    folder = Path(os.environ.get("COURSE_CLASS", ""))
    if not hasattr(os, "geteuid") or os.geteuid() or not (folder / "env").exists():
        raise Problem("This benchmark needs root, and a folder made by `course.py class`, named by COURSE_CLASS.")
    return folder


def _arrive(trial, name):
    """Log in, wait for the server, run a cell; the seconds of each step."""
    visitor, seconds, last = Visitor(trial.url, name), {}, time.monotonic()
    for step, act in (
        ("login", lambda: visitor.log_in(trial.password)),
        ("server", visitor.open),
        ("cell", lambda: visitor.run(CELL)),
    ):
        act()
        seconds[step], last = time.monotonic() - last, time.monotonic()
    print(f"  {name}: {', '.join(f'{step} {s:.1f} s' for step, s in seconds.items())}", file=sys.stderr, flush=True)
    return seconds


def _available():
    """Memory that the machine could still give, in GB."""
    facts = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(facts["MemAvailable"].split()[0]) * 1024 / 1e9


def _memory(uid):
    """What the processes of an account hold in memory, in GB; what several of them share is shared out (PSS)."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == uid:
                rollup = (process / "smaps_rollup").read_text()
                total += int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
        except (OSError, StopIteration):
            continue
    return total * 1024 / 1e9
