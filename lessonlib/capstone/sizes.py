"""How many levels, and how wide: a suggestion from the words themselves, with its reasons."""

import math
from dataclasses import dataclass, field

import torch

from lessonlib import plots, style
from lessonlib.capstone.words import WordList
from lessonlib.ladder.fused import fuse
from lessonlib.models import flat_mlp, tree
from lessonlib.shapes import trace

COVERED = 0.9  # the share of words that the context should hold whole
MOST_LEVELS = 5  # 32 characters
WIDTHS = ((500, 6, 16), (5_000, 8, 32), (50_000, 16, 64), (math.inf, 24, 96))  # targets below, n_embd, n_hidden
PASSES = 3  # through the training words in the short one of the two runs that are tried
STEPS = (60, 100)  # at least, at most
WORK = 2e10  # multiply-adds of a short run, forwards: a few seconds


@dataclass(frozen=True)
class Sizes:
    """The sizes of one project; the flat model gets the width at which it has as many parameters as the tree."""

    vocab_size: int
    levels: int
    n_embd: int
    n_hidden: int
    batch_size: int
    steps: int  # of a short run; a long one takes three times as many
    reasons: tuple[str, ...] = field(default=(), compare=False)

    @property
    def block_size(self) -> int:
        return 2**self.levels

    @property
    def flat_hidden(self) -> int:
        """The width h at which the flat model is as large: it has h * (block_size * n_embd + 2 + vocab_size) + rest."""
        rest = self.vocab_size * self.n_embd + self.vocab_size
        each = self.block_size * self.n_embd + 2 + self.vocab_size
        return max(1, round((count(self.model("tree")) - rest) / each))

    def model(self, kind: str, seed: int = 42):
        """A fresh "tree" or "flat" model, (B, block_size) to (B, vocab_size); the seed sets torch's generator."""
        torch.manual_seed(seed)
        if kind == "tree":
            return fuse(tree(self.vocab_size, self.n_embd, self.n_hidden, self.levels))
        if kind == "flat":
            return fuse(flat_mlp(self.vocab_size, self.block_size, self.n_embd, self.flat_hidden))
        raise ValueError(f'The kinds are "tree" and "flat"; {kind!r} came.')

    def __repr__(self) -> str:
        kinds = ", ".join(f"{kind} {count(self.model(kind)):,} parameters" for kind in ("tree", "flat"))
        about = f"{self.levels} levels, a context of {self.block_size}; {self.n_embd} numbers a character; "
        return "\n".join([f"{about}width {self.n_hidden}; {kinds}", *self.reasons])


def suggest(words: WordList, levels: int | None = None, n_hidden: int | None = None) -> Sizes:
    """Sizes for a word list: levels from the lengths of its words, width from how much there is to learn from.

    Hand over `levels` or `n_hidden` to choose them yourself. Raises ValueError for fewer than 1 level or unit.
    """
    fitting = needed(words)
    if (levels or fitting) < 1 or (n_hidden or 1) < 1 or levels == 0 or n_hidden == 0:
        raise ValueError(f"levels={levels}, n_hidden={n_hidden}: both must be at least 1.")
    chosen = min(fitting, MOST_LEVELS) if levels is None else levels
    n_embd, width = next((e, h) for below, e, h in WIDTHS if words.targets < below)
    windows = sum(len(word) + 1 for word in words.parts["training"])
    batch_size = max(8, min(256, 2 ** int(math.log2(windows / 96))))
    steps = min(STEPS[1], max(STEPS[0], PASSES * windows // batch_size))
    sizes = Sizes(len(words.vocabulary), chosen, n_embd, n_hidden or width, batch_size, steps)
    allowed = max(20, int(WORK / (batch_size * _work(sizes))))
    reasons = [_why_levels(words, chosen, levels is None and fitting > chosen), _why_width(words, sizes)]
    if allowed < steps:
        reasons.append(f"{allowed} steps a run instead of {steps}: more would take minutes at these sizes")
    return Sizes(*(sizes.vocab_size, chosen, n_embd, sizes.n_hidden, batch_size, min(steps, allowed)), tuple(reasons))


def needed(words: WordList) -> int:
    """The fewest levels that hold nine words of ten, whatever they would cost."""
    return levels_to_hold(words.lengths, COVERED)


def levels_to_hold(lengths: list[int], share: float) -> int:
    """The fewest levels whose 2**levels characters hold at least `share` of the words whole."""
    needed = sorted(lengths)[math.ceil(share * len(lengths)) - 1]
    return max(1, math.ceil(math.log2(needed)))


@style.drawing
def picture(words: WordList) -> style.Picture:
    """How many of the words fit whole into the context of 1 to 6 levels, as bars."""
    shares = {f"{k} level{'s' * (k > 1)}: {2**k}": _held(words, k) * 100 for k in range(1, 7)}
    return plots.bars(shares, "Words that fit into the context", "words that fit (percent)", form="{:.0f} %")


def count(model) -> int:
    """How many parameters a model has."""
    return sum(p.numel() for p in model.parameters())


def _held(words, levels):
    return sum(length <= 2**levels for length in words.lengths) / len(words)


def _work(sizes):
    return trace(sizes.model("tree"), torch.zeros(1, sizes.block_size, dtype=torch.long)).multiply_adds


def _why_levels(words, levels, capped):
    reason = f"levels: {2**levels} characters hold {_held(words, levels):.0%} of the words whole"
    if levels > 1 and not capped:
        reason += f", {2 ** (levels - 1)} only {_held(words, levels - 1):.0%}"
    longer = "; a level more would cost time, and what stands that far back says little"
    return reason + (longer if capped else "")


def _why_width(words, sizes):
    return (
        f"width: {words.targets:,} characters to learn from; a wider model than {sizes.n_hidden} would mostly learn "
        "them by heart"
    )
