"""`python3 course.py reset 03`: an exercise as it was at the beginning; what you wrote is kept."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.course import ROOT, Problem, build, notebooks
from lessonlib.course.lock import one_at_a_time
from lessonlib.course.notebooks import name_of


def main(argv: list[str]) -> int:
    """Reset the exercises that are named on the command line."""
    parser = argparse.ArgumentParser(
        prog="course.py reset", description="Begin an exercise afresh. The old notebook is kept under a dated name."
    )
    parser.add_argument("exercise", nargs="+", help="its number, as 03, its name, as batchnorm, or its file")
    names = parser.parse_args(argv).exercise
    with one_at_a_time(ROOT / ".course" / "update.lock", "An update or another reset is at work; waiting for it."):
        for name in names:
            print(reset(ROOT, name))
    return 0


def reset(root: Path, name: str) -> str:
    """Put the fresh exercise in the place of the old one; returns what was done, in words."""
    file, new = _find(root, name)
    path = root / "exercises" / file
    shown = path.relative_to(root)
    if not path.exists():
        notebooks.write(path, notebooks.dumps(new))
        return f"{shown} was missing; here it is again."
    if path.read_bytes() == notebooks.dumps(new):
        return f"{shown} is fresh already. Nothing was changed."
    copy = notebooks.keep(root, path)
    notebooks.write(path, notebooks.dumps(new))
    return (
        f"{shown} is fresh again. What you had is kept as {copy.relative_to(root)}.\n"
        "If the notebook is open in JupyterLab: File, Reload Notebook from Disk."
    )


def _find(root: Path, name: str) -> tuple[str, NotebookNode]:
    """The exercise that `name` means: 3, 03, batchnorm and exercises/03_batchnorm.ipynb, under whatever number."""
    made = build.exercises(root)
    stem = Path(name).name.removesuffix(".ipynb")
    wanted = name_of(stem).replace("-", "_")
    for file, notebook in made.items():
        if wanted == name_of(file) or (stem.isdecimal() and file.startswith(f"{stem:0>2}_")):
            return file, notebook
    known = ", ".join(f"{file[:2]} ({name_of(file)})" for file in made)
    raise Problem(f"There is no exercise {name!r}. There are: {known or 'none yet'}.")
