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
        "small": attempt(lambda: list(answer(7, 3, same))),
        "without": attempt(lambda: [list(answer(30, 10)) for _ in range(2)]),
        "seeds": [one.initial_seed(), same.initial_seed()],
    }


def factors_1000(answer: object, seed: int) -> dict:
    return {"factors": attempt(lambda: [answer(round(place * 1000), 1000) for place in PLACES])}


def factors_200(answer: object, seed: int) -> dict:
    short = attempt(lambda: [answer(step, 10) for step in range(11)])
    return {"factors": attempt(lambda: [answer(round(place * 200), 200) for place in PLACES]), "short": short}
