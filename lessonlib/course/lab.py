"""`python3 course.py lab`: JupyterLab, opened on the course's first page."""

import os
import sys
from pathlib import Path

from lessonlib import lessons
from lessonlib.course import ROOT, Problem, homes, settings, update

FIRST_PAGE = Path("notebooks") / lessons.find("start-here").file


def main(argv: list[str]) -> int:
    """Start JupyterLab in the repository, on its first page or on the notebook named; all else is for JupyterLab."""
    settings.write(Path(sys.prefix))
    try:
        for line in update.settle(ROOT):
            print(line)
    except Problem as problem:  # no reason not to start
        print(problem)
    passed_on = arguments(argv)
    if moved := homes.move(ROOT / ".course" / "home"):
        print(moved)
    os.chdir(ROOT)  # JupyterLab's file browser shows the folder it was started in
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(passed_on)
    return 0


def arguments(argv: list[str]) -> list[str]:
    """JupyterLab's arguments for ours: a notebook of the course opens in its place, as the first page does.

    (`/doc` is JupyterLab with one document at a time, and nothing at its left: see settings.py.)
    """
    page, passed_on = FIRST_PAGE, []
    for argument in argv:
        file = Path(argument).resolve()
        if file.is_file() and file.is_relative_to(ROOT):
            page = file.relative_to(ROOT)
        else:
            passed_on.append(argument)
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in argv:
        print("You are root, as is usual in a container, so JupyterLab is started with --allow-root.")
        passed_on.append("--allow-root")
    if not any(argument.startswith("--ServerApp.root_dir") for argument in argv):
        passed_on.insert(0, f"--ServerApp.root_dir={ROOT}")  # a configuration of one's own may name another folder
    return [f"--LabApp.default_url=/doc/tree/{page.as_posix()}", *passed_on]
