"""What the probes of 03 and 06 need of a BatchNorm, whatever its style: a plain class, a module, torch.nn's inside."""

from __future__ import annotations

import torch

from .common import generator, parameters, put, set_mode
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
