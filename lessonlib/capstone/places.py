"""Where what you make is kept: a folder of your own, and names in it that are still free."""

import itertools
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
    return unused_together(file)[0]


def unused_together(*files: str | Path) -> list[Path]:
    """The files under one number that is free for all of them, so that what belongs together is named alike."""
    numbered = ([_numbered(Path(file), i) for file in files] for i in itertools.count(1))
    # lexists, as a broken link is somebody's, too
    return next(these for these in numbered if not any(os.path.lexists(file) for file in these))


def said(place: Path) -> str:
    """Where a folder is, for people: its whole path, or where it lies if LESSONLIB_PROGRESS moved it."""
    moved = os.environ.get("LESSONLIB_PROGRESS")
    return f"{place.name}, beside your progress file" if moved else str(place)


def _numbered(file, i):
    return file if i == 1 else file.with_name(f"{file.stem}-{i}{file.suffix}")
