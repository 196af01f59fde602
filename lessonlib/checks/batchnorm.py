"""What the judges of the lessons batchnorm and training-the-tree ask of a BatchNorm.

Three conventions for its variance are in public use: biased to normalise and unbiased to keep (torch.nn), unbiased in
both (the published lesson), biased in both. All are right.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from . import reference
from .exercise import Mistake
from .expect import Variants, describe, difference, equal, learns, recognised
from .probes.batchnorm import BETA, GAMMA
from .probes.common import traced

ONE, ZERO = torch.ones(3), torch.zeros(3)
CORRECTIONS = (0, 1)


def normalised(x: torch.Tensor, gamma: torch.Tensor = ONE, beta: torch.Tensor = ZERO) -> list[torch.Tensor]:
    """What training may give, by each convention."""
    return [reference.normalise(x, *reference.statistics(x, correction), gamma, beta) for correction in CORRECTIONS]


def averages(batches: list[torch.Tensor], momentum: float) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """(running mean, running variance) after these batches, by each convention."""
    found = []
    for correction in CORRECTIONS:
        mean, var = ZERO, ONE
        for x in batches:
            new_mean, new_var = reference.statistics(x, correction)
            mean = (1 - momentum) * mean + momentum * new_mean
            var = (1 - momentum) * var + momentum * new_var
        found.append((mean, var))
    return found


def any_equal(found: object, candidates: list[torch.Tensor]) -> bool:
    """Equal to one of them, within what it matters whether eps stands inside the root or beside it."""
    return any(equal(found, right, tolerance=1e-3) for right in candidates)


def same_by_any(found: torch.Tensor, rights: list[torch.Tensor], says: str, variants: Variants = ()) -> None:
    """`expect.same`, where each of `rights` is right."""
    if not any_equal(found, rights):
        id = recognised(found, variants, tolerance=1e-3)
        told = says if id else f"{says} {difference(found, rights[0], 1e-3)}"
        raise Mistake(told, id, picture=(found, rights[0]))


def right_gradients(data: dict, x: torch.Tensor, call: str) -> None:
    """Are the gradients of `probes.trained` those of one convention?"""
    if any(data["buffers_in_graph"]):
        raise Mistake("running_mean or running_var requires a gradient.", "buffers-keep-the-graph")
    values, names = [GAMMA if scale else BETA for scale in data["scales"]], ["x", *map(_named, data["scales"])]
    mistakes = []
    for correction in CORRECTIONS:
        try:
            learns(data, names, _layer(data["scales"], correction), (x, *values), call)
            return
        except Mistake as mistake:
            mistakes.append(mistake)
    if _cut_at(data, x):
        raise Mistake("The gradient that reaches x is not right.", "statistics-cut-from-the-graph")
    raise mistakes[-1]


def _named(scale: bool) -> str:
    return "gamma" if scale else "beta"


def _layer(scales: list[bool], correction: int, cut: bool = False) -> Callable:
    """The layer in training, of x and its parameters in the order in which it lists them."""

    def layer(x, *found):
        given = {_named(scale): p.reshape(-1) for scale, p in zip(scales, found, strict=True)}
        mean, var = reference.statistics(x.detach() if cut else x, correction)
        return reference.normalise(x, mean, var, given.get("gamma", GAMMA), given.get("beta", BETA))

    return layer


def _cut_at(data: dict, x: torch.Tensor) -> bool:
    """Whether the gradient at x is what comes when mean and variance are taken for constants."""
    values = [GAMMA if scale else BETA for scale in data["scales"]]
    constants = [traced(_layer(data["scales"], c, cut=True), x, *values)["gradients"]["value"][0] for c in CORRECTIONS]
    return any_equal(data["gradients"]["value"][0], constants)


def told(mean: torch.Tensor, var: torch.Tensor, rights: list[tuple[torch.Tensor, torch.Tensor]]) -> str:
    """What the running averages are, and what they should be."""
    (right_mean, _), (_, right_var) = rights
    means = f"running_mean is {row(mean)}, expected {row(right_mean)}"
    return f"{means}; running_var is {row(var)}, expected {row(right_var)}."


def buffers(data: dict, when: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Both buffers as (dim,); (1, dim) and (1, 1, dim) hold the same numbers."""
    return _buffer(data, "running_mean", when), _buffer(data, "running_var", when)


def row(values: torch.Tensor) -> str:
    """A few numbers, short enough for a sentence."""
    return "[" + ", ".join(f"{v:.3f}" for v in values.tolist()) + "]"


def _buffer(data: dict, name: str, when: str) -> torch.Tensor:
    found = data[name]
    if not isinstance(found, torch.Tensor):
        raise Mistake(
            f"`{name}` is {describe(found)} {when}, expected a tensor of one number a channel.",
            next=f"Make `self.{name}` in `__init__`.",
        )
    if found.numel() != 3 or found.shape[-1] != 3:
        raise Mistake(f"`{name}` has shape {tuple(found.shape)} {when}, expected (3,): one number a channel.")
    return found.reshape(-1)
