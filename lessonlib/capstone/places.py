"""Where what you make is kept: a folder of your own, and names in it that are still free."""

import os
from pathlib import Path

from lessonlib.progress import REPOSITORY


def folder() -> Path:
    """The folder my_tree/ at the top of the course, made when it is first asked for.

    Where LESSONLIB_PROGRESS moves the progress file, it lies beside that.
    """
    moved = os.environ.get("LESSONLIB_PROGRESS")
    place = (Path(moved).parent if moved else REPOSITORY) / "my_tree"
    place.mkdir(parents=True, exist_ok=True)
    return place


def unused(file: str | Path) -> Path:
    """`file`, or with -2, -3 … before its ending where that name is taken, so that nothing is written over."""
    file = Path(file)
    others = (file.with_name(f"{file.stem}-{i}{file.suffix}") for i in range(2, 100_000))
    return file if not file.exists() else next(other for other in others if not other.exists())
