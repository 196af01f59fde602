"""Seven small trees for the exercise that names faults by their symptoms: six are broken, one is healthy.

Each trains on names and runs without an error. `examine("a")` shows what one sees from outside. How they are built
stands below: reading it spoils the exercise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F

from lessonlib.data import Vocabulary, load_words, split
from lessonlib.layers import BatchNorm1d, Embedding, FlattenConsecutive, Layer, Linear, Sequential, Tanh

STEPS, BATCH, CONTEXT = 150, 64, 8


class Halves(FlattenConsecutive):
    """The first half of the positions beside the second half."""

    def __call__(self, x):
        return torch.cat(x.chunk(2, 1), 2).squeeze(1)


class BareSqueeze(FlattenConsecutive):
    """Every dimension of size 1 goes, that of the batch as well."""

    def __call__(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // 2, C * 2).squeeze()


class EachPosition(BatchNorm1d):
    """Statistics over the batch alone, one for each position."""

    def _batch_statistics(self, x):
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True)
        with torch.no_grad():
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean
            self.running_var = 0.9 * self.running_var + 0.1 * var
        return mean, var


class Tree(NamedTuple):
    """One of the trees: its bricks, and how it is trained and evaluated."""

    flatten: type[Layer] = FlattenConsecutive
    norm: type[Layer] = BatchNorm1d
    target: int = 0  # how many places after the context stands what it is trained to say
    seen: int = 0  # how many places after its end the context reaches
    evaluates: bool = True

    def built(self) -> Sequential:
        layers, width = [Embedding(27, 8)], 8
        for _ in range(3):
            layers += [self.flatten(2), Linear(2 * width, 24, bias=False), self.norm(24), Tanh()]
            width = 24
        return Sequential([*layers, Linear(width, 27)])

    def windows(self, words: list[str], vocabulary: Vocabulary) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, 8) and (N,), as this tree takes them."""
        X, Y = [], []
        for word in words:
            ids = [0] * CONTEXT + vocabulary.encode(word) + [0] * (1 + self.target)
            for end in range(CONTEXT, CONTEXT + len(word) + 1):
                X.append(ids[end + self.seen - CONTEXT : end + self.seen])
                Y.append(ids[end + self.target])
        return torch.tensor(X), torch.tensor(Y)


TREES = {
    "a": Tree(evaluates=False),
    "b": Tree(seen=1),
    "c": Tree(flatten=Halves),
    "d": Tree(),
    "e": Tree(norm=EachPosition),
    "f": Tree(target=1),
    "g": Tree(flatten=BareSqueeze),
}


class Symptoms(NamedTuple):
    """What one sees of a tree from outside."""

    rows: list[str]  # contexts and targets of "emma", as "......em → m"
    shapes: list[str]  # of the scores, for 4 windows and for one
    first: list[int]  # the positions that level 1's first vector depends on
    means: tuple[int, ...]  # the shape of level 1's running means
    losses: list[float]  # on the batches of the last steps, on validation windows by 8, and by 512

    def __str__(self) -> str:
        train, by_8, by_512 = (f"{loss:.3f}" for loss in self.losses)
        return "\n".join(
            [
                f"  windows of emma           {',  '.join(row[CONTEXT - 4 :] for row in self.rows)}",
                f"  shape of the scores       {self.shapes[0]} for 4 windows, {self.shapes[1]} for one",
                f"  level 1's first vector    depends on the positions {self.first}",
                f"  level 1's running mean    {self.means}",
                f"  loss                      {train} on the last batches of training",
                f"                            {by_8} in validation, 8 windows at a time; {by_512}, 512 at a time",
            ]
        )


def examine(name: str) -> Symptoms:
    """Build and train tree `name`, and look at it from outside."""
    tree, words = TREES[name], load_words()
    vocabulary, (train_words, val_words, _) = Vocabulary(words), split(words)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = tree.built()
        trained = _train(model, *tree.windows(train_words[:4000], vocabulary))
        X, Y = (part[:2048] for part in tree.windows(val_words[:400], vocabulary))  # whole batches of 8 and of 512
        losses = [trained, *(_loss(tree, model, X, Y, size) for size in (8, 512))]
    emma = zip(*tree.windows(["emma"], vocabulary), strict=True)
    return Symptoms(
        [f"{vocabulary.decode(x)} → {vocabulary.decode(y[None])}" for x, y in emma],
        [_shape(model, X[:4]), _shape(model, X[:1])],
        _first(model, X[100:164]),
        tuple(model.layers[3].running_mean.shape),
        losses,
    )


def _train(model: Sequential, X: torch.Tensor, Y: torch.Tensor) -> float:
    """Trains, and gives the mean loss of the last 30 steps."""
    optimizer, losses = torch.optim.AdamW(model.parameters(), lr=0.01), []
    for _ in range(STEPS):
        ix = torch.randint(len(X), (BATCH,))
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses[-30:]) / 30


@torch.no_grad()
def _loss(tree: Tree, model: Sequential, X: torch.Tensor, Y: torch.Tensor, size: int) -> float:
    """The loss, by batches of `size`."""
    model.train(not tree.evaluates)
    losses = [F.cross_entropy(model(x), y).item() for x, y in zip(X.split(size), Y.split(size), strict=True)]
    return sum(losses) / len(losses)


def _shape(model: Sequential, x: torch.Tensor) -> str:
    model.eval()
    return _told(lambda: str(tuple(model(x).shape)))


def _told(call: Callable[[], str]) -> str:
    try:
        return call()
    except (ValueError, RuntimeError, IndexError) as error:
        return type(error).__name__


def _first(model: Sequential, ids: torch.Tensor) -> list[int]:
    """The positions at which another embedding would change the first vector of level 1."""
    x = model.layers[0](ids).detach().requires_grad_()
    model.eval()
    out = x
    for layer in model.layers[1:5]:
        out = layer(out)
    out[:, 0].pow(2).sum().backward()
    return [i for i in range(CONTEXT) if x.grad[:, i].abs().sum() > 0]
