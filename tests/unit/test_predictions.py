"""Predictions: asked, kept, compared."""

import pytest
import torch

from lessonlib import progress
from lessonlib.predictions import compare, missed, predict


def kept(id="tree-wall"):
    return progress.load()["predictions"][id]


def test_a_prediction_is_asked_and_kept(capsys):
    predict("tree-wall", "How low does the loss go?", yours=3.3)
    assert capsys.readouterr().out == "How low does the loss go?\nYour prediction: 3.3\n"
    assert kept() == {"question": "How low does the loss go?", "yours": 3.3}


def test_no_prediction_is_fine(capsys):
    predict("tree-wall", "How low?")
    compare("tree-wall", 3.26)
    out = capsys.readouterr().out
    assert "No prediction yet" in out
    assert "What came out:   3.26" in out
    assert "agree" not in out
    assert kept()["yours"] is None
    assert kept()["agrees"] is None
    assert missed() == {}


def test_comparing_without_asking_is_fine(capsys):
    compare("tree-wall", 3.26)
    assert "What came out:   3.26" in capsys.readouterr().out


AGREE = [
    (4, 4, 0),
    (3.3, 3.296, 0.01),
    ("3.3", torch.tensor(3.296), 0.01),
    ("(4, 80)", torch.Size([4, 80]), 0),
    ([4, 80], (4, 80), 0),
    ((4, 80), torch.zeros(4, 80).shape, 0),
    ("4,80", (4, 80), 0),
    (4, (4,), 0),
    ("Tree", "tree ", 0),
    (True, True, 0),
    ([2, 1, -1], [2.0, 1.0, -1.0], 0),
    ((0.96, 0.76), torch.tensor([0.964, 0.762]), 0.01),
    ("2, 1, -1", [2.0, 1.0, -1.0], 0),
    ("11,897", 11897, 0),
    ("the last one", "last one", 0),
    ("last", "the last level", 0),
    ("it fails", "fail", 0),
    (1e-6, "about 1e-6", 0),
    (True, "yes", 0),
    ("ln 27", 3.296, 0.1),
    ("math.log(27)", 3.296, 0.1),
    ("tree and deep flat", "deep flat and tree", 0),
    ("flat deep, tree", "deep flat and tree", 0),
    ("4 times", 4.1, 1),
    ("20 %", 0.2, 0),
    ("zero", 0.0, 0),
    ("number 2", 2, 0),
    ("stays the same", "stay", 0),
    ("same", "the same", 0),
    ("no", False, 0),
]
DIFFER = [
    (4, 5, 0),
    (3.3, 3.296, 0),
    (3.2, 3.296, 0.01),
    ((4, 8), (4, 80), 0),
    ("(8, 4)", (4, 8), 0),
    ("flat", "tree", 0),
    (False, True, 0),
    ("", 4, 0),
    ([2, 1, 1], [2.0, 1.0, -1.0], 0),
    ([2, 1], [2.0, 1.0, -1.0], 0),
    ("flat", "deep flat", 0),
    ("yes", False, 0),
    ("ln 26", 3.296, 0.01),
    ((1, 2), (2, 1), 0),
    ("tree", "deep flat and tree", 0),
    ("same", "shrink", 0),
    (float("nan"), 1.0, 10),
]


@pytest.mark.parametrize(("yours", "actual", "tolerance"), AGREE, ids=repr)
def test_answers_that_agree(yours, actual, tolerance, capsys):
    predict("shapes-shape", "Which shape?", yours)
    compare("shapes-shape", actual, tolerance)
    assert "They agree." in capsys.readouterr().out
    assert kept("shapes-shape")["agrees"] is True
    assert missed() == {}


@pytest.mark.parametrize(("yours", "actual", "tolerance"), DIFFER, ids=repr)
def test_answers_that_differ_are_shown_and_remembered(yours, actual, tolerance, capsys):
    predict("shapes-shape", "Which shape?", yours)
    compare("shapes-shape", actual, tolerance)
    out = capsys.readouterr().out
    assert f"What came out:   {actual}" in out
    assert "They differ" in out
    assert list(missed()) == ["shapes-shape"]
    assert missed()["shapes-shape"]["question"] == "Which shape?"


def test_predicting_again_forgets_what_came_out():
    predict("a", "?", 1)
    compare("a", 2)
    predict("a", "?", 2)
    assert kept("a") == {"question": "?", "yours": 2}
    compare("a", 2)
    assert missed() == {}


def test_predictions_do_not_touch_each_other_or_other_records():
    progress.update(lambda record: record.update(cards={"x": 1}))
    predict("a", "?", 1)
    predict("b", "?", 2)
    compare("a", 3)
    record = progress.load()
    assert record["cards"] == {"x": 1}
    assert set(record["predictions"]) == {"a", "b"}
    assert "actual" not in record["predictions"]["b"]
