"""Probes: the five mended pieces of broken trees."""

from __future__ import annotations

import torch

from .common import attempt, generator
from .training import VOCAB, batches, model

NAME, CONTEXT = [3, 1, 4, 2, 5], 4


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=generator(seed + sum(shape)))


def paired(answer: object, seed: int) -> dict:
    piece = answer()
    found = {name: attempt(piece.pair, drawn(seed, *shape)) for name, shape in (("x", (2, 8, 3)), ("one", (1, 4, 2)))}
    return found | {"gradient": attempt(_gradient, piece.pair, drawn(seed, 2, 8, 3))}


def dropped(answer: object, seed: int) -> dict:
    piece = answer()
    shapes = {"several": (3, 1, 4), "one": (1, 1, 4), "wide": (1, 3, 4), "narrow": (3, 1, 1)}
    found = {name: attempt(piece.last, drawn(seed, *shape)) for name, shape in shapes.items()}
    return found | {"gradient": attempt(_gradient, piece.last, drawn(seed, 3, 1, 4))}


def evaluated(answer: object, seed: int) -> dict:
    """In training mode, and in evaluation mode: the loss, the mode afterwards, and whether anything has moved."""
    found = {}
    for name, training in (("training", True), ("evaluation", False)):
        net = measured(seed).train(training)
        before = [b.clone() for b in net.buffers()]
        found[name] = attempt(lambda net=net: answer().evaluate(net, *examples(seed)))
        found[f"{name} kept"] = all(module.training == training for module in net.modules())
        found[f"{name} moved"] = not all(torch.equal(a, b) for a, b in zip(before, net.buffers(), strict=True))
    return found


def contexts(answer: object, seed: int) -> dict:
    return {"rows": attempt(answer().contexts, list(NAME), CONTEXT), "wide": attempt(answer().contexts, [2, 6], 8)}


def targets(answer: object, seed: int) -> dict:
    return {"row": attempt(answer().targets, list(NAME)), "short": attempt(answer().targets, [7])}


def measured(seed: int) -> torch.nn.Module:
    """A model whose BatchNorm has running averages of its own."""
    net = model(seed, norm=True)
    for x, _ in batches(seed + 5, 3):
        net(x)
    return net


def examples(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """X (12, 3) and Y (12,)."""
    drawn_ids = generator(seed + 9)
    return tuple(torch.randint(0, VOCAB, shape, generator=drawn_ids) for shape in ((12, 3), (12,)))


def _gradient(function, x: torch.Tensor) -> torch.Tensor:
    x.requires_grad_()
    out = function(x)
    (out * torch.arange(1.0, out.numel() + 1).view(out.shape)).sum().backward()
    return x.grad
