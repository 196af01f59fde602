"""One readable training loop, with everything that watches it outside; batches, schedules, evaluation, saving."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from tqdm.auto import tqdm

SECONDS_UNSEEN = 0.5  # a run shorter than this shows no progress bar


@dataclass
class History:
    """What a training run leaves behind: `losses[i]` was measured on the batch of step `steps[i]`."""

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)  # nats per character
    lrs: list[float] = field(default_factory=list)  # of the first optimizer
    val: list[tuple[int, float]] = field(default_factory=list)  # (step, validation loss), from ValidateEvery
    stopped: str | None = None  # "stopped at step 300 of 1000", if the learner stopped it


def train(
    model,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
    optimizer: torch.optim.Optimizer | Sequence[torch.optim.Optimizer],
    steps: int,
    schedule: Callable[[int], float] | None = None,
    callbacks: Sequence[Callable[[int, float, float], None]] = (),
    progress: bool = True,
) -> History:
    """Train on `steps` batches (x, y), with x (B, T) and y (B,) integers, and return the History.

    `schedule(step)` is a factor on each optimizer's own learning rate. Each callback gets (step, loss, lr) after
    the update; one that has an attribute `history` is given the History first. Ctrl-C or the stop button ends the
    loop early: what was learned stays in the model, and the History says where it stopped.
    """
    optimizers = list(optimizer) if isinstance(optimizer, Sequence) else [optimizer]
    base_lrs = [[group["lr"] for group in o.param_groups] for o in optimizers]
    history = History()
    for callback in callbacks:
        if hasattr(callback, "history"):
            callback.history = history
    model.train()
    silent = not progress or "TQDM_DISABLE" in os.environ
    bar = tqdm(total=steps, unit="step", disable=silent, leave=False, delay=SECONDS_UNSEEN)
    try:
        for step, (x, y) in zip(range(steps), batches, strict=False):
            _set_lrs(optimizers, base_lrs, schedule(step) if schedule else 1.0)

            logits = model(x)
            loss = F.cross_entropy(_check_logits(logits, y), y)
            for o in optimizers:
                o.zero_grad()
            loss.backward()
            for o in optimizers:
                o.step()

            lr = optimizers[0].param_groups[0]["lr"]
            history.steps.append(step)
            history.losses.append(loss.item())
            history.lrs.append(lr)
            for callback in callbacks:
                callback(step, history.losses[-1], lr)
            bar.update()
            if step % 50 == 0:
                bar.set_postfix_str(f"loss {history.losses[-1]:.2f}", refresh=False)
        if len(history.steps) < steps:
            _stop(history, steps, "There were no more batches; minibatches() gives them without end.")
    except KeyboardInterrupt:
        _stop(history, steps, "What was learned so far is kept.")
    finally:
        bar.close()
        _set_lrs(optimizers, base_lrs, 1.0)
    return history


def _stop(history, steps, why):
    history.stopped = f"stopped at step {len(history.steps)} of {steps}"
    print(f"Training {history.stopped}. {why}")


def _set_lrs(optimizers, base_lrs, factor):
    for o, lrs in zip(optimizers, base_lrs, strict=True):
        for group, lr in zip(o.param_groups, lrs, strict=True):
            group["lr"] = lr * factor


def _check_logits(logits, y):
    if logits.ndim != 2 or len(logits) != len(y):
        raise ValueError(
            f"The model gave logits of shape {tuple(logits.shape)} for {len(y)} targets, but one row for each target "
            f"is needed: ({len(y)}, vocabulary). Does the context have as many characters as the model expects? "
            "A tree of k levels needs exactly 2**k."
        )
    return logits


# Minibatches


def minibatches(
    X: torch.Tensor, Y: torch.Tensor, batch_size: int, replacement: bool = False, generator=None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches (x, y) of `batch_size` rows, without end.

    With replacement each batch is drawn afresh from all rows, as in the published lesson. Without, the rows are
    shuffled and dealt out, so that an epoch sees each row once (up to the remainder that fills no batch).
    """
    if not 1 <= batch_size <= len(X):
        raise ValueError(f"batch_size is {batch_size}; with {len(X)} examples it must be between 1 and {len(X)}.")
    while True:
        if replacement:
            ix = torch.randint(0, len(X), (batch_size,), generator=generator)
            yield X[ix], Y[ix]
            continue
        for ix in torch.randperm(len(X), generator=generator).split(batch_size):
            if len(ix) == batch_size:
                yield X[ix], Y[ix]


# Schedules: functions of the step that give a factor on the learning rate


