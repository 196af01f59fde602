"""The tree as a dilated causal convolution: whole names laid end to end, each chunk of characters fused once.

Text is one long row of characters, `.emma.olivia`: every name stands behind the '.' that begins it. A layer takes one
row of channels for each character, (M, C), where M (positions) counts the characters of the whole text.
"""

from collections import deque
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F

from lessonlib.data import STOP, Vocabulary
from lessonlib.layers import FlattenConsecutive, Layer, Sequential
from lessonlib.training import evaluating


def end_to_end(words: Sequence[str], vocabulary: Vocabulary) -> tuple[torch.Tensor, torch.Tensor]:
    """The words as one text and what follows each character of it: '.emma.olivia' and 'emma.olivia.'; (M,) each.

    Row i belongs to the same character as row i of `data.windows(words, …)`, and has the same target.
    """
    if not words:
        raise ValueError("There are no words to lay end to end.")
    text = torch.tensor(vocabulary.encode(STOP + STOP.join(words) + STOP))
    return text[:-1], text[1:]


class Positions(Layer):
    """Note in `.out` how far each character of a text (M,) stands from the '.' that begins its name; pass the text on.

    The pairs that follow ask it for their partners. With `restart=False` only the text's beginning counts, so that a
    context may run over many names.
    """

    def __init__(self, restart=True):
        self.restart = restart

    def __call__(self, text):
        at = torch.arange(len(text), device=text.device)
        self.out = at - torch.where(text == 0, at, 0).cummax(0).values if self.restart else at
        return text

    def left(self, distance):
        """The row that stands `distance` to the left of each, or where there is too little room the first, (M,)."""
        return torch.arange(len(self.out), device=self.out.device) - self.out.clamp(max=distance)


class DilatedPair(Layer):
    """Lay each position beside the one `dilation` to its left: (M, C) to (M, 2 C). Every position is used twice.

    What lies before a name is dots alone, and what dots become at this level stands in the name's own first row: the
    '.' that begins it sees nothing else. So a position with too little room on its left takes that row (never zeros).
    """

    def __init__(self, dilation, positions):
        self.dilation, self.positions = dilation, positions

    def __call__(self, x):
        left = self.positions.left(self.dilation)
        self.out = torch.cat([F.embedding(left, x), x], dim=1)  # F.embedding(left, x) is x[left], faster backward
        return self.out


def dilated(tree: Sequential, restart: bool = True, positions: Positions | None = None) -> Sequential:
    """The same tree as a convolution: characters (M,) to logits (M, vocab_size), from the very same layers.

    Only FlattenConsecutive(2) gives way, at level k to DilatedPair(2**k); whatever one of the two models learns, the
    other knows. In evaluation mode row i equals the tree's logits for the window that ends at character i.
    `positions` may be a layer of another kind that knows each row's left neighbours, see `sharing.Prefixes`.
    """
    positions = positions or Positions(restart)
    layers, dilation = [positions], 1
    for layer in tree.layers:
        if isinstance(layer, FlattenConsecutive):
            if layer.n != 2:
                raise ValueError(f"This tree fuses {layer.n} neighbours at once; a convolution is made from pairs (2).")
            layers.append(DilatedPair(dilation, positions))
            dilation *= 2
        else:
            layers.append(layer)
    if dilation == 1:
        raise ValueError("This model has no FlattenConsecutive(2), so it is no tree: there are no pairs to dilate.")
    return Sequential(layers)


def name_batches(
    text: torch.Tensor, targets: torch.Tensor, rows: int, generator=None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of whole names in shuffled order, without replacement: x (rows,) and targets (rows, …).

    Every batch has exactly `rows` rows and begins at a name's beginning. The name that does not fit is cut, and stands
    whole at the beginning of the next batch; the names left over at the end of an epoch wait for another one.
    """
    begins = (text == 0).nonzero()[:, 0]
    lengths = torch.diff(begins, append=torch.tensor([len(text)]))
    if not lengths.max() <= rows <= len(text):
        raise ValueError(
            f"A batch of {rows} rows was asked for; with this text it must hold at least the longest name "
            f"({lengths.max()} rows) and at most the whole text ({len(text)})."
        )
    while True:
        order = torch.randperm(len(begins), generator=generator)
        starts = lengths[order].cumsum(0) - lengths[order]  # where each name begins in the shuffled text
        shuffled = torch.arange(len(text)) + (begins[order] - starts).repeat_interleave(lengths[order])
        first = 0
        while first + rows <= len(text):
            ix = shuffled[first : first + rows]
            yield text[ix], targets[ix]
            first = int(starts[starts <= first + rows][-1])


class StepByStep:
    """A convolution that reads one character at a time and keeps what it has computed: one new fusion a level.

    Call it with the next character of n names, (n,), beginning with their '.'; it gives the logits (n, vocab_size) of
    what follows. Each level's queue holds its last `dilation` outputs. Use the model in evaluation mode.
    """

    def __init__(self, model: Sequential):
        self.model, self.queues = model, {}

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        x = ids
        for layer in self.model.layers:
            if isinstance(layer, DilatedPair):
                x = torch.cat([self._pass_through(layer, x), x], dim=1)
            elif not isinstance(layer, Positions):
                x = layer(x)
        return x

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows: a choice of True and False, or their numbers, some perhaps more than once."""
        for queue in self.queues.values():
            for i, x in enumerate(queue):
                queue[i] = x[rows]

    def _pass_through(self, layer, x):
        """Put x at the queue's end and take what has waited `dilation` steps; before the first '.' all is dots."""
        queue = self.queues.setdefault(layer, deque([x] * layer.dilation))
        queue.append(x)
        return queue.popleft()


@torch.no_grad()
def write(model: Sequential, vocabulary, n=20, temperature=1.0, generator=None, max_length=64) -> list[str]:
    """Draw `n` words as `sampling.sample` does, step by step: nothing that was computed once is computed again.

    Words that have begun alike share a row, so the first step computes one row for all of them.
    """
    written = torch.zeros(n, max_length, dtype=torch.long)
    alive, row = torch.arange(n), torch.zeros(n, dtype=torch.long)  # the words that go on, and the row of each
    ids = torch.zeros(1, dtype=torch.long)  # the newest character of each row: each word begins with its '.'
    with evaluating(model):
        reader = StepByStep(model)
        for position in range(max_length):
            probabilities = F.softmax(reader(ids) / temperature, dim=1)
            drawn = torch.multinomial(probabilities[row], 1, generator=generator)[:, 0]
            written[alive, position] = drawn
            going_on = drawn != 0
            alive = alive[going_on]
            if len(alive) == 0:
                break
            beginnings, row = (row * len(vocabulary) + drawn)[going_on].unique(return_inverse=True)
            ids = beginnings % len(vocabulary)
            reader.keep(beginnings // len(vocabulary))
    used = written[:, written.any(0)]  # nothing was written farther to the right
    return [vocabulary.decode(word).split(STOP, 1)[0] for word in used.tolist()]


class OnWindows(Sequential):
    """A model of text, asked about windows: (B, T) to (B, vocab_size), the logits at the end of each window.

    It computes T rows to use one, so it is for sampling and comparing only. T must cover the reach of the model.
    """

    def __init__(self, model, block_size):
        super().__init__([model])
        self.block_size = block_size

    def __call__(self, x):
        self.out = super().__call__(x.flatten()).view(*x.shape, -1)[:, -1]
        return self.out
