"""What a node sees: counted and measured must agree, and a model that is wired otherwise must be found out."""

import pytest
import torch

from lessonlib.layers import BatchNorm1d, Embedding, Layer, Linear, Sequential, Tanh
from lessonlib.models import flat_mlp, tree
from lessonlib.widgets import reach


def characters_of(row, node):
    return row.inputs[node].nonzero().flatten().tolist()


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_a_tree_measured_is_the_tree_that_is_drawn(levels):
    rows = reach.measure(tree(27, 5, 7, levels), torch.randint(0, 27, (1, 2**levels)))
    assert len(rows) == levels
    for level, row in enumerate(rows, 1):
        assert len(row.below) == 2 ** (levels - level)
        for node, below in enumerate(row.below):
            assert below == [2 * node, 2 * node + 1]
            assert characters_of(row, node) == reach.seen("tree", levels, level, node, 2**levels)


def test_a_flat_model_has_one_level_that_sees_all():
    (row,) = reach.measure(flat_mlp(27, 5, 4, 6), torch.randint(0, 27, (1, 5)))
    assert row.below == [[0, 1, 2, 3, 4]]
    assert characters_of(row, 0) == [0, 1, 2, 3, 4]


class JoinHalves(Layer):
    """The mistake of joining position t with t + T/2."""

    def __call__(self, x):
        half = x.shape[1] // 2
        self.out = torch.cat([x[:, :half], x[:, half:]], dim=-1)
        return self.out


def test_a_tree_that_joins_halves_is_seen_to():
    model = Sequential([Embedding(27, 4), JoinHalves(), Linear(8, 6), Tanh(), JoinHalves(), Linear(12, 6), Tanh()])
    first, second = reach.measure(model, torch.randint(0, 27, (1, 4)))
    assert [characters_of(first, node) for node in (0, 1)] == [[0, 2], [1, 3]]
    assert characters_of(second, 0) == [0, 1, 2, 3]


def test_more_nodes_than_fit_one_pass_are_measured_all(monkeypatch):
    model, x = tree(27, 3, 4, levels=5), torch.randint(0, 27, (1, 32))
    whole = reach.measure(model, x)
    monkeypatch.setattr(reach, "CHUNK", 3)
    for a, b in zip(whole, reach.measure(model, x), strict=True):
        assert a.below == b.below
        assert torch.allclose(a.inputs, b.inputs, atol=1e-5)


def test_measuring_leaves_the_model_as_it_was(model):
    model.train()
    norm = next(layer for layer in model.layers if isinstance(layer, BatchNorm1d))
    before = norm.running_mean.clone(), [p.detach().clone() for p in model.parameters()]
    reach.measure(model, torch.randint(0, 27, (1, 8)))
    assert model.training and norm.training
    assert torch.equal(norm.running_mean, before[0])
    assert all(torch.equal(p, q) and p.grad is None for p, q in zip(model.parameters(), before[1], strict=True))


def test_a_model_without_an_embedding_is_told_so():
    with pytest.raises(ValueError, match="begins with an Embedding"):
        reach.measure(Sequential([Linear(8, 4)]), torch.randn(1, 8))


def test_a_convolution_looks_to_the_left_only():
    assert reach.seen("conv", 3, 3, 11, 16) == [4, 5, 6, 7, 8, 9, 10, 11]
    assert reach.seen("conv", 3, 2, 1, 16) == [0, 1]
    assert reach.seen("conv", 3, 0, 5, 16) == [5]
