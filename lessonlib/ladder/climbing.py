"""Climbing: train a tree as a rung says, and measure what it came to."""

import time
from typing import NamedTuple

import torch

from lessonlib import models, training
from lessonlib.ladder.distillation import SelfDistillation
from lessonlib.ladder.fused import fuse
from lessonlib.ladder.names import Names
from lessonlib.ladder.rungs import Rung
from lessonlib.ladder.soft_targets import soft_targets


class Run(NamedTuple):
    """What a run came to: CPU seconds of preparing the targets and of the training loop; no evaluation in them."""

    model: object
    validation: float
    seconds: float
    steps: int


def climb(
    rung: Rung,
    names: Names,
    seed: int = 42,
    n_embd: int = 24,
    n_hidden: int = 128,
    levels: int = 3,
    progress: bool = False,
) -> Run:
    """Train a tree as the rung says, from the seed, and measure it on the validation names; `progress` shows a bar."""
    torch.manual_seed(seed)
    tree = models.tree(len(names.vocabulary), n_embd, n_hidden, levels)
    if rung.fused:
        fuse(tree)
    steps = round(rung.epochs * len(names.windows[1]) / rung.batch_size)
    begin = time.process_time()
    targets = _targets(rung, names)
    form = rung.form(tree, names, targets, rung.batch_size)
    callbacks = _self_distillation(rung, form, targets)
    schedule = training.warmup_hold_decay(steps, decay=rung.decay)
    training.train(form.model, form.batches, rung.optimizers(tree), steps, schedule, callbacks, progress)
    seconds = time.process_time() - begin
    return Run(tree, training.evaluate(tree, *names.validation_windows), seconds, steps)


def _targets(rung, names):
    """What follows each window, (N,), or its proportions, (N, V)."""
    X, Y = names.windows
    return Y if rung.targets is None else soft_targets(X, Y, len(names.vocabulary), rung.targets.prior)


def _self_distillation(rung, form, targets):
    """The callback that mixes the model's predictions into `targets`, once an epoch, where the rung asks for it."""
    if rung.targets is None or not rung.targets.self_distillation:
        return []
    epoch = max(1, len(targets) // rung.batch_size)  # in steps
    return [SelfDistillation(form.model, *form.contexts(), targets, epoch, rung.targets.self_distillation)]
