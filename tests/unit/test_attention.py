"""The small transformer: what one head computes, that nobody looks right, and what padding is not."""

import pytest
import torch
import torch.nn.functional as F

from lessonlib.attention import SelfAttention, Transformer, evaluate_padded, not_padding, pad_names, padded_batches
from lessonlib.data import Vocabulary

WORDS = ["emma", "al", "olivia", "jo", "x"]
VOCABULARY = Vocabulary(WORDS)


@pytest.fixture
def model():
    return Transformer(len(VOCABULARY), context=8, channels=12, heads=3, layers=2)


def test_self_attention_is_torchs():
    layer, x = SelfAttention(12, 3), torch.randn(2, 7, 12)
    q, k, v = (part(x).view(2, 7, 3, 4).transpose(1, 2) for part in (layer.query, layer.key, layer.value))
    theirs = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(2, 7, 12)
    torch.testing.assert_close(layer(x), layer.proj(theirs), rtol=1e-4, atol=1e-5)
    assert not layer.weights.triu(1).any()
    torch.testing.assert_close(layer.weights.sum(-1), torch.ones(2, 3, 7))


def test_channels_that_heads_cannot_divide_are_refused():
    with pytest.raises(ValueError, match="10 channels cannot be divided evenly among 3 heads"):
        SelfAttention(10, 3)


def test_no_position_sees_a_later_one(model):
    x, _ = pad_names(["olivia"], VOCABULARY, 8)
    other = x.clone()
    other[0, 4] = VOCABULARY.encode("x")[0]
    moved = (model(x) - model(other)).abs().amax(1) > 1e-6
    assert moved.tolist() == [False] * 4 + [True] * 3


def test_padding_is_neither_asked_nor_seen(model):
    X, Y = pad_names(WORDS, VOCABULARY, 8)
    assert not_padding(X).sum(1).tolist() == [5, 3, 7, 3, 2]
    assert VOCABULARY.decode(Y[1]) == "al......"
    together = model(X).split(not_padding(X).sum(1).tolist())
    for word, rows in zip(WORDS, together, strict=True):
        alone, _ = pad_names([word], VOCABULARY, len(word) + 1)
        torch.testing.assert_close(model(alone), rows, rtol=1e-4, atol=1e-5)


def test_a_name_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match=r"'olivia' and its '\.' need 7 positions, but the context is 6"):
        pad_names(WORDS, VOCABULARY, 6)


def test_an_epoch_has_each_name_once():
    X, Y = pad_names(WORDS, VOCABULARY, 8)
    batches = padded_batches(X, Y, 2, torch.Generator().manual_seed(1))
    rows = []
    for _ in range(3):
        x, y = next(batches)
        assert len(y) == int(not_padding(x).sum())
        rows += x.tolist()
    assert sorted(rows) == sorted(X.tolist())


def test_the_loss_is_the_mean_over_all_characters_whatever_the_batches(model):
    X, Y = pad_names(WORDS, VOCABULARY, 8)
    with torch.no_grad():
        expected = F.cross_entropy(model(X), Y[not_padding(X)]).item()
    for batch_size in (1, 2, 5):
        assert evaluate_padded(model, X, Y, batch_size) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("mode", [True, False], ids=["training", "evaluation"])
def test_the_mode_comes_back_even_after_an_error(model, mode):
    X, Y = pad_names(WORDS, VOCABULARY, 8)
    model.train(mode)
    evaluate_padded(model, X, Y)
    assert model.training is mode
    with pytest.raises(IndexError):
        evaluate_padded(model, X + 100 * not_padding(X), Y)
    assert model.training is mode and model.blocks[1].mlp.training is mode
