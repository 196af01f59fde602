"""Recipes under a budget, graded: a tree is measured on names that its recipe never had; cheats gain nothing."""

import sys

import pytest

from lessonlib import data, weights
from lessonlib.checks import budget, reference, registry
from lessonlib.checks.exercises.handed_over import understood
from lessonlib.checks.judging import judge
from lessonlib.checks.probes.budget import handed_over
from lessonlib.checks.result import Mark
from lessonlib.course import ROOT, recipes, sandbox, submissions
from lessonlib.models import tree
from lessonlib.training import evaluate

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process")

SEED, SECONDS = 5, 0.4
EXERCISE = registry.exercises()["budget"]
SHEET = next(sheet for sheet in submissions.sheets(ROOT) if EXERCISE in sheet.exercises)
GIVEN = SHEET.cells["scaling-up-given"].source
TRIAL = budget.graded(SEED, SECONDS)
TRIAL.names, TRIAL.held_out = TRIAL.names[:1500], TRIAL.held_out[:400]
START = "import os, sys, time, threading\n\n\ndef recipe(names, seconds):\n"
START += "    model = tree(len(characters_of(names)), 10, 48)\n"
LEARN = """    begun = time.process_time()
    X, Y = windows(names[:1500], 8)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    while time.process_time() - begun < 0.6 * seconds:
        ix = torch.randint(len(X), (256,))
        optimizer.zero_grad()
        F.cross_entropy(model(X[ix]), Y[ix]).backward()
        optimizer.step()
    return model
"""


@pytest.fixture(scope="module")
def box():
    with sandbox.Sandbox() as box:
        yield box


def graded(box, source: str, times: float = 1.0):
    """What the grader finds; `times` as many seconds as the exercise has."""
    exercise = budget.slowed(budget.drawn(EXERCISE, TRIAL), times)
    run = box.run(
        exercise,
        ["import math\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F", GIVEN],
        (source,),
        SEED,
    )
    return judge(exercise, lambda case: run.outcomes[case.probe_name], SEED), run


def test_an_honest_recipe_reaches_steps(box):
    slow = 2 * budget.slowness()  # other tests run beside this one
    result, run = graded(box, START + LEARN, slow)
    assert result.score == 7, [(line.note, line.mistake and line.mistake.says) for line in result.lines]
    data = next(iter(run.outcomes.values())).data
    assert SECONDS * slow * 0.5 < data["spent"] < SECONDS * slow * 1.1
    assert data["allowed"] == pytest.approx(SECONDS * slow)


@pytest.mark.parametrize(
    ("cheat", "source"),
    [
        ("the course's weights", "    import lessonlib\n    return lessonlib.weights.pretrained()[0]\n"),
        ("the file of weights", f"    open({str(weights.PRETRAINED)!r}, 'rb').read()\n    return model\n"),
        ("the file of names", f"    open({str(data.NAMES)!r}).read()\n    return model\n"),
        ("the judge's seed in its memory", "    return sys._getframe(2).f_locals['held_out']\n"),
        ("a reported loss", "    return {'tree': model, 'loss': 0.1, 'spent': 0.0}\n"),
        ("another process", "    os.fork()\n    return model\n"),
        ("a giant", "    return {'embedding': torch.zeros(1, 1).expand(10**6, 10**6), 'levels': [{}]}\n"),
        (
            "not a number",
            "    model.layers[0].weight = model.layers[0].weight * float('nan')\n    return model\n",
        ),
        ("sleep", "    time.sleep(0.2)\n    return model\n"),
        (
            "an object that runs code",
            "    class Layers(list):\n        def __reduce__(self): return (exit, ())\n    return Layers()\n",
        ),
    ],
)
def test_a_cheat_earns_no_step(box, cheat, source):
    result, _ = graded(box, START + source)
    assert all(line.mark != Mark.PASSED for line in result.lines[2:]), cheat
    assert not any(line.mark == Mark.BROKEN for line in result.lines), result.lines


