"""The tree as a dilated causal convolution: whole names one after another, each run of characters fused once.

Text is one long row of characters, `.emma.olivia`: every name stands behind the '.' that begins it. A layer takes one
row of channels for each character, (M, C), where M counts the characters of the whole text.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F

from lessonlib.data import STOP, Vocabulary
from lessonlib.layers import FlattenConsecutive, Layer, Sequential
from lessonlib.sampling import check_temperature
from lessonlib.training import evaluating


def concatenate(words: Sequence[str], vocabulary: Vocabulary) -> tuple[torch.Tensor, torch.Tensor]:
    """The words as one text and what follows each character of it: '.emma.olivia' and 'emma.olivia.'; (M,) each.

    Row i belongs to the same character as row i of `data.windows(words, …)`, and has the same target.
    """
    if not words:
        raise ValueError("There are no words to concatenate.")
    text = torch.tensor(vocabulary.encode(STOP + STOP.join(words) + STOP))
    return text[:-1], text[1:]  # the same text, one character on


class DilatedPair(Layer):
    """Lay each row beside the one `dilation` characters to its left: (M, C) to (M, 2 C). Every row is used twice.

    Who stands there is not the pair's business: `left(x, pair)` gives those rows of x, see `LeftNeighbours`.
    """

    looks_left = True  # so a CausalSequential hands it `left`

    def __init__(self, dilation):
        self.dilation = dilation

    def __call__(self, x, left: Callable):
        self.out = torch.cat([left(x, self), x], dim=1)  # the earlier half first, as in FlattenConsecutive
        return self.out


class LeftNeighbours:
    """Which row stands `dilation` to the left of each row of a text (M,), without looking into the name before.

    What lies before a name is dots alone, and what dots become at this level stands in the name's own first row: the
    '.' that begins it sees nothing else. So a row with too little room on its left takes that one (never zeros).
    With `restart=False` only the text's beginning counts, so that a context may run over many names.
    """

    def __init__(self, text: torch.Tensor, restart: bool = True):
        self._row = torch.arange(len(text), device=text.device)
        # The last '.' at or before each row is where its name begins: cummax carries that row's number along.
        start = torch.where(text == 0, self._row, 0).cummax(0).values if restart else 0
        self._into_name = self._row - start  # how far each character stands from its '.', (M,)

    def __call__(self, x, pair):
        left = self._row - self._into_name.clamp(max=pair.dilation)  # (M,), at most back to the '.'
        return F.embedding(left, x)  # x[left], with a faster backward


class CausalSequential(Sequential):
    """A Sequential over the rows of a text; it tells each layer that looks left where its left neighbours stand."""

    def __init__(self, layers, restart=True):
        super().__init__(layers)
        self.restart = restart

    def __call__(self, text, left: Callable | None = None):
        left = left or LeftNeighbours(text, self.restart)
        x = text
        for layer in self.layers:
            x = layer(x, left) if getattr(layer, "looks_left", False) else layer(x)
        self.out = x
        return self.out


def dilated(tree: Sequential, restart: bool = True) -> CausalSequential:
    """The same tree as a convolution: characters (M,) to logits (M, vocab_size), from the very same layers.

    Only FlattenConsecutive(2) gives way, at level k to DilatedPair(2**k); whatever one of the two models learns, the
    other knows. In evaluation mode row i equals the tree's logits for the window that ends at character i.
    """
    layers, dilation = [], 1
    for layer in tree.layers:
        if isinstance(layer, FlattenConsecutive):
            if layer.n != 2:
                raise ValueError(f"This tree fuses {layer.n} neighbours at once; a convolution is made from pairs (2).")
            layers.append(DilatedPair(dilation))
            dilation *= 2  # a row of this level stands for twice as many characters, so its partner is twice as far
        else:
            layers.append(layer)
    if dilation == 1:
        raise ValueError("This model has no FlattenConsecutive(2), so it is not a tree: there are no pairs to dilate.")
    return CausalSequential(layers, restart)


def packed_batches(
    text: torch.Tensor, targets: torch.Tensor, batch_size: int, generator=None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of whole names in shuffled order: x (batch_size,) and targets (batch_size, …), no padding.

    Every batch has exactly `batch_size` rows and begins at a name's beginning. The name that does not fit is cut, and
    stands whole at the beginning of the next batch; the names left over at the end of an epoch wait for another one.
    """
    begins = (text == 0).nonzero()[:, 0]
    lengths = torch.diff(begins, append=torch.tensor([len(text)]))
    if not lengths.max() <= batch_size <= len(text):
        raise ValueError(
            f"A batch of {batch_size} rows was asked for; with this text it must hold at least the longest name "
            f"({lengths.max()} rows) and at most the whole text ({len(text)})."
        )
    while True:
        order = torch.randperm(len(begins), generator=generator)
        starts = lengths[order].cumsum(0) - lengths[order]  # where each name begins in the shuffled text
        shuffled = torch.arange(len(text)) + (begins[order] - starts).repeat_interleave(lengths[order])
        first = 0
        while first + batch_size <= len(text):
            ix = shuffled[first : first + batch_size]
            yield text[ix], targets[ix]
            first = int(starts[starts <= first + batch_size][-1])  # the name that was cut begins the next batch


