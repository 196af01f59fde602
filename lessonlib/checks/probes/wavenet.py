"""Probes: a gated residual block."""

from __future__ import annotations

import torch

from .common import attempt, generator, traced


def drawn(seed: int, *shape: int) -> torch.Tensor:
    """Numbers for a tensor of this shape; another shape, other numbers."""
    return torch.randn(shape, generator=generator(seed + sum(i * n for i, n in enumerate(shape, 1))))


def weights(seed: int, C: int, D: int, S: int) -> list[torch.Tensor]:
    """W (2 C, 2 D), W_residual (D, C), W_skip (D, S)."""
    return [drawn(seed + 1, 2 * C, 2 * D), drawn(seed + 2, D, C), drawn(seed + 3, D, S)]


def small(answer: object, seed: int) -> dict:
    return {"pair": attempt(answer, drawn(seed, 8, 3), 2, *weights(seed, 3, 4, 5))}


def later_changed(answer: object, seed: int) -> dict:
    x, matrices = drawn(seed, 8, 3), weights(seed, 3, 4, 5)

    def with_row_changed(row: int) -> torch.Tensor:
        other = x.clone()
        other[row] += 1
        return torch.cat(list(answer(other, 2, *matrices)), dim=1)

    changed = attempt(lambda: torch.stack([with_row_changed(i) for i in range(8)]))
    return {"pair": attempt(answer, x, 2, *matrices), "changed": changed}


def short(answer: object, seed: int) -> dict:
    pair = attempt(answer, drawn(seed, 2, 4), 4, *weights(seed, 4, 3, 6))
    return {"pair": pair, "one": attempt(answer, drawn(seed, 1, 2), 1, *weights(seed, 2, 1, 2))}


def silent(answer: object, seed: int) -> dict:
    x, matrices = drawn(seed, 8, 3), weights(seed, 3, 4, 5)
    found = {"traced": traced(answer, x, 2, *matrices)}
    silence = [torch.zeros_like(w) for w in matrices]
    return {**found, "gradient": attempt(_gradient, answer, x.requires_grad_(), silence)}


def _gradient(answer, x, matrices) -> torch.Tensor:
    answer(x, 2, *matrices)[0].sum().backward()
    return x.grad
