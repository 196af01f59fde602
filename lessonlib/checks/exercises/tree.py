"""The exercises on the tree: a fusion by hand, other sizes and groups, reach and its wall, and a tree to build."""

from __future__ import annotations

import math

from ..declare import easy, part, value
from ..engine import Check
from .tree_build import BUILD
from .tree_earlier import FLAT_WIDTH, LEVELS, MATRICES, WALL
from .tree_numbers import FIVE_LEVELS, GROUPS, SIZES, STRANGE, WALLS

# --- one fusion by hand ---

FUSION = value("fusion", "One fusion by hand", easy, 6)(
    part(
        "the first pair: 4 numbers in, 3 out",
        [6, 2, 3],
        {
            (7, 0, 7): "odd-before-even",
            (4, 0, 4): "channels-interleaved",
            (4, -1, 9): "a-pair-keeps-its-numbers",
            (2, -3, 5): "halves-instead-of-neighbours",
            tuple(math.tanh(x) for x in (6, 2, 3)): "tanh-comes-later",
        },
    ),
    part(
        "the second pair, with the same weights",
        [2, 0, 1],
        {
            (2, -1, 3): "odd-before-even",
            (1, -1, 3): "a-pair-keeps-its-numbers",
            (5, 2, 5): "halves-instead-of-neighbours",
            (4, 0, 6): "pairs-do-not-overlap",
            tuple(math.tanh(x) for x in (2, 0, 1)): "tanh-comes-later",
        },
    ),
    why="A fusion is one product: four numbers laid end to end meet each column of the weight, and both pairs "
    "meet the same weight.",
    hints=(
        "Write the four numbers of a pair in one row: those of the left neighbour first, then those of the right one.",
        "The first output is the row times the first column of W: 1 * 1 + 2 * 0 + 3 * 2 + (-1) * 1.",
    ),
)

check = Check(
    "tree", FUSION, FIVE_LEVELS, SIZES, GROUPS, STRANGE, WALLS, BUILD, earlier=(MATRICES, LEVELS, FLAT_WIDTH, WALL)
)
