"""The solution notebooks: the single source of every answer."""

from __future__ import annotations

import json
from pathlib import Path

from lessonlib import lessons

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


def path(lesson: str, folder: Path | None = None) -> Path | None:
    """The solutions of a lesson, under whatever number: solutions/02_layers.ipynb for "layers", if it is there."""
    return next(iter(sorted((folder or SOLUTIONS).glob(f"[0-9][0-9]_{lessons.find(lesson).module}.ipynb"))), None)


def source(lesson: str, grade_id: str) -> str | None:
    """The source of the cell `grade_id`, as it stands in the solution notebook, markers and all.

    Of an exercise that was replaced, it stands in solutions/earlier/.
    """
    for folder in (SOLUTIONS, SOLUTIONS / "earlier"):
        file = path(lesson, folder)
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"] if file else ():
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == lessons.permanent(grade_id):
                return "".join(cell["source"])
    return None


def without_markers(text: str) -> str:
    """The source without its `### BEGIN SOLUTION` and `### END SOLUTION` lines."""
    return "\n".join(row for row in text.splitlines() if not row.strip().startswith(("### BEGIN", "### END")))
