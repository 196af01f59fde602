"""The process that runs one answer: put up the limits, say so, take the job, run it, send what came out."""

from __future__ import annotations

import builtins
import functools
import json
import linecache
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from types import ModuleType

import wire
from probes import find, runner, syntax


def serve(jobs: int, frames: int, confine: Callable[[], list[str]]) -> None:
    """Read one job from `jobs` and write frames to `frames`. Nothing of the answer is read before the limits stand."""

    def send(frame: dict) -> None:
        data = memoryview(wire.pack(frame))
        while data:
            data = data[os.write(frames, data) :]

    try:
        send({"walls": confine()})
    except Exception as error:
        send({"unconfined": str(error)})
        os._exit(1)
    code = 1
    try:
        with os.fdopen(jobs, encoding="utf-8") as file:
            job = json.loads(file.readline())
        work(job, send)
        code = 0
    finally:  # whatever an answer has put into the way out of Python is not waited for
        os._exit(code)


def work(job: dict, send: Callable[[dict], None]) -> None:
    """Run the job's sources, then each probe, and send an outcome for each."""
    probes = [(name, find(name)) for name in job["probes"]]
    if job["material"] is not None:
        probes = [(name, functools.partial(probe, material=job["material"])) for name, probe in probes]
    module = sys.modules["__main__"] = ModuleType("__main__")
    names = vars(module)
    names.update(__builtins__=builtins, display=print)
    for number, source in enumerate(job["given"]):
        execute(source, f"<given {number}>", names)

    ran = cells(job["answer"], names, job["seed"], job["cell_seconds"])
    for name, probe in probes:
        if job["name"] in names:
            outcome = runner.run(probe, names[job["name"]], job["seed"], job["kind"], job["seconds"])
        else:
            outcome = without_answer(ran, job["name"])
        send({"case": name, **asdict(outcome)})
        if outcome.status != runner.RETURNED and job["kind"] == "code":
            return


def cells(sources: list[str], names: dict, seed: int, seconds: float) -> runner.Outcome:
    """Run the cells one after the other, as a notebook does: one that fails does not stop the next.

    Returns the outcome of the first that failed, else of the last.
    """
    failed = None
    for number, source in enumerate(sources):

        def cell(answer: None, seed: int, source: str = source, file: str = f"<answer {number}>") -> dict:
            execute(source, file, names)
            return {}

        ran = unreadable(source) or runner.run(cell, None, seed, "value", seconds)
        if ran.status == runner.STOPPED:
            ran = replace(ran, message=f"The cell itself was still running after {seconds:g} seconds, and was stopped.")
        if ran.status != runner.RETURNED and failed is None:
            failed = ran
    return failed or ran


def execute(source: str, file: str, names: dict) -> None:
    """Run a cell's source; its exceptions can name their line."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    syntax.execute(source, file, names)


def unreadable(source: str) -> runner.Outcome | None:
    """The outcome of a cell that does not even parse."""
    try:
        syntax.compiled(source, "<answer>")
    except SyntaxError as error:
        told = f"{error.msg} (line {error.lineno} of the cell)"
        return runner.Outcome(runner.RAISED, error="SyntaxError", message=told, line=(error.text or "").strip())
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL in it, or brackets in brackets without end
        return runner.Outcome(runner.RAISED, error=type(error).__name__, message="the cell cannot be read as Python")
    return None


def without_answer(ran: runner.Outcome, name: str) -> runner.Outcome:
    """The outcome of every probe when the answer's cell, which `ran`, did not define `name`."""
    if ran.status != runner.RETURNED:
        return ran
    told = f"the cell of the answer does not define `{name}`"
    return runner.Outcome(runner.RAISED, error="NameError", message=told, printed=ran.printed)
