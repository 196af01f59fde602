"""The exercises on the tree: a fusion by hand, what a tree is made of, its levels, the flat model's width, the wall."""

import math

from ..declare import Part, easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake, Unanswered
from ..values import Kind, between, understood

# --- one fusion by hand ---

FUSION = value("fusion", "One fusion by hand", easy, 6)(
    part(
        "the first pair: 4 numbers in, 3 out",
        [6, 2, 3],
        {
            (7, 0, 7): "odd-before-even",
            (4, 0, 4): "channels-interleaved",
            (4, -1, 9): "a-pair-keeps-its-numbers",
            tuple(math.tanh(x) for x in (6, 2, 3)): "tanh-comes-later",
        },
    ),
    part(
        "the second pair, with the same weights",
        [2, 0, 1],
        {(2, -1, 3): "odd-before-even", tuple(math.tanh(x) for x in (2, 0, 1)): "tanh-comes-later"},
    ),
    why="A fusion is one product: four numbers laid end to end meet each column of the weight, and both pairs "
    "meet the same weight.",
    hints=(
        "Write the four numbers of a pair in one row: those of the left neighbour first, then those of the right one.",
        "The first output is the row times the first column of W: 1 * 1 + 2 * 0 + 3 * 2 + (-1) * 1.",
    ),
)

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


def _factors_of_12(came: object) -> str:
    """Group sizes whose product is 12, one for each level."""
    found = understood(came, Kind.NUMBERS)
    shown = " x ".join(f"{n:g}" for n in found)
    product = math.prod(found)
    if found == (12,):
        raise Mistake("12 came.", "one-level-is-flat")
    if product != 12 or any(n < 2 or n != int(n) for n in found):
        says = f"{shown} gives {product:g}, expected group sizes of 2 or more whose product is 12."
        if sum(found) == 12:
            raise Mistake(says, "reaches-add-up")
        raise Mistake(says, next="Multiply the sizes with each other: that is the reach.")
    return f"{shown} = 12"


def _levels(right: int, characters: int) -> Part:
    wrong = {characters // 2: "16-characters-need-8-levels", characters - 1: "a-fusion-a-level"}
    wrong[right + 1] = "the-characters-are-no-level"
    return part(f"levels of pairs for {characters:,} characters", right, wrong)


LEVELS = value("levels", "How many levels?", easy, 5)(
    _levels(4, 16),
    _levels(6, 64),
    _levels(10, 1024),
    part("group sizes for 12 characters", _factors_of_12),
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

NO_LOG = {  # the chance of a guess, of missing, how many letters, other logarithms, a sign forgotten
    (x - 0.01 * abs(x), x + 0.01 * abs(x)): "a-loss-is-a-logarithm"
    for x in (1 / 26, 25 / 26, 26.0, math.log10(26), math.log2(26), -math.log(26))
}
AT_THE_WALL = NO_LOG | {
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

# --- levels of other sizes ---

SIZES = value("sizes", "Threes, twos and fours", medium, 5)(
    part("characters that the output sees", 24, {9: "reaches-add-up", 8: "every-level-is-of-pairs"}),
    part("vectors left after the second level", 4, {6: "every-level-is-of-pairs", 12: "the-first-size-is-forgotten"}),
    part("fusions for one window", 13, {23: "every-level-is-of-pairs", 3: "a-fusion-is-a-level"}),
    part("what the first Linear takes in", 30, {20: "every-level-is-of-pairs", 240: "the-tree-sees-a-pair"}),
    why="A level of size n divides the vectors by n: the reach is the product of the sizes, the fusions are what is "
    "left after each level, added up.",
    hints=(
        "Write down how many vectors are left after each level of a window of 24.",
        "Every vector that is left was made by one fusion, of as many neighbours as the level's size.",
    ),
)

check = Check("tree", FUSION, MATRICES, LEVELS, SIZES, FLAT_WIDTH, WALL)
