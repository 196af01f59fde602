"""Plain data: what a probe may return, and nothing that can act on its own."""

from __future__ import annotations

import torch

DTYPES = (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)
MAX_VALUES = 1_000_000  # elements of tensors and characters of one value, all together
ITEM = 20  # an item of a list is copied one by one: it counts as much as so many of them
MAX_ENTRIES = 20  # entries of a probe's dict, each of which is such a value
MAX_DEPTH = 6


class _TooMuch(Exception):
    """The allowance is used up."""


def plain(value: object) -> object:
    """A copy of `value` as plain data: None, bool, int, float, str, list, dict of str, or contiguous CPU tensor.

    A range becomes a list, a set `{"set": [its members]}`.
    Subclasses become their base, numpy's numbers and arrays become numbers and lists. Anything else, or too much of
    it, becomes `{"?": "what it was"}`, so that a judge can say what came. In a dict each entry stands for itself: one
    that is too large does not cost the others.
    """
    if type(value) is dict and len(value) <= MAX_ENTRIES and all(type(key) is str for key in value):
        return {key: _plain(item) for key, item in value.items()}
    return _plain(value)


def foreign(value: object) -> str | None:
    """What it was, if `plain` could not copy it; otherwise None."""
    return value["?"] if type(value) is dict and set(value) == {"?"} else None


def of_set(value: object) -> list | None:
    """The members, if it was a set; they have no order, so it is no list. Otherwise None."""
    members = value["set"] if type(value) is dict and set(value) == {"set"} else None
    return members if isinstance(members, list) else None


def _plain(value: object) -> object:
    try:
        return _Copier().copy(value, MAX_DEPTH)
    except _TooMuch:
        return {"?": f"a very large {type(value).__name__}"}


class _Copier:
    """One copy, with one allowance for everything in it: a short nested list can stand for 10^24 items."""

    def __init__(self):
        self.left = MAX_VALUES

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _TooMuch

    def copy(self, value: object, depth: int) -> object:
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return value if abs(value) < 2**63 else {"?": "a very large int"}
        if issubclass(kind, str):
            self.spend(str.__len__(value))
            return str.__str__(value)
        if issubclass(kind, torch.Tensor):
            return self.tensor(value)
        if kind in (list, tuple, torch.Size, dict):
            return self.items(value, depth)
        if kind is range:
            return self.items(value, depth)
        if kind in (set, frozenset):
            return {"set": self.items(list(value), depth)}
        if kind.__module__ == "numpy" and depth > 0 and hasattr(value, "tolist"):
            self.spend(ITEM * getattr(value, "size", 1))
            return self.copy(value.tolist(), depth - 1)
        return {"?": kind.__name__}

    def items(self, value: list | tuple | range | dict, depth: int) -> object:
        if depth == 0:
            raise _TooMuch
        self.spend(ITEM * len(value))
        if type(value) is not dict:
            return [self.copy(item, depth - 1) for item in value]
        if all(type(key) is str for key in value):
            return {key: self.copy(item, depth - 1) for key, item in value.items()}
        return {"?": "a dict whose keys are not all strings"}

    def tensor(self, value: torch.Tensor) -> object:
        """A private copy. Counted before it is made: a stride of 0 claims any size for nothing."""
        with torch._C.DisableTorchFunctionSubclass():  # a subclass may answer anything about itself
            return self.strided(value.detach())

    def strided(self, tensor: torch.Tensor) -> object:
        if tensor.dtype not in DTYPES or tensor.layout != torch.strided or tensor.is_meta:
            return {"?": f"a tensor of type {tensor.dtype} and layout {tensor.layout} on {tensor.device}"}
        self.spend(tensor.numel())
        return tensor.as_subclass(torch.Tensor).cpu().contiguous().clone()
