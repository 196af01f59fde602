"""The exercises on convolution: dilations, the spoiled edge found and mended, operations, who looks to the right."""

from collections.abc import Callable

import torch

from .. import reference
from ..declare import Case, code, easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import causal, equal, learns, returned, same, shaped
from ..probes import convolution as probes

# --- dilations ---

DILATIONS = value("dilations", "Who meets whom", easy, 6)(
    part(
        "the dilations for 16 characters",
        [1, 2, 4, 8],
        {
            (2, 4, 8, 16): "dilation-off-by-one",
            (1, 2, 3, 4): "dilations-double",
            (1, 1, 1, 1): "one-step-at-every-level",
        },
    ),
    part(
        "the last dilation for 1,024 characters",
        512,
        {1024: "dilation-off-by-one", 10: "dilations-double", 1: "one-step-at-every-level"},
    ),
    part(
        "the partner of position 9 at dilation 4",
        5,
        {
            4: "dilation-off-by-one",
            6: "dilation-off-by-one",
            8: "one-step-at-every-level",
            13: "looks-to-the-right",
            2: "a-partner-has-seen-more",
        },
    ),
    part(
        "the oldest position that the vector at 9 then stands for",
        2,
        {5: "a-partner-has-seen-more", 1: "eight-with-itself", 3: "eight-with-itself"},
    ),
    part(
        "rows that remain of the 100",
        85,
        {
            84: "eight-with-itself",
            92: "every-level-takes-its-rows",
            96: "every-level-takes-its-rows",
            70: "dilation-off-by-one",
        },
    ),
    why="Each level joins a position with the one a dilation to its left, and as the dilations double, so "
    "does what each vector stands for.",
    hints=(
        "Before a level with dilation d, each vector stands for d characters. Its partner must end where those begin.",
        "Draw 10 positions in a row. Level 1 joins 9 with 8, level 2 joins 9 with 7, level 3 joins 9 with ...?",
    ),
)

# --- the edge: what zeros spoil ---

EDGE = value("edge", "Zeros at the edge", medium, 8, given=True)(
    part("wrong positions after level 1", 1, {0: "a-dot-is-no-zero", 2: "eight-with-itself"}),
    part("wrong positions after level 2", 3, {2: "wrong-values-travel", 4: "eight-with-itself", 0: "a-dot-is-no-zero"}),
    part(
        "wrong positions after level 3",
        7,
        {4: "wrong-values-travel", 3: "a-level-has-its-own-edge", 8: "eight-with-itself", 0: "a-dot-is-no-zero"},
    ),
    part(
        "the first right position after level 3",
        7,
        {4: "wrong-values-travel", 8: "eight-with-itself", 6: "positions-count-from-0"},
    ),
    part(
        "wrong positions after level 3, when the vector of '.' is zeros",
        6,
        {0: "a-pair-of-dots-is-no-zero", 7: "the-first-level-is-right-then"},
    ),
    why="The zeros at each level spoil as many positions as its dilation, and each later level passes on what "
    "was spoiled before: 1 + 2 + 4 in all.",
    hints=(
        "Level 1 gives zeros to position 0 alone. Level 2 gives them to positions 0 and 1. Who meets position 0 there?",
        "A position is wrong when it meets zeros, or when it meets a position that is wrong already.",
        "If '.' is zeros, the fill of level 1 is right. Begin with level 2: which positions does it spoil, and who "
        "meets those at level 3?",
    ),
)

# --- the edge, mended ---

Before = Callable[[torch.Tensor, int, torch.Tensor], torch.Tensor]

# What stands left of the name under each misconception: (x at this level, dilation, the '.' of the first level).
BEFORE: tuple[tuple[str, Before], ...] = (
    ("zeros-at-the-edge", lambda x, d, dot: torch.zeros(d, x.shape[1])),
    ("the-dot-changes-at-each-level", lambda x, d, dot: dot.expand(d, -1)),
    ("the-edge-repeats-the-name", lambda x, d, dot: x[:d]),
    ("dilation-off-by-one", lambda x, d, dot: x[:1].expand(d + 1, -1)),
    ("dilation-off-by-one", lambda x, d, dot: x[:1].expand(d - 1, -1)),
    ("dilation-off-by-one", lambda x, d, dot: x[:1].expand(2 * d, -1)),
    ("dilations-double", lambda x, d, dot: x[:1].expand(d.bit_length(), -1)),
    ("one-step-at-every-level", lambda x, d, dot: x[:1]),
)


def _convolved(x: torch.Tensor, levels: list, before: Before) -> torch.Tensor:
    dot = x[:1]
    for k, fuse in enumerate(levels):
        x = fuse(torch.cat([before(x, 2**k, dot), x])[: len(x)], x)
    return x


def _nobody_looks_right(data: dict, seed: int) -> None:
    call = "`MendedConvolution(levels)(x)`, for x (12, 3),"
    out = shaped(returned(data["out"], call), (12, 3), call)
    changed = shaped(returned(data["changed"], call), (12, 12, 3), "The same call with other rows of x")
    causal(out, changed, "Fill the rows before the name from its first row alone.")


