"""The limited process: confine yourself, say so, take one job, run the answer and its probes, send what came out.

Started by sandbox.py as `python -I -S -B main.py SETTINGS`, in an empty folder, with a clean environment. The job
comes on standard input, frames go to standard output. Nothing of the answer is read before the limits stand.
"""

from __future__ import annotations

import builtins
import importlib.util
import json
import linecache
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self")
MAGIC = re.compile(r"^[ \t]*[%!].*$|^.*\?\??[ \t]*$", re.MULTILINE)  # what only a notebook understands


def confine(settings: dict) -> list[str]:
    """Put up the limits; returns their names. torch is imported on the way: it needs files and threads to begin."""
    import confine as limits

    sys.path.append(settings["site"])
    packages = [path for path in Path(settings["site"]).iterdir() if "lessonlib" not in path.name]
    own = [Path(path) for path in (*settings["library"], settings["probes"], HERE, *SYSTEM)]
    files = limits.read_only_these([*own, *packages], listed=[Path(settings["site"]), Path.cwd()])
    import torch

    torch.set_num_threads(1)
    limits.limit_resources(settings["cpu"], settings["memory"])
    limits.refuse_calls()
    return ["time", "memory", "processes", "file size", "network", *(["files"] if files else [])]


def package(name: str, folder: str) -> ModuleType:
    """Import the package in `folder` as `name`, without its neighbours."""
    spec = importlib.util.spec_from_file_location(
        name, Path(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def work(job: dict, send) -> None:
    """Run the job's sources, then each probe, and send an outcome for each."""
    from probes import find, runner

    probes = [(name, find(name)) for name in job["probes"]]
    module = sys.modules["__main__"] = ModuleType("__main__")
    names = vars(module)
    names.update(__builtins__=builtins, display=print)
    for number, source in enumerate(job["given"]):
        execute(source, f"<given {number}>", names)

    cell = runner.run(
        lambda _, __: execute(job["answer"], "<answer>", names), None, job["seed"], "value", job["seconds"]
    )
    if job["name"] not in names:
        for name, _ in probes:
            send({"case": name, **asdict(without_answer(cell, job["name"]))})
        return
    for name, probe in probes:
        outcome = runner.run(probe, names[job["name"]], job["seed"], job["kind"], job["seconds"])
        send({"case": name, **asdict(outcome)})
        if outcome.status != runner.RETURNED and job["kind"] == "code":
            return


def execute(source: str, file: str, names: dict) -> None:
    """Run a cell's source; lines for the notebook alone are left out where the rest does not parse with them."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        code = compile(source, file, "exec")
    except SyntaxError:
        code = compile(MAGIC.sub("", source), file, "exec")
    exec(code, names)


def without_answer(cell, name: str):
    """The outcome of every probe when the answer's cell did not define `name`."""
    from probes import runner

    if cell.status == runner.RETURNED:
        return runner.Outcome(
            runner.RAISED,
            error="NameError",
            message=f"the answer's cell does not define `{name}`",
            printed=cell.printed,
        )
    return cell


def main() -> None:
    """Speak with the parent over what were standard input and output, and leave both empty for the answer."""
    settings = json.loads(sys.argv[1])
    jobs, frames = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)

    sys.path.append(str(HERE))
    walls = confine(settings)
    package("probes", settings["probes"])
    import wire

    def send(frame: dict) -> None:
        data = memoryview(wire.pack(frame))
        while data:
            data = data[os.write(frames, data) :]

    send({"walls": walls})
    with os.fdopen(jobs, encoding="utf-8") as file:
        job = json.loads(file.readline())
    os.dup2(nothing, 2)
    work(job, send)
    os._exit(0)


if __name__ == "__main__":
    main()
