"""Probes: patches of 2 × 2 pixels."""

from __future__ import annotations

import torch

from .common import attempt


def numbered(seed: int, B: int, H: int, W: int, C: int) -> torch.Tensor:
    """(B, H, W, C); every number tells where it stands: 1352 is image 1, row 3, column 5, channel 2."""
    b, h, w, c = torch.meshgrid(*(torch.arange(n) for n in (B, H, W, C)), indexing="ij")
    return (1000 * (1 + seed % 6 + b) + 100 * h + 10 * w + c).float()


def of_8(answer: object, seed: int) -> dict:
    return {"out": attempt(answer, numbered(seed, 2, 8, 8, 1))}


def with_channels(answer: object, seed: int) -> dict:
    return {"out": attempt(answer, numbered(seed, 3, 4, 4, 5))}


def not_square(answer: object, seed: int) -> dict:
    return {"out": attempt(answer, numbered(seed, 2, 2, 6, 3))}
