"""Models that training has ruined, and word lists unlike the course's: the widgets still show what there is."""

import json

import pytest
import torch

from lessonlib.data import Vocabulary, windows
from lessonlib.models import flat_mlp, tree
from lessonlib.widgets import LookInside, ReceptiveField

LISTS = {
    "none of c, h, a, r, l": ["momo", "otto", "zoe"],
    "capitals": ["ANNA", "OTTO"],
    "Chinese": ["東京", "京都", "大阪府"],
    "dollars": ["$5", "a$b$c", "$$"],
    "one letter": ["x", "x"],
    "the course's": ["charlotte"],
}


QUICK = ("none of c, h, a, r, l", "Chinese")


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in LISTS])
def test_any_word_list_can_be_looked_into(name):
    vocabulary = Vocabulary(LISTS[name])
    X, Y = windows(LISTS[name], 4, vocabulary)
    look = LookInside(tree(len(vocabulary), 4, 8, levels=2), vocabulary, X, Y)
    assert len(look.logits) == len(look.text) + 1
    assert set(look.text) <= set(vocabulary.characters)
    assert look.text or name == "one letter"
    data, _ = look._repr_mimebundle_()
    assert data["image/png"]
    look.text = "a東$é"
    assert len(look.logits) == len(look.text) + 1


def ruin(model, how: str):
    for parameter in model.parameters():
        parameter.data.fill_({"nan": float("nan"), "infinite": float("inf"), "zero": 0.0, "huge": 1e6}[how])
    return model


@pytest.mark.parametrize("how", ["nan", "infinite", "zero", "huge"])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: tree(27, 4, 8), id="tree"),
        pytest.param(lambda: flat_mlp(27, 8, 4, 8), id="flat", marks=pytest.mark.slow),
    ],
)
def test_a_model_that_training_has_ruined(make, how):
    vocabulary = Vocabulary(["abcdefghijklmnopqrstuvwxyz"])
    X, Y = windows(["charlotte", "emma"], 8, vocabulary)
    look = LookInside(ruin(make(), how), vocabulary, X, Y)
    assert ("has diverged" in look.static_text()) == (how in ("nan", "infinite"))
    field = ReceptiveField("charlotte", model=ruin(make(), how), vocabulary=vocabulary)
    assert not field.computed
    assert "No gradient passes" in field.static_text()
    for widget in (look, field):
        data, _ = widget._repr_mimebundle_()
        assert data["image/png"]
        json.dumps(widget.get_state(), allow_nan=False, default=lambda _: "")  # as it goes to a browser
    field.text = "emma"
    look._write(None, {"type": "write", "length": 0}, [])


def test_a_list_of_values_of_which_one_is_no_number():
    from lessonlib.widgets.look_inside import histogram

    found = histogram("Tanh 1", torch.tensor([0.5, float("nan"), -0.5]), tanh=True)
    assert found["name"] == "Tanh 1, not finite"
    assert sum(found["counts"]) == 2
