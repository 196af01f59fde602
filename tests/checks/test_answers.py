"""Every check against wrong answers by name and right answers in many styles: the kill table."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
import tomllib

import answers
import cells
import pytest
from answers import Whole, Wrong

from lessonlib import lessons
from lessonlib.checks.exercise import Kind
from lessonlib.checks.misconceptions import HOME, misconceptions
from lessonlib.checks.registry import earlier, exercises
from lessonlib.checks.result import Mark, State
from lessonlib.checks.show import text

ANSWERS = [importlib.import_module(f"answers.{module.name}") for module in pkgutil.iter_modules(answers.__path__)]
EXERCISES = exercises() | earlier()
WRONG: dict[str, list[Wrong | Whole]] = {id: found for module in ANSWERS for id, found in module.WRONG.items()}
RIGHT: dict[str, dict[str, str]] = {id: found for module in ANSWERS for id, found in module.RIGHT.items()}
for exercise in EXERCISES.values():
    right, *wrong = [*answers.declared(exercise)] or [None]
    WRONG[exercise.id] = [*WRONG.get(exercise.id, []), *wrong]
    RIGHT[exercise.id] = RIGHT.get(exercise.id, {}) | ({right.name: right.text} if right else {})
SEEDS = range(11, 16)
JUDGES = [*HOME.glob("*.py"), *(HOME.parent / f"{name}.py" for name in ("batchnorm", "expect", "judging", "values"))]
NAMED = {  # what looks like the id of a misconception, by the file that names it
    file: set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', file.read_text(encoding="utf-8")))
    - {lesson.slug for lesson in lessons.lessons()}
    for file in JUDGES
}


def _seeds(id: str):
    """Five; what trains takes half a second each time, so one is enough there."""
    return SEEDS[:1] if EXERCISES[id].trial else SEEDS


@functools.cache
def verdict(id: str, name: str):
    """The result for one wrong answer."""
    wrong = next(w for w in WRONG[id] if w.name == name)
    return cells.result(EXERCISES[id], wrong.source(cells.solution(EXERCISES[id])))


@pytest.mark.parametrize(
    ("id", "wrong"), [pytest.param(id, w, id=f"{id}: {w.name}") for id in WRONG for w in WRONG[id]]
)
def test_wrong_answer_is_rejected_by_name(id, wrong, kill_table):
    found = verdict(id, wrong.name)
    assert found.state == State.NOT_YET, text(found)
    assert found.score < found.points
    named = set(found.misconceptions)
    assert named == ({wrong.misconception} if wrong.misconception else set()), text(found)
    kill_table.rejected(id, bool(named))


@pytest.mark.parametrize(("id", "name"), [pytest.param(id, n, id=f"{id}: {n}") for id in RIGHT for n in RIGHT[id]])
def test_right_answer_passes_five_times(id, name, kill_table):
    for seed in _seeds(id):
        found = cells.result(EXERCISES[id], RIGHT[id][name], seed)
        assert found.state == State.CORRECT, f"seed {seed}: {text(found)}"
    kill_table.accepted(id)


@pytest.mark.parametrize("id", EXERCISES)
def test_solution_is_correct_and_stub_is_not_attempted(id):
    exercise = EXERCISES[id]
    source = cells.solution(exercise)
    for seed in _seeds(id):
        found = cells.result(exercise, source, seed)
        assert found.state == State.CORRECT, text(found)
    stub = re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION", "raise NotImplementedError()", source, flags=re.DOTALL)
    found = cells.result(exercise, stub)
    assert (found.state, found.score) == (State.NOT_ATTEMPTED, 0), text(found)


@pytest.mark.parametrize("id", [id for id, found in EXERCISES.items() if found.kind == Kind.CODE and not found.trial])
def test_no_verdict_depends_on_the_seed(id):
    for wrong in WRONG[id]:
        source, at_first = wrong.source(cells.solution(EXERCISES[id])), verdict(id, wrong.name)
        for seed in SEEDS:
            found = cells.result(EXERCISES[id], source, seed)
            assert found.state == State.NOT_YET, f"{wrong.name}, seed {seed}: {text(found)}"
            # Where draws are judged, a name may be missing where they are not clear enough; another name never comes.
            assert set(found.misconceptions) <= set(at_first.misconceptions), (
                f"{wrong.name}, seed {seed}: {text(found)}"
            )


@pytest.mark.parametrize("id", EXERCISES)
def test_enough_answers(id):
    code = EXERCISES[id].kind == Kind.CODE
    assert len([w for w in WRONG[id] if w.misconception]) >= (5 if code else 3)
    assert len(RIGHT[id]) >= (3 if code else 1)
    assert len({w.name for w in WRONG[id]}) == len(WRONG[id])


@pytest.mark.parametrize("id", EXERCISES)
def test_every_case_is_failed_by_some_wrong_answer(id):
    failed = {line.title for w in WRONG[id] for line in verdict(id, w.name).lines if line.mark == Mark.NOT_YET}
    assert failed == {case.title for case in EXERCISES[id].cases}


def test_every_misconception_is_recognised_in_some_wrong_answer():
    named = {id for exercise in EXERCISES for w in WRONG[exercise] for id in verdict(exercise, w.name).misconceptions}
    survival = {"endless-loop"}  # test_engine.py
    assert named | survival == set(misconceptions())


def test_every_misconception_that_a_judge_names_has_words():
    for file, ids in NAMED.items():
        assert ids <= set(misconceptions()), file.name


def test_a_misconception_stands_beside_the_one_lesson_that_knows_it_or_in_common():
    for id in misconceptions():
        users = [file for file, ids in NAMED.items() if id in ids]
        alone = len(users) == 1 and users[0].parent == HOME
        home = users[0].with_suffix(".toml") if alone else HOME / "common.toml"
        assert id in tomllib.loads(home.read_text(encoding="utf-8")), f"{id} belongs into {home.name}"


def test_no_check_breaks_on_a_wrong_answer():
    for id in WRONG:
        for wrong in WRONG[id]:
            marks = [line.mark for line in verdict(id, wrong.name).lines]
            assert Mark.BROKEN not in marks, f"{id}: {wrong.name}\n{text(verdict(id, wrong.name))}"
