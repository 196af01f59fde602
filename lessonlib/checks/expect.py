"""What judges ask of tensors, with the sentence for each way it can fail.

`call` is what the sentence begins with: the call in backticks, as "`Linear(4, 3)(x)`, for x (2, 4),".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch

from .exercise import Mistake
from .probes.plain import foreign

TOLERANCE = 1e-4
COUNTS = {2: "two", 3: "three"}
Variants = Mapping[str, object] | Iterable[tuple[str, object]]  # what each misconception would have given


def returned(attempt: dict, call: str, known: Mistake | str | None = None, next: str = "") -> object:
    """The value of a `common.attempt`.

    When the call raised: the `known` mistake, or one with the error's words, with the misconception `known`.
    """
    if "raised" not in attempt:
        return attempt["value"]
    if isinstance(known, Mistake):
        raise known
    where = f" at `{attempt['line']}`" if attempt["line"] else ""
    if not known:
        next = "Run the same call in a cell of your own, and print the shapes just before that line."
    raise Mistake(f"{call} raised {attempt['raised']}{where}: {attempt['message']}", known, next=next)


def tensor(value: object, call: str) -> torch.Tensor:
    """`value`, if it is a tensor."""
    if isinstance(value, torch.Tensor):
        return value
    if value is None:
        raise Mistake(f"{call} gave None, expected a tensor.", "return-forgotten")
    raise Mistake(
        f"{call} gave {describe(value)}, expected a tensor.",
        next="Look at what the last line returns: `type(...)` tells.",
    )


def several(value: object, count: int, call: str, next: str) -> list:
    """`value`, if it is `count` things in a row."""
    if value is None:
        raise Mistake(f"{call} gave None, expected {COUNTS[count]} tensors.", "return-forgotten")
    if not isinstance(value, list) or len(value) != count:
        raise Mistake(f"{call} gave {describe(value)}, expected {COUNTS[count]} tensors.", next=next)
    return value


def shaped(value: object, shape: Sequence[int], call: str, known: dict[tuple, str] | None = None, next: str = ""):
    """`value`, if it is a tensor of this shape. `known` gives the misconception behind some wrong shapes."""
    found = tensor(value, call)
    if tuple(found.shape) != tuple(shape):
        says = f"{call} gave shape {tuple(found.shape)}, expected {tuple(shape)}."
        raise Mistake(says, (known or {}).get(tuple(found.shape)), next=next)
    return found


def equal(a: object, b: torch.Tensor, tolerance: float = TOLERANCE) -> bool:
    """Same shape, same numbers: NaN is equal to nothing, a type may differ."""
    if not isinstance(a, torch.Tensor) or a.shape != b.shape:
        return False
    return bool(((a.double() - b.double()).abs() <= tolerance * (1 + b.double().abs())).all())


def recognised(found: object, variants: Variants, tolerance: float = TOLERANCE) -> str | None:
    """The misconception whose variant `found` equals: the first one, if there is any."""
    pairs = variants.items() if isinstance(variants, Mapping) else variants
    return next((id for id, variant in pairs if equal(found, variant, tolerance)), None)


def same(
    found: torch.Tensor,
    right: torch.Tensor,
    says: str,
    variants: Variants = (),
    *,
    other: str | None = None,
    next: str = "",
    tolerance: float = TOLERANCE,
) -> None:
    """Is `found` what is right? If not: what it `says`, the misconception whose variant it equals, both side by side.

    `other` is the misconception, and `next` the one thing to try, for what equals no variant.
    """
    if not equal(found, right, tolerance):
        id = recognised(found, variants, tolerance) or other
        raise Mistake(says, id, next="" if id else next, picture=(found, right))


def causal(
    out: torch.Tensor, changed: torch.Tensor, next: str, of="row {} of x", misconception="looks-to-the-right"
) -> None:
    """Does no position see what comes after it? out (T, …); changed (T, T, …): [t] is out with another x at t."""
    for later in range(len(out)):
        for position in range(later):
            if not equal(changed[later, position], out[position]):
                says = f"Another {of.format(later)} changes the output at position {position}."
                raise Mistake(says, misconception, next=next)


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
