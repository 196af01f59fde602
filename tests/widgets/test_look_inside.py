import pytest
import torch

from lessonlib.layers import Linear, Sequential
from lessonlib.sampling import next_probabilities
from lessonlib.widgets import LookInside
from lessonlib.widgets.look_inside import by_layer, embedding_map, histogram


@pytest.fixture
def data():
    return torch.randint(0, 27, (50, 8)), torch.randint(0, 27, (50,))


def test_every_value_of_every_layer_is_counted(model, vocabulary, data):
    look = LookInside(model, vocabulary, *data)
    assert [layer["name"] for layer in look.activations][:3] == ["Linear 1", "BatchNorm1d 1", "Tanh 1"]
    assert len(look.activations) == len(look.gradients) == 10
    first, last = look.activations[0], look.activations[-1]
    assert sum(first["counts"]) == 50 * 4 * 8
    assert sum(last["counts"]) == 50 * 27


def test_gradients_are_those_of_the_loss(model, vocabulary, data):
    X, Y = data
    model.eval()
    logits = model(X)
    (expected,) = torch.autograd.grad(torch.nn.functional.cross_entropy(logits, Y), logits)
    _, gradients = by_layer(model, X, Y)
    assert torch.allclose(gradients["Linear 4"], expected.flatten(), atol=1e-7)


def test_without_targets_there_are_no_gradients(model, vocabulary, data):
    assert LookInside(model, vocabulary, data[0]).gradients == []


def test_chances_are_the_model_s_own(model, vocabulary, data):
    look = LookInside(model, vocabulary, data[0], text="emm")
    assert torch.allclose(look.probabilities(), next_probabilities(model, vocabulary, "emm"), atol=1e-3)
    assert len(look.logits) == 4  # after "", "e", "em", "emm"
    assert torch.allclose(torch.tensor(look.logits[0]).softmax(0), next_probabilities(model, vocabulary, ""), atol=1e-3)


def test_a_lower_temperature_is_surer(model, vocabulary, data):
    look = LookInside(model, vocabulary, data[0])
    assert look.probabilities(0.3).max() > look.probabilities(1.0).max() > look.probabilities(3.0).max()


def test_another_text_asks_the_model_again(model, vocabulary, data):
    look = LookInside(model, vocabulary, data[0], text="emm")
    look.text = "O!li"
    assert look.text == "li"  # what the vocabulary lacks is left out
    assert len(look.logits) == 3


def test_words_go_on_from_the_text(model, vocabulary, data):
    look = LookInside(model, vocabulary, data[0], text="emm")
    look._handle_custom_msg({"type": "write", "length": 2}, [])
    assert len(look.written) == 8
    assert all(word.startswith("em") for word in look.written)


def test_saturation_is_told_of_tanh_alone():
    assert histogram("Tanh 1", torch.tensor([0.99, -0.99, 0.0, 0.5]), tanh=True)["saturated"] == 0.5
    assert histogram("Linear 1", torch.randn(10))["saturated"] is None


def test_the_map_keeps_distances_of_points_that_lie_in_a_plane():
    weight = torch.zeros(5, 7)
    weight[:, 2:4] = torch.randn(5, 2)
    found = embedding_map(weight, "abcde")
    assert found["share"] == 1.0
    points = torch.tensor(found["points"])
    assert torch.allclose(torch.cdist(points, points), torch.cdist(weight, weight), atol=5e-3)


def test_neighbours_are_the_nearest_rows():
    weight = torch.tensor([[0.0], [1.0], [3.0], [7.0]]).repeat(1, 3)
    assert embedding_map(weight, "abcd")["near"][0] == [1, 2, 3]


def test_looking_leaves_the_model_as_it_was(model, vocabulary, data):
    model.train()
    before = [p.detach().clone() for p in model.parameters()]
    LookInside(model, vocabulary, *data)
    assert model.training
    assert all(p.grad is None and torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))


def test_what_it_cannot_look_into_is_said(model, vocabulary, data):
    with pytest.raises(ValueError, match="view is"):
        LookInside(model, vocabulary, data[0], view="soul")
    with pytest.raises(ValueError, match="Embedding"):
        LookInside(Sequential([Linear(8, 4)]), vocabulary, torch.randn(3, 8))
