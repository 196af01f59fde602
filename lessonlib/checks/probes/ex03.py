"""Probes of 03: BatchNorm in both modes, its buffers, its gradients."""

from __future__ import annotations

import torch

from .batchnorm import after, batch, buffer, buffers, fill
from .common import attempt, parameters, set_mode

MOMENTUM = 0.25


def start(answer: object, seed: int) -> dict:
    layer = answer(3)
    return {"parameters": attempt(parameters, layer), **buffers(layer), "training": getattr(layer, "training", None)}


def training(answer: object, seed: int) -> dict:
    return {"out": attempt(answer(3), batch(seed, 6)), "constant": attempt(answer(3), constant(seed))}


def constant(seed: int) -> torch.Tensor:
    """A batch whose first channel is the same number in every example."""
    x = batch(seed, 6)
    x[:, 0] = 4.0
    return x


def affine(answer: object, seed: int) -> dict:
    layer = answer(3)
    fill(layer)
    return {"out": attempt(layer, batch(seed, 6))}


def running(answer: object, seed: int) -> dict:
    layer = answer(3, momentum=MOMENTUM)
    first = buffers(after(layer, batch(seed, 6)))
    return {"first": first, "second": buffers(after(layer, batch(seed + 1, 6)))}


def evaluation(answer: object, seed: int) -> dict:
    layer = after(answer(3), batch(seed, 6))
    fill(layer)
    before = buffers(layer)
    set_mode(layer, False)
    out, single = attempt(layer, batch(seed + 1, 6)), attempt(layer, batch(seed + 2, 1))
    return {"out": out, "single": single, "before": before, "after": buffers(layer)}


def gradients(answer: object, seed: int) -> dict:
    layer = answer(3)
    fill(layer)
    found = [p.requires_grad_() for p in parameters(layer)]
    x = batch(seed, 6).requires_grad_()
    (layer(x) * batch(seed + 3, 6)).sum().backward()
    in_graph = [bool(buffer(layer, name).requires_grad) for name in ("running_mean", "running_var")]
    return {"x": x.grad, "parameters": [p.grad for p in found], "buffers_in_graph": in_graph}
