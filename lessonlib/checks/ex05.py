"""Checks of 05, the tree: a fusion by hand, what a tree is made of, its levels, the flat model's width, the wall."""

from __future__ import annotations

import math

from .engine import Check
from .exercise import PREDICTION, VALUE, Exercise, Mistake
from .values import as_numbers, between, number, numbers, parts

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
        ("the second pair, with the same weights", 1, numbers([2, 0, 1], known={(2, -1, 3): "odd-before-even"})),
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
            number(7, known={3: "depth-is-less-work", 8: "a-fusion-a-character", 4: "the-first-level-only"}),
        ),
        ("weight matrices in the levels", 1, number(3, known={1: "levels-share-weights", 7: "pairs-have-own-weights"})),
        ("layers in one level", 1, number(4, known={1: "a-level-is-a-layer", 2: "layers-without-weights-count"})),
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
    shown = " x ".join(f"{n:g}" for n in found)
    product = math.prod(found)
    if found == [12]:
        raise Mistake("12 came.", misconception="one-level-is-flat")
    if product != 12 or any(n < 2 or n != int(n) for n in found):
        adds = sum(found) == 12
        raise Mistake(
            f"{shown} gives {product:g}, expected group sizes of 2 or more whose product is 12.",
            misconception="reaches-add-up" if adds else None,
        )
    return f"{shown} = 12"


def _levels(right: int, characters: int):
    return number(
        right,
        known={characters // 2: "16-characters-need-8-levels", characters - 1: "a-fusion-a-level"},
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
        "One level of pairs reaches 2 characters, two reach 4, three reach 8. How often must you double?",
        "A level may join three neighbours, too. The reach is the product of the group sizes.",
    ),
)

# --- the flat model's width ---


def _width(characters: int):
    return number(
        10 * characters,
        note="counted in numbers",
        also={characters: "counted in characters; in numbers that is 10 times as many"},
        known={20: "the-flat-model-sees-all-at-once", characters + 10: "width-is-a-product"},
    )


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
        ("the flat model's first Linear for 16 characters", 1, _width(16)),
        ("for 64 characters", 1, _width(64)),
        ("for 1,024 characters", 1, _width(1024)),
        (
            "the tree's first Linear for 1,024 characters",
            1,
            number(
                20,
                note="counted in numbers",
                also={2: "counted in characters; in numbers that is 10 times as many"},
                known={10240: "the-tree-sees-a-pair", 1024: "the-tree-sees-a-pair", 10: "the-tree-sees-a-pair"},
            ),
        ),
    ),
    hints=(
        "The flat model's first Linear takes in the vectors of all characters, side by side.",
        "In the tree, what does the first Linear see at a time? Does that depend on the length of the context?",
    ),
)

# --- the wall ---

AT_THE_WALL = {
    (math.log(27) - 0.003, math.log(27) + 0.003): "the-dot-is-no-target",  # 3.3 may be ln 26, rounded
    (-0.1, 0.1): "a-short-tree-sees-far",
    (0.1, 3.19): "the-wall-is-a-slope",
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
            between(-0.001, 0.15, known={(3.2, 3.32): "three-levels-reach-eight", (0.15, 3.2): "the-wall-is-a-slope"}),
        ),
    ),
    hints=(
        "Which characters can the output see with 1 level, with 2, with 3? Is the one that counts among them?",
        "Who cannot see the answer can only guess among 26 letters, all alike. That loss is ln 26.",
    ),
)

EXERCISES = (FUSION, MATRICES, LEVELS, FLAT_WIDTH, WALL)
check = Check(EXERCISES)
