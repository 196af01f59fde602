"""Probes: batches without replacement, a learning rate that decays."""

from __future__ import annotations

from .common import attempt, generator

PLACES = (0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.9, 1.0)  # shares of a run


def epochs(answer: object, seed: int) -> dict:
    """Two epochs with one generator, and a first one with another generator in the same state."""
    one, same = generator(seed), generator(seed)
    return {
        "first": attempt(lambda: list(answer(50, 8, one))),
        "second": attempt(lambda: list(answer(50, 8, one))),
        "first_again": attempt(lambda: list(answer(50, 8, same))),
        "no_rest": attempt(lambda: list(answer(48, 8, same))),
    }


def factors_1000(answer: object, seed: int) -> dict:
    return {"factors": attempt(lambda: [answer(round(place * 1000), 1000) for place in PLACES])}


def factors_200(answer: object, seed: int) -> dict:
    return {"factors": attempt(lambda: [answer(round(place * 200), 200) for place in PLACES])}
