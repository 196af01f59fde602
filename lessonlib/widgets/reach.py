"""Which inputs a node sees: by counting, for a tree and for a dilated convolution, and by gradient, for any model."""

import itertools
from dataclasses import dataclass

import torch

from lessonlib import shapes

UNSEEN = (
    "No gradient passes through a part of this model: weights that are 0 or not finite, or a tanh at its very end, "
    "let none through. So what it sees cannot be measured, and is drawn as its shape has it."
)
CHUNK = 64  # nodes that are measured in one backward pass


class Unseen(ValueError):
    """No gradient passes through a part of the model, so what it sees cannot be measured."""


def seen(kind: str, levels: int, level: int, index: int, columns: int) -> list[int]:
    """The inputs that node `index` of `level` sees, as positions among `columns` characters.

    A "tree" reads the last 2**levels of them; a "conv" has a node at each of them, and what would lie before the
    first character is left out.
    """
    if kind == "tree":
        start = columns - 2**levels
        return list(range(start + index * 2**level, start + (index + 1) * 2**level)) if level else [index]
    return list(range(max(0, index - 2**level + 1), index + 1))


@dataclass(frozen=True)
class MeasuredRow:
    """One level of a model as its gradients show it.

    `below[i]` are the nodes of the row below that node i depends on; `inputs[i]` is the size of the gradient at
    each of the T characters, from 0 to 1.
    """

    below: list[list[int]]
    inputs: torch.Tensor  # (nodes, T)


def measure(model, x: torch.Tensor) -> list[MeasuredRow]:
    """The levels of `model` for one context x (1, T), by gradient in evaluation mode.

    A level ends where the next layer sees more characters than this one. All its nodes are measured side by side,
    node i on the i-th copy of x: in evaluation mode the examples of a batch do not touch each other.
    """
    ends = _level_ends(model, x)
    rows = [_row(model, x, below, here) for below, here in itertools.pairwise(ends)]
    lost = x.shape[1] > 1 and not rows
    if lost or not all(row.inputs.isfinite().all() and row.inputs.any(dim=1).all() for row in rows):
        raise Unseen(UNSEEN)
    return rows


def _level_ends(model, x):
    """The place in the record of the embedding, then of each level's last layer."""
    rows = shapes.trace(model, x).rows
    reaches = [row.reach or 0 for row in rows]
    if not any(reaches) and any(type(layer).__name__ == "Embedding" for layer, _, _ in shapes.layer_calls(model, x)):
        raise Unseen(UNSEEN)
    if not any(reaches):
        raise ValueError(
            "This model has no Embedding layer that passes gradients on, so what it sees cannot be measured. "
            "Pass a model that begins with an Embedding."
        )
    grows = [i for i in range(1, len(rows)) if reaches[i] > reaches[i - 1] > 0]
    return [_before_regrouping(rows, i - 1) for i in grows] + [len(rows) - 1]


def _before_regrouping(rows, i):
    """Step back over layers that only lay positions side by side: their positions are not a level of their own."""
    while len(rows[i].shape_in) == 3 and _positions(rows[i].shape_in) != _positions(rows[i].shape_out):
        i -= 1
    return i


def _row(model, x, below, here):
    nodes = _positions(shapes.layer_calls(model, x)[here][2].shape)
    parts = [_gradients(model, x, below, here, range(i, min(i + CHUNK, nodes))) for i in range(0, nodes, CHUNK)]
    lower, inputs = (torch.cat(side) for side in zip(*parts, strict=True))
    return MeasuredRow([row.nonzero().flatten().tolist() for row in lower], inputs / inputs.max().clamp(min=1e-30))


def _gradients(model, x, below, here, nodes):
    """Size of the gradient of each of `nodes` at the row below and at the embedding: (nodes, T below), (nodes, T)."""
    steps = shapes.layer_calls(model, x.expand(len(nodes), -1))
    embedding, lower, out = shapes.embedding_of(steps), steps[below][2], steps[here][2]
    out = out if out.ndim == 3 else out[:, None]
    values = torch.stack([out[row, node] for row, node in enumerate(nodes)])
    mix = torch.linspace(1.0, 2.0, values.shape[-1], dtype=values.dtype)  # unequal, so that nothing cancels
    found = torch.autograd.grad((values @ mix).sum(), [lower, embedding])
    return tuple(g.reshape(len(nodes), -1, g.shape[-1]).norm(dim=-1) for g in found)


def _positions(shape):
    """T of (B, T, C); 1 of (B, C)."""
    return shape[1] if len(shape) == 3 else 1
