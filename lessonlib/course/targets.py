"""Where a command will write, tried before it works: nothing that took long is lost for a folder that is none."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lessonlib.course import Problem


def try_folder(folder: Path, option: str = "--to") -> None:
    """Make the folder, and a file in it that goes at once. Raises Problem where that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"a try")
    except OSError as error:
        raise Problem(
            f"Nothing can be written to {folder}: {error.strerror}. Nothing was done. Name a folder that can be "
            f"written with {option}."
        ) from None


def try_file(path: Path, option: str) -> None:
    """The same for a file: its folder, and that it is no folder itself."""
    if path.is_dir():
        raise Problem(f"{path} is a folder. Nothing was done. Name a file with {option}.")
    try_folder(path.absolute().parent, option)
