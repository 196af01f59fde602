"""The models: their sizes, their first loss, their shapes, and the draws that make their weights."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from lessonlib.layers import BatchNorm1d, FlattenConsecutive, Linear
from lessonlib.models import flat_mlp, levels_for, tree

PUBLISHED = {
    "flat 3 without BatchNorm": (lambda: flat_mlp(27, 3, 10, 200, batchnorm=False), 11_897),
    "flat 3": (lambda: flat_mlp(27, 3, 10, 200), 12_097),
    "flat 8": (lambda: flat_mlp(27, 8, 10, 200), 22_097),
    "tree": (lambda: tree(27, 10, 68, 3), 22_397),
    "tree, scaled": (lambda: tree(27, 24, 128, 3), 76_579),
}
each_model = pytest.mark.parametrize("build", [build for build, _ in PUBLISHED.values()], ids=PUBLISHED)


@pytest.mark.parametrize(("build", "count"), PUBLISHED.values(), ids=PUBLISHED)
def test_parameter_counts_are_the_published_ones(build, count):
    assert sum(p.numel() for p in build().parameters()) == count


@each_model
def test_the_first_loss_is_that_of_a_uniform_guess(build):
    model = build()
    x, y = torch.randint(0, 27, (256, model.block_size)), torch.randint(0, 27, (256,))
    assert F.cross_entropy(model(x), y).item() == pytest.approx(math.log(27), abs=0.05)
    assert F.cross_entropy(model.eval()(x), y).item() == pytest.approx(math.log(27), abs=0.05)


@each_model
def test_every_parameter_gets_a_gradient(build):
    model = build()
    x, y = torch.randint(0, 27, (32, model.block_size)), torch.randint(0, 27, (32,))
    F.cross_entropy(model(x), y).backward()
    assert all(p.is_leaf and p.grad is not None and p.grad.any() for p in model.parameters())


def weights(seed, *shapes):
    """What the published lesson draws: first the embedding, then each weight over the root of its fan-in, in order."""
    torch.manual_seed(seed)
    embedding = torch.randn(shapes[0])
    return [embedding, *(torch.randn(shape) / shape[0] ** 0.5 for shape in shapes[1:])]


@pytest.mark.parametrize(
    ("build", "shapes"),
    [
        (lambda: flat_mlp(27, 3, 10, 200), [(27, 10), (30, 200), (200, 27)]),
        (lambda: tree(27, 24, 128), [(27, 24), (48, 128), (256, 128), (256, 128), (128, 27)]),
    ],
    ids=["flat", "tree"],
)
def test_weights_are_drawn_as_in_the_published_lesson(build, shapes):
    *expected, last = weights(42, *shapes)
    after = torch.rand(1)
    torch.manual_seed(42)
    model = build()
    assert torch.equal(torch.rand(1), after)  # nothing else was drawn
    mine = [p for p in model.parameters() if p.ndim == 2]
    assert all(torch.equal(a, b) for a, b in zip(mine, [*expected, last * 0.1], strict=True))


# The flat model


def test_only_without_batchnorm_do_hidden_layers_have_a_bias():
    with_norm, without = (flat_mlp(5, 4, 3, 7, batchnorm=b).layers for b in (True, False))
    assert [layer.bias is None for layer in with_norm if isinstance(layer, Linear)] == [True, False]
    assert [layer.bias is None for layer in without if isinstance(layer, Linear)] == [False, False]
    assert not any(isinstance(layer, BatchNorm1d) for layer in without)


@given(block_size=st.integers(1, 9), hidden_layers=st.integers(0, 3), vocab_size=st.integers(1, 30))
def test_a_flat_model_of_any_size_gives_logits(block_size, hidden_layers, vocab_size):
    model = flat_mlp(vocab_size, block_size, 2, 3, hidden_layers=hidden_layers)
    assert model.block_size == block_size
    assert model(torch.zeros(4, block_size, dtype=torch.long)).shape == (4, vocab_size)
    assert len([layer for layer in model.layers if isinstance(layer, Linear)]) == hidden_layers + 1


def test_a_deep_flat_model_sees_all_characters_in_its_first_layer():
    linears = [layer for layer in flat_mlp(27, 8, 10, 50, hidden_layers=3).layers if isinstance(layer, Linear)]
    assert [tuple(layer.weight.shape) for layer in linears] == [(80, 50), (50, 50), (50, 50), (50, 27)]


# The tree


@given(levels=st.integers(1, 6), vocab_size=st.integers(1, 30))
def test_a_tree_of_k_levels_takes_two_to_the_k_characters(levels, vocab_size):
    model = tree(vocab_size, 2, 3, levels)
    assert model.block_size == 2**levels
    assert model(torch.zeros(4, 2**levels, dtype=torch.long)).shape == (4, vocab_size)
    assert model.eval()(torch.zeros(1, 2**levels, dtype=torch.long)).shape == (1, vocab_size)


def test_a_tree_keeps_one_statistic_a_channel_on_every_level():
    model = tree(27, 10, 68)
    model(torch.randint(0, 27, (32, 8)))
    norms = [layer for layer in model.layers if isinstance(layer, BatchNorm1d)]
    assert [norm.running_mean.shape for norm in norms] == [(68,)] * 3


def test_a_tree_of_no_levels_is_refused():
    with pytest.raises(ValueError, match="A tree needs at least 1 level, not 0"):
        tree(27, 10, 68, levels=0)


def test_a_context_that_is_too_short_for_the_tree_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"got shape \(5, 3\): T = 1 does not divide into groups of n = 2"):
        tree(27, 2, 3, levels=3)(torch.zeros(5, 4, dtype=torch.long))


@given(levels=st.integers(1, 20))
def test_levels_for_undoes_doubling(levels):
    assert levels_for(2**levels) == levels


@pytest.mark.parametrize(
    ("block_size", "near"),
    [
        (1, "2 and 4"),
        (0, "2 and 4"),
        (-8, "2 and 4"),
        (3, "2 and 4"),
        (7, "4 and 8"),
        (12, "8 and 16"),
        (1000, "512 and 1024"),
    ],
)
def test_a_context_that_no_number_of_levels_fits_is_refused_with_its_neighbours(block_size, near):
    sentence = f"No number of pairwise levels reaches exactly {block_size} characters.*contexts that work are {near}"
    with pytest.raises(ValueError, match=sentence):
        levels_for(block_size)


def test_pairs_are_fused_on_every_level():
    fusions = [layer.n for layer in tree(27, 10, 68).layers if isinstance(layer, FlattenConsecutive)]
    assert fusions == [2, 2, 2]
