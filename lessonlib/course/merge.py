"""A newer notebook of the course with a learner's work carried into it, cell by cell."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from nbformat import NotebookNode

from lessonlib.course import answers, notebooks

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
    the new one counts as changed by both. Answers are found by grade_id, else by the name that they define; other cells
    by id, else by their text.
    """
    merged = Merged(deepcopy(new))
    began = {notebooks.name(cell): cell for cell in base.cells} if base else None
    mine = _pairs(old.cells, new.cells)
    blocks, place_of = [[]], {}
    for place, cell in enumerate(merged.notebook.cells, 1):
        parts = mine.get(notebooks.name(cell), [])
        blocks.append(_combine(cell, parts, began and began.get(notebooks.name(cell)), merged) if parts else [cell])
        place_of |= {id(part): place for part in parts}
    place, taken = 0, {cell.id for block in blocks for cell in block}
    for cell in old.cells:
        if id(cell) in place_of:
            place = place_of[id(cell)]
        elif _is_own(cell, began):
            blocks[place].append(_own(cell, taken))
            merged.own.append(notebooks.name(cell))
    merged.notebook.cells = [cell for block in blocks for cell in block]
    return merged


def _pairs(old: list[NotebookNode], new: list[NotebookNode]) -> dict[str, list[NotebookNode]]:
    """For each new cell the learner's, by name: more than one where a cell of an answer was split."""
    names = {notebooks.name(cell) for cell in new}
    pairs: dict[str, list[NotebookNode]] = {}
    for cell in old:
        if notebooks.name(cell) in names and (notebooks.name(cell) not in pairs or notebooks.is_answer(cell)):
            pairs.setdefault(notebooks.name(cell), []).append(cell)
    strays = [cell for cell in old if notebooks.name(cell) not in names]
    for cell in new:
        if notebooks.name(cell) not in pairs:
            same = next((stray for stray in strays if _says_the_same(stray, cell)), None)
            if same is not None:
                pairs[notebooks.name(cell)] = [same]
                strays.remove(same)
    for cell in filter(notebooks.is_answer, new):
        parts = pairs.get(notebooks.name(cell), [])
        if not any(_is_work(part, cell) for part in parts) and (lost := _lost(cell, strays)):
            pairs[notebooks.name(cell)] = [lost]
    return pairs


def _is_work(part: NotebookNode, stub: NotebookNode) -> bool:
    """Whether a cell of an answer holds more than the stub."""
    return notebooks.is_filled_in(part) if notebooks.is_answer(part) else part.source.split() != stub.source.split()


def _lost(stub: NotebookNode, strays: list[NotebookNode]) -> NotebookNode | None:
    """The learner's cell that defines what the stub does, and is marked as no answer.

    So the update of version 0.2.0 leaves an answer whose grade_id it does not know any more.
    """
    wanted = answers.first_definition(stub.source)
    found = [cell for cell in strays if cell.cell_type == "code" and wanted in answers.definitions(cell.source)]
    return found[-1] if wanted and found else None


def is_misplaced(notebook: NotebookNode, course: NotebookNode) -> bool:
    """Whether a learner's notebook holds an answer in a cell that is marked as none."""
    pairs = _pairs(notebook.cells, course.cells)
    ours = filter(notebooks.is_answer, course.cells)
    parts = [pairs.get(notebooks.name(cell), []) for cell in ours]
    return any(not notebooks.is_answer(part) for found in parts for part in found)


def _says_the_same(a: NotebookNode, b: NotebookNode) -> bool:
    return a.cell_type == b.cell_type and a.source.strip() == b.source.strip()


def _combine(new: NotebookNode, parts: list[NotebookNode], began: NotebookNode | None, merged: Merged) -> list:
    """The cell or cells that stand in the place of `new`, given the learner's `parts` and what they began with."""
    mine = parts[0]
    if notebooks.is_answer(new) and "checksum" in new.metadata.nbgrader:
        return [_answer(new, parts, merged)]
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


def _answer(new: NotebookNode, parts: list[NotebookNode], merged: Merged) -> NotebookNode:
    mine = parts[0]
    if len(parts) == 1 and not _is_work(mine, new):
        return new
    merged.answers.append(notebooks.name(new))
    marks = mine.metadata.get("nbgrader", {})
    if marks and marks.get("checksum") != notebooks.checksum(new, marks.get("grade_id")):
        merged.changed_tasks.append(notebooks.name(new))
    carried = _typed(new, mine)
    carried.source = "\n".join(part.source for part in parts)
    return carried


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


def _is_own(cell: NotebookNode, began: dict[str, NotebookNode] | None) -> bool:
    """Whether a cell that the new course does not have is the learner's: added, or changed."""
    if not cell.source.strip():
        return False
    if "nbgrader" in cell.metadata:
        return notebooks.is_filled_in(cell)
    return not began or notebooks.name(cell) not in began or cell.source != began[notebooks.name(cell)].source


def _own(cell: NotebookNode, taken: set[str]) -> NotebookNode:
    """The learner's cell, free to move and delete, and no part of what is graded."""
    own = deepcopy(cell)
    for key in ("nbgrader", "deletable", "editable"):
        own.metadata.pop(key, None)
    if own.id in taken:
        own.id = uuid4().hex[:8]
    taken.add(own.id)
    return own
