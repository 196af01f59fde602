"""Predictions: what is declared, how a guess is judged, and what is kept of it."""

import json

import pytest
import torch

from lessonlib import answers, lessons, predictions, progress
from lessonlib.predictions import Kind, Prediction, State


def asked(kind, **fields):
    return Prediction(key="tree-x", question="?", kind=Kind(kind), answer=None, because="", **fields)


# --- what is declared ---


def test_every_prediction_belongs_to_a_lesson_and_no_lesson_asks_too_much():
    order = [each.slug for each in lessons.lessons()]
    slugs = [each.lesson.slug for each in predictions.declared()]
    assert slugs == sorted(slugs, key=order.index), "they stand in the order of the lessons"
    assert {slug: slugs.count(slug) for slug in slugs if slugs.count(slug) > 6} == {}


def test_every_key_is_there_once():
    keys = [each.key for each in predictions.declared()]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("each", predictions.declared(), ids=lambda each: each.key)
def test_its_own_answer_is_right_and_the_rest_fits_its_kind(each):
    assert each.agrees(each.answer, each.answer)
    assert each.question.rstrip("*`").endswith("?") and each.because.endswith((".", ".)"))
    assert bool(each.choices) == (each.kind is Kind.CHOICE)
    assert bool(each.points) == bool(each.axes) == (each.kind is Kind.CURVE)
    if each.kind is Kind.CURVE:
        assert len(each.points) == len(each.answer) and len(each.range) == 2


def test_a_lesson_has_its_own_by_whatever_name():
    assert predictions.of_lesson(0)[0].key == "start-here-call"
    assert predictions.of_lesson("flat-mlp") == predictions.of_lesson("01")
    assert predictions.of_lesson("review") == []


def test_an_unknown_key_says_which_there_are():
    with pytest.raises(ValueError, match="start-here-call, start-here-view"):
        predictions.find("start-here-wrong")
    assert predictions.find("00-call").key == "start-here-call"


# --- how a guess is judged ---

AGREE = [
    ("number", 4, 4, 0),
    ("number", "3.3", torch.tensor(3.296), 0.01),
    ("number", "ln 27", 3.304, 0.1),
    ("number", "11,897", 11897, 0),
    ("number", "4 times", 4.1, 1),
    ("number", "20 %", 0.2, 0),
    ("shape", "4 80", torch.zeros(4, 80).shape, 0),
    ("shape", "[4, 80]", (4, 80), 0),
    ("numbers", "2, 1, -1", [2.0, 1.0, -1.0], 0),
    ("yes or no", "no", False, 0),
    ("words", "flat deep, tree", "deep flat and tree", 0),
]
DIFFER = [
    ("number", 3.2, 3.296, 0.01),
    ("shape", "8, 4", (4, 8), 0),
    ("numbers", "2, 1", [2.0, 1.0, -1.0], 0),
    ("yes or no", "yes", False, 0),
    ("words", "flat", "tree", 0),
]


@pytest.mark.parametrize("kind, yours, actual, tolerance", AGREE)
def test_the_same_answer_agrees(kind, yours, actual, tolerance):
    assert asked(kind, tolerance=tolerance).agrees(yours, actual)


@pytest.mark.parametrize("kind, yours, actual, tolerance", DIFFER)
def test_another_answer_differs(kind, yours, actual, tolerance):
    assert not asked(kind, tolerance=tolerance).agrees(yours, actual)


def test_a_curve_agrees_when_it_lies_near_on_the_whole():
    curve = asked("curve", tolerance=0.1, points=("0", "1", "2"))
    assert curve.agrees("1, 0.8, 0.4", [1.0, 0.65, 0.5])
    assert not curve.agrees("1, 1, 1", [1.0, 0.65, 0.5])
    assert not curve.agrees("1, 0.65", [1.0, 0.65, 0.5])


def test_a_choice_is_one_of_those_that_are_offered():
    choice = asked("choice", choices=("rises", "falls"))
    assert choice.agrees("Falls", "falls") and not choice.agrees("rises", "falls")
    with pytest.raises(answers.Unreadable, match="rises, falls"):
        choice.agrees("sideways", "falls")


