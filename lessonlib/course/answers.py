"""Which cells of a notebook hold which answer, whatever other programs have left of the marks on them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from nbformat import NotebookNode

from lessonlib.checks.probes import syntax
from lessonlib.course import notebooks


def find(cells: Iterable[NotebookNode], stubs: Mapping[str, str]) -> dict[str, list[NotebookNode]]:
    """The cells of each answer, by grade_id. `stubs` holds each answer's cell as the course made it.

    An answer is known by its mark, else by its cell's id. Where there is none with more in it than the stub, it is
    the last cell without a mark that defines its name: so older updates and other programs leave it. It has more than
    one cell where one was split or copied, and may be text where somebody has turned it into Markdown.
    """
    cells, found, unmarked = list(cells), {}, []
    for cell in cells:
        if (name := notebooks.name(cell)) in stubs:
            found.setdefault(name, []).append(cell)
        elif not notebooks.grade_id(cell) and cell.cell_type == "code":
            unmarked.append(cell)
    defining = {name: cell for cell in unmarked for name in definitions(cell.source)}
    for grade_id, stub in stubs.items():
        cell = defining.get(first_definition(stub))
        if cell is not None and not any(_is_work(part, stub) for part in found.get(grade_id, [])):
            found[grade_id] = [cell]
    return found


def _is_work(part: NotebookNode, stub: str) -> bool:
    """Whether a cell of an answer holds more than the stub."""
    if notebooks.is_answer(part) and not notebooks.is_filled_in(part):
        return False
    return part.source.split() not in ([], stub.split())


def working(sources: Iterable[str], stub: str) -> tuple[str, ...]:
    """Of the cells of one answer those that are run, in order; none where all are still the stub.

    What cannot be read is left out where something else can; a function that was split in its middle is put together.
    """
    written = [source for source in sources if source.split() and source.split() != stub.split()]
    read = [source for source in written if is_readable(source)]
    if len(read) == len(written):
        return tuple(written)
    together = "\n".join(written)
    if is_readable(together):
        return (together,)
    return tuple(read or [together])


def is_readable(source: str) -> bool:
    """Whether a notebook could read the cell."""
    try:
        syntax.compiled(source, "<cell>")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def definitions(source: str) -> list[str]:
    """The functions and classes that a cell defines, in order; none where it cannot be read."""
    try:
        body = ast.parse(syntax.python(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def first_definition(source: str) -> str:
    """The first function or class that a cell defines, empty where there is none."""
    return next(iter(definitions(source)), "")
