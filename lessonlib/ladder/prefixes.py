"""Shared prefixes: a batch of names becomes a tree of their beginnings, each computed once.

`.mia.mila.milo` has 14 rows, but what a causal model computes at '.', '.m' and '.mi' is the same in all three names.
So 7 rows are enough: '.', '.m', '.mi', '.mia', '.mil', '.mila' and '.milo'. Large language models that are asked many
questions with one common beginning save work in the same way (prefix caching).
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F

from lessonlib.convolution import CausalSequential, packed_batches
from lessonlib.layers import Sequential


class Ancestors:
    """What `LeftNeighbours` is to a text, for a tree of prefixes: `parent` (R,) is the row one character shorter.

    The row of a '.' is its own parent: whoever asks for something farther left than the name's beginning stays there.
    """

    def __init__(self, parent: torch.Tensor):
        self._at = {1: parent}  # for each distance asked for, the row so far to the left of each, (R,)

    def __call__(self, x, pair):
        return F.embedding(self.at(pair.dilation), x)  # x[…], with a faster backward

    def at(self, distance: int) -> torch.Tensor:
        """The row `distance` characters to the left of each, or where there is too little room the '.', (R,)."""
        if distance not in self._at:
            near, far = self.at(distance // 2), self.at(distance - distance // 2)
            self._at[distance] = near[far]  # first go far to the left, and from there on: two halves make the whole
        return self._at[distance]


class OnPrefixes(Sequential):
    """A convolution for rows of prefixes (2, R), characters and parents, as `merge_prefixes` makes them."""

    def __init__(self, convolution: CausalSequential):
        super().__init__([convolution])

    def __call__(self, rows):
        text, parent = rows
        self.out = self.layers[0](text, left=Ancestors(parent))
        return self.out


def merge_prefixes(
    text: torch.Tensor, context_ids: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the rows with one context keep one: text (M,) and targets (M, V) become (2, R) for `OnPrefixes` and (R, V).

    `context_ids` (M,) numbers what each row sees, the same for the same, see `soft_targets.context_ids`. A row that
    stands for n is weighted n times, on a scale that leaves the mean loss over R rows what it was over M.
    """
    _, row, times = context_ids.unique(return_inverse=True, return_counts=True)  # (M,): which of the R; (R,)
    at = torch.arange(len(text))
    first = torch.empty_like(times).scatter_reduce_(0, row, at, "amin", include_self=False)  # (R,): who stands for it
    left = (at - (text != 0).long())[first]  # the place before, in the same name
    weights = times * (len(times) / len(text))
    return torch.stack([text[first], row[left]]), targets[first] * weights[:, None]


def prefix_batches(
    text: torch.Tensor, targets: torch.Tensor, context_ids: torch.Tensor, batch_size: int, generator=None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The batches of `packed_batches`, `batch_size` rows of text in each, with equal rows merged."""
    for x, ix in packed_batches(text, torch.arange(len(text)), batch_size, generator):
        yield merge_prefixes(x, context_ids[ix], targets[ix])
