"""The exercises on images: patches by code, what levels see, and the shuffled pixels explained."""

import torch

from ..declare import Case, code, easy, medium, part, prediction, value
from ..engine import Check
from ..expect import returned, same, shaped
from ..probes import images as probes

# --- patches by code ---


def _patches(x: torch.Tensor) -> torch.Tensor:
    return torch.cat([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], -1)


def _variants(x: torch.Tensor) -> dict[str, torch.Tensor]:
    """What each misconception would give, in the right shape."""
    B, H, W, C = x.shape
    corners = [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
    quarters = [x[:, i : i + H // 2, j : j + W // 2] for i in (0, H // 2) for j in (0, W // 2)]
    return {
        "a-patch-is-no-strip": x.reshape(B, H // 2, W // 2, 4 * C),
        "rows-before-columns": torch.cat([corners[0], corners[2], corners[1], corners[3]], -1),
        "neighbours-not-quarters": torch.cat(quarters, -1),
        "a-pixel-keeps-its-channels": torch.stack(corners, -1).flatten(-2),
    }


def _judge(data: dict, seed: int, B: int, H: int, W: int, C: int) -> None:
    x, call = probes.numbered(seed, B, H, W, C), f"`patches(x)`, for x {(B, H, W, C)},"
    known = {
        (B, H // 2, W // 2, C): "a-patch-keeps-its-pixels",
        (B, H // 2, W // 2, 2, 2, C): "the-inside-is-flattened",
        (B, H // 2, W // 2, 4, C): "the-inside-is-flattened",
        (B, H // 2, 2, W // 2, 2, C): "the-inside-is-flattened",
        (B, H * W // 4, 4 * C): "rows-and-columns-stay",
        (B, H // 2, W, 2 * C): "both-axes-are-halved",
        (B, H, W // 2, 2 * C): "both-axes-are-halved",
    }
    out = shaped(returned(data["out"], call), (B, H // 2, W // 2, 4 * C), call, known=known)
    says = "The shape is right, the numbers are not (in x the digits are image, row, column and channel)."
    same(out, _patches(x), says, {name: v for name, v in _variants(x).items() if v.shape == out.shape})


PATCHES = code("patches", "Patches", medium, 10, name="patches")(
    Case("images of 8 × 8 pixels", probes.of_8, lambda data, seed: _judge(data, seed, 2, 8, 8, 1), 2),
    Case("more channels", probes.with_channels, lambda data, seed: _judge(data, seed, 3, 4, 4, 5)),
    Case("an image that is not square", probes.not_square, lambda data, seed: _judge(data, seed, 2, 2, 6, 3)),
    why="Each axis is split in two: which patch, and where inside it. The two inner axes are brought together before "
    "they are flattened.",
    hints=(
        "`x[:, ::2, ::2]` holds the top left pixel of every patch. Which three others are there?",
        "Or by shapes: (B, H/2, 2, W/2, 2, C), then `transpose(2, 3)`, then `reshape`.",
    ),
)

# --- what levels see ---

SEES = value("sees", "What levels see", easy, 5)(
    part("pixels that a vector of level 3 sees", 64, {8: "four-at-every-level", 12: "four-at-every-level"}),
    part("levels for 32 × 32 pixels", 5, {10: "both-axes-at-once", 4: "one-level-less", 8: "one-level-less"}),
    part(
        "weights of the first matrix, 3 colours, 24 channels",
        288,
        {144: "a-patch-is-four-pixels", 72: "a-patch-is-four-pixels", 96: "every-colour-counts"},
    ),
    part(
        "the weight of the same nn.Conv2d",
        (24, 3, 2, 2),
        {
            (12, 24): "conv2d-has-its-own-order",
            (3, 24, 2, 2): "conv2d-has-its-own-order",
            (24, 2, 2, 3): "conv2d-has-its-own-order",
            (24, 12): "conv2d-has-its-own-order",
        },
    ),
    why="Each level halves both axes, so a vector sees four times as many pixels; the matrix has a row for each number "
    "in a patch, and is the same at every place.",
    hints=(
        "Level 1 sees 2 × 2 pixels, level 2 sees 4 × 4.",
        "The matrix has a row for each number in a patch. nn.Conv2d stores (out, in, kernel rows, kernel columns).",
    ),
)

# --- the shuffled pixels ---

SHUFFLED = prediction("shuffled", "The shuffled pixels, explained", medium, 5)(
    part("does shuffling lose information?", False, "nothing-is-lost"),
    part("flat model, trained again: the same loss, apart from seeds?", True, "a-flat-model-knows-no-order"),
    part("small tree, trained again: a higher loss?", True, "the-tree-counts-on-neighbours"),
    part("flat model, not trained again: still the same loss?", False, "weights-belong-to-places"),
    part("does a random order of the training examples harm the tree as well?", False, "pixels-are-not-examples"),
    why="The order of the pixels means nothing to the flat model. For the tree it decides what is fused with what.",
    hints=(
        "If you knew the order, you could put every pixel back.",
        "Which weights meet which pixel, in the flat model and in the tree? And what of that can be learned again?",
    ),
)

check = Check("images", PATCHES, SEES, SHUFFLED)
