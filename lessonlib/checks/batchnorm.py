"""What the judges of the lessons batchnorm and training-the-tree ask of a BatchNorm.

Three conventions for its variance are in public use: biased to normalise and unbiased to keep (torch.nn), unbiased in
both (the published lesson), biased in both. All are right.
"""

from __future__ import annotations

import torch

from . import reference
from .exercise import Mistake
from .expect import Variants, describe, equal, recognised
from .probes.batchnorm import BETA, GAMMA

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


def same_by_any(
    found: torch.Tensor, rights: list[torch.Tensor], says: str, variants: Variants = (), other=None
) -> None:
    """`expect.same`, where each of `rights` is right."""
    if not any_equal(found, rights):
        raise Mistake(says, recognised(found, variants, tolerance=1e-3) or other, picture=(found, rights[0]))


def right_gradient(found: object, x: torch.Tensor, weights: torch.Tensor) -> None:
    """Is `found` the gradient that reaches x from the sum of the layer's output times `weights`?"""
    rights = []
    for correction in CORRECTIONS:
        x = x.detach().clone().requires_grad_()
        out = reference.normalise(x, *reference.statistics(x, correction), GAMMA, BETA)
        (out * weights).sum().backward()
        rights.append(x.grad)
    same_by_any(found, rights, "The gradient that reaches x is not right.", other="statistics-cut-from-the-graph")


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
