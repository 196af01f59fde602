"""The fair comparison: flat, deep flat and tree at equal parameters and equal effort, three seeds."""

import statistics

import torch

from benchmarks.lines import SEEDS, Line, Setting
from lessonlib import models, training
from lessonlib.ladder.fused import fuse

EPOCHS = 10
BATCHES = (512, 1024)  # the recipe twice, with one thing changed: which model leads may depend on it


def measure(setting: Setting) -> list[Line]:
    """About 76,000 parameters each; AdamW, 10 epochs, batches of two sizes; the mean over the seeds."""
    return [line for rows in BATCHES for line in _compared(setting, rows)]


def _compared(setting, rows):
    losses = {}
    for seed in SEEDS:  # the seed outside: all three models meet the same machine
        for name in MODELS:
            losses.setdefault(name, []).append(_train(name, setting, seed, rows))
    tree = statistics.mean(losses["tree"])
    return [
        Line(
            f"validation after {EPOCHS} epochs, batches of {rows:,}: tree against {name}",
            tree,
            statistics.mean(losses[name]),
            detail={"rows": rows, "seeds": SEEDS, "tree": losses["tree"], name: losses[name]},
        )
        for name in ("flat", "deep flat")
    ]


MODELS = {
    "flat": lambda vocab_size: models.flat_mlp(vocab_size, 8, 24, 343),
    "deep flat": lambda vocab_size: models.flat_mlp(vocab_size, 8, 24, 146, hidden_layers=3),
    "tree": lambda vocab_size: models.tree(vocab_size, 24, 128),
}


def _train(name, setting, seed, rows):
    torch.manual_seed(seed)
    X, Y = setting.names.windows
    model = fuse(MODELS[name](len(setting.names.vocabulary)))
    steps = EPOCHS * len(X) // rows
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.01)
    schedule = training.warmup_hold_decay(steps)
    training.train(model, training.minibatches(X, Y, rows), optimizer, steps, schedule, progress=False)
    return training.evaluate(model, *setting.names.validation_windows)
