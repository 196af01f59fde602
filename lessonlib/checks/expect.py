"""What judges ask of tensors, with the sentence for each way it can fail.

`call` is what the sentence begins with: the call in backticks, as "`Linear(4, 3)(x)`, for x (2, 4),".
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .exercise import Mistake
from .probes.plain import foreign

TOLERANCE = 1e-4


def returned(attempt: dict, call: str, known: Mistake | None = None) -> object:
    """The value of a `common.attempt`. When the call raised: the `known` mistake, or one with the error's words."""
    if "raised" not in attempt:
        return attempt["value"]
    if known is not None:
        raise known
    where = f" at `{attempt['line']}`" if attempt["line"] else ""
    raise Mistake(
        f"{call} raised {attempt['raised']}{where}: {attempt['message']}",
        next="Run the same call in a cell of your own, and print the shapes just before that line.",
    )


def tensor(value: object, call: str) -> torch.Tensor:
    """`value`, if it is a tensor."""
    if isinstance(value, torch.Tensor):
        return value
    if value is None:
        raise Mistake(f"{call} gave None, expected a tensor.", misconception="return-forgotten")
    raise Mistake(
        f"{call} gave {describe(value)}, expected a tensor.",
        next="Look at what the last line returns: `type(...)` tells.",
    )


def shaped(value: object, shape: Sequence[int], call: str, known: dict[tuple, str] | None = None, next: str = ""):
    """`value`, if it is a tensor of this shape. `known` gives the misconception behind some wrong shapes."""
    found = tensor(value, call)
    if tuple(found.shape) != tuple(shape):
        raise Mistake(
            f"{call} gave shape {tuple(found.shape)}, expected {tuple(shape)}.",
            misconception=(known or {}).get(tuple(found.shape)),
            next=next,
        )
    return found


def equal(a: object, b: torch.Tensor, tolerance: float = TOLERANCE) -> bool:
    """Same shape, same numbers: NaN is equal to nothing, a type may differ."""
    if not isinstance(a, torch.Tensor) or a.shape != b.shape:
        return False
    return bool(((a.double() - b.double()).abs() <= tolerance * (1 + b.double().abs())).all())


def describe(value: object) -> str:
    """What came, in words."""
    if value is None:
        return "None"
    if (name := foreign(value)) is not None:
        return name if name.startswith("a ") else f"a value of type {name}"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, list):
        return f"a list or tuple of {len(value)}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    return f"{type(value).__name__} {value!r}"[:80]
