"""Time to a validation loss: every rung of the ladder against the published recipe, three seeds."""

from dataclasses import replace

import torch

from benchmarks import published
from benchmarks.lines import SEEDS, Setting, line
from lessonlib import training
from lessonlib.course import Problem
from lessonlib.ladder import RUNGS, climb
from lessonlib.ladder.muon import muon_and_adamw
from lessonlib.ladder.rungs import SCHEDULE
from lessonlib.records import Record, slug

# The last rung of the lesson on scaling up: hand-written layers, on windows, with Muon; the ladder takes its steps in
# another order.
ON_WINDOWS = replace(
    SCHEDULE,
    name="Muon on windows",
    why="Muon on the three hidden matrices, hand-written layers, windows: less than half the epochs.",
    optimizers=muon_and_adamw,
    epochs=3,
    batch_size=1024,
)
WAYS = (ON_WINDOWS, *RUNGS)
SPACING = 8000  # steps of the published recipe between two runs of ours, so that both meet the same machine


def measure(setting: Setting) -> list[Record]:
    """A rung counts to its end; the published recipe to its first checkpoint, every 1,000 steps, at the target."""
    if setting.target is None:
        raise Problem("No target is known for this list. Say one with --target, for example --target 2.0.")
    waiting = [(rung, seed) for seed in SEEDS for rung in WAYS]
    runs = {rung.name: [] for rung in WAYS}

    def checkpoint(model, step):
        if waiting and step % SPACING == 0:
            with torch.random.fork_rng():
                _one(waiting, runs, setting)
        return training.evaluate(model, *setting.names.validation_windows) <= setting.target

    _, steps, seconds = published.run(
        *setting.names.windows, checkpoint=checkpoint, vocab_size=len(setting.names.vocabulary)
    )
    while waiting:
        _one(waiting, runs, setting)
    at = {"target": setting.target}
    first = line("published", "training time", "s", [seconds], [42], "median", at, steps=steps)
    return [first, *(each for name, results in runs.items() for each in _lines(slug(name), results, at))]


def _one(waiting, runs, setting):
    rung, seed = waiting.pop(0)
    result = climb(rung, setting.names, seed)
    runs[rung.name].append({"seed": seed, "validation": result.validation, "seconds": result.seconds})


def _lines(subject, results, at):
    seeds, seconds, losses = ([run[key] for run in results] for key in ("seed", "seconds", "validation"))
    reached = sum(loss <= at["target"] for loss in losses)
    return [
        line(subject, "training time", "s", seconds, seeds, "median", at, reached=reached),
        line(subject, "validation loss", "nats", losses, seeds, at=at),
    ]
