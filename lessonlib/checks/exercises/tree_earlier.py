"""Exercises on the tree that others have replaced: notebooks of version 0.2.0 hold them, see registry.earlier."""

from __future__ import annotations

from ..declare import Part, easy, medium, part, prediction, value
from ..exercise import Mistake, Unanswered
from ..values import Kind, between, understood
from .tree_numbers import group_sizes, no_logarithm

# --- what a tree is made of ---

MATRICES = value("matrices", "Fusions, matrices, layers", easy, 5)(
    part(
        "fusions for one window of 8",
        7,
        {3: "a-fusion-is-a-level", 8: "a-fusion-a-character", 4: "the-first-level-only"},
    ),
    part(
        "weight matrices in the levels",
        3,
        {1: "levels-share-weights", 7: "pairs-have-own-weights", 4: "the-last-linear-fuses-nothing"},
    ),
    part(
        "layers in one level",
        4,
        {
            1: "a-level-is-a-layer",
            2: "layers-without-weights-count",
            3: "batchnorm-is-left-out",
            5: "the-next-level-begins",
        },
    ),
    part(
        "fusions for one window of 1,024",
        1023,
        {10: "depth-is-less-work", 1024: "a-fusion-a-character", 512: "the-first-level-only"},
    ),
    why="Weights are shared along a level but not between levels: N - 1 fusions use only log₂ N matrices.",
    hints=(
        "Draw it: 8 characters give 4 pairs, those give 2, those give 1. Each joining is a fusion.",
        "A level has one Linear, and uses it for every pair. Count the levels for the matrices, the joinings for the "
        "fusions.",
    ),
)

# --- levels ---


def _levels(right: int, characters: int) -> Part:
    wrong = {characters // 2: "16-characters-need-8-levels", characters - 1: "a-fusion-a-level"}
    wrong[right + 1] = "the-characters-are-no-level"
    return part(f"levels of pairs for {characters:,} characters", right, wrong)


LEVELS = value("levels", "How many levels?", easy, 5)(
    _levels(4, 16),
    _levels(6, 64),
    _levels(10, 1024),
    part("group sizes for 12 characters", group_sizes(12)),
    why="Each level multiplies the reach by its group size, so k levels of pairs reach 2^k, and 12 needs "
    "group sizes whose product is 12.",
    hints=(
        "One level of pairs reaches 2 characters, two reach 4, three reach 8. How many times must you double?",
        "A level may join three neighbours, too. The reach is the product of the group sizes.",
    ),
)

# --- the flat model's width ---

IN_CHARACTERS = "counted in characters; in numbers that is 10 times as many"


def _width(title: str, characters: int, wrong: dict[float, str]) -> Part:
    return part(title, 10 * characters, wrong, note="counted in numbers", also={characters: IN_CHARACTERS})


def _flat(title: str, characters: int) -> Part:
    wrong = {20: "the-flat-model-sees-all-at-once", characters + 10: "width-is-a-product"}
    return _width(f"{title} {characters:,} characters", characters, wrong)


def _one_unit(part: object, parts: list) -> None:
    """All parts are counted alike: a forgotten times 10 is no other way to count. Other parts may be anything."""
    in_numbers = [wide for wide, other in zip((160, 640, 10240, 20), parts, strict=True) if _is(other, wide)]
    if in_numbers and (found := understood(part, Kind.NUMBER)) in (16, 64, 1024, 2):
        raise Mistake(
            f"{found:,.0f} is a count of characters, but {in_numbers[0]:,} is one of numbers.",
            next="Count all four in the same way.",
        )


def _is(came: object, wanted: float) -> bool:
    try:
        return understood(came, Kind.NUMBER) == wanted
    except (Mistake, Unanswered):
        return False


FLAT_WIDTH = value("flat_width", "How wide is flat?", easy, 4)(
    _flat("the flat model's first Linear for", 16),
    _flat("for", 64),
    _flat("for", 1024),
    _width(
        "the tree's first Linear for 1,024 characters",
        2,
        {10240: "the-tree-sees-a-pair", 1024: "the-tree-sees-a-pair", 10: "a-pair-is-one-wide"},
    ),
    together=_one_unit,
    why="The flat model's first layer takes in every character at once, N times C numbers; a tree's first "
    "fusion never sees more than two.",
    hints=(
        "The flat model's first Linear takes in the vectors of all characters, side by side.",
        "In the tree, what does the first Linear see at a time? Does that depend on the length of the context?",
    ),
)

# --- the wall ---

AT_THE_WALL = no_logarithm(26) | {
    (3.28, 3.2995): "the-dot-is-no-target",  # ln 27 = 3.2958; but 3.3 may be ln 26, rounded
    (-0.1, 0.1): "a-short-tree-sees-far",
    (0.1, 2.9): "the-wall-is-a-slope",
}

WALL = prediction("wall", "The wall", medium, 5)(
    part("the loss with 1 level", between(3.2, 3.301), AT_THE_WALL),
    part("the loss with 2 levels", between(3.2, 3.301), AT_THE_WALL),
    part(
        "the loss with 3 levels",
        between(-0.001, 0.15),
        {(3.2, 3.32): "three-levels-reach-eight", (0.15, 2.9): "the-wall-is-a-slope"},
    ),
    why="What no weight can see cannot be learned: below the reach the best is a guess among 26, ln 26; "
    "within it the loss can go to 0.",
    hints=(
        "Which characters can the output see with 1 level, with 2, with 3? Is the one that counts among them?",
        "Who cannot see the answer can only guess among 26 letters, all alike. That loss is ln 26.",
    ),
)
