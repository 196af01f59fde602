"""Probes: weights carried into torch.nn."""

from __future__ import annotations

import torch

from .common import attempt, generator, set_mode, traced

NAMES = ("weight", "gamma", "beta", "running_mean", "running_var")


def ours(seed: int, fan_in: int, fan_out: int) -> list[torch.Tensor]:
    """A Linear's weight (fan_in, fan_out), and gamma, beta, running_mean, running_var (fan_out,) of a BatchNorm."""
    g = generator(seed + 100 * fan_in + fan_out)
    weight, vectors = torch.randn(fan_in, fan_out, generator=g), torch.randn(4, fan_out, generator=g)
    var = 0.5 + vectors[3].abs()
    var[0] = 2e-4  # so small that it matters which eps is added
    return [weight, 1 + vectors[0].abs(), vectors[1], vectors[2], var]


def batch(seed: int, B: int, C: int) -> torch.Tensor:
    return torch.randn(B, C, generator=generator(seed + 10 * B + C))


def _called(answer: object, seed: int, fan_in: int, fan_out: int, training: bool) -> dict:
    def call() -> torch.Tensor:
        model = answer(*ours(seed, fan_in, fan_out))
        set_mode(model, training)
        return model(batch(seed, 6, fan_in))

    return attempt(call)


def evaluation(answer: object, seed: int) -> dict:
    return {"out": _called(answer, seed, 4, 3, training=False)}


def square(answer: object, seed: int) -> dict:
    return {"out": _called(answer, seed, 3, 3, training=False)}


def training(answer: object, seed: int) -> dict:
    model = answer(*ours(seed, 4, 3))
    set_mode(model, True)
    out = attempt(model, batch(seed, 6, 4))
    attempt(model, batch(seed + 1, 6, 4))
    set_mode(model, False)
    return {"out": out, "later": attempt(model, batch(seed, 6, 4))}


def trained(answer: object, seed: int) -> dict:
    """What is trained, and our own tensors after one step of the model's training."""
    given = ours(seed, 4, 3)
    model = answer(*given)
    set_mode(model, True)
    sizes = sorted(p.numel() for p in model.parameters() if p.requires_grad)
    found = traced(model, batch(seed, 6, 4), also=list(model.parameters()))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    return {"sizes": sizes, "given": given, "traced": found, "moved": attempt(model, batch(seed, 6, 4))}
