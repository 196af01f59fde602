"""The parts of a WaveNet on text: gated units, residual blocks, and the stack that adds their skips.

Source: van den Oord et al., 2016, "WaveNet: A Generative Model for Raw Audio", arXiv:1609.03499. Ours normalises with
BatchNorm, which the paper does not name, and has no conditioning on a speaker or a text.
"""

import torch

from lessonlib.convolution import CausalSequential, DilatedPair
from lessonlib.layers import BatchNorm1d, Embedding, Linear, Sequential, Tanh


class GatedUnit(Sequential):
    """tanh(filter) * sigmoid(gate): (M, fan_in) to (M, channels). The gate says how much of the filter passes."""

    def __init__(self, fan_in, channels):
        # One matrix for both halves: twice as wide is cheaper than twice.
        super().__init__([Linear(fan_in, 2 * channels, bias=False), BatchNorm1d(2 * channels)])

    def __call__(self, x):
        filter_, gate = super().__call__(x).chunk(2, dim=-1)  # (M, 2 C) into (M, C) and (M, C)
        self.out = torch.tanh(filter_) * torch.sigmoid(gate)
        return self.out


class ResidualBlock(Sequential):
    """Pair, gate, and add to what came in: (M, C) to (M, C) for the next block, and (M, skip_channels) for the end."""

    looks_left = True

    def __init__(self, channels, skip_channels, dilation):
        super().__init__(
            [
                DilatedPair(dilation),
                GatedUnit(2 * channels, channels),
                Linear(channels, channels),
                Linear(channels, skip_channels),
            ]
        )

    def __call__(self, x, left):
        pair, gated, to_residual, to_skip = self.layers
        z = gated(pair(x, left))  # (M, C), (M, 2 C), (M, C)
        self.out = x + to_residual(z)  # x passes unchanged, and so does its gradient, however many blocks follow
        return self.out, to_skip(z)


class SkipStack(Sequential):
    """Residual blocks one after another; what leaves is the sum of their skips: (M, C) to (M, skip_channels)."""

    looks_left = True

    def __call__(self, x, left):
        self.out = 0
        for block in self.layers:
            x, skip = block(x, left)
            self.out = self.out + skip  # every level speaks to the head; the last block's x goes nowhere
        return self.out


def wavenet(vocab_size, channels, skip_channels, dilations=(1, 2, 4), restart=True) -> CausalSequential:
    """Embedding, gated residual blocks, the sum of skips, and a head: characters (M,) to logits (M, vocab_size).

    Each block pairs at its own dilation, so the stack sees 1 + sum(dilations) characters: 1, 2, 4 sees 8, and the
    paper's 1, 2, …, 512 sees 1,024. With `restart=False` the context runs on over the '.' between names.
    """
    blocks = [ResidualBlock(channels, skip_channels, dilation) for dilation in dilations]
    head = [BatchNorm1d(skip_channels), Tanh(), Linear(skip_channels, vocab_size)]
    with torch.no_grad():
        head[-1].weight *= 0.1  # start near "every character is equally likely"
    return CausalSequential([Embedding(vocab_size, channels), SkipStack(blocks), *head], restart)
