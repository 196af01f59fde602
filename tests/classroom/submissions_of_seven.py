"""What seven students hand in, made from the course's notebook and its solution."""

from copy import deepcopy

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from lessonlib.course import notebooks

MESSY = "import warnings\nwarnings.warn('hm')\nprint('here')\n{}\nimport sys\nprint('there', file=sys.stderr)"
# Each stays harmless where a limit should fail: it changes nothing but the gradebook of the test's class.
HOSTILE = """
import sqlite3, sys
{solution}
try:
    book = sqlite3.connect("GRADEBOOK")
    book.execute("update grade set manual_score = 99")
    book.commit()
except Exception:
    pass
try:
    from lessonlib.checks import result
    result.Result.score = 99
except Exception:
    pass
class {name}:
    def __init__(self, *_, **__):
        sys.displayhook(99)
    def __call__(self, *_, **__):
        return 99
"""
SCRIPT = "<script>document.title = 'caught'</script>"


def complete(fresh: nbformat.NotebookNode, solution: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Every answer from the solution."""
    return filled(fresh, solution, lambda place, source: source)


def half(fresh, solution):
    """Every other answer."""
    return filled(fresh, solution, lambda place, source: None if place % 2 else source)


def messy(fresh, solution):
    """All right, with warnings, prints, a cell that fails, and text of one's own."""
    made = filled(fresh, solution, lambda place, source: MESSY.format(source))
    made.cells[3:3] = [new_code_cell("1/0"), new_markdown_cell(f"my own notes {SCRIPT}")]
    return made


def stripped(fresh, solution):
    """All right, but a check cell is gone, an answer has lost its marks, and an exercise both."""
    made = complete(fresh, solution)
    answers = [cell for cell in made.cells if notebooks.is_answer(cell)]
    checks = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    for cell in (answers[0], answers[1]):
        cell.metadata, cell.id = nbformat.NotebookNode(), f"other-{cell.id[:20]}"
    made.cells = [cell for cell in made.cells if cell is not checks[0] and cell is not checks[2]]
    return made


def hostile(fresh, solution, gradebook):
    """Changes grades, checks and points; its marks would end everybody's grading."""

    def harm(place: int, source: str) -> str:
        name = next(
            row.split()[1].split("(")[0].rstrip(":") for row in source.splitlines() if row[:3] in ("cla", "def")
        )
        return HOSTILE.format(solution=source, name=name).replace("GRADEBOOK", str(gradebook))

    made = filled(fresh, solution, harm)
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.points, cell.source = 700, "700.0"
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "700"}, execution_count=1)]
    made.cells.append(new_markdown_cell(SCRIPT, metadata={"nbgrader": {"schema_version": 99, "grade_id": "x"}}))
    return made


def filled(fresh, solution, answer):
    """The fresh notebook with `answer(place, the solution's source)` in its answer cells; None leaves the stub."""
    made = deepcopy(fresh)
    right = {notebooks.grade_id(cell): cell.source for cell in solution.cells if notebooks.is_answer(cell)}
    for place, cell in enumerate(cell for cell in made.cells if notebooks.is_answer(cell)):
        source = answer(place, right[notebooks.grade_id(cell)])
        cell.source = cell.source if source is None else source
    return made
