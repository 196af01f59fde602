"""The rungs of the ladder: the same tree, trained to the published loss in ever fewer seconds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch

from lessonlib.ladder import forms
from lessonlib.ladder.muon import THREE, muon_and_adamw


@dataclass(frozen=True)
class SoftTargets:
    """What each context is trained on: the proportions of all that follows it."""

    prior: float = 0.0  # how much a rare context leans on shorter ones, see soft_targets.soft_targets
    self_distillation: float = 0.0  # how much of each target comes from the model's own earlier predictions


@dataclass(frozen=True)
class Rung:
    """One way to train: what it changes against the rung below, and all its settings.

    Self-distillation and a prior are settings of SoftTargets, so there is no such thing without them.
    """

    name: str
    why: str
    optimizers: Callable
    epochs: float
    batch_size: int  # predictions in a batch
    form: Callable = forms.windows  # or forms.whole_names, forms.shared_chunks
    targets: SoftTargets | None = None  # None: the one character that follows each window
    fused: bool = False  # BatchNorm as one kernel
    decay: float = 0.4  # the fraction of the steps over which the learning rate falls

    def __post_init__(self):
        if self.form is forms.shared_chunks and self.targets is None:
            raise ValueError(
                f"The rung {self.name!r} has shared chunks, where one row stands for many windows that go on in "
                "different ways, but no soft targets. Give it targets=SoftTargets(), or forms.windows."
            )


def adamw(model):
    """One AdamW for all parameters."""
    return [torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.01)]


SCHEDULE = Rung(
    "schedule",
    "Batches of 512 without replacement, AdamW, and a learning rate that falls to 0: no step on a plateau.",
    adamw,
    epochs=7,
    batch_size=512,
)
FUSED = replace(
    SCHEDULE,
    name="fused BatchNorm",
    why="BatchNorm as one kernel of torch instead of a dozen passes over memory.",
    fused=True,
)
WHOLE_NAMES = replace(
    FUSED,
    name="whole names",
    why="A convolution over whole names: each chunk is fused once, not once for every window it stands in.",
    form=forms.whole_names,
)
MUON = replace(
    WHOLE_NAMES,
    name="Muon",
    why="Muon on the three hidden matrices: less than half the epochs.",
    optimizers=muon_and_adamw,
    epochs=3,
    batch_size=1024,
)
SOFT_TARGETS = replace(
    MUON,
    name="soft targets",
    why="Each context is trained on all the characters that ever follow it, at once: half the epochs again.",
    epochs=1.5,
    targets=SoftTargets(),
)
SHARED_CHUNKS = replace(
    SOFT_TARGETS,
    name="shared chunks",
    why="What occurs in several windows of a batch is fused once, wherever it stands, so that a step costs less.",
    optimizers=partial(muon_and_adamw, lr=0.05),
    epochs=1.7,
    batch_size=1536,
    form=forms.shared_chunks,
)
THREE_POLYNOMIALS = replace(
    SHARED_CHUNKS,
    name="three polynomials",
    why="Muon evens out its step with three polynomials, each made for its turn, in place of one used five times.",
    optimizers=partial(muon_and_adamw, lr=0.05, polynomials=THREE),
)
SHORTER_CONTEXTS = replace(
    THREE_POLYNOMIALS,
    name="shorter contexts",
    why="Targets of rare windows lean on what follows their last few characters: fewer epochs get as low.",
    optimizers=partial(muon_and_adamw, lr=0.06, adamw_lr=0.03, momentum=0.8, polynomials=THREE),
    epochs=1.3,
    targets=SoftTargets(prior=6.0),
)
RUNGS = (SCHEDULE, FUSED, WHOLE_NAMES, MUON, SOFT_TARGETS, SHARED_CHUNKS, THREE_POLYNOMIALS, SHORTER_CONTEXTS)

# Not a rung to climb, but how low the tree goes when it may take more than ten times as long as the last one.
LOWEST = replace(
    THREE_POLYNOMIALS,
    name="how low",
    why="More epochs, weight decay in Muon, targets that lean on shorter contexts where a window is rare, and on what "
    "the tree itself has predicted so far.",
    optimizers=partial(muon_and_adamw, lr=0.04, adamw_lr=0.01, weight_decay=0.5, polynomials=THREE),
    epochs=20,
    batch_size=2048,
    targets=SoftTargets(prior=2.0, self_distillation=0.4),
    decay=0.6,
)
