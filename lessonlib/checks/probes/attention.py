"""Probes: a head of causal self-attention; which places an output depends on, by gradient."""

from __future__ import annotations

import torch
from torch import nn

from .common import attempt, generator, traced


def drawn(seed: int, *shape: int) -> torch.Tensor:
    """Numbers for a tensor of this shape; another shape, other numbers."""
    return torch.randn(shape, generator=generator(seed + sum(i * n for i, n in enumerate(shape, 1))))


# --- one head ---


def matrices(seed: int, C: int, d: int) -> list[torch.Tensor]:
    """The weights of query, key and value, (C, d) each."""
    return [2 * drawn(seed + i, C, d) / C**0.5 for i in (100, 200, 300)]


def head_changed(answer: object, seed: int) -> dict:
    """The head's output, and again with each position of x changed in turn."""
    x, weights = drawn(seed, 2, 5, 6), matrices(seed, 6, 4)

    def with_position_changed(s: int) -> torch.Tensor:
        other = x.clone()
        other[:, s] += 1
        return answer(other, *weights)

    changed = attempt(lambda: torch.stack([with_position_changed(s) for s in range(5)]))
    return {"out": attempt(answer, x, *weights), "changed": changed}


def head_values(answer: object, seed: int) -> dict:
    return {"out": attempt(answer, drawn(seed, 2, 5, 6), *matrices(seed, 6, 4))}


def head_other_sizes(answer: object, seed: int) -> dict:
    long = attempt(answer, drawn(seed, 3, 9, 5), *matrices(seed, 5, 16))
    return {"long": long, "one": attempt(answer, drawn(seed, 1, 1, 5), *matrices(seed, 5, 16))}


def head_gradients(answer: object, seed: int) -> dict:
    return traced(answer, drawn(seed, 2, 5, 6), *matrices(seed, 6, 4))


# --- the reach ---


class Past(nn.Module):
    """Each position adds up what stands before it and itself; its gradients add up to 0 over the channels."""

    def forward(self, x):
        return (x * torch.tensor([0.0, 0.01, -0.01])).cumsum(1)


class Two(nn.Module):
    """Each position sees the first channel of itself and of the one two to its left, both with a minus."""

    def forward(self, x):
        x = x * torch.tensor([1.0, 0.0, 0.0])
        left = torch.cat([torch.zeros_like(x[:, :2]), x], 1)[:, : x.shape[1]]
        return -x - 2 * left


class Normed(nn.Module):
    """BatchNorm over all places, then Two."""

    def __init__(self):
        super().__init__()
        self.norm, self.two = nn.BatchNorm1d(3), Two()

    def forward(self, x):
        return self.two(self.norm(x.flatten(0, 1)).view(x.shape))


def seen_past(answer: object, seed: int) -> dict:
    return {"seen": attempt(answer, Past(), drawn(seed, 2, 6, 3), 3)}


def seen_two(answer: object, seed: int) -> dict:
    longer = drawn(seed, 3, 9, 3)
    return {"seen": attempt(answer, Two(), drawn(seed, 2, 6, 3), 4), "longer": attempt(answer, Two(), longer, 8)}


def seen_again(answer: object, seed: int) -> dict:
    x = drawn(seed, 2, 6, 3)
    return {"first": attempt(answer, Past(), x, 3), "seen": attempt(answer, Past(), x, 1)}


def seen_in_training(answer: object, seed: int) -> dict:
    return {"seen": attempt(answer, Normed().train(), drawn(seed, 2, 6, 3), 4)}


def seen_in_evaluation(answer: object, seed: int) -> dict:
    return {"seen": attempt(answer, Normed().eval(), drawn(seed, 2, 6, 3), 4)}
