"""What a call does besides what it returns: arguments changed, generators seeded, modes left behind."""

from __future__ import annotations

import torch


def snapshot(value: object) -> object:
    """What `value` holds now, to be compared with what it holds after a call."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, torch.nn.Module):
        return [[part.training for part in value.modules()], *map(snapshot, value.parameters())]
    if isinstance(value, torch.Generator):
        return value.initial_seed()
    if isinstance(value, list | tuple):
        return [snapshot(item) for item in value]
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    return value if isinstance(value, int | float | str) else id(value)


def alike(before: object, after: object) -> bool:
    """Whether two snapshots are of the same things."""
    if isinstance(before, torch.Tensor):
        same_kind = before.shape == after.shape and before.dtype == after.dtype
        return same_kind and bool(((before == after) | ((before != before) & (after != after))).all())
    if isinstance(before, list):
        return len(before) == len(after) and all(map(alike, before, after))
    if isinstance(before, dict):
        return list(before) == list(after) and all(alike(before[key], after[key]) for key in before)
    return before == after


def changed(before: list, args: tuple) -> int | None:
    """Which argument is no longer what it was, counted from 1; None where all are."""
    pairs = enumerate(zip(before, map(snapshot, args), strict=True), 1)
    return next((i for i, (one, other) in pairs if not alike(one, other)), None)


def left_behind(seed: int) -> list[str]:
    """What the answer's code has set for everybody: "seed", "grad", "dtype"."""
    found = {
        "seed": torch.initial_seed() != seed,
        "grad": not torch.is_grad_enabled(),
        "dtype": torch.get_default_dtype() != torch.float32,
    }
    return [name for name, left in found.items() if left]
