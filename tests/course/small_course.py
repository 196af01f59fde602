"""A small course to try the commands on, so that these tests do not depend on what the lessons say today."""

import subprocess
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lessonlib.course import build, notebooks

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
        new_code_cell("import math", id="flat-mlp-imports", metadata=marks("flat-mlp-imports")),
        new_markdown_cell("Write `add`.", id="01-add"),
        new_code_cell(ADD, id="flat-mlp-add", metadata=marks("flat-mlp-add", solution=True)),
        new_code_cell(
            "add(2, 3)",
            id="chk01-add",
            metadata=marks("chk01-add", points=2),
            execution_count=3,
            outputs=[nbformat.v4.new_output("execute_result", {"text/plain": "5"}, execution_count=3)],
        ),
        new_code_cell(DOUBLE, id="flat-mlp-double", metadata=marks("flat-mlp-double", solution=True)),
        new_code_cell("Double(2)(4)", id="chk01-double", metadata=marks("chk01-double", points=1)),
        new_markdown_cell("## In short", id="01-short"),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    return new_notebook(cells=cells, metadata=metadata)


def lesson_notebook() -> nbformat.NotebookNode:
    """A lesson as the course has it, run."""
    output = nbformat.v4.new_output("stream", name="stdout", text="3\n")
    return new_notebook(
        cells=[
            new_markdown_cell("# 01 · Adding", id="01-title"),
            new_markdown_cell("Reasons.", id="01-why"),
            new_code_cell("print(1 + 2)", id="01-sum", execution_count=1, outputs=[output]),
            new_code_cell("print(2 + 3)", id="01-more", execution_count=2),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


def small_course(root: Path) -> Path:
    """Write a course of one lesson and one exercise into `root`."""
    notebooks.write(root / "solutions" / "01_adding.ipynb", notebooks.dumps(solution_notebook()))
    notebooks.write(root / "notebooks" / "01_adding.ipynb", notebooks.dumps(lesson_notebook()))
    for path, text in {
        "course.py": "# the way in\n",
        "lessonlib/data.py": "new = False\n",
        "lessonlib/gone.py": "old = True\n",
        ".gitignore": ".course/\n/kept/\n",
    }.items():
        notebooks.write(root / path, text.encode())
    (root / "course.py").chmod(0o755)
    assert build.run(root, root / "exercises") == 0
    return root


def cell(notebook, id: str):
    """The cell of a notebook that is called `id`."""
    return next(cell for cell in notebook.cells if cell.id == id)


def edit(path: Path, **sources: str) -> None:
    """Type into cells and save, as a learner does; the names are cell ids with _ for -."""
    notebook = notebooks.read(path)
    for id, source in sources.items():
        cell(notebook, id.replace("_", "-")).source = source
    notebooks.write(path, notebooks.dumps(notebook))


def add_cell(path: Path, after: str, source: str) -> None:
    """Add a code cell of one's own below the cell `after`."""
    notebook = notebooks.read(path)
    place = [c.id for c in notebook.cells].index(after)
    notebook.cells.insert(place + 1, new_code_cell(source))
    notebooks.write(path, notebooks.dumps(notebook))


def git(folder: Path, *arguments: str) -> str:
    """What git answers in `folder`."""
    someone = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
    command = ["git", "-C", str(folder), *someone, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
