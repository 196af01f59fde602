"""Probes: the mended convolution on one name, on a short one, and through its gradients."""

from __future__ import annotations

import itertools

import torch

from .common import attempt, generator, traced


class Fusion:
    """One fusion of two neighbours: (M, C) and (M, C) to (M, channels). Two zeros do not become zero."""

    def __init__(self, seed: int, fan_in: int, channels: int):
        g = generator(seed)
        self.weight = torch.randn(2 * fan_in, channels, generator=g) / fan_in**0.5
        self.bias = torch.randn(channels, generator=g)

    def __call__(self, left: torch.Tensor, here: torch.Tensor) -> torch.Tensor:
        return torch.tanh(torch.cat([left, here], dim=1) @ self.weight + self.bias)


def levels(seed: int, *channels: int) -> list[Fusion]:
    """A fusion for each level; channels has one number more than there are levels."""
    return [Fusion(seed + k, *pair) for k, pair in enumerate(itertools.pairwise(channels))]


def name(seed: int, M: int, C: int) -> torch.Tensor:
    """The rows of one name, (M, C)."""
    return torch.randn(M, C, generator=generator(seed + 100 * M + C))


def later_changed(answer: object, seed: int) -> dict:
    """The output for a name, and again with each of its rows changed in turn."""
    model, x = answer(levels(seed, 3, 3, 3, 3)), name(seed, 12, 3)

    def with_row_changed(row: int) -> torch.Tensor:
        other = x.clone()
        other[row] += 1
        return model(other)

    return {"out": attempt(model, x), "changed": attempt(lambda: torch.stack([with_row_changed(i) for i in range(12)]))}


def one_name(answer: object, seed: int) -> dict:
    return {"out": attempt(answer(levels(seed, 3, 3, 3, 3)), name(seed, 12, 3))}


def short_name(answer: object, seed: int) -> dict:
    return {"out": attempt(answer(levels(seed, 3, 3, 3, 3)), name(seed, 2, 3))}


def other_channels(answer: object, seed: int) -> dict:
    model = answer(levels(seed, 2, 5, 4, 6, 3))
    one, two = (
        attempt(answer(levels(seed, 4, 2)), name(seed, 7, 4)),
        attempt(answer(levels(seed, 3, 3, 5)), name(seed, 1, 3)),
    )
    return {"out": attempt(model, name(seed, 20, 2)), "one": one, "two": two}


def gradients(answer: object, seed: int) -> dict:
    return traced(answer(levels(seed, 3, 3, 3, 3)), name(seed, 5, 3))