def step_decay(at: int, factor: float = 0.1) -> Callable[[int], float]:
    """1 before step `at`, then `factor`: the published lesson's schedule."""
    return lambda step: 1.0 if step < at else factor


def warmup_hold_decay(steps: int, warmup: float = 0.05, decay: float = 0.4) -> Callable[[int], float]:
    """Rise over the first part of the steps, hold, then fall in a straight line to 0 over the last part.

    `warmup` and `decay` are fractions of the steps. Also called warmup-stable-decay, or a trapezoidal schedule.
    """

    def factor(step: int) -> float:
        done = (step + 1) / steps
        rise = done / warmup if warmup else 1.0
        fall = (1 - step / steps) / decay if decay else 1.0
        return min(1.0, rise, fall)

    return factor


def lr_range_test(steps: int, low: float = 1e-3, high: float = 1.0) -> Callable[[int], float]:
    """From `low` to `high`, each step by the same factor: a run that shows which learning rates work.

    Source: Smith, 2015, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186.
    """
    return lambda step: low * (high / low) ** (step / max(steps - 1, 1))


# Evaluation


@contextmanager
def evaluating(model):
    """Evaluation mode for the block of a `with`; afterwards the mode is what it was."""
    was_training = getattr(model, "training", True)  # a model of somebody's own may keep its mode under another name
    model.eval()
    try:
        yield
    finally:
        model.train() if was_training else model.eval()


@torch.no_grad()
def evaluate(model, X: torch.Tensor, Y: torch.Tensor, batch_size: int = 4096) -> float:
    """The mean negative log likelihood, in nats per character, in evaluation mode; the mode is put back after."""
    total = 0.0
    with evaluating(model):
        for x, y in zip(X.split(batch_size), Y.split(batch_size), strict=True):
            total += F.cross_entropy(_check_logits(model(x), y), y, reduction="sum").item()
    return total / len(Y)


class ValidateEvery:
    """A callback that measures the validation loss every `every` steps and keeps it in the History."""

    def __init__(self, model, X, Y, every: int):
        self.model, self.X, self.Y, self.every = model, X, Y, every
        self.history: History | None = None  # train() hands it over

    def __call__(self, step, loss, lr):
        if (step + 1) % self.every == 0:
            self.history.val.append((step + 1, evaluate(self.model, self.X, self.Y)))


def smooth(losses: Sequence[float], k: int = 1000) -> torch.Tensor:
    """The mean of each k losses in turn, (len // k,): the lesson's `view(-1, k).mean(1)`; a remainder is left out."""
    if not 1 <= k <= len(losses):
        raise ValueError(f"k is {k}, but there are {len(losses)} losses: a mean needs at least 1 of them, at most all.")
    whole = len(losses) // k * k
    return torch.as_tensor(losses[:whole]).view(-1, k).mean(1)


# Saving


def state(model) -> list[torch.Tensor]:
    """Everything a model has learned: its parameters, then BatchNorm's running statistics, layer by layer."""
    if isinstance(model, torch.nn.Module):
        return list(model.state_dict().values())
    return [*model.parameters(), *_buffers(model)]


def _buffers(layer):
    found = [getattr(layer, name) for name in ("running_mean", "running_var") if hasattr(layer, name)]
    return found + [b for child in getattr(layer, "layers", []) for b in _buffers(child)]


def save(model, path: str | Path) -> None:
    """Write the model's parameters and running statistics to a file."""
    torch.save([t.detach() for t in state(model)], path)


@torch.no_grad()
def load(model, path: str | Path) -> None:
    """Read into `model` what `save` wrote for a model of the same shape; nothing in the file can run code."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"There are no saved weights at {path}. Give the path that save() was given.")
    saved, mine = _read(path), state(model)
    if [t.shape for t in saved] != [t.shape for t in mine]:
        raise ValueError(
            f"{path} holds {sum(t.numel() for t in saved):,} numbers in {len(saved)} tensors; this model has "
            f"{sum(t.numel() for t in mine):,} in {len(mine)}. Build the model with the sizes it was saved with."
        )
    for old, new in zip(mine, saved, strict=True):
        old.copy_(new)


def _read(path):
    try:
        saved = torch.load(path, weights_only=True)
    except Exception:  # many kinds, one for each way in which a file can be wrong
        saved = None
    if not isinstance(saved, list) or not all(isinstance(t, torch.Tensor) for t in saved):
        raise ValueError(f"{path} is damaged, or not a file that save() wrote; nothing in it was run. Save again.")
    return saved
