"""The exercises on the tree that ask for numbers: other sizes, other groups, a reach to be found, other walls."""

from __future__ import annotations

import math

from ..declare import hard, medium, part, prediction, value
from ..exercise import Mistake
from ..values import Judge, Kind, between, not_right, positions, understood

# --- other numbers ---

FIVE_LEVELS = value("five_levels", "A tree of five levels", medium, 8)(
    part(
        "fusions for one window of 32",
        31,
        {5: "a-fusion-is-a-level", 32: "a-fusion-a-character", 16: "the-first-level-only"},
    ),
    part("fusions in level 3", 4, {8: "a-level-halves", 3: "a-level-halves", 1: "a-fusion-is-a-level"}),
    part(
        "layers in the list of the model",
        22,
        {
            20: "the-list-has-two-ends",
            21: "the-list-has-two-ends",
            17: "batchnorm-is-left-out",
            12: "layers-without-weights-count",
        },
    ),
    part(
        "weights in level 1's Linear",
        480,
        {240: "a-pair-is-one-wide", 7680: "the-tree-sees-a-pair", 520: "bias-before-batchnorm"},
    ),
    part(
        "parameters of the whole model",
        15090,
        {
            15290: "bias-before-batchnorm",
            14690: "gamma-and-beta",
            15060: "the-last-bias",
            14910: "an-embedding-counts",
            5490: "levels-share-weights",
            14850: "a-pair-is-one-wide",
            8690: "a-fusion-reads-two-vectors",
            57490: "pairs-have-own-weights",
        },
    ),
    why="Only the work depends on the number of pairs: each level has one Linear and one BatchNorm, and two "
    "vectors of the level below lie side by side in its fan_in.",
    hints=(
        "Write down, one below the other, how many positions there are: 32 characters, then half as many "
        "after each level.",
        "A level is FlattenConsecutive, Linear, BatchNorm1d and Tanh. Its Linear takes in two vectors from "
        "below, of 6 numbers each in level 1 and of 40 each above it.",
        "Add up: the embedding; five Linears without bias; gamma and beta for five levels; the last Linear with its "
        "bias.",
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
        "Start from the number of characters and write down how many vectors each level leaves.",
        "Every vector that is left was made by one fusion, of as many neighbours as the level's size.",
    ),
)

# --- other groups, read from a drawing ---


def group_sizes(wanted: int) -> Judge:
    """Group sizes whose product is `wanted`, one for each of several levels."""

    def judge(came: object) -> str:
        found = understood(came, Kind.NUMBERS)
        shown = " x ".join(f"{n:g}" for n in found)
        product = math.prod(found)
        if 1 in found:
            raise Mistake(f"{shown} has a group of 1.", next="A group of 1 fuses nothing; use sizes of 2 or more.")
        if found == (wanted,):
            raise Mistake(f"{wanted} is a single level.", "one-level-is-flat")
        if product != wanted or any(n < 2 or n != int(n) for n in found):
            says = f"{shown} gives {product:g}, expected group sizes of 2 or more whose product is {wanted}."
            if sum(found) == wanted:
                raise Mistake(says, "reaches-add-up")
            raise Mistake(says, next="Multiply the sizes with each other: that is the reach.")
        return f"{shown} = {wanted}"

    return judge


GROUPS = value("groups", "A drawing to read", medium, 6)(
    part(
        "the group sizes, from the characters up",
        [2, 3, 3],
        {(3, 3, 2): "read-from-the-top", (9, 3, 1): "groups-are-counted", (18, 9, 3): "groups-are-counted"},
    ),
    part(
        "the first and the last character that the second vector of level 2 sees",
        [6, 11],
        {(7, 12): "positions-begin-at-0", (3, 5): "one-level-down", (2, 3): "one-level-down", (9, 17): "one-level-up"},
    ),
    part("group sizes for 30 characters", group_sizes(30)),
    why="The reach of a vector is what the vectors of its group have seen, laid side by side: the sizes multiply.",
    hints=(
        "Count, at the bottom, how many characters meet in one mark of level 1. Then how many of those meet in one "
        "mark of level 2.",
        "Below the second vector of level 2 are the marks 3, 4 and 5 of level 1, counted from 0. Which "
        "characters are below those?",
    ),
)

# --- a reach to be found ---


