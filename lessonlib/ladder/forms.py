"""The forms in which a rung sees the training names: windows, whole names, shared chunks.

Each takes a tree, the names, the target of each window, (N,) or (N, V), and the rows in a batch. It gives the model to
train, which has the tree's own layers, its batches, and for self-distillation every context there is.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch

from lessonlib.convolution import concatenate, dilated, packed_batches
from lessonlib.ladder.chunks import Chunks, OnChunks, chunk_batches
from lessonlib.training import minibatches


class Prepared(NamedTuple):
    """What a form hands over for training."""

    model: object
    batches: Iterator
    contexts: Callable  # contexts() is (inputs, row): model(inputs) has K rows, and row (N,) says which is a target's


def windows(tree, names, targets, batch_size) -> Prepared:
    """Each window by itself, (B, 8): what stands in several windows is computed in each."""
    X = names.windows[0]
    return Prepared(tree, minibatches(X, targets, batch_size), lambda: X.unique(dim=0, return_inverse=True))


def whole_names(tree, names, targets, batch_size) -> Prepared:
    """Names one after another, (M,), through the tree as a convolution: each run of characters is fused once."""
    text, _ = concatenate(names.train, names.vocabulary)  # row i ends window i, and has its target
    batches = packed_batches(text, targets, batch_size)
    return Prepared(dilated(tree), batches, lambda: (text, torch.arange(len(text))))


def shared_chunks(tree, names, targets, batch_size) -> Prepared:
    """Windows whose parts are computed once, in however many windows they occur. Needs soft targets."""
    chunks = Chunks(names.windows[0], len(names.vocabulary))
    everything = torch.arange(len(chunks.first))
    batches = chunk_batches(chunks, targets, batch_size)
    return Prepared(OnChunks(tree), batches, lambda: (chunks.rows(everything), chunks.window))
