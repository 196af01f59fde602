"""Checks of 05, the tree: a fusion by hand, what a tree is made of, its levels, the flat model's width, the wall."""

from __future__ import annotations

import math

from .engine import Check
from .exercise import PREDICTION, VALUE, Exercise, Mistake, Unanswered
from .values import as_number, as_numbers, between, number, numbers, parts

# --- one fusion by hand ---

FUSION = Exercise(
    id="fusion",
    title="One fusion by hand",
    kind=VALUE,
    name="answer_fusion",
    grade_id="ex05-fusion",
    check_id="ex05-fusion-check",
    difficulty="easy",
    minutes=6,
    cases=parts(
        (
            "the first pair: 4 numbers in, 3 out",
            1,
            numbers(
                [6, 2, 3],
                known={
                    (7, 0, 7): "odd-before-even",
                    (4, 0, 4): "channels-interleaved",
                    (4, -1, 9): "a-pair-keeps-its-numbers",
                    tuple(math.tanh(x) for x in (6, 2, 3)): "tanh-comes-later",
                },
            ),
        ),
        (
            "the second pair, with the same weights",
            1,
            numbers(
                [2, 0, 1],
                known={
                    (2, -1, 3): "odd-before-even",
                    tuple(math.tanh(x) for x in (2, 0, 1)): "tanh-comes-later",
                },
            ),
        ),
    ),
    hints=(
        "Write the four numbers of a pair in one row: those of the left neighbour first, then those of the right one.",
        "The first output is the row times the first column of W: 1 * 1 + 2 * 0 + 3 * 2 + (-1) * 1.",
    ),
)

# --- what a tree is made of ---

MATRICES = Exercise(
    id="matrices",
    title="Fusions, matrices, layers",
    kind=VALUE,
    name="answer_matrices",
    grade_id="ex05-matrices",
    check_id="ex05-matrices-check",
    difficulty="easy",
    minutes=5,
    cases=parts(
        (
            "fusions for one window of 8",
            1,
            number(7, known={3: "a-fusion-is-a-level", 8: "a-fusion-a-character", 4: "the-first-level-only"}),
        ),
        (
            "weight matrices in the levels",
            1,
            number(
                3, known={1: "levels-share-weights", 7: "pairs-have-own-weights", 4: "the-last-linear-fuses-nothing"}
            ),
        ),
        (
            "layers in one level",
            1,
            number(
                4,
                known={
                    1: "a-level-is-a-layer",
                    2: "layers-without-weights-count",
                    3: "batchnorm-is-left-out",
                    5: "the-next-level-begins",
                },
            ),
        ),
        (
            "fusions for one window of 1,024",
            1,
            number(1023, known={10: "depth-is-less-work", 1024: "a-fusion-a-character", 512: "the-first-level-only"}),
        ),
    ),
    hints=(
        "Draw it: 8 characters give 4 pairs, those give 2, those give 1. Each joining is a fusion.",
        "A level has one Linear, and uses it for every pair. Count the levels for the matrices, the joinings for the "
        "fusions.",
    ),
)

# --- levels ---


def _factors_of_12(came: object) -> str:
    """Group sizes whose product is 12, one for each level."""
    found = as_numbers(came)
    if not found:
        raise Unanswered
    shown = " x ".join(f"{n:g}" for n in found)
    product = math.prod(found)
    if found == [12]:
        raise Mistake("12 came.", misconception="one-level-is-flat")
    if product != 12 or any(n < 2 or n != int(n) for n in found):
        adds = sum(found) == 12
        raise Mistake(
            f"{shown} gives {product:g}, expected group sizes of 2 or more whose product is 12.",
            misconception="reaches-add-up" if adds else None,
            next="" if adds else "Multiply the sizes with each other: that is the reach.",
        )
    return f"{shown} = 12"


def _levels(right: int, characters: int):
    return number(
        right,
        known={
            characters // 2: "16-characters-need-8-levels",
            characters - 1: "a-fusion-a-level",
            right + 1: "the-characters-are-no-level",
        },
    )


LEVELS = Exercise(
    id="levels",
    title="How many levels?",
    kind=VALUE,
    name="answer_levels",
    grade_id="ex05-levels",
    check_id="ex05-levels-check",
    difficulty="easy",
    minutes=5,
    cases=parts(
        ("levels of pairs for 16 characters", 1, _levels(4, 16)),
        ("levels of pairs for 64 characters", 1, _levels(6, 64)),
        ("levels of pairs for 1,024 characters", 1, _levels(10, 1024)),
        ("group sizes for 12 characters", 1, _factors_of_12),
    ),
    hints=(
        "One level of pairs reaches 2 characters, two reach 4, three reach 8. How many times must you double?",
        "A level may join three neighbours, too. The reach is the product of the group sizes.",
    ),
)

# --- the flat model's width ---


IN_NUMBERS = "counted in numbers"
IN_CHARACTERS = "counted in characters; in numbers that is 10 times as many"


def _width(characters: int, known: dict[float, str]):
    return number(10 * characters, note=IN_NUMBERS, also={characters: IN_CHARACTERS}, known=known)


def _flat(characters: int):
    return _width(characters, {20: "the-flat-model-sees-all-at-once", characters + 10: "width-is-a-product"})


def _one_unit(part: object, parts: list) -> None:
    """All parts are counted alike: a forgotten times 10 is no other way to count. Other parts may be anything."""
    in_numbers = [wide for wide, other in zip((160, 640, 10240, 20), parts, strict=True) if _is(other, wide)]
    if as_number(part) in (16, 64, 1024, 2) and in_numbers:
        raise Mistake(
            f"{as_number(part):,.0f} is a count of characters, but {in_numbers[0]:,} is one of numbers.",
            next="Count all four in the same way.",
        )


def _is(came: object, wanted: float) -> bool:
    try:
        return as_number(came) == wanted
    except (Mistake, Unanswered):
        return False


FLAT_WIDTH = Exercise(
    id="flat_width",
    title="How wide is flat?",
    kind=VALUE,
    name="answer_flat_width",
    grade_id="ex05-flat-width",
    check_id="ex05-flat-width-check",
    difficulty="easy",
    minutes=4,
    cases=parts(
        ("the flat model's first Linear for 16 characters", 1, _flat(16)),
        ("for 64 characters", 1, _flat(64)),
        ("for 1,024 characters", 1, _flat(1024)),
        (
            "the tree's first Linear for 1,024 characters",
            1,
            _width(2, {10240: "the-tree-sees-a-pair", 1024: "the-tree-sees-a-pair", 10: "a-pair-is-one-wide"}),
        ),
        together=_one_unit,
    ),
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

WALL = Exercise(
    id="wall",
    title="The wall",
    kind=PREDICTION,
    name="answer_wall",
    grade_id="ex05-wall",
    check_id="ex05-wall-check",
    difficulty="medium",
    minutes=5,
    cases=parts(
        ("the loss with 1 level", 1, between(3.2, 3.301, known=AT_THE_WALL)),
        ("the loss with 2 levels", 1, between(3.2, 3.301, known=AT_THE_WALL)),
        (
            "the loss with 3 levels",
            1,
            between(-0.001, 0.15, known={(3.2, 3.32): "three-levels-reach-eight", (0.15, 2.9): "the-wall-is-a-slope"}),
        ),
    ),
    hints=(
        "Which characters can the output see with 1 level, with 2, with 3? Is the one that counts among them?",
        "Who cannot see the answer can only guess among 26 letters, all alike. That loss is ln 26.",
    ),
)

EXERCISES = (FUSION, MATRICES, LEVELS, FLAT_WIDTH, WALL)
check = Check(EXERCISES)
