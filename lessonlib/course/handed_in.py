"""Before a class is graded: what lies in the folders that were named, and what is in the folder for the reports."""

from __future__ import annotations

import json
from pathlib import Path

from lessonlib.course import Problem, submissions
from lessonlib.course.submissions import Sheet, readable

SHOWN = 8  # names in one sentence
ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".xz", ".7z", ".rar"}
ONE_EACH = "Use one folder for each lesson and each class, as --to graded/02."


def notebooks(paths: list[Path]) -> list[Path]:
    """The notebooks that the command line means. Raises Problem, and says where they are, when there is none."""
    found = submissions.files(paths)
    if found:
        return found
    folders = ", ".join(map(str, paths))
    if deeper := _deeper(paths):
        count, pattern = len(deeper[1]), deeper[0]
        lie = "lies in a folder" if count == 1 else "lie in folders"
        raise Problem(f"No notebook lies directly in {folders}, but {count} {lie} below it. Use {pattern}.")
    packed = [path for path in _others(paths) if path.suffix.lower() in ARCHIVES]
    if packed:
        raise Problem(f"No notebook lies in {folders}, but an archive does: unpack {_named(packed)} first.")
    raise Problem(f"No notebook (.ipynb) lies in {folders}. Nothing was graded.")


def left_out(paths: list[Path]) -> list[str]:
    """What lies in the folders and is not graded, in sentences."""
    told, others = [], _others(paths)
    if others:
        are = (
            "1 file is not a notebook and was" if len(others) == 1 else f"{len(others)} files are no notebooks and were"
        )
        told.append(f"{are} left out: {_named(others)}.")
    if packed := [path for path in others if path.suffix.lower() in ARCHIVES]:
        told.append(f"Unpack {_named(packed)} to have what is in there graded.")
    folders = [path for path in paths if path.is_dir() and submissions.files([path])]
    if deeper := _deeper(folders):
        are = "1 notebook lies" if len(deeper[1]) == 1 else f"{len(deeper[1])} notebooks lie"
        told.append(f"{are} in folders below and stayed out; {deeper[0]} stands for them.")
    return told


def refuse_other_reports(folder: Path, found: list[Path], course: list[Sheet]) -> None:
    """Raise Problem where `folder` has reports that this run would replace by those of something else.

    The same submissions again, and more of them, are what a stopped run and a late student need. What could not be
    graded may go.
    """
    table = folder / "grades.json"
    if not table.exists():
        return
    try:
        earlier = [
            (record["submission"], record["file"], record["notebook"])
            for record in _records(table)
            if record["notebook"]
        ]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise Problem(f"{table} is not a table that `grade` has written, and was left as it is. {ONE_EACH}") from None
    names = {name: path for path, name in submissions.report_names(found).items()}
    gone = [name for name, file, _ in earlier if name not in names or not _same(file, names[name])]
    if gone:
        raise Problem(
            f"{folder} has the grades of {len(earlier)} submissions, and these are others: {_listed(gone)} would be "
            f"lost. Nothing was graded. {ONE_EACH}"
        )
    for name, _, notebook in earlier:
        now = _answers(names[name], course)
        if now and _file(now) != _file(notebook):
            raise Problem(
                f"{folder} has the grades of {notebook}, and {names[name]} is of {now}. Nothing was graded. {ONE_EACH}"
            )


def _records(table: Path) -> list[dict]:
    told = json.loads(table.read_text(encoding="utf-8"))
    if not isinstance(told, list):
        raise TypeError
    return told


def _same(file: str, path: Path) -> bool:
    return file == readable(str(path)) or readable(str(Path(file).absolute())) == readable(str(path.absolute()))


def _answers(path: Path, course: list[Sheet]) -> str:
    """The notebook of the course that the file answers; empty where that cannot be told."""
    try:
        return submissions.read(path, course).sheet.file
    except Exception:  # grading will say what is wrong with it
        return ""


def _file(notebook: str) -> str:
    """A notebook's file name; an earlier form has that of today's."""
    return notebook.rpartition("/")[2]


def _others(paths: list[Path]) -> list[Path]:
    """The files directly in the folders that are no notebooks, without hidden ones."""
    inside = [file for path in paths if path.is_dir() for file in sorted(path.iterdir())]
    return [file for file in inside if file.is_file() and file.suffix != ".ipynb" and not file.name.startswith(".")]


def _deeper(folders: list[Path]) -> tuple[str, list[Path]] | None:
    """The notebooks in the nearest folders below that have some, and what to write to mean them."""
    for depth in ("*", "*/*", "*/*/*", "*/*/*/*"):
        pairs = [(folder, file) for folder in folders for file in sorted(folder.glob(f"{depth}/*.ipynb"))]
        if below := [file for folder, file in pairs if not _is_hidden(file.relative_to(folder))]:
            return " ".join(f"{folder}/{depth}/" for folder in folders), below
    return None


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _named(files: list[Path]) -> str:
    return _listed([str(file) for file in files])


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return readable("; ".join(names[:SHOWN]) + more)
