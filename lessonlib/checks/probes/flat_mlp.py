"""Probes: windows, the smoothed curve."""

from __future__ import annotations

import random

import torch

from .common import attempt, generator

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def words(seed: int) -> list[str]:
    """Four made-up words of 2 to 6 letters, no two letters alike beside each other."""
    rng = random.Random(seed)
    return ["".join(rng.sample(LETTERS, rng.randint(2, 6))) for _ in range(4)]


def stoi() -> dict[str, int]:
    return {character: index for index, character in enumerate("." + LETTERS)}


def losses(seed: int, steps: int) -> list[float]:
    """A noisy falling curve."""
    noise = torch.rand(steps, generator=generator(seed))
    return (2 + noise + torch.linspace(1, 0, steps)).tolist()


def windows_of_3(answer: object, seed: int) -> dict:
    return {"pair": attempt(answer, words(seed), 3, stoi())}


def windows_of_8(answer: object, seed: int) -> dict:
    return {"pair": attempt(answer, words(seed), 8, stoi())}


def smooth_3000(answer: object, seed: int) -> dict:
    return {"curve": attempt(answer, losses(seed, 3000))}


def smooth_2500(answer: object, seed: int) -> dict:
    return {"curve": attempt(answer, losses(seed, 2500))}


def smooth_by_10(answer: object, seed: int) -> dict:
    return {"curve": attempt(answer, losses(seed, 40), 10)}
