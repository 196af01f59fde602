"""What the judges of 03 and 06 ask of a BatchNorm.

Three conventions for its variance are in public use: biased to normalise and unbiased to keep (torch.nn), unbiased in
both (the published lesson), biased in both. All are right.
"""

from __future__ import annotations

import torch

from . import reference
from .exercise import Mistake
from .expect import describe, equal

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
