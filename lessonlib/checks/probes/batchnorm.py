"""Probes of the BatchNorm exercises, for whatever style: a plain class, a module, torch.nn's inside.

The first half serves training-the-tree, too.
"""

from __future__ import annotations

import torch

from .common import attempt, generator, home, inside, parameters, put, set_mode, traced
from .plain import plain

GAMMA, BETA = torch.tensor([1.5, 0.5, -2.0]), torch.tensor([0.3, -1.0, 2.0])


def batch(seed: int, *shape: int) -> torch.Tensor:
    """Three channels, each with a mean that is not 0 and a variance that is not 1. (*shape, 3)"""
    spread, shift = torch.tensor([0.5, 2.0, 3.0]), torch.tensor([4.0, -2.0, 0.5])
    return torch.randn(*shape, 3, generator=generator(seed)) * spread + shift


def buffer(layer: object, name: str) -> torch.Tensor | None:
    """The buffer `name` of the layer, or of a layer that it keeps inside."""
    if hasattr(layer, name):
        return getattr(layer, name)
    inside = [*vars(layer).values(), *getattr(layer, "_modules", {}).values()]
    return next((getattr(inner, name) for inner in inside if hasattr(inner, name)), None)


def buffers(layer: object) -> dict:
    """Copies, for the layer will change its own."""
    return {name: plain(buffer(layer, name)) for name in ("running_mean", "running_var")}


def fill(layer: object) -> None:
    """Write GAMMA and BETA into its parameters: scale and shift are known by the 1 and the 0 they start from."""
    for parameter in parameters(layer):
        put(parameter, GAMMA if bool((parameter == 1).all()) else BETA)


def after(layer: object, *batches: torch.Tensor) -> object:
    """The layer, having seen these batches in training."""
    set_mode(layer, True)
    for x in batches:
        layer(x)
    return layer


# --- the probes ---

MOMENTUM, EPS = 0.25, 0.5


def start(answer: object, seed: int) -> dict:
    layer = answer(3)
    found = {"parameters": attempt(parameters, layer), "training": getattr(layer, "training", None)}
    return {**found, **buffers(layer), "computed_in": home(answer), "inside": inside(layer, torch.nn.BatchNorm1d)}


def training(answer: object, seed: int) -> dict:
    layer = answer(3)
    return {
        "out": attempt(layer, batch(seed, 6)),
        "mode": getattr(layer, "training", None),
        "constant": attempt(answer(3), constant(seed)),
        "eps": attempt(answer(3, eps=EPS), batch(seed, 6)),
        "two": attempt(answer(3), batch(seed, 2)),
    }


def constant(seed: int) -> torch.Tensor:
    """A batch whose first channel is the same number in every example."""
    x = batch(seed, 6)
    x[:, 0] = 4.0
    return x


def affine(answer: object, seed: int) -> dict:
    layer, other = answer(3), answer(3)
    fill(layer)
    return {"out": attempt(layer, batch(seed, 6)), "beside": attempt(other, batch(seed, 6))}


def running(answer: object, seed: int) -> dict:
    layer, other = answer(3, momentum=MOMENTUM), answer(3, momentum=MOMENTUM)
    first = buffers(after(layer, batch(seed, 6)))
    beside = buffers(other)
    return {"first": first, "beside": beside, "second": buffers(after(layer, batch(seed + 1, 6)))}


def evaluation(answer: object, seed: int) -> dict:
    layer = answer(3)
    answer(5)  # what this one needs must not depend on another that is made later
    after(layer, batch(seed, 6))
    fill(layer)
    before = buffers(layer)
    set_mode(layer, False)
    out, single = attempt(layer, batch(seed + 1, 6)), attempt(layer, batch(seed + 2, 1))
    return {"out": out, "single": single, "before": before, "after": buffers(layer)}


def gradients(answer: object, seed: int) -> dict:
    return trained(answer, batch(seed, 6))


def trained(answer: object, x: torch.Tensor) -> dict:
    """The gradients that reach x and the parameters; which parameter is which; whether the buffers have a graph."""
    layer = answer(3)
    fill(layer)
    found = parameters(layer)
    scales = [bool((p.detach() == GAMMA).all()) for p in found]
    gradients = traced(layer, x, also=found)["gradients"]
    in_graph = [bool(buffer(layer, name).requires_grad) for name in ("running_mean", "running_var")]
    return {"gradients": gradients, "scales": scales, "buffers_in_graph": in_graph}
