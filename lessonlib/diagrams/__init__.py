"""Drawings of structure, not of measurements: trees, shapes, blocks, steps. Each function returns a Picture."""

from lessonlib.diagrams.attending import attention
from lessonlib.diagrams.blocks import residual_block, transformer_block
from lessonlib.diagrams.steps import directions, draws, valley
from lessonlib.diagrams.trees import beside, brackets, dilated, fusion, groups, halving, statistics, to_read, tree, wall

__all__ = [
    "attention",
    "beside",
    "brackets",
    "dilated",
    "directions",
    "draws",
    "fusion",
    "groups",
    "halving",
    "residual_block",
    "statistics",
    "to_read",
    "transformer_block",
    "tree",
    "valley",
    "wall",
]