# --- what is kept ---


def test_a_guess_is_kept_and_judged_when_the_answer_comes():
    assert predictions.state("flat-mlp-windows") is State.OPEN
    predictions.guess("flat-mlp-windows", "4")
    assert predictions.state("flat-mlp-windows") is State.WAITING
    predictions.settle("flat-mlp-windows", 5)
    assert predictions.state("flat-mlp-windows") is State.DIFFERS
    assert list(predictions.missed()) == ["flat-mlp-windows"]
    predictions.guess("flat-mlp-windows", "5")
    assert predictions.state("flat-mlp-windows") is State.AGREES
    question = predictions.find("flat-mlp-windows").question
    expected = {"question": question, "yours": "5", "actual": 5, "agrees": True, "seen": False}
    assert progress.load()["predictions"]["flat-mlp-windows"] == expected


def test_who_only_looks_has_missed_nothing():
    predictions.settle("flat-mlp-windows", 5)
    assert predictions.state("flat-mlp-windows") is State.OPEN
    predictions.see("flat-mlp-windows")
    assert predictions.state("flat-mlp-windows") is State.SEEN
    assert predictions.missed() == {}


def test_what_cannot_be_read_is_not_kept():
    with pytest.raises(answers.Unreadable, match="a number"):
        predictions.guess("flat-mlp-windows", "many")
    assert predictions.state("flat-mlp-windows") is State.OPEN


def test_a_guess_can_be_taken_back():
    predictions.settle("flat-mlp-windows", 5)
    predictions.guess("flat-mlp-windows", "4")
    predictions.guess("flat-mlp-windows", None)
    assert predictions.state("flat-mlp-windows") is State.OPEN


def test_the_score_of_a_lesson():
    predictions.guess("start-here-call", 15)
    predictions.settle("start-here-call", 15)
    predictions.guess("start-here-view", "(6, 4)")
    predictions.settle("start-here-view", (2, 12))
    score = predictions.score("start-here")
    assert (score.asked, score.guessed, score.right, score.again) == (3, 2, 1, ["start-here-view"])


def test_show_all_is_remembered():
    assert not predictions.all_shown()
    predictions.show_all()
    assert predictions.all_shown()
    predictions.show_all(False)
    assert not predictions.all_shown()


def test_a_record_of_0_2_0_still_counts():
    entry = {"question": "How many?", "yours": "about four", "actual": 5, "agrees": False}
    progress.path().write_text(json.dumps({"predictions": {"01-windows": entry}}))
    assert predictions.state("flat-mlp-windows") is State.DIFFERS
    assert "flat-mlp-windows" in predictions.missed()
    predictions.settle("flat-mlp-windows", 5)  # its words cannot be read as a number any more
    assert predictions.state("flat-mlp-windows") is State.DIFFERS


@pytest.mark.parametrize("damaged", [[], {"flat-mlp-windows": 3}, "?"])
def test_a_record_that_somebody_spoilt_is_as_good_as_none(damaged):
    progress.path().write_text(json.dumps({"predictions": damaged}))
    assert predictions.missed() == {}
    assert predictions.state("flat-mlp-windows") is State.OPEN
    predictions.guess("flat-mlp-windows", 5)
    assert predictions.score("flat-mlp").guessed == 1


def test_another_answer_than_the_declared_one_fails_only_where_nobody_learns(monkeypatch):
    monkeypatch.delenv(predictions.STRICT, raising=False)
    predictions.settle("flat-mlp-windows", 6)
    monkeypatch.setenv(predictions.STRICT, "1")
    predictions.settle("flat-mlp-windows", 5)
    with pytest.raises(AssertionError, match="6 came out, 5 is declared"):
        predictions.settle("flat-mlp-windows", 6)


def test_a_cell_of_0_2_0_goes_on_and_says_what_to_do(capsys):
    from lessonlib.predictions import compare, predict

    predict("05-wall", "How low does it go?", yours=3)
    compare("05-wall", 3.26, tolerance=0.1)
    said = capsys.readouterr().out
    assert "How low does it go?" in said and "3.26" in said and said.count("course.py update") == 2
