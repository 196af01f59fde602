"""The fair comparison: flat, deep flat and tree at equal parameters and equal effort, three seeds."""

import torch

from benchmarks.lines import SEEDS, Setting, line
from lessonlib import models, training
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record, slug

EPOCHS = 10
BATCHES = (512, 1024)  # the recipe twice, with one thing changed: which model leads may depend on it


def measure(setting: Setting) -> list[Record]:
    """About 76,000 parameters each; AdamW, 10 epochs, batches of two sizes; a loss for each seed."""
    return [line for rows in BATCHES for line in _compared(setting, rows)]


def _compared(setting, rows):
    losses = {}
    for seed in SEEDS:  # the seed outside: all three models meet the same machine
        for name in MODELS:
            losses.setdefault(name, []).append(_train(name, setting, seed, rows))
    return [
        line(slug(name), "validation loss", "nats", values, SEEDS, at={"batch": rows})
        for name, values in losses.items()
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
