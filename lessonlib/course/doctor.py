"""`python3 course.py doctor`: what is right and what is wrong with this copy. Standard library alone.

It runs on the Python it was started with, whether or not anything is installed.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator

import lessonlib
from lessonlib.course import ROOT, environment, pytorch
from lessonlib.course.browsers import chromium

OK, NOTE, BAD = "[OK]", "[--]", "[!!]"
PACKAGES = ("torch", "numpy", "matplotlib", "jupyterlab", "ipykernel", "ipywidgets", "anywidget", "lessonlib")


def main(argv: list[str]) -> int:
    """Print a line for each thing looked at; returns 1 when one of them needs a cure."""
    argparse.ArgumentParser(
        prog="course.py doctor", description="Say what is wrong with the install, and how to fix it."
    ).parse_args(argv)
    print(f"course {lessonlib.__version__} on {platform.platform()}, {os.cpu_count()} processors")
    findings = list(examine(environment.Environment(ROOT)))
    for mark, text in findings:
        print(mark, text)
    return int(any(mark == BAD for mark, _ in findings))


def examine(here: environment.Environment) -> Iterator[tuple[str, str]]:
    """Yield (mark, sentence) for each thing that the course stands on."""
    yield OK, f"Python {platform.python_version()} at {sys.executable}"
    yield (
        (OK, "it can make environments")
        if environment.has_venv()
        else (BAD, f"it cannot make environments. {environment.VENV_CURE}")
    )
    yield _disk(here)
    yield _git()
    installed = _install(here)
    yield installed
    if installed[0] == OK:
        yield from _packages(here)
    yield _browser()
    if foreign := [name for name in environment.NOT_OURS if os.environ.get(name)]:
        yield NOTE, f"{', '.join(foreign)} is set: course.py leaves it out, a plain `jupyter lab` would not"


def _disk(here: environment.Environment) -> tuple[str, str]:
    free = environment.free_gigabytes(here.root)
    build = pytorch.wanted("auto", None) or "cpu"
    asked = pytorch.GIGABYTES[build]
    enough = free >= asked or here.python.exists()
    return OK if enough else BAD, f"{free:.1f} GB free; an install asks for {asked:.0f} GB"


def _git() -> tuple[str, str]:
    git = shutil.which("git")
    if git is None:
        return NOTE, "git not found: the lessons run without it, `course.py update` needs it (git-scm.com)"
    said = subprocess.run([git, "--version"], capture_output=True, text=True).stdout
    return OK, said.strip()


def _install(here: environment.Environment) -> tuple[str, str]:
    requirements = "requirements.txt"
    if not here.folder.exists():
        return NOTE, "nothing is installed yet: `python3 course.py lab` does it"
    if not here.is_usable():
        return BAD, ".venv was moved or is damaged: the next `python3 course.py lab` makes it anew"
    if not here.is_current(requirements):
        return NOTE, f"{requirements} is not wholly installed: the next `python3 course.py lab` does it"
    return OK, f"{requirements} is installed in .venv"


def _browser() -> tuple[str, str]:
    if found := chromium():
        return OK, f"Chromium at {found}"
    return NOTE, "no Chromium found: the browser tests are skipped (JupyterLab itself opens in any browser)"


def _packages(here: environment.Environment) -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        version = f"import {name}, importlib.metadata as m; print(m.version({name!r}))"
        command = [here.python, "-P", "-c", version]
        run = subprocess.run(command, capture_output=True, text=True, env=environment.surroundings())
        if run.returncode == 0:
            yield OK, f"{name} {run.stdout.strip()}"
        else:
            said = (run.stderr.strip().splitlines() or ["no word"])[-1]
            yield BAD, f"{name} does not import ({said}): delete the folder .venv and start again"
