"""The ladder: the same tree, trained to the published loss in ever fewer seconds; each rung has one idea.

Read it in this order: `fused` (BatchNorm as one kernel), `muon`, `soft_targets`, `chunks`, `distillation`, each one
idea by itself; then `forms` and `rungs`, which put them together, and `climbing`, which trains and measures.
"""

from lessonlib.ladder.climbing import Run, climb
from lessonlib.ladder.names import Names
from lessonlib.ladder.rungs import RUNGS, Rung, SoftTargets

__all__ = ["RUNGS", "Names", "Run", "Rung", "SoftTargets", "climb"]
