"""`course.py test` on a copy in which somebody has worked: green, and nothing of theirs changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lessonlib.course import ROOT, committed, testing
from lessonlib.course.execute import METADATA


def notebook(*sources: str) -> str:
    """A notebook's text."""
    cells = [new_markdown_cell("# A lesson", id="title")]
    cells += [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    return nbformat.writes(new_notebook(cells=cells, metadata=METADATA))


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A Test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True, capture_output=True)


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    """For notebooks of one line, further processes only take time to start."""
    monkeypatch.setattr(testing, "NBVAL", [o for o in testing.NBVAL if o.startswith("--nbval")])


@pytest.fixture
def worked_in(tmp_path) -> Path:
    """A course of one lesson and one solution, committed; then a learner came."""
    root = tmp_path / "course"
    for folder in ("notebooks", "solutions", "exercises", ".course"):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "notebooks" / "01_lesson.ipynb").write_text(notebook("from lessonlib import progress\nprogress.load()"))
    (root / "solutions" / "01_lesson.ipynb").write_text(notebook("import os\nassert os.environ['LESSONLIB_EXPECT']"))
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "The course")

    (root / "notebooks" / "01_lesson.ipynb").write_text(notebook("my notes, half a sentence and no Python"))
    (root / "exercises" / "01_lesson.ipynb").write_text(notebook("1 / 0"))
    (root / ".course" / "progress.json").write_text('{"mine": true}')
    return root


def contents(root: Path) -> dict[str, bytes]:
    """Every file of the learner's by its name."""
    files = (p for p in root.rglob("*") if p.is_file() and ".git" not in p.relative_to(root).parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.mark.slow
def test_it_is_green_and_changes_nothing_of_the_learners(worked_in, capfd):
    before = contents(worked_in)
    assert testing.run(worked_in, ["notebooks"]) == 0
    assert contents(worked_in) == before
    said = capfd.readouterr().out
    assert "notebooks/01_lesson.ipynb differs from the last commit" in said
    assert "notebooks  passed" in said


@pytest.mark.slow
def test_a_committed_lesson_that_fails_is_red(worked_in, capfd):
    git(worked_in, "commit", "-a", "-m", "A mistake")
    assert testing.run(worked_in, ["notebooks"]) == 1
    assert "notebooks  FAILED" in capfd.readouterr().out


def test_every_part_runs_to_its_end_and_one_failure_is_a_failure(tmp_path, monkeypatch, capfd):
    def part(*codes):
        steps = [
            testing.Step([sys.executable, "-c", f"print('ran {code}'); exit({code})"], tmp_path, {}) for code in codes
        ]
        return lambda course, quick: iter(steps)

    monkeypatch.setattr(testing, "PARTS", {"good": part(0, 0), "bad": part(1, 0), "last": part(0)})
    assert testing.run(tmp_path, ["good", "bad", "last"]) == 1
    out = capfd.readouterr().out
    assert [line.split()[:2] for line in out.splitlines()[-3:]] == [
        ["good", "passed"],
        ["bad", "FAILED"],
        ["last", "passed"],
    ]
    assert out.count("ran 0") == 4
    assert testing.run(tmp_path, ["good"]) == 0


def test_a_copy_without_git_is_tested_as_it_stands(worked_in, tmp_path):
    shutil.rmtree(worked_in / ".git")
    (worked_in / ".venv").mkdir()
    assert committed.unpack(worked_in, tmp_path / "unpacked") == []
    unpacked = contents(tmp_path / "unpacked")
    assert "notebooks/01_lesson.ipynb" in unpacked
    assert not [name for name in unpacked if name.startswith((".course", ".venv"))]
