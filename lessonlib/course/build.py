"""`python3 course.py build`: the exercises, made from the solutions.

What stands between BEGIN SOLUTION and END SOLUTION becomes a stub; outputs go. Metadata, stub and checksums are
nbgrader's own, so that a class may use it as it is.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.course import ROOT, Problem, notebooks

REGION = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n(?:.*\n)*?[ \t]*### END SOLUTION[ \t]*$", re.MULTILINE)
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def exercise(solution: NotebookNode) -> NotebookNode:
    """The notebook that a learner gets: answers replaced by stubs, no outputs, every graded cell sealed.

    Raises Problem where a cell's solution region and its metadata disagree.
    """
    made = notebooks.without_outputs(solution)
    for cell in made.cells:
        cell.source, regions = REGION.subn(_stub, cell.source)
        if bool(regions) != notebooks.is_answer(cell) or "### END SOLUTION" in cell.source:
            raise Problem(
                f"Cell {cell.id!r}: an answer cell has nbgrader's `solution` mark and regions from "
                "`### BEGIN SOLUTION` to `### END SOLUTION`; this one has only one of the two."
            )
        if "nbgrader" in cell.metadata:
            _seal(cell)
    return made


def _stub(region: re.Match) -> str:
    return "\n".join(region[1] + line for line in STUB.split("\n"))


def _seal(cell: NotebookNode) -> None:
    """Mark what the learner cannot delete or edit, and note the checksum of the cell as the course made it."""
    cell.metadata.deletable = False
    if not notebooks.is_answer(cell):
        cell.metadata.editable = False
    cell.metadata.nbgrader.update(cell_type=cell.cell_type, checksum=notebooks.checksum(cell))


def exercises(root: Path = ROOT) -> dict[str, NotebookNode]:
    """Every exercise of the course at `root`, freshly made, by its file name."""
    made = {}
    for path in notebooks.numbered(root / "solutions"):
        try:
            made[path.name] = exercise(notebooks.read(path))
        except Problem as problem:
            raise Problem(f"{path.relative_to(root)}: {problem}") from None
    return made


# --- the command ---


def main(argv: list[str]) -> int:
    """Write all that is made from other files, or with --check say what is not up to date."""
    parser = argparse.ArgumentParser(
        prog="course.py build",
        description="Make what is derived from other files: the exercises from the solutions; maps, tables, figures "
        "and the glossary from their data; the numbers of lessons in names and links from lessons.toml.",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not up to date")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write the exercises there, and nothing else")
    options = parser.parse_args(argv)
    from lessonlib.course import pages  # and all that is drawn for them: whoever grades has no use for it

    troubles = [] if options.to else pages.write(ROOT, options.check)
    for trouble in troubles:
        print(trouble)
    return run(ROOT, options.to or ROOT / "exercises", options.check) or bool(troubles)


def run(root: Path, folder: Path, check: bool = False) -> int:
    """Build into `folder`, or compare with it. Returns 0 when all is well, 1 when something was left or differs."""
    made = exercises(root)
    look = _compare if check else _put
    troubles = [trouble for name, new in made.items() if (trouble := look(root, folder / name, new))]
    now = {notebooks.name_of(name): name for name in made}
    for path in notebooks.numbered(folder):
        if path.name not in made and (name := now.get(notebooks.name_of(path.name))):
            troubles.append(f"{path.name} is {name} now. To carry your answers over: python3 course.py update")
        elif path.name not in made:
            troubles.append(f"{path.name} has no solution: delete it, or write one.")
    for trouble in troubles:
        print(trouble)
    done = "as the solutions give them" if check else "made"
    print(f"Exercises: {len(made)} {done}{f', {len(troubles)} to look at' if troubles else ''}.")
    return 1 if troubles else 0


def _compare(root: Path, path: Path, new: NotebookNode) -> str:
    """What is wrong with the file, or an empty string."""
    if not path.exists():
        return f"{path.name} is missing. Run: python3 course.py build"
    try:
        old = notebooks.read(path)
    except Problem as problem:
        return str(problem)
    if filled := _filled_in(old):
        return f"{path.name}: {filled} filled in; the course's own copy is not. Run: {_reset(path)}"
    if notebooks.without_outputs(old) != new:
        return f"{path.name} is not what its solution gives. Run: python3 course.py build"
    return ""


def _put(root: Path, path: Path, new: NotebookNode) -> str:
    """Write the file unless somebody's answers stand there; then say which."""
    if path.exists():
        try:
            old = notebooks.read(path)
        except Problem as problem:
            return f"{problem} It is left as it is. To keep it and begin afresh: {_reset(path)}"
        if filled := _filled_in(old):
            return f"{path.name} is left as it is: {filled} filled in. To keep it and begin afresh: {_reset(path)}"
        if _has_own_cells(old, new):
            copy = notebooks.keep(root, path)
            print(f"{path.name} held cells that the course does not know: kept as {copy.relative_to(root)}.")
    if not path.exists() or path.read_bytes() != notebooks.dumps(new):
        notebooks.write(path, notebooks.dumps(new))
    return ""


def _filled_in(notebook: NotebookNode) -> str:
    """The names of the answer cells that are filled in, as "shapes-flatten-all is"; empty when there are none."""
    names = [notebooks.grade_id(cell) for cell in notebook.cells if notebooks.is_filled_in(cell)]
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}" if names else ""


def _has_own_cells(old: NotebookNode, new: NotebookNode) -> bool:
    ids = {cell.id for cell in new.cells}
    return any(cell.id not in ids and cell.source.strip() for cell in old.cells)


def _reset(path: Path) -> str:
    return f"python3 course.py reset {notebooks.name_of(path.name)}"
