"""The exercises on shapes: predicted shapes, pairs by slices, FlattenConsecutive, and why Flatten is one of them."""

from collections.abc import Iterator

import torch

from .. import reference
from ..declare import Case, code, easy, medium, part, prediction
from ..engine import Check
from ..exercise import Mistake
from ..expect import describe, equal, learns, recognised, returned, same, several, shaped
from ..probes import shapes as probes

# --- predicted shapes ---

SHAPES = prediction("shapes", "Shapes, predicted", easy, 6)(
    part(
        "C[ix]",
        (4, 8, 10),
        {(4, 8): "an-index-becomes-a-vector", (4, 10): "an-index-becomes-a-vector", (4, 80): "no-view-yet"},
    ),
    part(
        "pairs of neighbours side by side",
        (4, 4, 20),
        {(4, 4, 10): "a-pair-keeps-its-numbers", (2, 8, 20): "the-batch-stays", (2, 8, 10): "the-batch-stays"},
    ),
    part(
        "@ (20, 200)",
        (4, 4, 200),
        {
            (4, 200): "only-the-last-dimension-changes",
            (16, 200): "only-the-last-dimension-changes",
            (4, 800): "only-the-last-dimension-changes",
        },
    ),
    part("the last pair", (4, 400), {(4, 1, 400): "one-position-keeps-its-dimension"}),
    part(
        "(4, 1, 20) + (8, 20)",
        (4, 8, 20),
        {
            (4, 1, 20): "broadcasting-lines-up-at-the-right",
            (8, 4, 20): "broadcasting-lines-up-at-the-right",
            (4, 9, 20): "broadcasting-lines-up-at-the-right",
        },
    ),
    why="A lookup adds a dimension, FlattenConsecutive takes from T what it gives to C, a product changes the last "
    "dimension, and broadcasting stretches a 1 to fit.",
    hints=(
        "B, the batch, goes through everything unchanged. Ask of each step what it does to T and to C.",
        "A pair holds the numbers of two neighbours: T is halved, C is doubled. A product changes the last dimension "
        "alone. For a sum, write the shapes one below the other, right-aligned: a 1 or a gap stretches.",
    ),
)

# --- pairs by slices ---


def _parts(data: dict, call: str) -> list:
    return several(returned(data["parts"], call), 3, call, "Return even, odd, joined.")


def _slices(data: dict, seed: int) -> None:
    x, call = probes.numbered(seed, 2, 8, 3), "`pairs(x)`, for x (2, 8, 3),"
    even, odd, _ = _parts(data, call)
    batch = {(1, 8, 3): "the-batch-stays", (2, 7, 3): "pairs-do-not-overlap"}
    for found, right, name in ((even, x[:, ::2], "even"), (odd, x[:, 1::2], "odd")):
        shaped(found, (2, 4, 3), f"`{name}` of {call}", known=batch)
        halves = [("halves-instead-of-neighbours", half) for half in x.chunk(2, 1)]
        swapped = [("odd-before-even", half) for half in (x[:, ::2], x[:, 1::2])]
        says = f"`{name}` holds the positions {_positions(found)}, expected {_positions(right)}."
        same(found, right, says, halves + swapped)


def _joined(data: dict, seed: int) -> None:
    x, call = probes.numbered(seed, 2, 8, 3), "`pairs(x)`, for x (2, 8, 3),"
    joined = _parts(data, call)[2]
    known = {
        (2, 8, 3): "joined-along-time",
        (2, 4, 3): "a-pair-keeps-its-numbers",
        (2, 4, 2, 3): "one-dimension-too-many",
        (4, 4, 3): "the-batch-stays",
    }
    shaped(joined, (2, 4, 6), f"`joined` of {call}", known=known)
    _neighbours(joined, x, 2, "joined")


def _pairs_of_4(data: dict, seed: int) -> None:
    x, call = probes.numbered(seed, 2, 4, 5), "`pairs(x)`, for x (2, 4, 5),"
    even, odd, joined = _parts(data, call)
    shaped(joined, (2, 2, 10), f"`joined` of {call}")
    _neighbours(joined, x, 2, "joined")
    for found, right, name in ((even, x[:, ::2], "even"), (odd, x[:, 1::2], "odd")):
        same(shaped(found, (2, 2, 5), f"`{name}` of {call}"), right, f"`{name}` of {call} is not right.")
    learns(
        data["parts"],
        ["x"],
        lambda x: [x[:, ::2], x[:, 1::2], reference.flatten_consecutive(x, 2).view(2, 2, 10)],
        (x,),
        call,
    )
    call = "`pairs(x)`, for x (1, 2, 1),"
    joined = several(returned(data["least"], call), 3, call, "Return even, odd, joined.")[2]
    known = dict.fromkeys(((2,), (1, 2)), "squeeze-removes-a-batch-of-one")
    shaped(joined, (1, 1, 2), f"`joined` of {call}", known=known)


