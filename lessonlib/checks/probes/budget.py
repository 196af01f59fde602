"""Probe: a recipe, run on names that it is handed, and the tree that it gives back as plain tensors."""

from __future__ import annotations

import torch

KEPT = ("weight", "bias", "gamma", "beta", "running_mean", "running_var")  # of a layer, in the course's names


def trained(answer: object, seed: int, material: dict) -> dict:
    """{"tree": …}: what `recipe(names, seconds)` returned. The names that it is judged on are not in this process."""
    return {"tree": handed_over(answer(list(material["names"]), material["seconds"]))}


def handed_over(model: object) -> object:
    """The tensors of each layer of a model of the course's bricks; a description in tensors stays what it is."""
    layers = getattr(model, "layers", None)
    if isinstance(model, dict) or not isinstance(layers, list | tuple):
        return model
    found = [{name: value for name in KEPT if (value := _tensor(layer, name)) is not None} for layer in layers]
    return {"layers": [tensors for tensors in found if tensors]}


def _tensor(layer: object, name: str) -> torch.Tensor | None:
    value = getattr(layer, name, None)
    return value.detach() if isinstance(value, torch.Tensor) else None
