"""Notebooks as files: read what anybody may have touched, write in one piece, know an answer cell."""

from __future__ import annotations

import hashlib
import json
import re
from copy import deepcopy
from pathlib import Path
from uuid import uuid4

import nbformat
from nbformat import NotebookNode

from lessonlib import lessons
from lessonlib.course import Problem, files

MAX_BYTES = 10_000_000
MAX_CELLS = 2_000
DEEPEST = 60  # lists and dicts in each other; what Jupyter writes stays below 20


# --- reading and writing ---


def read(path: Path) -> NotebookNode:
    """The notebook in `path`. Raises Problem with a sentence where it is none, or a damaged or a huge one."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Problem(f"{path} is not a file.")
        if size > MAX_BYTES:
            raise Problem(
                f"{path} has {size / 1e6:,.0f} MB; a notebook of this course has less than {MAX_BYTES / 1e6:.0f} MB. "
                "Clear its outputs (in JupyterLab: Edit, Clear Outputs of All Cells), save it, and try again."
            )
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from None


def parse(data: bytes, name: str) -> NotebookNode:
    """The notebook that the bytes of the file `name` hold. Raises Problem where they hold none."""
    if data.startswith(b"PK\x03\x04"):
        raise Problem(f"{name} is an archive (.zip), whatever it is called. Unpack it first.")
    try:
        raw = json.loads(data.decode("utf-8-sig"))
        if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list) or raw.get("nbformat") != 4:
            raise Problem(f"{name} is not a Jupyter notebook of format 4. Save it again from JupyterLab.")
        if len(raw["cells"]) > MAX_CELLS:
            raise Problem(f"{name} has {len(raw['cells']):,} cells; no notebook of this course has that many.")
        return nbformat.from_dict(_shallow(_tidy(raw, name)))
    except RecursionError:
        raise Problem(f"{name} is damaged: it holds lists in lists without end.") from None
    except ValueError:
        raise Problem(f"{name} is damaged or not a notebook: its text is not JSON.") from None


def _tidy(raw: dict, name: str) -> dict:
    """The notebook with everything that the rest of the code counts on. Raises Problem where a cell is none."""
    minor = raw.get("nbformat_minor")
    raw["nbformat_minor"] = max(5, minor) if isinstance(minor, int) else 5
    if not isinstance(raw.get("metadata"), dict):
        raw["metadata"] = {}
    seen: set[str] = set()
    for number, cell in enumerate(raw["cells"], 1):
        if not _sound(cell):
            raise Problem(f"{name} is damaged: its cell {number} is not a notebook cell.")
        _tidy_cell(cell, seen)
    return raw


def _shallow(value: object, depth: int = 0) -> object:
    """The value without what lies deeper than anything of use: what copies and writes notebooks cannot go there."""
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {key: _shallow(item, depth + 1) for key, item in value.items()}
    return [_shallow(item, depth + 1) for item in value] if isinstance(value, list) else value


def _sound(cell: object) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    source = cell.get("source")
    return isinstance(source, str) or (isinstance(source, list) and all(isinstance(s, str) for s in source))


def _tidy_cell(cell: dict, seen: set[str]) -> None:
    """Text as one string, an id of its own, metadata, and outputs that are outputs."""
    if not isinstance(cell["source"], str):
        cell["source"] = "".join(cell["source"])
    cell["source"] = cell["source"].replace("\r\n", "\n").replace("\r", "\n")
    if not isinstance(cell.get("id"), str) or cell["id"] in seen:
        cell["id"] = uuid4().hex[:8]
    seen.add(cell["id"])
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = {}
    marks = cell["metadata"].get("nbgrader", {})
    if not isinstance(marks, dict) or not isinstance(marks.get("grade_id", ""), str):
        del cell["metadata"]["nbgrader"]
    if cell["cell_type"] == "code":
        outputs = cell.get("outputs")
        cell["outputs"] = [o for o in outputs if _is_output(o)] if isinstance(outputs, list) else []
        cell.setdefault("execution_count", None)


def _is_output(output: object) -> bool:
    return isinstance(output, dict) and isinstance(output.get("data", {}), dict) and "output_type" in output


def dumps(notebook: NotebookNode) -> bytes:
    """The notebook as the bytes of a file, in the layout that Jupyter writes."""
    return (nbformat.v4.writes(notebook) + "\n").encode("utf-8", "replace")


def write(path: Path, data: bytes) -> None:
    """Write the file in one piece (files.py). Raises Problem where the system does not let us."""
    try:
        files.write(path, data)
    except OSError as error:
        raise Problem(f"{path} could not be written: {error.strerror}. What was there is still there.") from None


def keep(root: Path, path: Path) -> Path:
    """Copy the file under a dated name into kept/ (files.py). Raises Problem where the system does not let us."""
    try:
        return files.keep(root, path)
    except OSError as error:
        raise Problem(f"{path} could not be kept: {error.strerror}. It is still there.") from None


# --- exercise cells ---


def grade_id(cell: NotebookNode) -> str | None:
    """The cell's name in the course's exercises, if it has one: the permanent one, also for a name of 0.2.0."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name and lessons.permanent(name)


def name(cell: NotebookNode) -> str:
    """What the course calls this cell: its grade_id, else its id, which is the same where the course made it."""
    return grade_id(cell) or (lessons.permanent(cell.id) if cell.id.startswith("ex") else cell.id)


def is_answer(cell: NotebookNode) -> bool:
    """Whether the learner fills this cell in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def checksum(cell: NotebookNode, name: str | None = None) -> str:
    """nbgrader's checksum of a cell: its source and what is graded about it; `name` stands for another grade_id."""
    marks = cell.metadata.nbgrader
    grade, solution = marks.get("grade", False), marks.get("solution", False)
    locked = not solution and (grade or marks.get("locked", False))
    parts = [
        cell.source,
        marks.get("cell_type", cell.cell_type),
        str(grade),
        str(solution),
        str(locked),
        name or marks.get("grade_id", ""),
    ]
    if grade:
        parts.append(str(float(marks.get("points", 0))))
    return hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def is_filled_in(cell: NotebookNode) -> bool:
    """Whether an answer cell is no longer as the course made it: the checksum written then does not fit any more."""
    return is_answer(cell) and cell.metadata.nbgrader.get("checksum") != checksum(cell)


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy with no outputs and no execution counts, for comparing."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def numbered(folder: Path) -> list[Path]:
    """The course's notebooks in `folder`, in order: their names begin with two digits and an underscore."""
    return sorted(path for path in folder.glob("*.ipynb") if re.match(r"\d\d_", path.name))


def name_of(file: str) -> str:
    """What stays of a notebook's file name when lessons are renumbered: "tree" of 05_tree.ipynb."""
    return re.sub(r"^\d\d_|\.ipynb$", "", file)
