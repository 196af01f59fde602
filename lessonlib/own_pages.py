"""Pages to keep or to send: where one may be written, what its own policy allows, how a report looks."""

import base64
import hashlib
from html import escape
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
FRAME = Template((HERE / "own_pages.html").read_text("utf-8"))
LOOK = (HERE / "own_pages.css").read_text("utf-8")


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


def framed(mark: str, title: str, body: str, look: str, code: str = "") -> str:
    """A page that loads nothing and runs nothing but `code`, which stands in its `body`; `title` is plain text."""
    return FRAME.substitute(
        mark=mark,
        title=escape(title),
        scripts=f"script-src '{allowed(code)}'; " if code else "",
        look=look,
        look_hash=allowed(look),
        body=body,
    )


def report(mark: str, title: str, lead: str, sections: list[str], note: str, look: str) -> str:
    """A report as a page of its own: `sections` are HTML, all else plain text; `look` adds to what all reports have."""
    parts = [f"<h1>{escape(title)}</h1>", f'<p class="lead">{escape(lead)}</p>', *sections]
    body = "\n".join(["<main>", *parts, f"<footer><p>{escape(note)}</p></footer>", "</main>", ""])
    return framed(mark, title, body, LOOK + look)


def write(file: Path, page: bytes) -> None:
    """All of it or nothing."""
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes(page)
    beside.replace(file)
