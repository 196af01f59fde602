"""What judges ask of tensors, with the sentence for each way it can fail.

`call` is what the sentence begins with: the call in backticks, as "`Linear(4, 3)(x)`, for x (2, 4),".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch

from . import advice
from .exercise import Mistake
from .probes.common import bare, traced
from .probes.plain import foreign, of_set

TOLERANCE = 1e-4
COUNTS = {2: "two", 3: "three"}
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
PRINT_SHAPES = "Print the shape after each step of your code: where does it first differ from what you expect?"
NO_MISCONCEPTION = ("NameError", "UnboundLocalError", "RecursionError", "ModuleNotFoundError")  # slips of the pen
Variants = Mapping[str, object] | Iterable[tuple[str, object]]  # what each misconception would have given


def returned(attempt: dict, call: str, known: Mistake | str | None = None, next: str = "") -> object:
    """The value of a `common.attempt`.

    When the call raised: the `known` mistake, or one with the error's words, with the misconception `known`.
    """
    if "raised" not in attempt:
        if which := attempt.get("changed"):
            raise Mistake(f"{call} changed its {ORDINALS.get(which, 'last')} argument.", "argument-changed")
        if attempt.get("seeded"):
            raise Mistake(f"{call} seeded the generator it was given.", "seeded-inside")
        return attempt["value"]
    message = attempt["message"]
    where = f" at `{attempt['line']}`" if attempt["line"] else ""
    says = f"{call} raised {attempt['raised']}{where}: {message}"
    if "a leaf Variable that requires grad" in message:
        raise Mistake(says, "argument-changed")
    if attempt["raised"] in NO_MISCONCEPTION:
        raise Mistake(says, next=advice.after(attempt["raised"], message))
    if isinstance(known, Mistake):
        raise known
    raise Mistake(says, known, next=next if known else advice.after(attempt["raised"], message))


def tensor(value: object, call: str) -> torch.Tensor:
    """`value`, if it is a tensor."""
    if isinstance(value, torch.Tensor):
        return value
    if value is None:
        raise Mistake(f"{call} gave None, expected a tensor.", "return-forgotten")
    raise Mistake(
        f"{call} gave {describe(value)}, expected a tensor.",
        next="Look at what the last line returns: print its `type(...)`.",
    )


def own(computed_in: object, inside: bool, name: str) -> None:
    """Is the computation the class's own? `common.home` says where it comes from, `common.inside` what it keeps."""
    if inside:
        raise Mistake(f"This class keeps an `{name}` inside, which does the computation.", "inherited-answer")
    if str(computed_in).startswith("torch.nn.modules.") and computed_in != "torch.nn.modules.module":
        raise Mistake(f"What this class computes is written in `{computed_in}`, not in your cell.", "inherited-answer")


def several(value: object, count: int, call: str, next: str) -> list:
    """`value`, if it is `count` things in a row."""
    if value is None:
        raise Mistake(f"{call} gave None, expected {COUNTS[count]} tensors.", "return-forgotten")
    if not isinstance(value, list) or len(value) != count:
        raise Mistake(f"{call} gave {describe(value)}, expected {COUNTS[count]} tensors.", next=next)
    return value


def shaped(
    value: object,
    shape: Sequence[int],
    call: str,
    known: dict[tuple, str] | None = None,
    next: str = "",
    other: str = "",
):
    """`value`, if it is a tensor of this shape.

    `known` gives the misconception behind some wrong shapes, `other` the one thing to try for any shape beside them.
    """
    found = tensor(value, call)
    if tuple(found.shape) != tuple(shape):
        says = f"{call} gave shape {tuple(found.shape)}, expected {tuple(shape)}."
        id = (known or {}).get(tuple(found.shape))
        raise Mistake(says, id, next=next or ("" if id else other or PRINT_SHAPES))
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
        told = says if id else f"{says} {difference(found, right, tolerance)}"
        raise Mistake(told, id, next="" if id else next, picture=(found, right))


def difference(found: torch.Tensor, right: torch.Tensor, tolerance: float = TOLERANCE) -> str:
    """Which number differs first, how many do, and what is the same with all of them, as far as it can be told."""
    found, right = found.double(), right.double()
    if found.shape != right.shape:
        return f"Its shape is {tuple(found.shape)}, expected {tuple(right.shape)}."
    off = ~((found - right).abs() <= tolerance * (1 + right.abs()))
    if not off.any():
        return ""
    place = off.nonzero()[0].tolist()
    came, wanted = found[tuple(place)].item(), right[tuple(place)].item()
    at = f"At {place} it is {came:.4g}, expected {wanted:.4g}" if place else f"It is {came:.4g}, expected {wanted:.4g}"
    count = "" if right.numel() == 1 else f" ({int(off.sum())} of {right.numel()} numbers differ)"
    return f"{at}{count}.{_in_common(found, right, tolerance)}"


def _in_common(found: torch.Tensor, right: torch.Tensor, tolerance: float) -> str:
    """What all the numbers have in common: a sign, a factor, a shift, another order, another place."""
    if found.numel() < 2 or not found.isfinite().all() or not found.any():
        return " All of them are 0." if found.numel() > 1 and not found.any() else ""
    factor, shift = (found.sum() / right.sum()).item(), (found - right).mean().item()
    if equal(found, -right, tolerance):
        return " All have the wrong sign."
    if equal(found, factor * right, tolerance):
        return f" All are {factor:.4g} times what they should be."
    if equal(found, right + shift, tolerance):
        return f" All are {abs(shift):.4g} too {'large' if shift > 0 else 'small'}."
    if equal(found.flatten().sort().values, right.flatten().sort().values, tolerance):
        return " They are the right numbers in the wrong places."
    return ""


def learns(attempt: dict, names: Sequence[str], right: Callable, args: tuple, call: str) -> None:
    """Do the gradients of a `common.traced` equal those of `right(*args)`? names: what they belong to, in order."""
    found = returned(attempt["gradients"], f"`backward()` from {call}", "graph-is-cut")
    expected = traced(right, *args)["gradients"]["value"]
    for name, came, gradient in zip(names, found, expected, strict=True):
        one_gradient(came, gradient, name, call)


def one_gradient(found: object, right: torch.Tensor | None, name: str, call: str, tolerance: float = 1e-3) -> None:
    """Is this the gradient that reaches `name` through the call?

    Where the numbers are right, and only for those, a wrong gradient has one cause: a part of the way is hidden.
    """
    right = torch.zeros(()) if right is None else right
    if isinstance(found, torch.Tensor) and bare(found.shape) == bare(right.shape):
        found = found.reshape(right.shape)
        scale = right.abs().mean().clamp(min=1e-8)
        if equal(found / scale, right / scale, tolerance):
            return
    elif found is None and not right.any():
        return
    says = f"The numbers of {call} are right, but the gradient that should reach {name} from there"
    if found is None or not found.any():
        raise Mistake(f"{says} {'never arrives' if found is None else 'is all 0'}.", "graph-is-cut")
    told = f"{says} is not right. {difference(found, right, tolerance)}"
    raise Mistake(told, "graph-is-cut", picture=(found, right))


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
    if (members := of_set(value)) is not None:
        return f"a set of {len(members)}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    return f"{type(value).__name__} {value!r}"[:80]
