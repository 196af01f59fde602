"""What nbgrader works with and what it books, piece by piece."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from submissions_of_seven import SCRIPT, complete, hostile, stripped

from lessonlib.checks.judging import judge
from lessonlib.checks.probes import runner
from lessonlib.checks.result import Result
from lessonlib.classroom import booking, rebuilding
from lessonlib.course import ROOT, Problem, build, notebooks

SOLUTION = next((ROOT / "solutions").glob("*_layers.ipynb"), None)
pytestmark = pytest.mark.skipif(SOLUTION is None, reason="there are no solutions here")


@pytest.fixture(scope="module")
def fresh():
    return build.exercise(notebooks.read(SOLUTION))


def rebuilt(path: Path, notebook):
    notebooks.write(path / "sent.ipynb", notebooks.dumps(notebook))
    return rebuilding.rebuilt(SOLUTION, path / "sent.ipynb")


def sources(notebook) -> dict[str, str]:
    return {notebooks.grade_id(c): c.source for c in notebook.cells if notebooks.grade_id(c)}


def test_a_fresh_notebook_stays_as_it_is(tmp_path, fresh):
    assert rebuilt(tmp_path, fresh) == fresh


@pytest.mark.parametrize("kind", [complete, stripped])
def test_answers_find_their_places_whatever_is_left_of_their_marks(tmp_path, fresh, kind):
    solution = notebooks.read(SOLUTION)
    made = rebuilt(tmp_path, kind(fresh, solution))
    assert sources(made) == sources(complete(fresh, solution))
    assert [c.id for c in made.cells] == [c.id for c in fresh.cells]


def test_of_a_hostile_one_answers_go_on_and_nothing_else(tmp_path, fresh):
    made = rebuilt(tmp_path, hostile(fresh, notebooks.read(SOLUTION), "nowhere"))
    for cell in made.cells[: len(fresh.cells)]:
        assert cell.metadata == next(c.metadata for c in fresh.cells if c.id == cell.id)
        assert not cell.get("outputs")
    (own,) = made.cells[len(fresh.cells) :]
    assert own.source == f"```text\n{SCRIPT}\n```"
    assert own.metadata == {}


def test_cells_of_ones_own_stay_below_what_they_followed(tmp_path, fresh):
    sent = notebooks.without_outputs(fresh)
    place = next(i for i, c in enumerate(sent.cells) if notebooks.is_answer(c))
    sent.cells[place + 1 : place + 1] = [new_code_cell("1/0"), new_markdown_cell("~~~\n```` out ````")]
    made = rebuilt(tmp_path, sent)
    assert [c.source for c in made.cells[place + 1 : place + 3]] == ["1/0", "`````text\n~~~\n```` out ````\n`````"]


def results(fresh) -> dict[str, Result]:
    asked = booking.sheet(SOLUTION)
    return {e.check_id: judge(e, lambda case: runner.Outcome(runner.TODO), 1) for e in asked.exercises}


def test_each_check_cell_gets_its_points_and_its_report(fresh):
    notebook, found = notebooks.without_outputs(fresh), results(fresh)
    booking.book(notebook, found, 7)
    checks = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert len(checks) == len(found)
    for cell in checks:
        assert cell.outputs[0].data["text/plain"] == "0"
        assert "not attempted" in cell.outputs[0].data["text/html"]
        assert cell.metadata["lessonlib"] == {"seed": 7}


def test_a_check_cell_without_a_result_is_not_left_to_nbgrader_s_full_points(fresh):
    notebook, found = notebooks.without_outputs(fresh), results(fresh)
    name = next(iter(found))
    del found[name]
    with pytest.raises(Problem, match=f"The check {name} was not graded"):
        booking.book(notebook, found, 7)


def test_a_source_with_points_that_no_check_gives_is_refused(tmp_path, fresh):
    notebook = notebooks.read(SOLUTION)
    marks = {"grade": True, "solution": False, "locked": True, "grade_id": "mine", "points": 3, "schema_version": 3}
    notebook.cells.append(new_code_cell("assert True", metadata={"nbgrader": marks | {"task": False}}))
    notebooks.write(tmp_path / SOLUTION.name, notebooks.dumps(notebook))
    with pytest.raises(Problem, match="the cell mine is graded, and no check of the course belongs to it"):
        booking.sheet(tmp_path / SOLUTION.name)


# --- what is collected ---


@pytest.mark.skipif(sys.platform != "linux", reason="an exchange is Linux's")
def test_only_ordinary_files_of_the_owner_are_copied(tmp_path):
    collecting = pytest.importorskip("lessonlib.classroom.collecting")
    (inbox := tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("the solution")
    (inbox / "a.ipynb").write_text("mine")
    (inbox / "link.ipynb").symlink_to(tmp_path / "secret")
    (inbox / "folder").symlink_to(tmp_path)
    (inbox / "deep").mkdir()
    (inbox / "deep" / "b.txt").write_text("mine, too")
    os.mkfifo(inbox / "pipe")

    def copied(target: str, **limits: int) -> list[str]:
        (tmp_path / target).mkdir()
        most = collecting.Limits(**{"left": 100, "largest": 50, "ignore": [".*"]} | limits)
        return collecting.copy(os.open(inbox, os.O_RDONLY), tmp_path / target, os.geteuid(), most)

    assert copied("out") == ["folder", "link.ipynb", "pipe"]
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*")) == [
        "a.ipynb",
        "deep",
        "deep/b.txt",
    ]
    assert "a.ipynb" in copied("small", largest=3)
    with pytest.raises(collecting.Refused, match="too large"):
        copied("full", left=5)
    (inbox / "deep" / "1" / "2" / "3" / "4" / "5").mkdir(parents=True)
    assert copied("deeper") == ["5", "folder", "link.ipynb", "pipe"]  # the rest is taken all the same


@pytest.mark.skipif(sys.platform != "linux", reason="an exchange is Linux's")
def test_a_submission_of_an_account_that_is_gone_is_left_out_with_a_word(tmp_path, monkeypatch):
    collecting = pytest.importorskip("lessonlib.classroom.collecting")
    (tmp_path / "zoe+02_layers+2026-11-30+x").mkdir()
    monkeypatch.setattr(collecting.pwd, "getpwuid", {}.__getitem__)
    said, course = [], SimpleNamespace(assignment_id="02_layers", student_id="*")
    log = SimpleNamespace(warning=lambda text, *values: said.append(text % values))
    (entry,) = os.scandir(tmp_path)
    assert collecting.OwnedCollect._record(SimpleNamespace(coursedir=course, log=log), entry) is None
    assert said == [f"{entry.name!r} is left out: it belongs to an account that is gone."]