class IncrementalDecoder:
    """A convolution that reads one character at a time and keeps what it has computed: one new fusion a level.

    Call it with the next character of n names, (n,), beginning with their '.'; it gives the logits (n, vocab_size) of
    what follows. Each pair's queue holds its last `dilation` inputs. Use the model in evaluation mode.
    Source: Paine et al., 2016, "Fast WaveNet Generation Algorithm", arXiv:1611.09482.
    """

    def __init__(self, model: CausalSequential):
        if not isinstance(model, CausalSequential):
            raise ValueError(
                f"An IncrementalDecoder reads with a CausalSequential, such as dilated(tree) or wavenet(…), but got a "
                f"{type(model).__name__}. A tree on windows becomes one by dilated(tree)."
            )
        self.model, self.queues = model, {}

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        return self.model(ids, left=self._left)

    def select(self, rows: torch.Tensor) -> None:
        """Go on with these rows: a choice of True and False, or their numbers, some perhaps more than once."""
        if rows.dtype == torch.bool:
            rows = rows.nonzero()[:, 0]
        for queue in self.queues.values():
            for i, x in enumerate(queue):
                queue[i] = x.index_select(0, rows)  # x[rows], in a third of the time

    def _left(self, x, pair):
        """What the pair was given `dilation` steps ago; before the first '.' all is dots, so what '.' has become."""
        queue = self.queues.setdefault(pair, deque([x] * pair.dilation))
        queue.append(x)
        return queue.popleft()


@torch.no_grad()
def generate(model: CausalSequential, vocabulary, n=20, temperature=1.0, generator=None, max_length=64) -> list[str]:
    """Draw `n` words as `sampling.sample` does, step by step: nothing that was computed once is computed again.

    Words that have begun alike are one row, so the first step computes one row for all of them.
    """
    check_temperature(temperature)
    written = torch.zeros(n, max_length, dtype=torch.long)
    alive, row = torch.arange(n), torch.zeros(n, dtype=torch.long)  # the words that go on, and the row of each
    ids = torch.zeros(1, dtype=torch.long)  # the newest character of each row: each word begins with its '.'
    with evaluating(model):
        decoder = IncrementalDecoder(model)
        for position in range(max_length):
            probabilities = F.softmax(decoder(ids) / temperature, dim=1)  # (rows, V)
            of_each = probabilities.index_select(0, row)  # (living words, V)
            drawn = torch.multinomial(of_each, 1, generator=generator)[:, 0]
            written[alive, position] = drawn
            going_on = drawn != 0
            alive = alive[going_on]
            if len(alive) == 0:
                break
            # Words of one row that drew the same character stay one row: number each (row, character) once.
            beginnings, row = (row * len(vocabulary) + drawn)[going_on].unique(return_inverse=True)
            ids = beginnings % len(vocabulary)
            decoder.select(beginnings // len(vocabulary))
    used = written[:, written.any(0)]  # nothing was written farther to the right
    return [vocabulary.decode(word).split(STOP, 1)[0] for word in used.tolist()]
