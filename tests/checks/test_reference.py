"""The judges' private reference is the lesson's own layers, in other words."""

import torch

from lessonlib import data, layers, models
from lessonlib.checks import reference


def test_linear():
    layer, x = layers.Linear(4, 3), torch.randn(2, 5, 4)
    torch.testing.assert_close(reference.linear(x, layer.weight, layer.bias), layer(x))
    bare = layers.Linear(4, 3, bias=False)
    torch.testing.assert_close(reference.linear(x, bare.weight, None), bare(x))


def test_flatten_consecutive():
    x = torch.randn(3, 8, 5)
    for n in (2, 4, 8):
        assert torch.equal(reference.flatten_consecutive(x, n), layers.FlattenConsecutive(n)(x))


def test_batchnorm_in_both_modes():
    layer, x = layers.BatchNorm1d(5), torch.randn(3, 8, 5) * 2 + 1
    mean, var = reference.statistics(x)
    torch.testing.assert_close(reference.normalise(x, mean, var, layer.gamma, layer.beta), layer(x))
    _, unbiased = reference.statistics(x, correction=1)
    torch.testing.assert_close(layer.running_mean, 0.1 * mean)
    torch.testing.assert_close(layer.running_var, 0.9 + 0.1 * unbiased)
    layer.eval()
    right = reference.normalise(x, layer.running_mean, layer.running_var, layer.gamma, layer.beta)
    torch.testing.assert_close(right, layer(x))


def test_windows():
    words = ["emma", "ava", "x"]
    vocabulary = data.Vocabulary(words)
    stoi = {character: vocabulary.encode(character)[0] for word in words for character in word} | {".": 0}
    X, Y = data.windows(words, 3, vocabulary)
    found = reference.windows(words, 3, stoi)
    assert torch.equal(found[0], X)
    assert torch.equal(found[1], Y)


def test_tree_at_each_position():
    torch.manual_seed(1)
    tree = models.tree(27, 5, 6, levels=2).eval()
    words = ["emma", "a"]
    vocabulary = data.Vocabulary([*words, "bcdefghijklmnopqrstuvwxyz"])

    def fusion(linear, norm, tanh):
        return lambda left, here: tanh(norm(linear(torch.cat([left, here], 1 if left.ndim == 2 else 0))))

    levels = [fusion(*tree.layers[2:5]), fusion(*tree.layers[6:9])]
    for word in words:
        x = tree.layers[0](torch.tensor([0, *vocabulary.encode(word)]))
        right = tree(data.windows([word], 4, vocabulary)[0])
        torch.testing.assert_close(tree.layers[-1](reference.tree_at_each_position(x, levels)), right)


def test_attention():
    x, weights = torch.randn(2, 7, 5), [torch.randn(5, 4) for _ in range(3)]
    right = torch.nn.functional.scaled_dot_product_attention(*(x @ w for w in weights), is_causal=True)
    torch.testing.assert_close(reference.attention(x, *weights), right)
