"""The class folder for nbgrader: an assignment for each exercise notebook, and the settings."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from lessonlib.classroom.made import Made
from lessonlib.classroom.place import Place
from lessonlib.course import ROOT, build, notebooks

P = "nbgrader.preprocessors."
SANITIZE = [
    "lessonlib.classroom.plugin.Rebuilt",
    *(P + name for name in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells")),
    P + "CheckCellMetadata",
]
AUTOGRADE = [
    "lessonlib.classroom.plugin.SandboxGrade",
    *(P + name for name in ("LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")),
]
COLLECT = "lessonlib.classroom.collecting.OwnedCollect"
CONFIG = "nbgrader_config"
# What keeps grading safe. It stands in the environment, too: where the instructor's file is not read, it still holds.
SAFE = {
    "ExchangeFactory": {"collect": COLLECT},
    "Autograde": {"sanitize_preprocessors": SANITIZE, "autograde_preprocessors": AUTOGRADE},
    "OverwriteCells": {"add_missing_cells": True},
}

OWN = '''"""Your settings for nbgrader. `course.py class` wrote this file once and does not touch it again."""

import json
from pathlib import Path

from traitlets.config import Config

HERE = Path(__file__).parent
c = get_config()

# The class's own settings. Answers are run by the course's sandbox: nbgrader's Execute would run them with all that you
# may do, and they could change every grade. Nothing is graded while it stands among the preprocessors.
c.merge(Config(json.loads((HERE.parent / "settings" / "nbgrader_config.json").read_text())))
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.db_url = f"sqlite:///{{HERE}}/gradebook.db"

# The numbers that checks draw depend on it: with the same seed, grading again gives the same points. Keep it secret.
c.SandboxGrade.seed = {seed}

# Seconds of processor time for the exercise that asks for a training recipe (in the lesson on scaling up).
c.SandboxGrade.budget = 60
'''


def write(where: Place, made: Made, root: Path = ROOT) -> None:
    """Write the settings, and each solution as the source of an assignment."""
    for folder in (where.course, where.settings / "students", where.exchange):
        folder.mkdir(parents=True, exist_ok=True)
    where.course.chmod(0o700)
    where.exchange.chmod(0o1777)  # nbgrader asks for a folder that all can write to; nobody removes another's
    made.write(where.settings / f"{CONFIG}.json", _json(common(where)))
    made.write(where.settings / "students" / "labconfig" / "page_config.json", _json(FOR_TEACHERS))
    made.write(where.course / f"{CONFIG}.py", OWN.format(seed=secrets.randbits(31)), 0o600, once=True)
    for path in notebooks.numbered(root / "solutions"):
        _assignment(where, made, path)


# What a student has no use for; the list of assignments and the button that validates one stay.
FOR_TEACHERS = {
    "disabledExtensions": {
        f"@jupyter/nbgrader:{name}": True for name in ("create-assignment", "formgrader", "course-list")
    }
}


def common(where: Place) -> dict:
    """What everybody's nbgrader is told: which course, where the exchange is, and what stands in for an answer."""
    return {
        "CourseDirectory": {"course_id": where.course_id},
        "Exchange": {"root": str(where.exchange)},
        "ClearSolutions": {"code_stub": {"python": build.STUB}},
        **SAFE,
    }


def _assignment(where: Place, made: Made, solution: Path) -> None:
    """Write the solution as a source, under the name that it had when it was first made.

    What is released stays as students have it: a newer version of such a source goes to newer/.
    """
    names = (path.name for path in sorted(where.course.glob("source/*")) if path.is_dir())
    theirs = next((name for name in names if notebooks.name_of(name) == notebooks.name_of(solution.name)), None)
    name = theirs or solution.stem
    source = where.course / "source" / name / f"{name}.ipynb"
    is_released = (where.course / "release" / name).exists() and source.exists()
    data = notebooks.dumps(notebooks.without_outputs(notebooks.read(solution)))
    if not is_released:
        made.write(source, data, 0o600)
    elif data != source.read_bytes():
        made.said.append(f"{name} is released: it stays as students have it, though the course has a newer one.")


def _json(settings: dict) -> str:
    return json.dumps(settings, indent=1) + "\n"
