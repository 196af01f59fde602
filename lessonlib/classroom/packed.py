"""What every package holds: the parts of the course that grading takes, and the exercises as they are handed out."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.checks.exercise import Exercise
from lessonlib.course import notebooks, submissions

# The records are read by lessons and by what a check says beside a measured tree.
GRADING = (
    "course.py", "lessonlib", "pyproject.toml", "requirements.txt", "constraints.txt", "LICENSE", "LICENSE-TEXT.md",
    "benchmarks/benchmarks.toml", "benchmarks/records",
)  # fmt: skip


def copy(course: Path, folder: Path, names: tuple[str, ...] = GRADING) -> None:
    """Copy these files and folders of the course into `folder`."""
    for name in names:
        source, target = course / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)


def hand_out(folder: Path, sheets: dict[str, NotebookNode]) -> None:
    """Write the exercise notebooks, fresh."""
    for name, notebook in sheets.items():
        notebooks.write(folder / name, notebooks.dumps(notebook))


def exercises(folder: Path) -> dict[str, tuple[Exercise, ...]]:
    """The exercises of each notebook in a folder that `hand_out` has written."""
    return {sheet.file: sheet.exercises for sheet in submissions.handed_out(folder)}
