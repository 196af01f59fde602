"""Where a trained tree stands: the steps, the course's records and one's own best, kept from run to run."""

import pytest
import torch

from lessonlib import progress, weights
from lessonlib.checks import budget, standing
from lessonlib.checks.exercises.scaling_up import check
from lessonlib.checks.panel import Panel
from lessonlib.models import tree


@pytest.fixture(autouse=True)
def small(monkeypatch):
    course = budget.course()
    course.names, course.held_out = course.names[:300], course.held_out[:300]
    monkeypatch.setattr(budget, "course", lambda: course)


def test_a_trained_model_is_measured_kept_and_shown_beside_the_records():
    model, _ = weights.pretrained()
    shown = check.budget(model)
    assert isinstance(shown, Panel)
    told = repr(shown)
    assert "you, this run" in told
    assert "the course: " in told
    assert "4 of 4 steps" in told
    first = progress.load()["budget"]
    assert first["best"] < 1.97
    assert first["runs"] == 1


def test_the_best_stays_when_a_later_run_is_worse():
    model, _ = weights.pretrained()
    check.budget(model)
    best = progress.load()["budget"]["best"]
    worse, _ = weights.pretrained()
    with torch.no_grad():
        worse.layers[-1].weight *= 0.5
    told = repr(check.budget(worse))
    assert progress.load()["budget"] == {"best": best, "runs": 2}
    assert "you, best so far" in told


def test_a_recipe_with_its_seconds_is_run_and_timed():
    asked = []

    def recipe(names, seconds):
        asked.append((len(names), seconds))
        return weights.pretrained()[0]

    assert " s " in repr(check.budget(recipe, 2))
    assert asked == [(300, 2.0)]


@pytest.mark.parametrize(
    "answer", [(tree(27, 4, 5),), ({"levels": 3},), (3, 2), (lambda names, seconds: 1.5, 1), (print, -1)]
)
def test_what_cannot_be_measured_is_told_in_words_and_keeps_nothing(answer):
    told = repr(check.budget(*answer))
    assert told
    assert "budget" not in progress.load()


@pytest.mark.parametrize("spoilt", [3, {"best": "low"}, {"best": None, "runs": "x"}])
def test_a_spoilt_record_is_begun_anew(spoilt):
    progress.update(lambda record: record.update(budget=spoilt))
    check.budget(weights.pretrained()[0])
    assert progress.load()["budget"]["runs"] == 1


def test_the_steps_are_marked_by_the_best_run():
    told = repr(standing.panel(2.2, 2.04, None, (2.1, 2.05, 2.0)))
    assert "2 of 3 steps" in told
