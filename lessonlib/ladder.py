"""The ladder: the same tree, trained to the published loss in ever fewer seconds; each rung changes one thing."""

import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import torch

from lessonlib import data, fast, models, training
from lessonlib.convolution import dilated, end_to_end, name_batches
from lessonlib.distillation import OwnTeacher
from lessonlib.sharing import Prefixes, share, shared_batches

BLOCK_SIZE = 8


class Rung(NamedTuple):
    """One way to train: what it changes against the rung below, and all its settings."""

    name: str
    why: str
    optimizers: Callable
    epochs: float
    rows: int  # predictions in a batch
    fused: bool = False
    whole_names: bool = False
    all_answers: bool = False
    shared: bool = False
    precision: str = "highest"  # of matrix products, see torch.set_float32_matmul_precision
    prior: float = 0.0  # see fast.answers
    decay: float = 0.4  # the share of the steps over which the learning rate falls
    own_share: float = 0.0  # of the targets, from the model's own earlier predictions


class Climb(NamedTuple):
    """What a run came to: CPU seconds of preparing the answers and of the training loop; no evaluation in them."""

    model: object
    validation: float
    seconds: float
    steps: int


class Names:
    """A word list, split, in the forms that the rungs train on."""

    def __init__(self, words: Sequence[str]):
        self.vocabulary = data.Vocabulary(words)
        self.train, self.validation, self.test = data.split(words)
        self.windows = data.windows(self.train, BLOCK_SIZE, self.vocabulary)
        self.validation_windows = data.windows(self.validation, BLOCK_SIZE, self.vocabulary)

    def loss(self, model, words: Sequence[str]) -> float:
        """The mean loss of a tree on all windows of these words."""
        return training.evaluate(model, *data.windows(words, BLOCK_SIZE, self.vocabulary))

    def seen_and_new(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """Those of the words that are training names too, and the others."""
        known = set(self.train)
        return [word for word in words if word in known], [word for word in words if word not in known]


def adamw(model):
    """One AdamW for all parameters."""
    return [torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.01)]


SCHEDULE = Rung(
    "schedule",
    "Batches of 512 without replacement, AdamW, and a learning rate that falls to 0: no step on a plateau.",
    adamw,
    epochs=7,
    rows=512,
)
FUSED = SCHEDULE._replace(
    name="one kernel",
    why="BatchNorm as one kernel of torch instead of a dozen passes over memory.",
    fused=True,
)
WHOLE_NAMES = FUSED._replace(
    name="whole names",
    why="A convolution over whole names: each chunk is fused once, not once for every window it stands in.",
    whole_names=True,
)
MUON = WHOLE_NAMES._replace(
    name="Muon",
    why="Muon on the three hidden matrices: less than half the epochs.",
    optimizers=fast.muon_and_adamw,
    epochs=3,
    rows=1024,
)
ALL_ANSWERS = MUON._replace(
    name="all answers",
    why="Each context is trained on all the characters that ever follow it, at once: half the epochs again.",
    epochs=1.5,
    all_answers=True,
)
SHARED = ALL_ANSWERS._replace(
    name="shared beginnings",
    why="Names of a batch that begin alike share those rows: the larger the batch, the more is computed once.",
    optimizers=partial(fast.muon_and_adamw, lr=0.05),
    epochs=1.7,
    rows=1536,
    shared=True,
)
PRECISION = SHARED._replace(
    name="precision",
    why="Matrix products in bfloat16, where the processor has them (elsewhere nothing changes).",
    precision="medium",
)
RUNGS = (SCHEDULE, FUSED, WHOLE_NAMES, MUON, ALL_ANSWERS, SHARED, PRECISION)


def climb(rung: Rung, names: Names, seed: int = 42, n_embd: int = 24, n_hidden: int = 128, levels: int = 3) -> Climb:
    """Train a tree as the rung says, from the seed, and measure it on the validation names."""
    torch.manual_seed(seed)
    tree = models.tree(len(names.vocabulary), n_embd, n_hidden, levels)
    if rung.fused:
        fast.fuse(tree)
    steps = round(rung.epochs * len(names.windows[1]) / rung.rows)
    with precision(rung.precision):
        begin = time.process_time()
        model, batches, watchers = _prepared(rung, names, tree)
        schedule = training.warmup_hold_decay(steps, decay=rung.decay)
        training.train(model, batches, rung.optimizers(tree), steps, schedule, watchers, progress=False)
        seconds = time.process_time() - begin
    return Climb(tree, training.evaluate(tree, *names.validation_windows), seconds, steps)


def _prepared(rung, names, tree):
    """The tree in the form that the rung trains, its batches, and who watches the training."""
    X, Y = names.windows
    vocab_size = len(names.vocabulary)
    targets = fast.answers(X, Y, vocab_size, rung.prior) if rung.all_answers else Y
    if not rung.whole_names:
        return tree, training.minibatches(X, targets, rung.rows), ()
    text, _ = end_to_end(names.train, names.vocabulary)
    if not rung.shared:
        return dilated(tree), name_batches(text, targets, rung.rows), ()
    contexts = fast.contexts(X, vocab_size)
    model, batches = dilated(tree, positions=Prefixes()), shared_batches(text, targets, contexts, rung.rows)
    if not rung.own_share:
        return model, batches, ()
    distinct, _ = share(text, contexts, targets)
    which = contexts.unique(return_inverse=True)[1]
    an_epoch = max(1, len(text) // rung.rows)
    return model, batches, [OwnTeacher(model, distinct, which, targets, an_epoch, rung.own_share)]


@contextmanager
def precision(name: str):
    """Matrix products at this precision, and as before afterwards."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(name)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