def _positions(found: torch.Tensor) -> list[int]:
    """Which positions a (B, T, C) piece of `numbered` holds, read from its numbers."""
    return [int(value) // 10 % 10 for value in found[0, :, 0].tolist()]


def _neighbours(found: torch.Tensor, x: torch.Tensor, n: int, name: str) -> None:
    """Is `found` x with each run of n neighbours side by side? Its shape is right already."""
    halves = torch.cat(x.chunk(n, 1), 2)
    reverse = torch.cat([x[:, i::n] for i in reversed(range(n))], 2)
    woven = torch.stack([x[:, i::n] for i in range(n)], 3).flatten(2)
    variants = {"halves-instead-of-neighbours": halves, "odd-before-even": reverse, "channels-interleaved": woven}
    says = f"The shape of {name} is right, the numbers are not (in x the last digit is the channel, the one before it "
    says += "the position)."
    if equal(found, halves):
        says += f" Position 0 holds the positions 0 and {x.shape[1] // n} of x; it should hold the neighbours 0 and 1."
    same(found, reference.flatten_consecutive(x, n), says, variants)


PAIRS = code("pairs", "Even and odd", easy, 6, name="pairs")(
    Case("even and odd positions", probes.pairs_of_8, _slices),
    Case("joined along the channels", probes.pairs_of_8, _joined),
    Case("another T and C", probes.pairs_of_4, _pairs_of_4),
    why="Even positions are the left neighbours and odd ones the right. Joining them along the channels "
    "halves T and doubles C.",
    hints=(
        "`x[:, ::2]` takes every second position, from 0. How do you begin at 1?",
        "`torch.cat([even, odd], dim=...)` puts tensors side by side. Which dimension should get longer?",
    ),
)

# --- FlattenConsecutive ---


def _flatten_2(data: dict, seed: int) -> None:
    x, call = probes.numbered(seed, 2, 8, 3), "`FlattenConsecutive(2)(x)`, for x (2, 8, 3),"
    known = {
        (2, 4, 3): "a-pair-keeps-its-numbers",
        (2, 2, 12): "n-groups-instead-of-groups-of-n",
        (2, 4, 2, 3): "one-dimension-too-many",
        (8, 6): "the-batch-stays",
        (2, 24): "flattens-everything",
        (2, 7, 6): "pairs-do-not-overlap",
    }
    out = shaped(returned(data["out"], call), (2, 4, 6), call, known=known)
    _neighbours(out, x, 2, "the output")
    if "value" in data["strided"] and not equal(data["strided"]["value"], out):
        raise Mistake(
            f"{call} gave other numbers for the same x stored in memory in another order.",
            next="Use `reshape` or slices: they go by positions, not by memory.",
        )
    if not equal(data["later"].get("value"), out):
        raise Mistake("A layer with n = 2 did something else as soon as there was another with n = 4.", "two-are-one")
    learns(data["traced"], ["x"], lambda x: reference.flatten_consecutive(x, 2), (x,), call)


def _flatten_4(data: dict, seed: int) -> None:
    x, call = probes.numbered(seed, 3, 8, 5), "`FlattenConsecutive(4)(x)`, for x (3, 8, 5),"
    out = shaped(returned(data["out"], call), (3, 2, 20), call, known={(3, 4, 10): "n-is-an-argument"})
    _neighbours(out, x, 4, "the output")
    for (n, shape), attempt in zip(probes.SHAPES, data["more"], strict=True):
        x, call = probes.numbered(seed, *shape), f"`FlattenConsecutive({n})(x)`, for x {shape},"
        right = reference.flatten_consecutive(x, n)
        known = {tuple(right.squeeze().shape): "squeeze-removes-a-batch-of-one"} if shape[0] == 1 else {}
        same(shaped(returned(attempt, call), right.shape, call, known=known), right, f"{call} is not right.")


def _flatten_8(data: dict, seed: int) -> None:
    x, call = probes.numbered(seed, 3, 8, 5), "`FlattenConsecutive(8)(x)`, for x (3, 8, 5),"
    known = {(3, 1, 40): "one-position-keeps-its-dimension"}
    out = shaped(returned(data["out"], call), (3, 40), call, known=known)
    same(out, x.flatten(1), "The shape is right, the numbers are not.")


def _flatten_one_example(data: dict, seed: int) -> None:
    for name, T, right in (("short", 2, (1, 10)), ("long", 8, (1, 4, 10))):
        call = f"`FlattenConsecutive(2)(x)`, for x (1, {T}, 5),"
        known = {(10,): "squeeze-removes-a-batch-of-one", (4, 10): "squeeze-removes-a-batch-of-one"}
        shaped(returned(data[name], call), right, call, known=known)


def _flatten_uneven(data: dict, seed: int) -> None:
    for (n, shape), attempt in zip(probes.UNEVEN, data["others"], strict=True):
        if "raised" in data["out"] and "raised" not in attempt:
            call, came = f"`FlattenConsecutive({n})(x)`, for x {shape},", describe(attempt["value"])
            says = f"{call} gave {came}, expected an error: {shape[1]} positions do not divide into groups of {n}."
            raise Mistake(says, next="Raise a ValueError when T is not a multiple of n.")
    if "raised" in data["out"]:
        return
    found, call = data["out"]["value"], "`FlattenConsecutive(3)(x)`, for x (3, 8, 5),"
    id = recognised(found, _made_even(probes.numbered(seed, 3, 8, 5)))
    says = f"{call} gave {describe(found)}, expected an error: 8 positions do not divide into groups of 3."
    raise Mistake(says, id, next="" if id else "Raise a ValueError when T is not a multiple of n.")


def _made_even(x: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """What comes of 8 positions in groups of 3 where nobody complains."""
    for even in (x[:, :6], x[:, 2:]):
        yield "drops-the-rest", even.reshape(3, 2, 15)
    zero = torch.zeros(3, 1, 5)
    for padded in (torch.cat([x, zero], 1), torch.cat([zero, x], 1)):
        yield "pads-with-zeros", padded.reshape(3, 3, 15)
    for starts in ((0, 3, 5), (0, 2, 5), (0, 2, 4)):
        yield "groups-overlap", torch.stack([x[:, start : start + 3].flatten(1) for start in starts], 1)
    for filler in (x[:, -1:], x[:, :1]):
        yield "groups-overlap", torch.cat([x, filler], 1).reshape(3, 3, 15)
    yield "groups-mix-examples", x.reshape(4, 2, 15)


def _no_parameters(data: dict, seed: int) -> None:
    call = "`FlattenConsecutive(2).parameters()`"
    found = returned(data["parameters"], call)
    if found != []:
        raise Mistake(f"{call} gave {describe(found)}, expected an empty list: nothing here is trained.")


FLATTEN = code("flatten_consecutive", "FlattenConsecutive", medium, 12, name="FlattenConsecutive")(
    Case("pairs of neighbours side by side", probes.flatten_2, _flatten_2, 2),
    Case("groups of 4 as well", probes.flatten_4, _flatten_4),
    Case("one position left: its dimension is dropped", probes.flatten_8, _flatten_8),
    Case("a batch of one stays a batch", probes.flatten_one_example, _flatten_one_example),
    Case("positions that do not divide are an error", probes.flatten_uneven, _flatten_uneven),
    Case("no parameters", probes.flatten_parameters, _no_parameters),
    why="Neighbours already lie next to each other in memory, so `view` only moves the brackets and no number moves.",
    hints=(
        "`B, T, C = x.shape`. The numbers of n neighbours lie side by side in memory: what shape asks for them?",
        "`x.view(B, T // n, C * n)`. When one group is left, drop dimension 1 and no other: `squeeze(1)`.",
        "`view` with these three sizes raises an error by itself when T is not a multiple of n. Slices do not.",
    ),
)

# --- FlattenConsecutive(8) is Flatten ---

FLATTEN_ALL = prediction("flatten_all", "All at once", easy, 4)(
    part("the shape after FlattenConsecutive(8)", (4, 80), {(4, 1, 80): "one-position-keeps-its-dimension"}),
    part("the same numbers in the same order as Flatten?", True, "flattening-keeps-the-order"),
    part(
        "the shape after FlattenConsecutive(2), three times",
        (4, 80),
        {
            (4, 1, 80): "one-position-keeps-its-dimension",
            (4, 10): "a-pair-keeps-its-numbers",
            (4, 20): "nothing-sets-c-back",
        },
    ),
    part("and these: the same numbers as Flatten?", True, "flattening-keeps-the-order"),
    why="Taking all eight at once and taking pairs three times read the same numbers in the same order; it "
    "is the layers in between that make a tree.",
    hints=(
        "T is divided by n, C is multiplied by n, and no number is lost.",
        "Nothing but the shape changes: read the numbers of one example in order, before and after.",
    ),
)

check = Check("shapes", SHAPES, PAIRS, FLATTEN, FLATTEN_ALL)
