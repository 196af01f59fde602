"""A small transformer and the tree: about as many parameters, the same passes over the names, a rate of its own each.

The transformer reads whole names, 64 at a time; the tree windows of 8, 512 at a time. Both answer at the same
characters.
"""

from collections.abc import Callable

import torch

from benchmarks import search
from benchmarks.lines import Setting
from lessonlib import models, training
from lessonlib.attention import Transformer, evaluate_padded, pad_names, padded_batches
from lessonlib.ladder import Names
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record

PASSES = 3
NAMES, WINDOWS = 64, 512  # in a batch: about as many characters


def measure(setting: Setting) -> list[Record]:
    """The loss of both after three passes with AdamW; the same search for each, then three seeds."""
    kinds = trained_on(setting.names)
    return search.compared(kinds, lambda name, rate, seed: kinds[name](rate, seed), {"passes": PASSES})


def trained_on(names: Names) -> dict[str, Callable[[float, int], float]]:
    """For each model, a function that trains it at a rate from a seed, and gives its validation loss in nats."""
    longest = max(map(len, names.words)) + 1
    rows, rows_val = (pad_names(words, names.vocabulary, longest) for words in (names.train, names.validation))

    def transformer(rate, seed):
        torch.manual_seed(seed)
        model = Transformer(len(names.vocabulary), context=longest, channels=54, heads=3, layers=2)
        steps = PASSES * (len(rows[0]) // NAMES)
        _train(model, padded_batches(*rows, NAMES), rate, steps)
        return evaluate_padded(model, *rows_val)

    def tree(rate, seed):
        torch.manual_seed(seed)
        model = fuse(models.tree(len(names.vocabulary), n_embd=24, n_hidden=128))
        X, Y = names.windows
        _train(model, training.minibatches(X, Y, WINDOWS), rate, PASSES * (len(X) // WINDOWS))
        return training.evaluate(model, *names.validation_windows)

    return {"transformer": transformer, "tree": tree}


def _train(model, batches, rate, steps):
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    training.train(model, batches, optimizer, steps, training.warmup_hold_decay(steps), progress=False)
