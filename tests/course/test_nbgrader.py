"""A class that uses nbgrader gets the same points from its autograde as from the notebook and from our report."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lessonlib.course import ROOT, build, grade, notebooks

api = pytest.importorskip("nbgrader.api")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process"),
]

FILE = notebooks.numbered(ROOT / "solutions")[0].name if notebooks.numbered(ROOT / "solutions") else ""


def nbgrader(folder: Path, *arguments: str) -> None:
    """Run nbgrader in `folder`; it looks for alembic on the PATH."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"LESSONLIB_PROGRESS": str(folder / "progress.json"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def half_done(exercise, solution):
    """The exercise with every other answer filled in from the solution."""
    half = notebooks.without_outputs(exercise)
    answers = {notebooks.grade_id(c): c.source for c in solution.cells if notebooks.is_answer(c)}
    for c in [c for c in half.cells if notebooks.is_answer(c)][::2]:
        c.source = answers[notebooks.grade_id(c)]
    return half


def test_autograde_gives_the_same_points(tmp_path):
    solution, exercise = notebooks.read(ROOT / "solutions" / FILE), build.exercises(ROOT)[FILE]
    name = Path(FILE).stem
    notebooks.write(tmp_path / "source" / name / FILE, (ROOT / "solutions" / FILE).read_bytes())
    sent = {"solved": solution, "half": half_done(exercise, solution), "untouched": exercise}
    for learner, notebook in sent.items():
        notebooks.write(tmp_path / "submitted" / learner / name / FILE, notebooks.dumps(notebook))
        notebooks.write(tmp_path / f"{learner}.ipynb", notebooks.dumps(notebook))
    nbgrader(tmp_path, "generate_assignment", name)
    nbgrader(tmp_path, "autograde", name)
    with api.Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        theirs = {submission.student.id: submission.score for submission in book.assignment_submissions(name)}

    grade.run([tmp_path / f"{learner}.ipynb" for learner in sent], tmp_path / "ours", seed=1)
    records = json.loads((tmp_path / "ours" / "grades.json").read_text())
    ours = {record["submission"]: record["points"] for record in records}
    assert theirs == ours
    assert 0 == ours["untouched"] < ours["half"] < ours["solved"] == records[0]["out_of"]
