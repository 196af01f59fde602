"""Pages that are written for a learner to keep or send: where one may be written, and what its own policy allows."""

import base64
import hashlib
from pathlib import Path


def target(file: str | Path, mark: str, what: str, overwrite: bool | None = None) -> Path:
    """The .html `file`, if a page may be written there: where nothing is, or a page with the same `mark`.

    `what` names such a page in words; `overwrite` is None where the caller offers no such choice. Raises ValueError
    for another ending, FileNotFoundError for a folder that is not there, FileExistsError for somebody else's file.
    """
    file = Path(file)
    if file.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{file.name} does not end in .html, so a browser would not open it. Add the ending.")
    if not file.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {file.parent}. Make it first, or choose another.")
    if file.exists() and not overwrite and mark.encode() not in _beginning(file):
        choice = "Choose another name" + ("." if overwrite is None else ", or say overwrite=True to lose it.")
        raise FileExistsError(f"{file} is there already and is no {what}. {choice}")
    return file


def _beginning(file: Path) -> bytes:
    return file.read_bytes()[:2000] if file.is_file() else b""


def allowed(text: str) -> str:
    """How a content security policy names exactly this script or style sheet."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}"


def write(file: Path, page: bytes) -> None:
    """All of it or nothing."""
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes(page)
    beside.replace(file)