def _equals_tree(data: dict, seed: int) -> None:
    call = "`MendedConvolution(levels)(x)`, for x (12, 3),"
    x, levels = probes.name(seed, 12, 3), probes.levels(seed, 3, 3, 3, 3)
    out, right = shaped(returned(data["out"], call), (12, 3), call), reference.tree_at_each_position(x, levels)
    wrong = ", ".join(str(i) for i in range(12) if not equal(out[i], right[i]))
    variants = ((id, _convolved(x, levels, before)) for id, before in BEFORE)
    same(out, right, f"Of 12 positions, these differ from the tree on windows: {wrong}.", variants)


def _short(data: dict, seed: int) -> None:
    call = "`MendedConvolution(levels)(x)`, for x (2, 3) and three levels,"
    out = returned(data["out"], call, "a-name-may-be-short")
    right = reference.tree_at_each_position(probes.name(seed, 2, 3), probes.levels(seed, 3, 3, 3, 3))
    if not equal(out, right):
        raise Mistake(f"{call} does not give what the tree on windows gives.", "a-name-may-be-short")


def _other_channels(data: dict, seed: int) -> None:
    call = "`MendedConvolution(levels)(x)`, for x (20, 2) and four levels of 5, 4, 6 and 3 channels,"
    out = shaped(returned(data["out"], call), (20, 3), call)
    right = reference.tree_at_each_position(probes.name(seed, 20, 2), probes.levels(seed, 2, 5, 4, 6, 3))
    same(out, right, f"{call} does not give what the tree on windows gives.")
    others = (("one", "(7, 4) and one level", (4, 2), (7, 4)), ("two", "(1, 3) and two levels", (3, 3, 5), (1, 3)))
    for name, what, channels, shape in others:
        call = f"`MendedConvolution(levels)(x)`, for x {what},"
        right = reference.tree_at_each_position(probes.name(seed, *shape), probes.levels(seed, *channels))
        found = shaped(returned(data[name], call), right.shape, call)
        same(found, right, f"{call} does not give what the tree on windows gives.")


def _gradients(data: dict, seed: int) -> None:
    levels = probes.levels(seed, 3, 3, 3, 3)
    call = "`MendedConvolution(levels)(x)`, for x (5, 3),"
    learns(data, ["x"], lambda x: reference.tree_at_each_position(x, levels), (probes.name(seed, 5, 3),), call)


MEND_EDGE = code("mend_edge", "The edge, fixed", medium, 8, name="MendedConvolution", given=True)(
    Case("no position sees what comes after it", probes.later_changed, _nobody_looks_right),
    Case("every position equals the tree on its window", probes.one_name, _equals_tree, 2),
    Case("a name shorter than the dilation", probes.short_name, _short),
    Case("other numbers of levels and channels", probes.other_channels, _other_channels),
    Case("gradients reach the '.' of the name", probes.gradients, _gradients),
    why="To the left of a name there are only more '.', so filling in the '.' row of that very level gives what "
    "the tree computes there.",
    hints=(
        "What has '.' become when it arrives at this level? One row of x, as it comes into `before`, has seen nothing "
        "but dots.",
        "Row 0 is the '.' that begins the name. You need it d times: `x[:1].expand(d, -1)`.",
    ),
)

# --- operations ---

OPERATIONS = value("operations", "Fusions, counted", medium, 7)(
    part(
        "fusions for one name on windows of 8",
        70,
        {63: "no-end-target", 30: "a-window-starts-anew", 7: "a-window-starts-anew"},
    ),
    part(
        "fusions for the same name as a convolution",
        30,
        {27: "no-end-target", 10: "one-fusion-a-level", 70: "each-run-once", 7: "each-run-once"},
    ),
    part(
        "fusions for one window of 1,024",
        1023,
        {10: "depth-is-less-work", 1024: "a-fusion-a-character", 512: "the-first-level-only"},
    ),
    part(
        "fusions for one more position, with all others kept",
        10,
        {1023: "each-run-once", 1: "one-fusion-a-level", 1024: "each-run-once"},
    ),
    part("vectors to keep for 8 characters", 7, {3: "a-queue-holds-d", 4: "a-queue-holds-d", 8: "eight-with-itself"}),
    why="A run of characters that was fused once need not be fused again: with all others kept, one more "
    "position costs one fusion a level.",
    hints=(
        "A name of 9 letters takes 10 predictions: one after the '.', one after each letter.",
        "On windows, each prediction takes N - 1 fusions. With reuse, each position takes one fusion a level.",
        "A level with dilation d must remember the vector of d steps ago, so d vectors wait in its queue.",
    ),
)

# --- who looks to the right? ---

LOOKS_RIGHT = prediction("looks_right", "Who looks to the right?", medium, 5)(
    part("A: zeros at the left edge", False, "wrong-is-not-later"),
    part("B: a kernel of 3 with the position in the middle", True, "looks-to-the-right"),
    part("C: BatchNorm in training mode", True, "examples-are-independent"),
    part("D: BatchNorm in evaluation mode", False, "evaluation-is-honest"),
    part("E: names run together", False, "wrong-is-not-later"),
    why="A model is causal only if nothing to the right can change an output, and a kernel that looks both ways "
    "and batch statistics both let it.",
    hints=(
        "Ask of each: if I change a later character, can this output move?",
        "There are two ways to be wrong: to see what comes later, and to see the wrong thing before.",
    ),
)

check = Check("convolution", DILATIONS, EDGE, MEND_EDGE, OPERATIONS, LOOKS_RIGHT)
