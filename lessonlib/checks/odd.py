"""Numbers of a kind that no answer should hold: whole ones where floats belong, and none at all."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch


def numbers(data: dict) -> tuple[str, str] | None:
    """What is odd about the numbers in a probe's data, and what to do about it; None where nothing is."""
    values = list(_walk(data, ""))
    for name, value in values:
        if isinstance(value, torch.Tensor) and not value.is_floating_point():
            said = f"There is a tensor of {value.dtype}{name}; floats were expected."
            return (
                said,
                "Turn whole numbers into floats with `x.float()`; `torch.zeros(3)` holds floats from the start.",
            )
    for name, value in values:
        bad = not value.isfinite().all() if isinstance(value, torch.Tensor) else not math.isfinite(value)
        if bad:
            return (
                f"There is a value{name} that is not a finite number.",
                "Look for a division by zero or a log of zero.",
            )
    return None


def _walk(value: object, name: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f" in `{key}`")
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, name)
    elif isinstance(value, torch.Tensor | float):
        yield name, value
