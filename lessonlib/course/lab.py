"""`python3 course.py lab`: JupyterLab, opened on the course's first page."""

import os
import sys
from pathlib import Path

from lessonlib.course import ROOT, settings

FIRST_PAGE = "notebooks/00_start_here.ipynb"


def main(argv: list[str]) -> int:
    """Start JupyterLab in the repository; every further argument is JupyterLab's own."""
    from jupyterlab.labapp import LabApp

    settings.write(Path(sys.prefix))
    os.chdir(ROOT)
    LabApp.launch_instance(arguments(argv))
    return 0


def arguments(argv: list[str]) -> list[str]:
    """JupyterLab's arguments: the course's own first, so that yours, which come later, have the last word."""
    ours = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST_PAGE}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in argv:
        print("You are root, as one is in a container: JupyterLab is told that this is meant (--allow-root).")
        ours.append("--allow-root")
    return ours + argv
