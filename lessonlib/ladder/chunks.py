"""Shared chunks: what occurs in several windows of a batch is fused once, wherever it stands.

`........`, `.......m` and `.....mia` begin with the same four dots; `....mila` and `....lila` end on the same two
letters. A tree of pairs computes such a chunk anew for every window. Here each level lists its different chunks once,
and a chunk is two numbers: which chunks of the level below it consists of.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F

from lessonlib.ladder.soft_targets import first_of_each
from lessonlib.layers import FlattenConsecutive, Sequential
from lessonlib.training import minibatches


class Rows(NamedTuple):
    """What `OnChunks` reads: different characters, and for each level above them which two rows make one."""

    characters: torch.Tensor  # (K,)
    pairs: tuple[torch.Tensor, ...]  # (K', 2) for K' rows, numbers of rows of the level below


class Chunks:
    """The different chunks of windows X (N, 2**levels), numbered level by level.

    `levels[k]` (K, 2) says of which two chunks of the level below each consists; `window` (N,) is the number of each
    window among those at the top, and `first` (K,) is the row of X in which each of them occurs first.
    """

    def __init__(self, X: torch.Tensor, vocab_size: int):
        T = X.shape[1]
        if T < 2 or T & (T - 1):
            raise ValueError(f"Chunks are halved down to one character, so {T} characters do not do; 2, 4, 8 … would.")
        self.levels, numbers, below = [], X, vocab_size
        while numbers.shape[1] > 1:
            left, right = numbers[:, 0::2], numbers[:, 1::2]  # (N, T / 2) each
            different, numbers = (left * below + right).unique(return_inverse=True)
            self.levels.append(torch.stack([different // below, different % below], dim=1))
            below = len(different)
        self.window = numbers[:, 0]
        self.first = first_of_each(self.window, below)

    def rows(self, windows: torch.Tensor) -> Rows:
        """All that these windows (R,), different ones by number, consist of, each chunk once."""
        pairs, wanted = [], windows
        for level in reversed(self.levels):
            wanted, numbers = level[wanted].unique(return_inverse=True)  # numbers (K, 2) count those wanted below
            pairs.append(numbers)
        return Rows(wanted, tuple(reversed(pairs)))


class OnChunks(Sequential):
    """The layers of a tree of pairs, for `Rows` instead of windows: logits (R, vocab_size), a row for each window."""

    def __init__(self, tree: Sequential):
        if odd := [layer.n for layer in tree.layers if isinstance(layer, FlattenConsecutive) and layer.n != 2]:
            raise ValueError(f"This tree fuses {odd[0]} neighbours at once; chunks are made of pairs (2).")
        super().__init__(tree.layers)

    def __call__(self, rows: Rows):
        x, pairs = rows.characters, iter(rows.pairs)
        for layer in self.layers:
            # x[pair], both halves side by side: (K, C) to (K', 2 C)
            x = F.embedding(next(pairs), x).flatten(1) if isinstance(layer, FlattenConsecutive) else layer(x)
        self.out = x
        return self.out


def chunk_batches(
    chunks: Chunks, targets: torch.Tensor, batch_size: int, generator=None
) -> Iterator[tuple[Rows, torch.Tensor]]:
    """Batches of `batch_size` windows, equal ones merged: rows and targets (R, V), R of them different.

    A window that occurs n times in the batch is weighted n times, on a scale that leaves the mean loss over R rows
    what it was over the batch. `targets` (N, V) are the same for the same window.
    """
    for window, _ in minibatches(chunks.window, chunks.window, batch_size, generator=generator):
        different, times = window.unique(return_counts=True)
        weights = times * (len(different) / batch_size)
        yield chunks.rows(different), targets[chunks.first[different]] * weights[:, None]
