"""The notebook that nbgrader works with: the course's own, with a student's answers and cells in their places.

Of what was handed in, nothing else goes on: no metadata, no output, no HTML. Metadata could keep everybody's grading
from ending, and a page with a student's HTML in it would run that in the instructor's browser.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from lessonlib.course import build, notebooks, submissions


def rebuilt(solution: Path, handed_in: Path) -> NotebookNode:
    """The exercise that `solution` gives, with what was handed in: the answers, and own cells below what they followed.

    Raises Problem where the file is no notebook.
    """
    theirs = notebooks.read(handed_in)
    made = build.exercise(notebooks.read(solution))
    sheet = submissions.sheet(solution)
    parts = submissions.answer_cells(theirs.cells, sheet)
    known = {id(cell): grade_id for grade_id, cells in parts.items() for cell in cells}
    places = {notebooks.name(cell): place for place, cell in enumerate(made.cells)}
    texts = {cell.source for cell in made.cells}
    own, last = defaultdict(list), -1
    for cell in theirs.cells:
        name = known.get(id(cell)) or notebooks.name(cell)
        if name in places:
            last = places[name]
        elif cell.source.strip() and cell.source not in texts:
            own[last].append(_harmless(cell))
    cells = own[-1]
    for place, cell in enumerate(made.cells):
        if sources := [part.source for part in parts.get(notebooks.grade_id(cell), ()) if part.source.strip()]:
            cell.source = "\n\n".join(sources)
        cells += [cell, *own[place]]
    made.cells = cells
    return made


def _harmless(cell: NotebookNode) -> NotebookNode:
    """A cell of a student's own: code stays code; of text the page shows the source."""
    if cell.cell_type == "code":
        return new_code_cell(cell.source)
    longest = max(map(len, re.findall("`+", cell.source)), default=0)
    fence = "`" * max(3, longest + 1)
    return new_markdown_cell(f"{fence}text\n{cell.source}\n{fence}")
