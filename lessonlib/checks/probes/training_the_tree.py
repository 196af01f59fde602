"""Probes: the mended BatchNorm on (B, T, C) and on (B, C)."""

from __future__ import annotations

from .batchnorm import after, batch, buffers, fill, trained
from .common import attempt, set_mode


def kept(answer: object, seed: int) -> dict:
    return buffers(after(answer(3), batch(seed, 5, 4)))


def training(answer: object, seed: int) -> dict:
    layer = answer(3)
    fill(layer)
    return {"out": attempt(layer, batch(seed, 5, 4)), "one": attempt(layer, batch(seed, 1, 4))}


def rows(answer: object, seed: int) -> dict:
    layer = answer(3)
    fill(layer)
    return {"out": attempt(layer, batch(seed, 6))}


def evaluation(answer: object, seed: int) -> dict:
    layer = after(answer(3), batch(seed, 5, 4))
    fill(layer)
    set_mode(layer, False)
    return {"out": attempt(layer, batch(seed + 1, 2, 7))}


def gradients(answer: object, seed: int) -> dict:
    return trained(answer, batch(seed, 5, 4))
