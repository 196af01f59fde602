"""The tree against the flat model, on one word list: the same search for each, three seeds, and a careful verdict."""

import math
import os
from collections import Counter
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from tqdm.auto import tqdm

from lessonlib import plots, style
from lessonlib.capstone.runs import LONG, Run, fit
from lessonlib.capstone.sizes import Sizes
from lessonlib.capstone.words import WordList
from lessonlib.training import evaluating

KINDS = ("flat", "tree")
LRS = (0.015, 0.045)
SEEDS = (1, 2, 3)
FEWEST_TEST_WORDS = 10  # fewer cannot say how much luck is in them
SURE = 2  # standard errors that a difference has to be away from nothing


@dataclass(frozen=True)
class Search:
    """What was tried, and its validation loss: {(kind, lr, steps): loss}."""

    tried: dict[tuple[str, float, int], float]

    def best(self, kind: str) -> tuple[float, int]:
        """The learning rate and the steps with the lowest validation loss."""
        return min((loss, lr, steps) for (k, lr, steps), loss in self.tried.items() if k == kind)[1:]

    def rows(self) -> list[tuple]:
        """(kind, lr, steps, validation loss, whether it was taken) for each."""
        return [(*key, loss, key[1:] == self.best(key[0])) for key, loss in self.tried.items()]

    def __repr__(self) -> str:
        rows = [f"{'model':6} {'lr':>6} {'steps':>6} {'validation':>11}"]
        for kind, lr, steps, loss, taken in self.rows():
            rows.append(f"{kind:6} {lr:6g} {steps:6,} {loss:11.3f}{'  <- taken' * taken}")
        return "\n".join(rows)


def search(words: WordList, sizes: Sizes, seed: int = 42) -> Search:
    """Two learning rates and two lengths of training, for each of the two models alike, with one seed."""
    settings = [(kind, lr, sizes.steps * times) for kind in KINDS for lr in LRS for times in (1, LONG)]
    return Search({each: fit(words, sizes, *each, seed=seed).loss("validation") for each in _bar(settings)})


@dataclass(frozen=True, eq=False)
class Contest:
    """Test losses of each seed, {kind: [nats per character]}, and of each test word, {kind: (seeds, words)}."""

    search: Search = field(repr=False)
    losses: dict[str, list[float]]
    per_word: dict[str, torch.Tensor] = field(repr=False)  # nats of whole words
    lengths: torch.Tensor = field(repr=False)  # characters of each test word, its end included
    baselines: dict[str, float] = field(repr=False)
    best: Run = field(repr=False)  # the tree whose validation loss is the lowest

    @property
    def difference(self) -> float:
        """Tree less flat, means over the seeds: below 0 the tree is better."""
        return _mean(self.losses["tree"]) - _mean(self.losses["flat"])

    def uncertainty(self, other: str = "flat") -> float:
        """The standard error of tree less `other`, from the luck of seeds and of test words; nan for too few words.

        The words are compared in pairs, as both models predict the same ones. Counting ("bigram") knows no seeds.
        """
        gap = self.per_word["tree"].mean(0) - self.per_word[other].mean(0)  # nats a word
        seeds = [self.losses[kind] for kind in ("tree", other) if kind in self.losses]
        of_seeds = sum(torch.tensor(found).var().item() / len(found) for found in seeds)
        return math.hypot(error_of_words(gap, self.lengths), math.sqrt(of_seeds))

    def verdict(self) -> str:
        """What these figures allow to say, in a sentence or two."""
        error, gap = self.uncertainty(), self.difference
        if math.isnan(error):
            few = f"{len(self.lengths)} test word{'s' * (len(self.lengths) > 1)}"
            return f"With {few} nobody can say which model is better: another shuffle could turn it round."
        told = f"The tree's test loss is {abs(gap):.3f} nats {'below' if gap < 0 else 'above'} the flat model's, "
        if abs(gap) <= SURE * error:
            return f"{told}give or take {error:.3f}. So on this list the two are equal, as far as can be seen."
        better = "tree" if gap < 0 else "flat model"
        return f"{told}give or take {error:.3f}: more than luck. The {better} is better here."

    def learned(self) -> str:
        """Whether the tree does better than counting which character follows which, by more than luck explains."""
        gap, error = _mean(self.losses["tree"]) - self.baselines["bigram"], self.uncertainty("bigram")
        if math.isnan(error):
            return "Nor can anybody say whether the tree does better than counting pairs of characters."
        better = "better" if gap < 0 else "worse"
        told = f"The tree is {abs(gap):.2f} nats {better} than counting pairs of characters, give or take {error:.2f}"
        if abs(gap) <= SURE * error:
            return f"{told}: the two are equal, as far as can be seen."
        return f"{told}{', perhaps because it sees further back' if gap < 0 else ': it has learned too little here'}."

    def __repr__(self) -> str:
        rows = [f"{kind:12} {_mean(found):.3f}  seeds {', '.join(f'{loss:.3f}' for loss in found)}"
                for kind, found in self.losses.items()]  # fmt: skip
        rows += [f"{name:12} {loss:.3f}" for name, loss in self.baselines.items()]
        return "\n".join(["test loss, nats per character", *rows, self.verdict(), self.learned()])

    @style.drawing
    def picture(self) -> style.Picture:
        """A dot for each seed, and one for each baseline."""
        groups = self.losses | {name: [loss] for name, loss in self.baselines.items()}
        return plots.dots(groups, "Test loss, three seeds each", "nats per character; lower is better")


