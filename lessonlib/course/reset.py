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
        prog="course.py reset", description="Start an exercise over. The old notebook is kept under a dated name."
    )
    parser.add_argument("exercise", nargs="+", help="its number (03), its name (batchnorm) or its file")
    names = parser.parse_args(argv).exercise
    with one_at_a_time(ROOT / ".course" / "update.lock", "An update or another reset is running; waiting for it."):
        for name in names:
            print(reset(ROOT, name))
    return 0


def reset(root: Path, name: str) -> str:
    """Put the fresh exercise in the place of the old one; returns what was done, in words."""
    file, new = _find(root, name)
    path = root / "exercises" / file
    shown = path.relative_to(root)
    if not path.exists():
        return _missing(root, path, new)
    if path.read_bytes() == notebooks.dumps(new):
        return f"{shown} is fresh already. Nothing was changed."
    copy = notebooks.keep(root, path)
    notebooks.write(path, notebooks.dumps(new))
    return (
        f"{shown} is fresh again. What you had is kept as {copy.relative_to(root)}.\n"
        "If the notebook is open in JupyterLab: File, Reload Notebook from Disk."
    )


def _missing(root: Path, path: Path, new: NotebookNode) -> str:
    """Write the exercise that is not there. One that lies there under an earlier number is kept and goes."""
    shown = path.relative_to(root)
    earlier = [other for other in notebooks.numbered(path.parent) if name_of(other.name) == name_of(path.name)]
    notebooks.write(path, notebooks.dumps(new))
    if not earlier:
        return f"{shown} was missing; here it is again."
    copies = ", ".join(str(notebooks.keep(root, other).relative_to(root)) for other in earlier)
    for other in earlier:
        other.unlink()
    return f"{shown} is fresh again. {earlier[0].name}, as it was called before, is kept as {copies}."


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
