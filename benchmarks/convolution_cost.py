"""What a prediction costs as the context grows: the tree on windows, and the same tree as a convolution."""

from functools import partial

import torch

from benchmarks.lines import Setting, in_turns, line
from lessonlib import models
from lessonlib.convolution import concatenate
from lessonlib.ladder.fused import fuse
from lessonlib.layers import FlattenConsecutive
from lessonlib.records import Record

CONTEXTS = tuple(2**k for k in range(3, 11))
POSITIONS = 8192  # of one long text, names and all
# What fits into the cache decides which batch is best, so each form is tried in several.
BATCHES = (1024, 4096, 16384)  # characters in a batch of windows
CHUNKS = (512, 1024, 2048, 8192)  # characters that the convolution takes at once


def measure(setting: Setting) -> list[Record]:
    """Evaluation, CPU microseconds a position; each form in the batch that suits it best."""
    costs = measured(setting)
    lines = [
        line(subject, "cost of a prediction", "us", [us], figure="fastest", at={"context": context})
        for context, pair in costs.items()
        for subject, us in zip(("windows", "convolution"), pair, strict=True)
    ]
    return [*lines, _fit(costs)]


@torch.no_grad()
def measured(setting: Setting) -> dict[int, tuple[float, float]]:
    """For each context, CPU microseconds for one prediction from windows, and from the convolution.

    All contexts and forms take turns, so that all meet the same machine, and the fastest turn of each counts: what
    other work on the machine adds to a turn is never negative.
    """
    calls = {}
    for context in CONTEXTS:
        tree, text, windows = _prepared(setting, context)
        for batch in BATCHES:
            calls["windows", context, batch // context] = partial(_windows, tree, windows, batch // context)
        for chunk in CHUNKS:
            calls["convolution", context, chunk] = partial(_chunk, tree, text, chunk)
    best = {}
    for (form, context, predictions), seconds in in_turns(calls).items():
        us = 1e6 * min(seconds) / predictions
        best[form, context] = min(us, best.get((form, context), us))
    return {n: (best["windows", n], best["convolution", n]) for n in CONTEXTS}


def _prepared(setting, context):
    """A tree, a long text, and the windows that end at its characters."""
    tree = fuse(models.tree(len(setting.names.vocabulary), 24, 128, models.levels_for(context))).eval()
    text, _ = concatenate(setting.names.validation, setting.names.vocabulary)
    text = text.repeat(-(-(POSITIONS + context) // len(text)))[: POSITIONS + context - 1]
    return tree, text, text.unfold(0, context, 1)


def _windows(tree, windows, rows):
    return tree(windows[:rows])


def _chunk(tree, text, rows):
    return convolve(tree, text[:rows])


def convolve(tree, text: torch.Tensor) -> torch.Tensor:
    """The tree at each character of one text, (M,) to (M, vocab_size): what `dilated(tree, restart=False)` computes.

    Written for speed: pairs are never laid side by side. Each half of the matrix multiplies all rows, and what the
    left half gives is added `dilation` rows further down.
    """
    x, dilation = text, 1
    layers = iter(tree.layers)
    for layer in layers:
        if isinstance(layer, FlattenConsecutive):
            left, right = next(layers).weight.chunk(2)
            out = x @ right
            out[dilation:].addmm_(x[:-dilation], left)
            out[:dilation] += x[:1] @ left  # before the text is what its first '.' has become
            x, dilation = out, 2 * dilation
        else:
            x = layer(x)
    return x


def _fit(costs):
    """a + b log2 N through the convolution's costs, by least squares, and the farthest that a measured cost is off."""
    levels = torch.tensor([float(models.levels_for(n)) for n in costs])
    conv = torch.tensor([c for _, c in costs.values()])
    A = torch.stack([torch.ones_like(levels), levels], dim=1)
    a, b = torch.linalg.lstsq(A, conv[:, None]).solution[:, 0].tolist()
    off = ((a + b * levels - conv) / conv).abs().max().item()
    return line("fit", "largest deviation", "%", [100 * off], a=a, b=b)
