"""Plain data: what a probe may return, and nothing that can act on its own."""

from __future__ import annotations

import torch

DTYPES = (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)
MAX_VALUES = 1_000_000  # numbers, list items and characters in one answer, all together
MAX_DEPTH = 6


def plain(value: object) -> object:
    """A copy of `value` as plain data: None, bool, int, float, str, list, dict of str, or contiguous CPU tensor.

    Subclasses become their base; anything else, or too much of it, becomes `{"?": "what it was"}`, so that a
    judge can say what came.
    """
    return _Copier().copy(value, MAX_DEPTH)


def foreign(value: object) -> str | None:
    """What it was, if `plain` could not copy it; otherwise None."""
    return value["?"] if type(value) is dict and set(value) == {"?"} else None


class _Copier:
    """One copy, with one allowance for everything in it: a short nested list can stand for 10^24 items."""

    def __init__(self):
        self.left = MAX_VALUES

    def spend(self, count: int) -> bool:
        self.left -= count
        return self.left >= 0

    def copy(self, value: object, depth: int) -> object:
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return value if abs(value) < 2**63 else {"?": "a very large int"}
        if issubclass(kind, str):
            return str.__str__(value) if self.spend(str.__len__(value)) else {"?": "a very long str"}
        if issubclass(kind, torch.Tensor):
            return self.tensor(value)
        if kind in (list, tuple, torch.Size, dict):
            return self.items(value, depth)
        return {"?": kind.__name__}

    def items(self, value: list | tuple | dict, depth: int) -> object:
        if depth == 0 or not self.spend(len(value)):
            return {"?": f"a very large {type(value).__name__}"}
        if type(value) is not dict:
            return [self.copy(item, depth - 1) for item in value]
        if all(type(key) is str for key in value):
            return {key: self.copy(item, depth - 1) for key, item in value.items()}
        return {"?": "a dict whose keys are not all strings"}

    def tensor(self, value: torch.Tensor) -> object:
        """A private copy. Counted before it is made: a stride of 0 claims any size for nothing."""
        tensor = torch.Tensor.detach(value).as_subclass(torch.Tensor)
        fits = tensor.dtype in DTYPES and tensor.layout == torch.strided and self.spend(tensor.numel())
        if not fits:
            return {"?": f"a tensor of shape {tuple(tensor.shape)} and type {tensor.dtype}"}
        return tensor.cpu().contiguous().clone()
