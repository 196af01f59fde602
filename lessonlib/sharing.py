"""Names that begin alike share their rows: a batch of names becomes a tree of prefixes, each computed once.

`.mia.mila.milo` has 14 rows, but what a causal model computes at '.', '.m' and '.mi' is the same in all three names.
So 7 rows are enough: '.', '.m', '.mi', '.mia', '.mil', '.mila' and '.milo'. Large language models that are asked many
questions with one common beginning save work in the same way (prefix caching).
"""

from collections.abc import Iterator

import torch

from lessonlib.convolution import Positions, name_batches


class Prefixes(Positions):
    """What `Positions` is to a text, for shared rows. Takes (2, R): characters, and the row of each left neighbour.

    The row of a '.' names itself: whoever asks for something farther left than the name's beginning stays there.
    """

    def __init__(self):
        super().__init__()

    def __call__(self, rows):
        text, self.out = rows
        self._left = {1: self.out}
        return text

    def left(self, distance):
        """The row that stands `distance` to the left of each, or where there is too little room the first, (R,)."""
        if distance not in self._left:
            near, far = self.left(distance // 2), self.left(distance - distance // 2)
            self._left[distance] = near[far]
        return self._left[distance]


def share(text: torch.Tensor, contexts: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the rows with one context keep one: text (M,) and targets (M, V) become (2, R) for `Prefixes` and (R, V).

    `contexts` (M,) numbers what each row sees, the same for the same, see `fast.contexts`. A row that stands for n is
    weighted n times, on a scale that leaves the mean loss over R rows what it was over M.
    """
    _, row, times = contexts.unique(return_inverse=True, return_counts=True)
    at = torch.arange(len(text))
    first = torch.empty_like(times).scatter_reduce_(0, row, at, "amin", include_self=False)
    left = (at - (text != 0).long())[first]  # the place before, in the same name
    weights = times * (len(times) / len(text))
    return torch.stack([text[first], row[left]]), targets[first] * weights[:, None]


def shared_batches(
    text: torch.Tensor, targets: torch.Tensor, contexts: torch.Tensor, rows: int, generator=None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The batches of `name_batches`, `rows` rows of text in each, with equal rows shared."""
    places = torch.arange(len(text))
    for x, ix in name_batches(text, places, rows, generator):
        yield share(x, contexts[ix], targets[ix])
