"""A small course to try the commands on, so that these tests do not depend on what the lessons say today."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lessonlib.course import notebooks

ADD = """def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION"""
DOUBLE = """class Double:
    def __init__(self, times):
        ### BEGIN SOLUTION
        self.times = times
        ### END SOLUTION

    def __call__(self, x):
        ### BEGIN SOLUTION
        return x * self.times
        ### END SOLUTION"""


def marks(grade_id: str, solution: bool = False, points: int = 0) -> dict:
    """A cell's nbgrader metadata: an answer, a check worth `points`, or a given cell."""
    kind = {"solution": solution, "grade": points > 0, "locked": not solution, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **kind, **({"points": points} if points else {})}}


def solution_notebook() -> nbformat.NotebookNode:
    """Two exercises as a maintainer writes them, run, with outputs."""
    cells = [
        new_markdown_cell("# 01 · Adding", id="01-title"),
        new_code_cell("import math", id="ex01-imports", metadata=marks("ex01-imports")),
        new_markdown_cell("Write `add`.", id="01-add"),
        new_code_cell(ADD, id="ex01-add", metadata=marks("ex01-add", solution=True)),
        new_code_cell(
            "add(2, 3)",
            id="chk01-add",
            metadata=marks("chk01-add", points=2),
            execution_count=3,
            outputs=[nbformat.v4.new_output("execute_result", {"text/plain": "5"}, execution_count=3)],
        ),
        new_code_cell(DOUBLE, id="ex01-double", metadata=marks("ex01-double", solution=True)),
        new_code_cell("Double(2)(4)", id="chk01-double", metadata=marks("chk01-double", points=1)),
        new_markdown_cell("## In short", id="01-short"),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    return new_notebook(cells=cells, metadata=metadata)


def cell(notebook, id: str):
    """The cell of a notebook that is called `id`."""
    return next(cell for cell in notebook.cells if cell.id == id)


def edit(path: Path, **sources: str) -> None:
    """Type into cells and save, as a learner does; the names are cell ids with _ for -."""
    notebook = notebooks.read(path)
    for id, source in sources.items():
        cell(notebook, id.replace("_", "-")).source = source
    notebooks.write(path, notebooks.dumps(notebook))
