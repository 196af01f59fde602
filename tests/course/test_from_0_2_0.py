"""A learner who filled in version 0.2.0 finds every answer and every point again.

learner-0.2.0.tar.xz holds the exercises of that version as the course had them (fresh), filled in (filled), and as its
own `update` leaves them when it brings this version (after_its_update), with the progress file of somebody who did it
all.
"""

import json
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from lessonlib import lessons, predictions, progress
from lessonlib.checks import panel, registry
from lessonlib.checks.exercises import tree
from lessonlib.course import ROOT, build, grade, merge, notebooks, submissions, update
from lessonlib.course.sources import File

LEARNER = Path(__file__).parent / "learner-0.2.0.tar.xz"
EXERCISES_OF_0_2_0 = 47


@pytest.fixture(scope="module")
def learner(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("learner")
    with tarfile.open(LEARNER) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def sheets():
    return submissions.sheets(ROOT)


def tree_of(folder: Path) -> dict[str, File]:
    return {f"exercises/{path.name}": File(path.read_bytes()) for path in sorted(folder.glob("*.ipynb"))}


@pytest.fixture(scope="module")
def newer() -> dict[str, File]:
    """Today's exercises, as an update brings them."""
    return {f"exercises/{name}": File(notebooks.dumps(made)) for name, made in build.exercises(ROOT).items()}


def at_work(folder: Path, learner: Path, state: str) -> Path:
    """A course in which the learner's notebooks stand."""
    shutil.copytree(learner / state, folder / "exercises")
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    return folder


def answers(folder: Path, sheets) -> dict[str, tuple[str, ...]]:
    """The sources of all answers of 0.2.0 in the notebooks of a folder, by permanent grade_id."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        found |= {id: sources for id, sources in submissions.read(path, sheets).answers.items() if sources}
    return found


@pytest.fixture(scope="module")
def given(learner, sheets) -> dict[str, tuple[str, ...]]:
    found = answers(learner / "filled", sheets)
    assert len(found) == EXERCISES_OF_0_2_0
    return found


def in_their_cells(folder: Path) -> dict[str, str]:
    """What stands in the cells that are marked as answers and filled in, by grade_id."""
    cells = [cell for path in notebooks.numbered(folder) for cell in notebooks.read(path).cells]
    return {notebooks.grade_id(c): c.source for c in cells if notebooks.is_filled_in(c)}


REPLACED = {exercise.grade_id for exercise in registry.earlier().values()}


def expected(given) -> dict[str, str]:
    """What stands in cells of answers: all but the exercises that others have replaced since."""
    return {id: "\n".join(sources) for id, sources in given.items() if id not in REPLACED}


def as_own_cells(folder: Path) -> set[str]:
    """The sources of all cells that are no cells of the course."""
    cells = [cell for path in notebooks.numbered(folder) for cell in notebooks.read(path).cells]
    return {cell.source for cell in cells if not notebooks.grade_id(cell)}


def replaced(given) -> set[str]:
    assert set(given) >= REPLACED
    return {"\n".join(given[id]) for id in REPLACED}


def test_update_carries_every_answer_into_its_cell(tmp_path, learner, newer, given):
    root = at_work(tmp_path, learner, "filled")
    plan = update.prepare(root, newer, tree_of(learner / "fresh"))
    update._apply(root / ".course" / "update", plan)
    assert in_their_cells(root / "exercises") == expected(given)
    assert replaced(given) <= as_own_cells(root / "exercises")
    ids = {
        c.metadata.nbgrader.grade_id
        for p in (root / "exercises").iterdir()
        for c in notebooks.read(p).cells
        if notebooks.grade_id(c)
    }
    assert not [id for id in ids if id != lessons.permanent(id)]
    assert len(list((root / "kept").iterdir())) == len(list((learner / "filled").iterdir()))
    changed = [words for words in plan.words.values() if "the task" in words.lower() and "has changed" in words]
    in_other_words = "flat-mlp-windows, flat-mlp-lucky, flat-mlp-smooth."
    assert [words.rpartition("it has changed: ")[2] for words in changed] == [in_other_words]


def test_update_by_0_2_0_itself_is_put_right_at_the_next_start(tmp_path, learner, newer, given):
    root = at_work(tmp_path, learner, "after_its_update")
    assert len(in_their_cells(root / "exercises")) < EXERCISES_OF_0_2_0
    said = update.settle(root)
    assert in_their_cells(root / "exercises") == expected(given)
    assert replaced(given) <= as_own_cells(root / "exercises")
    assert "in their places now" in said[0]
    assert update.settle(root) == []


def test_what_needs_no_settling_is_not_touched(tmp_path, learner, newer):
    root = at_work(tmp_path, learner, "fresh")
    for path in list((root / "exercises").iterdir()):
        if f"exercises/{path.name}" not in newer:
            path.unlink()  # the lesson has another number by now, so this one would be settled
    before = {path: path.read_bytes() for path in (root / "exercises").iterdir()}
    assert update.settle(root) == []
    assert {path: path.read_bytes() for path in (root / "exercises").iterdir()} == before
    assert not (root / "kept").exists()


def test_lessons_under_other_numbers_are_found(tmp_path, learner, given):
    """The course of tomorrow has a lesson more at its beginning: every number moves on."""
    root = at_work(tmp_path, learner, "filled")
    moved = {
        f"exercises/{int(name[:2]) + 1:02}{name[2:]}": File(notebooks.dumps(made))
        for name, made in build.exercises(ROOT).items()
    }
    plan = update.prepare(root, moved, tree_of(learner / "fresh"))
    update._apply(root / ".course" / "update", plan)
    assert {f"exercises/{path.name}" for path in (root / "exercises").iterdir()} == set(moved)
    assert in_their_cells(root / "exercises") == expected(given)


def test_a_fresh_copy_under_the_new_number_is_filled_from_the_old_one(tmp_path, learner, given):
    """As after a `git pull`: both files are there, and somebody has worked in the old one."""
    root = at_work(tmp_path, learner, "filled")
    name = lessons.find("tree").file
    (root / "exercises" / name).rename(root / "exercises" / f"98{name[2:]}")
    notebooks.write(root / "exercises" / name, notebooks.dumps(build.exercises(ROOT)[name]))
    assert "98_tree.ipynb is" in "".join(_troubles(root))
    update.settle(root)
    assert not (root / "exercises" / f"98{name[2:]}").exists()
    assert in_their_cells(root / "exercises")["tree-fusion"] == expected(given)["tree-fusion"]
    assert replaced(given) <= as_own_cells(root / "exercises")


def _troubles(root: Path) -> list[str]:
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda *words, **_: said.append(" ".join(map(str, words))))
        assert build.run(root, root / "exercises") == 1
    return said


def test_a_renamed_answer_whose_stub_is_the_same_has_not_changed(learner, newer):
    name = lessons.find("tree").file
    old = notebooks.read(next((learner / "filled").glob("*_tree.ipynb")))
    merged = merge.merge(old, notebooks.parse(newer[f"exercises/{name}"].data, name))
    assert merged.answers == ["tree-fusion"]
    assert set(merged.own) >= REPLACED
    assert merged.changed_tasks == []


def test_progress_is_all_there(learner, monkeypatch, tmp_path):
    shutil.copy(learner / "progress.json", tmp_path / "progress.json")
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "progress.json"))
    kept = json.loads((learner / "progress.json").read_text())["checks"]
    assert len(kept) == EXERCISES_OF_0_2_0
    for id, entry in kept.items():
        exercise = (registry.exercises() | registry.earlier())[id]
        assert (entry["state"], entry["score"]) == ("correct", exercise.points), id
    points = sum(entry["score"] for entry in kept.values())
    assert f"Your exercises: {points} of" in repr(panel.progress_panel())
    assert re.search("replaced +4 exercises +4 of 4 +15 of 15", repr(panel.progress_panel()))
    assert "You keep 15 of 15 points from exercises that have been replaced" in repr(tree.check)
    assert "✓ correct" in repr(tree.check)
    assert "Predictions made: 1" in panel.progress_panel("tree").below
    assert "tree-wall" in progress.load()["predictions"]
    assert predictions.missed() == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process")
def test_grade_gives_every_point_for_a_submission_of_0_2_0(tmp_path, learner):
    assert grade.run([learner / "filled"], tmp_path, seed=5, jobs=os.cpu_count() or 1) == 0
    records = json.loads((tmp_path / "grades.json").read_text())
    exercises = {e["id"]: e for record in records for e in record["exercises"]}
    known = json.loads((learner / "progress.json").read_text())["checks"]
    assert {id: exercises[id]["points"] for id in known} == {id: entry["points"] for id, entry in known.items()}


def test_a_check_of_a_replaced_exercise_still_answers():
    assert tree.check.wall(lambda: (3.26, 3.26, 0.0)).result.state == "correct"
    assert "wall" not in dir(tree.check)
    assert "math.log(26)" in [tree.check.solution("wall"), tree.check.solution("wall")][1].text


def test_a_notebook_of_0_2_0_is_graded_by_what_it_asked(learner, sheets):
    old = submissions.read(next((learner / "filled").glob("*_tree.ipynb")), sheets)
    assert old.sheet.file == "earlier/05_tree.ipynb"
    assert {e.grade_id for e in old.sheet.exercises} == {"tree-fusion", *REPLACED}
    assert old.sheet.points == 17


@pytest.mark.parametrize("lesson", [lesson for lesson in lessons.lessons() if lesson.was])
def test_old_imports_give_the_same_check(lesson):
    if any(exercise.lesson == lesson.slug for exercise in registry.exercises().values()):
        old = {}
        exec(f"from lessonlib.checks.ex{lesson.was} import check", old)
        exec(f"import lessonlib.checks.exercises.{lesson.module} as new", old)
        assert old["check"] is old["new"].check