def against_flat(words: WordList, sizes: Sizes, found: Search | None = None, seeds=SEEDS) -> Contest:
    """Train both models with the settings that the search chose, once a seed, and measure them on the test words."""
    found = found or search(words, sizes)
    settings = [(kind, seed) for kind in KINDS for seed in seeds]
    trained = [fit(words, sizes, kind, *found.best(kind), seed) for kind, seed in _bar(settings)]
    runs = {kind: [run for run in trained if run.kind == kind] for kind in KINDS}
    per_word = {kind: torch.stack([nats(run, "test") for run in runs[kind]]) for kind in KINDS}
    lengths = lengths_of(words, "test")
    losses = {kind: (table.sum(1) / lengths.sum()).tolist() for kind, table in per_word.items()}
    per_word["bigram"] = bigram(words)[None]
    best = min(runs["tree"], key=lambda run: run.loss("validation"))
    return Contest(found, losses, per_word, lengths, baselines(words), best)


def baselines(words: WordList) -> dict[str, float]:
    """Test losses of two models that need no training: pairs of characters counted, and all equally likely.

    Counts begin at 1, so that a pair that never came is unlikely and not impossible.
    """
    size = len(words.vocabulary)
    return {"bigram": (bigram(words).sum() / lengths_of(words, "test").sum()).item(), "uniform": math.log(size)}


def bigram(words: WordList) -> torch.Tensor:
    """The nats that each test word costs where pairs of characters are counted in the training words: (words,)."""
    size = len(words.vocabulary)
    pairs = Counter(_pairs(words, "training"))  # only those that came: all would be too many in some alphabets
    firsts = Counter(first for first, _ in _pairs(words, "training"))
    costs = [-math.log((pairs[pair] + 1) / (firsts[pair[0]] + size)) for pair in _pairs(words, "test")]
    return torch.stack([each.sum() for each in torch.tensor(costs).split(lengths_of(words, "test").int().tolist())])


def lengths_of(words: WordList, part: str) -> torch.Tensor:
    """The characters of each word of a part, its end included: (words,)."""
    return torch.tensor([len(word) + 1.0 for word in words.parts[part]])


def error_of_words(nats: torch.Tensor, lengths: torch.Tensor) -> float:
    """The standard error of a mean per character, from the nats of each word: nan for fewer than FEWEST_TEST_WORDS."""
    n = len(lengths)
    if n < FEWEST_TEST_WORDS:
        return math.nan
    off = nats - nats.sum() / lengths.sum() * lengths
    return math.sqrt((off**2).sum().item() * n / (n - 1)) / lengths.sum().item()


@torch.no_grad()
def nats(run: Run, part: str) -> torch.Tensor:
    """The loss of each word of a part, summed over its characters and its end: (words,)."""
    X, Y = run.words.examples(part, run.sizes.block_size)
    with evaluating(run.model):
        losses = torch.cat([F.cross_entropy(run.model(x), y, reduction="none")
                            for x, y in zip(X.split(4096), Y.split(4096), strict=True)])  # fmt: skip
    lengths = [len(word) + 1 for word in run.words.parts[part]]
    return torch.stack([each.sum() for each in losses.split(lengths)])


def _pairs(words, part):
    """Each character with the one after it, ends included: a list of pairs of numbers."""
    before, after = words.examples(part, 1)
    return list(zip(before[:, 0].tolist(), after.tolist(), strict=True))


def _bar(settings):
    """The settings, with a progress bar where they take long."""
    return tqdm(settings, unit="run", leave=False, delay=0.5, disable="TQDM_DISABLE" in os.environ)


def _mean(values):
    return sum(values) / len(values)
