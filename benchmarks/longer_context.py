"""Flat and tree as the context grows, at equal parameters: the list as one stream, where far away has something to say.

The list is sorted: by how often a name was given, and names given equally often in alphabetical order. Read as one
stream, the names before tell something of the next. Both models get the same windows, in batches drawn from all over.
"""

from functools import cache

import torch

from benchmarks import search
from benchmarks.lines import Setting
from lessonlib import models, training
from lessonlib.convolution import concatenate
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record

CONTEXTS = (8, 64)
PARAMETERS = 76_579  # at most, as in the tree of 8 characters
BATCH, STEPS = 512, 1500
CHUNK = 250  # names that stay together; every tenth chunk is held out

# The flat model's embedding is narrower at 64 characters, or its first matrix alone would leave no hidden units.
MODELS = {
    "flat": lambda V, context, width: models.flat_mlp(V, context, 24 if context == 8 else 10, width),
    "tree": lambda V, context, width: models.tree(V, 24, width, models.levels_for(context)),
}


def measure(setting: Setting) -> list[Record]:
    """The loss of both at each context: AdamW at a rate of its own, 1,500 steps of 512, then three seeds."""
    vocabulary = setting.names.vocabulary
    found = []
    for context in CONTEXTS:
        train, validation = streams(setting.names.words, vocabulary, context)

        def loss(name, rate, seed, context=context, train=train, validation=validation):
            torch.manual_seed(seed)
            model = fuse(MODELS[name](len(vocabulary), context, width(name, len(vocabulary), context)))
            optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
            batches, schedule = training.minibatches(*train, BATCH), training.warmup_hold_decay(STEPS)
            training.train(model, batches, optimizer, STEPS, schedule, progress=False)
            return training.evaluate(model, *validation)

        found += search.compared(MODELS, loss, {"context": context})
    return found


def streams(words, vocabulary, context):
    """The windows (N, context) and targets (N,) of two streams: nine chunks in ten to train on, the rest held out."""
    chunks = [words[i : i + CHUNK] for i in range(0, len(words), CHUNK)]
    held_out = [i % 10 == 0 for i in range(len(chunks))]
    parts = []
    for part in (False, True):
        mine = [word for chunk, out in zip(chunks, held_out, strict=True) if out is part for word in chunk]
        text, targets = concatenate(mine, vocabulary)
        padded = torch.cat([torch.zeros(context - 1, dtype=text.dtype), text])
        parts.append((padded.unfold(0, context, 1), targets))
    return parts


@cache
def width(name, V, context):
    """The most hidden channels that keep a model within PARAMETERS."""
    wide = 1
    while sum(p.numel() for p in MODELS[name](V, context, wide + 1).parameters()) <= PARAMETERS:
        wide += 1
    return wide