@pytest.mark.parametrize(
    ("reach", "refused"),
    [
        ("import lessonlib", "ModuleNotFoundError"),
        (f"open({str(weights.PRETRAINED)!r}, 'rb')", "PermissionError"),
        (f"open({str(data.NAMES)!r})", "PermissionError"),
        (f"os.listdir({str(ROOT)!r})", "PermissionError"),
        ("open('/proc/self/maps')", "PermissionError"),
        ("os.fork()", "PermissionError"),
    ],
)
def test_neither_weights_nor_names_nor_another_process_are_in_reach(box, reach, refused):
    outcome = next(iter(graded(box, START + f"    {reach}\n    return model\n")[1].outcomes.values()))
    if refused == "PermissionError" and "fork" not in reach and "files" not in box_walls(box):
        pytest.skip("this kernel has no Landlock; the report says so beside a recipe")
    assert outcome.error == refused, outcome


def box_walls(box) -> frozenset[str]:
    return graded(box, START)[1].walls


def test_a_report_says_where_files_were_in_reach():
    made = budget.drawn(EXERCISE, TRIAL)
    assert "look at this recipe" in recipes.note(made, frozenset({"time"}))
    assert not recipes.note(made, frozenset({"time", "files"}))
    assert not recipes.note(registry.exercises()["linear"], frozenset({"time"}))


def test_time_in_other_threads_counts(box):
    spin = (
        "    def spin():\n        while True: torch.randn(200, 200) @ torch.randn(200, 200)\n"
        "    for _ in range(3): threading.Thread(target=spin, daemon=True).start()\n"
        "    begun = time.process_time()\n    while time.process_time() - begun < 2.2:\n"
        "        time.sleep(0.05)\n    return model\n"
    )
    result, _ = graded(box, START + spin)
    assert result.score == 0 or result.lines[1].mark == Mark.NOT_YET


def test_what_the_answer_says_of_its_time_is_not_believed(box):
    _, run = graded(
        box,
        START
        + "    time.process_time = lambda: 0.0\n"
        + LEARN.replace("while time.process_time() - begun < 0.6 * seconds", "for _ in range(40)"),
    )
    assert next(iter(run.outcomes.values())).data["spent"] > 0.05


def test_the_split_is_the_seeds_and_no_held_out_name_is_trained_on():
    one, same, other = budget.graded(1, 60), budget.graded(1, 60), budget.graded(2, 60)
    assert not set(one.names) & set(one.held_out)
    assert (one.names, one.held_out) == (same.names, same.held_out)
    assert set(one.held_out) != set(other.held_out)
    made = budget.drawn(EXERCISE, one)
    assert not set(made.material["names"]) & set(one.held_out)
    assert set(made.material) == {"names", "seconds"}


def test_the_judges_tree_is_the_lessons():
    model = tree(27, 6, 8, levels=2).train()
    words = data.load_words()[:300]
    vocabulary = data.Vocabulary(data.load_words())
    X, Y = data.windows(words, 4, vocabulary)
    model(X)
    mine = understood(handed_over(model), 27)
    trial = budget.Trial(data.load_words(), words, 1.0)
    assert trial.loss(mine) == pytest.approx(evaluate(model, X, Y), abs=1e-5)
    assert reference.tree_logits(X[:3], mine).shape == (3, 27)


def test_a_slow_machine_gives_more_seconds(monkeypatch):
    given = []
    monkeypatch.setattr(budget, "work", lambda: 3 * budget.REFERENCE)
    run = recipes.calibrated(lambda exercise, *job: given.append(exercise))
    run(budget.drawn(EXERCISE, TRIAL), [], (), 1)
    run(registry.exercises()["linear"], [], (), 1)
    assert given[0].budget == given[0].material["seconds"] == pytest.approx(3 * SECONDS)
    assert not given[1].budget


def test_without_seconds_the_exercise_is_left_out(tmp_path):
    sheet = recipes.prepared(SHEET, 1, 0)
    assert EXERCISE.id not in {exercise.id for exercise in sheet.exercises}
    assert sheet.points == SHEET.points - EXERCISE.points