def _positions(right: tuple[int, ...], wrong: dict[tuple[int, ...], str]) -> Judge:
    """Positions in any order."""

    def judge(came: object) -> None:
        found = tuple(sorted(set(positions(came))))
        if found == right:
            return
        shifted = {tuple(n + 1 for n in right): "positions-begin-at-0"}
        shifted[tuple(sorted(11 - n for n in right))] = "counted-from-the-right"
        if id := wrong.get(found) or shifted.get(found):
            raise not_right(", ".join(f"{n:g}" for n in found), id)
        odd = [n for n in found if n not in right]
        missing = len(right) - len(found)
        says = f"{missing} {'position is' if missing == 1 else 'positions are'} missing."
        says = f"Position {odd[0]:g} is not one of them." if odd else says
        raise Mistake(says, next="Change the character at one position, and see whether the scores change.")

    return judge


NOW, WIRED = (5, 6, 10, 11), (2, 3, 5, 6, 7, 8, 10, 11)
EVERY, FROM_2, FROM_5 = tuple(range(12)), tuple(range(2, 12)), tuple(range(5, 12))

STRANGE = value("strange", "The reach of a strange model", hard, 10, given="strange_model", experiment=True)(
    part(
        "the positions that the scores depend on now",
        _positions(
            NOW,
            {WIRED: "a-zero-weight-passes-nothing", FROM_5: "a-reach-may-have-gaps", EVERY: "look-at-the-scores"},
        ),
    ),
    part(
        "those that training can make them depend on",
        _positions(
            WIRED,
            {NOW: "zero-is-a-beginning", FROM_2: "a-reach-may-have-gaps", EVERY: "what-is-not-wired-stays-unseen"},
        ),
    ),
    part(
        "the shortest window that holds all of these",
        10,
        {8: "a-reach-may-have-gaps", 9: "both-ends-count", 12: "the-window-begins-at-the-oldest"},
    ),
    why="What a model sees is what a change of its input changes; what it can come to see is whatever its wiring "
    "reaches, whatever the weights are.",
    hints=(
        "Take twelve random ids, change one of them, compare the scores: once for each position. Or ask `backward()` "
        "where the gradient at `embed(ids)` is not 0.",
        "One of the weights has rows of zeros. What comes in there is multiplied by 0, but the gradient of these zeros "
        "is not 0: a step of training changes them. Fill them with random numbers and measure again.",
    ),
)

# --- other walls ---


def no_logarithm(n: int) -> dict[tuple[float, float], str]:
    """A chance for a loss: of a guess, of missing, how many there are, other logarithms, a sign forgotten."""
    wrong = (1 / n, 1 - 1 / n, float(n), math.log10(n), math.log2(n), -math.log(n))  # log10(10) is 1
    return {(x - 0.01 * abs(x), x + 0.01 * abs(x)): "a-loss-is-a-logarithm" for x in wrong}


def parts_of_the_wall() -> dict[tuple[float, float], str]:
    """A half of ln 10, a third, two thirds …: for who takes a part of the way for a part of the loss."""
    shares = {i / n * math.log(10) for n in (2, 3, 4, 5, 8) for i in range(1, n)}
    return {(x - 0.01, x + 0.01): "the-wall-is-a-slope" for x in shares}


OF_LETTERS = {(3.25, 3.3): "ten-digits-are-no-letters"}  # ln 26 = 3.258, ln 27 = 3.296
NO_LOSS = OF_LETTERS | no_logarithm(10)
AT_THE_WALL = NO_LOSS | {(-0.1, 0.1): "a-short-tree-sees-far"} | parts_of_the_wall()
IN_REACH = {(2.29, 2.32): "reach-is-enough"} | {(0.99, 1.01): "a-loss-is-a-logarithm"} | NO_LOSS | parts_of_the_wall()

WALLS = prediction("walls", "Other walls", medium, 6)(
    part("the digit 5 back, two levels of pairs", between(2.29, 2.32), AT_THE_WALL),
    part("the digit 5 back, three levels of pairs", between(-0.001, 0.1), IN_REACH),
    part("the digit 5 back, one level of fives", between(-0.001, 0.1), IN_REACH),
    part("the sum of digits 1 and 6 back, two levels of pairs", between(2.29, 2.32), AT_THE_WALL),
    why="Beyond the reach there is nothing to learn from: ln 10. One digit of the two says nothing about the last "
    "digit of their sum: every last digit stays equally likely.",
    hints=(
        "Write down the reach: two levels of pairs, three levels of pairs, one level of fives. Is the digit within it?",
        "A model that cannot see the digit can only guess among ten equally likely ones: the loss is ln 10. If you "
        "know that the newest digit is 3, which last digits can the sum have, and how likely is each?",
    ),
)
