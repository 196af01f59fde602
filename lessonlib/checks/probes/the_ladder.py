"""Probes: a schedule with a warm-up, and BatchNorm as one kernel of torch."""

from __future__ import annotations

import torch

from .common import attempt, generator

PLACES = (0.0, 0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)  # shares of a run


def factors(answer: object, seed: int) -> dict:
    """What the schedule gives at PLACES of runs of two lengths, with its own fractions and with others."""
    return {
        "usual": attempt(lambda: [answer(round(p * 1000), 1000) for p in PLACES]),
        "shorter": attempt(lambda: [answer(round(p * 200), 200) for p in PLACES]),
        "others": attempt(lambda: [answer(round(p * 1000), 1000, warmup=0.2, decay=0.7) for p in PLACES]),
        "none": attempt(lambda: [answer(round(p * 1000), 1000, warmup=0.0) for p in PLACES]),
    }


def drawn(seed: int, *shape: int) -> torch.Tensor:
    """Numbers about 2, three times as far apart in the last channel as in the first."""
    return 2 + torch.randn(*shape, generator=generator(seed)) * torch.linspace(1, 3, shape[-1])


def numbers(seed: int) -> dict[str, torch.Tensor]:
    """gamma, beta, running_mean and running_var of three channels."""
    names = ("gamma", "beta", "running_mean", "running_var")
    return {name: drawn(seed + 10 + i, 3).abs() + 0.2 for i, name in enumerate(names)}


def training(answer: object, seed: int) -> dict:
    return _called(answer, seed, drawn(seed, 5, 4, 3), True)


def evaluation(answer: object, seed: int) -> dict:
    return _called(answer, seed, drawn(seed, 5, 4, 3), False)


def rows(answer: object, seed: int) -> dict:
    return _called(answer, seed, drawn(seed, 6, 3), True)


def settings(answer: object, seed: int) -> dict:
    return _called(answer, seed, drawn(seed, 5, 4, 3), True, momentum=0.3, eps=0.5)


def gradients(answer: object, seed: int) -> dict:
    """The gradients of a weighted sum, with respect to x, gamma and beta."""
    x, known = drawn(seed, 5, 4, 3).requires_grad_(), numbers(seed)
    gamma, beta = known["gamma"].requires_grad_(), known["beta"].requires_grad_()
    out = answer(x, gamma, beta, known["running_mean"], known["running_var"], True)
    (out * drawn(seed + 1, 5, 4, 3)).sum().backward()
    return {"x": x.grad, "gamma": gamma.grad, "beta": beta.grad}


def _called(answer: object, seed: int, x: torch.Tensor, mode: bool, **settings: float) -> dict:
    known = numbers(seed)
    out = attempt(lambda: answer(x, *known.values(), mode, **settings))
    kept = {name: known[name] for name in ("gamma", "beta")}
    return {"out": out, "mean": known["running_mean"], "var": known["running_var"], **kept}
