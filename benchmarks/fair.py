"""The fair comparison: flat, deep flat and tree at equal parameters and equal effort, each at a rate of its own."""

import torch

from benchmarks import search
from benchmarks.lines import Setting
from lessonlib import models, training
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record

EPOCHS = 10
BATCH = 512
COMMON = 0.01  # the rate that all three had before each was given a search

MODELS = {
    "flat": lambda vocab_size: models.flat_mlp(vocab_size, 8, 24, 343),
    "deep flat": lambda vocab_size: models.flat_mlp(vocab_size, 8, 24, 146, hidden_layers=3),
    "tree": lambda vocab_size: models.tree(vocab_size, 24, 128),
}


def measure(setting: Setting) -> list[Record]:
    """About 76,000 parameters each; AdamW, 10 epochs of batches of 512; the same search for each, then three seeds."""

    def loss(name: str, rate: float, seed: int) -> float:
        torch.manual_seed(seed)
        model = fuse(MODELS[name](len(setting.names.vocabulary)))
        X, Y = setting.names.windows
        steps = EPOCHS * len(X) // BATCH
        optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.01)
        schedule = training.warmup_hold_decay(steps)
        training.train(model, training.minibatches(X, Y, BATCH), optimizer, steps, schedule, progress=False)
        return training.evaluate(model, *setting.names.validation_windows)

    return search.compared(MODELS, loss, {"batch": BATCH}, COMMON)
