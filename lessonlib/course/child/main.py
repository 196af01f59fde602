"""Wait with torch imported, and fork a limited process for each answer: importing torch takes longer than most answers.

Started by sandbox.py as `python -I -S -B main.py SETTINGS`, with a clean environment, in an empty folder, and a
socket as standard input. No answer ever runs in this process; it only forks, and ends what it has forked.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")


def warm_up(torch) -> None:
    """Make torch import here what its optimizers import at their first step: that takes seconds.

    No backward pass: torch cannot fork after one.
    """
    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.zeros(1)
    torch.optim.SGD([parameter]).step()


def package(name: str, folder: str) -> None:
    """Import the package in `folder` as `name`, without its neighbours."""
    spec = importlib.util.spec_from_file_location(
        name, Path(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def main() -> None:
    """Take orders from the socket: seconds and two pipes for an answer, then that it is over; tell how it ended.

    With it go the seconds of processor time that it took.
    """
    settings = json.loads(sys.argv[1])
    sys.path += [str(HERE), settings["site"]]
    import torch

    torch.set_num_threads(1)
    warm_up(torch)
    package("probes", settings["probes"])
    import answer

    orders = socket.socket(fileno=os.dup(0))
    while True:
        cpu, pipes, _, _ = socket.recv_fds(orders, 16, 2)
        if not pipes:  # the grader is gone
            return
        child = os.fork()
        if child == 0:
            leave_only(*pipes)
            answer.serve(*pipes, lambda cpu=int(cpu): confine(settings, cpu))
        for pipe in pipes:
            os.close(pipe)
        orders.recv(16)
        os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)  # all its threads; it can start no other process
        orders.sendall(b"%d %.3f\n" % (os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime))


def leave_only(*pipes: int) -> None:
    """Close every other file: the answer must not find the socket; and its input and output lead nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    for file in range(3, 256):
        if file not in pipes:
            with contextlib.suppress(OSError):
                os.close(file)


def confine(settings: dict, cpu: int) -> list[str]:
    """Put up the limits; returns their names."""
    import confine as limits

    site = Path(settings["site"])
    packages = [path for path in site.iterdir() if "lessonlib" not in path.name]
    own = [Path(path) for path in (*settings["library"], settings["probes"], settings["home"], HERE, *SYSTEM)]
    limits.limit_resources(cpu, settings["memory"])
    files = limits.read_only_these([*own, *packages], listed=[site, Path.cwd()])
    limits.give_up_privileges()
    limits.refuse_calls()
    return ["time", "memory", "processes", "file size", "network", *(["files"] if files else [])]


if __name__ == "__main__":
    main()
