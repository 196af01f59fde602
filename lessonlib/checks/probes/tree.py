"""Probes: a tree built for any sizes, its parameters given values, called in both modes and asked for gradients."""

from __future__ import annotations

import torch

from .common import attempt, generator, parameters, set_mode

SIZES = {"small": (27, 10, 68, 3), "large": (27, 24, 128, 3)}
VOCAB, EMBD, HIDDEN, LEVELS = WIRED = (11, 3, 4, 3)  # what each tensor is can be told from its shape


def ids(seed: int, batch: int, levels: int = LEVELS) -> torch.Tensor:
    """(batch, 2**levels) characters."""
    return torch.randint(0, VOCAB, (batch, 2**levels), generator=generator(seed))


def weights(seed: int) -> torch.Tensor:
    """(6, VOCAB): what the scores are multiplied by before they are summed and their gradient is asked for."""
    return torch.randn(6, VOCAB, generator=generator(seed + 1))


def counted(answer: object, seed: int) -> dict:
    return {name: attempt(_shapes, answer, sizes) for name, sizes in SIZES.items()}


def any_levels(answer: object, seed: int) -> dict:
    found = {}
    for levels in range(1, 7):
        sizes = (VOCAB, EMBD, HIDDEN, levels)
        found[f"shapes {levels}"] = attempt(_shapes, answer, sizes)
        found[f"out {levels}"] = attempt(lambda sizes=sizes: answer(*sizes)(ids(seed, 5, sizes[3])))
    return found


def wired(answer: object, seed: int) -> dict:
    model, x = answer(*WIRED), ids(seed, 6)
    filled = _fill(model, seed)
    out = attempt(model, x)
    found = {"parameters": filled, "out": out, "ids": x}
    if "value" in out:
        set_mode(model, True)
        found["gradients"] = attempt(_gradients, model, seed)
    return found


def evaluated(answer: object, seed: int) -> dict:
    model = answer(*WIRED)
    filled = _fill(model, seed)
    set_mode(model, False)
    several, one = attempt(model, ids(seed, 6)), attempt(model, ids(seed, 1))
    has_eval = callable(getattr(model, "eval", None))
    return {"parameters": filled, "several": several, "one": one, "has eval": has_eval}


def two_trees(answer: object, seed: int) -> dict:
    """Is one tree untouched by what is done with another?"""
    one, other = answer(*WIRED), answer(*WIRED)
    starts = [[p.detach().clone() for p in parameters(model)] for model in (one, other)]
    set_mode(one, False)
    before = attempt(one, ids(seed, 6))
    _fill(other, seed)
    set_mode(other, True)
    attempt(other, ids(seed, 6))
    return {"starts": starts, "before": before, "after": attempt(one, ids(seed, 6))}


def _shapes(answer, sizes) -> dict:
    found = parameters(answer(*sizes))
    distinct, matrices = {id(p) for p in found}, [id(p) for p in found if p.ndim > 1]
    repeated = len(set(matrices)) < len(matrices)
    return {"shapes": [list(p.shape) for p in found], "distinct": len(distinct), "a matrix is repeated": repeated}


def _fill(model, seed: int) -> list[torch.Tensor]:
    """Give every parameter values of its own; what begins as ones (a gamma) gets values between 1 and 2."""
    drawn, filled = generator(seed + 2), []
    with torch.no_grad():
        for p in parameters(model):
            gamma = p.ndim == 1 and bool((p == 1).all())
            new = torch.rand(p.shape, generator=drawn) + 1 if gamma else torch.randn(p.shape, generator=drawn) / 2
            p.copy_(new)
            filled.append(new)
    return filled


def _gradients(model, seed: int) -> list:
    for p in parameters(model):
        p.requires_grad_().grad = None
    (model(ids(seed, 6)) * weights(seed)).sum().backward()
    return [p.grad for p in parameters(model)]
