"""Probes: Linear, an embedding as a product, Sequential."""

from __future__ import annotations

import torch
from torch import nn

from .common import attempt, bare, generator, home, inside, parameters, put, traced


def drawn(seed: int, *shape: int) -> torch.Tensor:
    """Numbers for a tensor of this shape; another shape, other numbers."""
    return torch.randn(shape, generator=generator(seed + sum(i * n for i, n in enumerate(shape, 1))))


# --- Linear ---


def _filled(layer: object, seed: int) -> list[torch.Tensor]:
    """The layer's parameters, filled with `drawn` numbers: a bias of zeros would hide a forgotten one."""
    found = [p for p in parameters(layer) if isinstance(p, torch.Tensor)]
    for parameter in found:
        put(parameter, drawn(seed, *bare(parameter.shape)))
    return found


def linear_parameters(answer: object, seed: int) -> dict:
    layer = answer(4, 3)
    found = {"bias": attempt(parameters, layer), "computed_in": home(answer)}
    return {**found, "inside": inside(layer, nn.Linear)}


def linear_scale(answer: object, seed: int) -> dict:
    return {"parameters": parameters(answer(400, 50))}


def linear_values(answer: object, seed: int) -> dict:
    layer = answer(4, 3)
    x, wide = drawn(seed, 2, 4), drawn(seed, 2, 5, 4)
    fresh = attempt(layer, x)
    _filled(layer, seed)
    calls = {"first": attempt(layer, x), "again": attempt(layer, x), "wide": attempt(layer, wide)}
    return {"fresh": fresh, **calls, **_apart(answer, seed)}


def _apart(answer: object, seed: int) -> dict:
    """What the first of two layers gives when the second has been filled with other numbers."""
    first, second = answer(4, 3), answer(4, 3)
    weights = [next(p for p in parameters(layer) if p.ndim == 2).detach().clone() for layer in (first, second)]
    _filled(first, seed)
    _filled(second, seed + 1)
    return {"weights": weights, "beside": attempt(first, drawn(seed, 2, 4))}


def linear_without_bias(answer: object, seed: int) -> dict:
    layer = answer(4, 3, bias=False)
    listed = parameters(layer)
    _filled(layer, seed)
    return {"parameters": listed, "out": attempt(layer, drawn(seed, 2, 4))}


def linear_gradients(answer: object, seed: int) -> dict:
    layer = answer(4, 3)
    leaves = [p.is_leaf for p in parameters(layer)]
    found = _filled(layer, seed)
    return {"leaves": leaves, "shapes": [tuple(p.shape) for p in found], **traced(layer, drawn(seed, 2, 4), also=found)}


# --- an embedding as a product ---


def embed_27(answer: object, seed: int) -> dict:
    return {"pair": attempt(answer, indices(seed, 20, 2, 5), drawn(seed, 27, 4))}


def embed_5(answer: object, seed: int) -> dict:
    cube = attempt(answer, indices(seed, 4, 2, 1, 3), drawn(seed, 4, 2))
    return {"pair": traced(answer, indices(seed, 5, 6), drawn(seed, 5, 3)), "cube": cube}


def indices(seed: int, high: int, *shape: int) -> torch.Tensor:
    """Indices below `high`; one of them is 0."""
    ix = torch.randint(high, shape, generator=generator(seed))
    ix.view(-1)[0] = 0
    return ix


# --- Sequential ---


class Affine(nn.Module):
    """x * weight + bias: two of them in another order give something else."""

    def __init__(self, weight: float, bias: float):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.tensor([weight])), nn.Parameter(torch.tensor([bias]))

    def forward(self, x):
        return x * self.weight + self.bias

    def parameters(self, recurse: bool = True) -> list:
        return [self.weight, self.bias]


AFFINE = ((2.0, 3.0), (5.0, 7.0), (11.0, 13.0))


class Bent(nn.Module):
    """tanh: a layer without parameters."""

    def forward(self, x):
        return x.tanh()

    def parameters(self, recurse: bool = True) -> list:
        return []


def affine_layers() -> list[Affine]:
    return [Affine(weight, bias) for weight, bias in AFFINE]


def sequential_flat(answer: object, seed: int) -> dict:
    layers = affine_layers()
    model = answer(layers)
    x = drawn(seed, 2)
    found = {"first": attempt(model, x), "again": attempt(model, x), "parameters": attempt(parameters, model)}
    return {**found, "kept": len(layers), **_listed(model, x), **_models_apart(answer, seed)}


def _listed(model: object, x: torch.Tensor) -> dict:
    """What reaches the very tensors that `parameters()` lists; their values tell whose they are."""
    listed = attempt(parameters, model)
    trained = parameters(model) if "value" in listed else []
    if not all(isinstance(p, torch.Tensor) and p.numel() == 1 for p in trained):
        trained = []
    return {"values": [p.item() for p in trained], "traced": traced(model, x, also=trained)}


def _models_apart(answer: object, seed: int) -> dict:
    """What the first of two models gives when the second has been made, and one without layers."""
    first, second, third = affine_layers()
    model, x = answer([first]), drawn(seed, 2)
    alone = attempt(model, x)
    answer([second, third])
    bent = attempt(answer([first, Bent()]), x)
    return {"alone": alone, "beside": attempt(model, x), "none": attempt(answer([]), x), "bent": bent}


def sequential_nested(answer: object, seed: int) -> dict:
    first, second, third = affine_layers()
    model = answer([first, answer([second, third])])
    deep = answer([first, answer([second, answer([answer([third])])])])
    found = {"first": attempt(model, drawn(seed, 2)), "parameters": attempt(parameters, model)}
    return {**found, "deep": attempt(parameters, deep)}
