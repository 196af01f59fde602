"""Train one model on a word list, with words that it writes on the way."""

from dataclasses import dataclass, field

import torch

from lessonlib.capstone.sizes import Sizes
from lessonlib.capstone.words import WordList
from lessonlib.data import Vocabulary
from lessonlib.ladder.muon import muon_and_adamw
from lessonlib.sampling import sample
from lessonlib.training import History, evaluate, minibatches, train, warmup_hold_decay

WRITES_AT = (0.02, 0.15, 0.5, 1.0)  # parts of the run after which the model writes
LONG = 3  # a long run takes so many times the steps of a short one


@dataclass(frozen=True, eq=False)
class Run:
    """A trained model, and all that is to be known about how it came to be."""

    words: WordList = field(repr=False)
    sizes: Sizes = field(repr=False)
    kind: str
    lr: float
    steps: int
    seed: int
    model: object = field(repr=False)
    history: History = field(repr=False)
    wrote: tuple[tuple[int, tuple[str, ...]], ...] = field(default=(), repr=False)  # (after how many steps, words)

    @property
    def vocabulary(self) -> Vocabulary:
        return self.words.vocabulary

    def loss(self, part: str = "validation") -> float:
        """The loss on "training", "validation" or "test" words, in nats per character."""
        return evaluate(self.model, *self.words.examples(part, self.sizes.block_size))

    def record(self) -> dict:
        """What is worth keeping beside the weights."""
        return {
            "words": self.words.name,
            "lr": self.lr,
            "steps": len(self.history.steps),
            "seed": self.seed,
            "loss": {part: round(self.loss(part), 4) for part in ("training", "validation")},
        }


def fit(
    words: WordList,
    sizes: Sizes,
    kind: str = "tree",
    lr: float = 0.03,
    steps: int | None = None,
    seed: int = 42,
    live=None,
) -> Run:
    """Train a "tree" or a "flat" model on the training words and return the Run, its model in evaluation mode.

    `live` is a LiveLoss: it draws the loss and shows what the model writes. Without `steps`, a long run.
    """
    steps = steps or LONG * sizes.steps
    model = sizes.model(kind, seed)
    optimizers = muon_and_adamw(model, lr, adamw_lr=lr / 2)  # the last rung of lesson scaling-up
    X, Y = words.examples("training", sizes.block_size)
    batches = minibatches(X, Y, min(sizes.batch_size, len(X)), generator=torch.Generator().manual_seed(seed))
    wrote = []
    callbacks = [live, _writer(model, words, steps, live, wrote)] if live is not None else []
    history = train(model, batches, optimizers, steps, warmup_hold_decay(steps), callbacks, progress=False)
    return Run(words, sizes, kind, lr, steps, seed, model.eval(), history, tuple(wrote))


def _writer(model, words, steps, live, wrote):
    """A callback that lets the model write a few words at some steps, always from the same luck."""
    at = {max(1, round(part * steps)) for part in WRITES_AT}

    def write(step, loss, lr):
        if step + 1 in at:
            generator = torch.Generator().manual_seed(7)
            written = sample(model, words.vocabulary, 5, generator=generator, max_length=40)
            wrote.append((step + 1, tuple(written)))
            live.write(step + 1, written)

    return write
