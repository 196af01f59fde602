"""The two models that the course compares, each a list of layers: the flat MLP and the tree."""

import torch

from lessonlib.layers import BatchNorm1d, Embedding, Flatten, FlattenConsecutive, Linear, Sequential, Tanh


def flat_mlp(
    vocab_size: int, block_size: int, n_embd: int, n_hidden: int, hidden_layers: int = 1, batchnorm: bool = True
) -> Sequential:
    """All characters at once: embed, concatenate, then one or more hidden layers. (B, block_size) to (B, vocab_size).

    Source: Bengio et al., 2003, "A Neural Probabilistic Language Model".
    """
    layers = [Embedding(vocab_size, n_embd), Flatten()]
    fan_in = block_size * n_embd  # all of the context at once
    for _ in range(hidden_layers):
        layers += _hidden(fan_in, n_hidden, batchnorm)
        fan_in = n_hidden
    return _finish(layers, fan_in, vocab_size, block_size)


def tree(vocab_size: int, n_embd: int, n_hidden: int, levels: int = 3) -> Sequential:
    """Two neighbours at a time: each level halves the positions. (B, 2**levels) to (B, vocab_size).

    Source: the order of fusions follows van den Oord et al., 2016, "WaveNet", arXiv:1609.03499.
    """
    if levels < 1:
        raise ValueError(f"A tree needs at least 1 level, not {levels}.")
    layers = [Embedding(vocab_size, n_embd)]  # (B, T) to (B, T, n_embd)
    fan_in = 2 * n_embd
    for _ in range(levels):
        layers += [FlattenConsecutive(2), *_hidden(fan_in, n_hidden)]  # (B, T, C) to (B, T / 2, n_hidden)
        fan_in = 2 * n_hidden  # from the second level on, two vectors of the level below meet
    return _finish(layers, n_hidden, vocab_size, block_size=2**levels)


def levels_for(block_size: int) -> int:
    """How many levels of pairs reach over `block_size` characters: log2 of it, when it is a power of two."""
    levels = max(block_size, 2).bit_length() - 1
    if block_size != 2**levels:
        raise ValueError(
            f"No number of pairwise levels reaches exactly {block_size} characters: k levels reach 2**k. "
            f"The nearest contexts that work are {2**levels} and {2 ** (levels + 1)}."
        )
    return levels


def _hidden(fan_in, n_hidden, batchnorm=True):
    """One hidden layer; BatchNorm has a shift of its own, so the Linear before it needs no bias."""
    if batchnorm:
        return [Linear(fan_in, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
    return [Linear(fan_in, n_hidden), Tanh()]


def _finish(layers, fan_in, vocab_size, block_size):
    model = Sequential([*layers, Linear(fan_in, vocab_size)])
    model.block_size = block_size  # how many characters sample() has to show it
    with torch.no_grad():
        model.layers[-1].weight *= 0.1  # start near "every character is equally likely"
    return model
