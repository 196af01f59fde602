"""Probes: windows, the smoothed curve."""

from __future__ import annotations

import random

import torch

from .common import attempt, generator

LETTERS = "abcdefghijklmnopqrstuvwxyz'-éß"


def words(seed: int) -> list[str]:
    """Four made-up words of 2 to 6 letters, no letter twice in a word, and one of a single letter; in no order."""
    rng = random.Random(seed)
    lengths = (*(rng.randint(2, 6) for _ in range(4)), 1)
    in_order = sorted("".join(rng.sample(LETTERS, length)) for length in lengths)
    return [in_order[place] for place in (2, 0, 4, 1, 3)]


def stoi(seed: int) -> dict[str, int]:
    """The dot is 0; the others stand in an order of their own."""
    letters = random.Random(seed + 1).sample(LETTERS, len(LETTERS))
    return {character: index for index, character in enumerate([".", *letters])}


def losses(seed: int, steps: int) -> list[float]:
    """A noisy falling curve."""
    noise = torch.rand(steps, generator=generator(seed))
    return (2 + noise + torch.linspace(1, 0, steps)).tolist()


def windows_of_3(answer: object, seed: int) -> dict:
    twice = attempt(lambda: [answer(words(seed), 3, stoi(seed)) for _ in range(2)][1])
    return {"pair": attempt(answer, words(seed), 3, stoi(seed)), "again": twice}


def windows_of_8(answer: object, seed: int) -> dict:
    one = attempt(answer, words(seed)[:1], 1, stoi(seed))
    return {"pair": attempt(answer, words(seed), 8, stoi(seed)), "one": one}


def smooth_3000(answer: object, seed: int) -> dict:
    return {"curve": attempt(answer, losses(seed, 3000))}


def smooth_2500(answer: object, seed: int) -> dict:
    return {"curve": attempt(answer, losses(seed, 2500))}


def smooth_by_10(answer: object, seed: int) -> dict:
    uneven, alone = attempt(answer, losses(seed, 47), 7), attempt(answer, losses(seed, 5), 1)
    return {"curve": attempt(answer, losses(seed, 40), 10), "uneven": uneven, "alone": alone}
