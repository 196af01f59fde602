"""A newer notebook of the course with a learner's work carried into it, cell by cell."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from nbformat import NotebookNode

from lessonlib.course import answers, notebooks, recognise

YOURS = {
    "code": "# Your version of the cell above, kept by the update of {}.\n",
    "markdown": "*Your version of the text above, kept by the update of {}:*\n\n",
    "raw": "",
}


@dataclass
class Merged:
    """The merged notebook, and the names of the cells that were carried over."""

    notebook: NotebookNode
    answers: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)  # cells that the learner added
    edits: list[str] = field(default_factory=list)  # cells of the course that only the learner changed
    both: list[str] = field(default_factory=list)  # cells that both changed: both versions stand
    changed_tasks: list[str] = field(default_factory=list)  # answers whose task is not what it was

    def summary(self) -> str:
        """What was carried over, in words; empty when there was nothing."""
        counts = [
            (self.answers, "answer", ""),
            (self.own, "cell", " of your own"),
            (self.edits, "cell", " that you had changed"),
            (self.both, "cell", " that the course has changed, too (yours stands below the new one)"),
        ]
        said = [f"{len(names)} {noun}{'s' * (len(names) > 1)}{rest}" for names, noun, rest in counts if names]
        told = f"{', '.join(said)} carried over." if said else ""
        if self.changed_tasks:
            told += f" Read the task again, it has changed: {', '.join(self.changed_tasks)}."
        return told


def merge(old: NotebookNode, new: NotebookNode, base: NotebookNode | None = None) -> Merged:
    """Carry what a learner did in `old` into `new`.

    `base` is the course's notebook that the learner began with. Without it, a cell of the course that differs from
    the new one counts as changed by both. Which cell is which is told by recognise.py.
    """
    merged = Merged(deepcopy(new))
    began = {notebooks.name(cell): cell for cell in base.cells} if base else None
    called = recognise.names(old.cells, new.cells, base.cells if base else [])
    mine: dict[str, list[NotebookNode]] = {}
    for cell in old.cells:
        mine.setdefault(called[id(cell)], []).append(cell)
    blocks, place_of = [[]], {}
    for place, cell in enumerate(merged.notebook.cells, 1):
        name = notebooks.name(cell)
        parts = mine.get(name, [])
        parts = parts if _is_answer_of_course(cell) else parts[:1]
        blocks.append(_combine(cell, parts, began and began.get(name), merged) if parts else [cell])
        place_of |= {id(part): place for part in parts}
    place, taken = 0, {cell.id for block in blocks for cell in block}
    for cell in old.cells:
        if id(cell) in place_of:
            place = place_of[id(cell)]
        elif _is_own(cell, began and began.get(called[id(cell)])):
            blocks[place].append(_own(cell, taken))
            merged.own.append(called[id(cell)])
    merged.notebook.cells = [cell for block in blocks for cell in block]
    return merged


def is_misplaced(notebook: NotebookNode, course: NotebookNode) -> bool:
    """Whether a learner's notebook holds an answer in a cell that is marked as none."""
    called = recognise.names(notebook.cells, course.cells)
    ours = {notebooks.name(cell) for cell in course.cells if notebooks.is_answer(cell)}
    return any(called[id(cell)] in ours and not notebooks.is_answer(cell) for cell in notebook.cells)


def _is_answer_of_course(cell: NotebookNode) -> bool:
    return notebooks.is_answer(cell) and "checksum" in cell.metadata.nbgrader


def _combine(new: NotebookNode, parts: list[NotebookNode], began: NotebookNode | None, merged: Merged) -> list:
    """The cell or cells that stand in the place of `new`, given the learner's `parts` and what they began with."""
    mine = parts[0]
    if _is_answer_of_course(new):
        return _answer(new, parts, began, merged)
    if mine.source == new.source:
        return [_typed(new, mine)]
    if "nbgrader" in new.metadata:  # given cells and checks are the course's
        return [new]
    if began is not None and mine.source == began.source:  # only the course changed it
        return [new]
    if began is not None and new.source == began.source:
        merged.edits.append(notebooks.name(new))
        return [_typed(new, mine)]
    merged.both.append(notebooks.name(new))
    return [new, _below(mine)]


def _answer(new: NotebookNode, parts: list[NotebookNode], began: NotebookNode | None, merged: Merged) -> list:
    """The answer in the new cell; below it, what of the learner's parts could not be read."""
    stubs = [stub.source.split() for stub in (new, began) if stub is not None]
    written = [part for part in parts if _is_written(part) and part.source.split() not in stubs]
    if not written:
        return [new]
    merged.answers.append(notebooks.name(new))
    if _is_changed(new, written[0], began):
        merged.changed_tasks.append(notebooks.name(new))
    kept = answers.working([part.source for part in written], new.source)
    carried = _typed(new, next((part for part in written if part.source in kept), written[0]))
    carried.source = "\n".join(kept)
    return [carried, *(_own(part, set()) for part in written if part.source not in carried.source)]


def _is_written(part: NotebookNode) -> bool:
    """Whether somebody wrote it; a cell that has lost its marks cannot tell."""
    return bool(part.source.strip()) and (not notebooks.is_answer(part) or notebooks.is_filled_in(part))


def _is_changed(new: NotebookNode, mine: NotebookNode, began: NotebookNode | None) -> bool:
    """Whether the task is no longer the one that was answered; where nobody knows, it is not said."""
    marks = mine.metadata.get("nbgrader", {})
    if "checksum" in marks:
        return marks["checksum"] != notebooks.checksum(new, marks.get("grade_id"))
    return began is not None and began.source != new.source


def _typed(new: NotebookNode, mine: NotebookNode) -> NotebookNode:
    """The new cell with the learner's text and outputs."""
    cell = deepcopy(new)
    cell.source = mine.source
    if cell.cell_type == mine.cell_type == "code":
        cell.outputs, cell.execution_count = mine.outputs, mine.execution_count
    return cell


def _below(mine: NotebookNode) -> NotebookNode:
    """The learner's version, to stand below the course's."""
    cell = deepcopy(mine)
    cell.id = uuid4().hex[:8]
    cell.source = YOURS[cell.cell_type].format(date.today().isoformat()) + cell.source
    return cell


def _is_own(cell: NotebookNode, began: NotebookNode | None) -> bool:
    """Whether a cell that the new course does not have is the learner's: added, or changed."""
    if not cell.source.strip():
        return False
    if "nbgrader" in cell.metadata:
        return notebooks.is_filled_in(cell)
    return began is None or cell.source.strip() != began.source.strip()


def _own(cell: NotebookNode, taken: set[str]) -> NotebookNode:
    """The learner's cell, free to move and delete, and no part of what is graded."""
    own = deepcopy(cell)
    for key in ("nbgrader", "deletable", "editable"):
        own.metadata.pop(key, None)
    if own.id in taken or notebooks.grade_id(cell):  # its id is that of the course's cell
        own.id = uuid4().hex[:8]
    taken.add(own.id)
    return own
