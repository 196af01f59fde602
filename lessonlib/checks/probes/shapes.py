"""Probes: pairs by slices, FlattenConsecutive."""

from __future__ import annotations

import torch

from .common import attempt, parameters, traced

SHAPES = ((3, (2, 9, 2)), (2, (2, 6, 1)), (1, (2, 4, 3)), (5, (1, 20, 1)), (2, (1, 4, 1)))  # n, (B, T, C)
UNEVEN = ((4, (2, 6, 5)), (2, (4, 5, 3)), (3, (3, 4, 1)))


def numbered(seed: int, B: int, T: int, C: int) -> torch.Tensor:
    """(B, T, C); every number tells where it stands: 341 is position 4, channel 1. The first example is drawn."""
    b, t, c = torch.meshgrid(torch.arange(B), torch.arange(T), torch.arange(C), indexing="ij")
    return (100 * (1 + seed % 6 + b) + 10 * t + c).float()


def pairs_of_8(answer: object, seed: int) -> dict:
    return {"parts": attempt(answer, numbered(seed, 2, 8, 3))}


def pairs_of_4(answer: object, seed: int) -> dict:
    return {"parts": traced(answer, numbered(seed, 2, 4, 5)), "least": attempt(answer, numbered(seed, 1, 2, 1))}


def flatten_2(answer: object, seed: int) -> dict:
    layer, x = answer(2), numbered(seed, 2, 8, 3)
    found = {"out": attempt(layer, x), "strided": attempt(layer, x.mT.contiguous().mT), "traced": traced(layer, x)}
    answer(4)
    return {**found, "later": attempt(layer, x)}  # once there is another layer, with another n


def flatten_4(answer: object, seed: int) -> dict:
    return {
        "out": attempt(answer(4), numbered(seed, 3, 8, 5)),
        "more": [attempt(answer(n), numbered(seed, *shape)) for n, shape in SHAPES],
    }


def flatten_8(answer: object, seed: int) -> dict:
    return {"out": attempt(answer(8), numbered(seed, 3, 8, 5))}


def flatten_one_example(answer: object, seed: int) -> dict:
    layer = answer(2)
    return {"short": attempt(layer, numbered(seed, 1, 2, 5)), "long": attempt(layer, numbered(seed, 1, 8, 5))}


def flatten_uneven(answer: object, seed: int) -> dict:
    others = [attempt(answer(n), numbered(seed, *shape)) for n, shape in UNEVEN]
    return {"out": attempt(answer(3), numbered(seed, 3, 8, 5)), "others": others}


def flatten_parameters(answer: object, seed: int) -> dict:
    return {"parameters": attempt(parameters, answer(2))}
