"""A recipe under a budget: which names it trains on, which it is judged by, for how many seconds, to which steps.

    rehearsal   in a notebook, half a second: does the recipe run, end in time and learn at all?
    graded      `course.py grade`: a split of its own for each seed; the names it is judged by are in no process of an
                answer, and none of them is among those it trains on

What a recipe says about its own loss is not asked. The judge rebuilds the tree from its tensors and measures it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F

from lessonlib import data

from . import reference
from .exercise import Exercise

REHEARSAL = 0.5  # seconds
STEPS = (2.10, 2.05, 2.00, 1.97)  # on the course's validation names, in a minute
NEW_NAMES = 0.04  # what names that are not in training cost more than the course's validation names do
JUDGED = 4000  # names: chance moves their loss by about 0.01
HALF_WAY, HALF_STEPS = 15.0, (2.16, 2.11, 2.06, 2.03)  # for whom a minute is too long
GRACE = 1.1  # times the seconds, before a recipe is too late
SPARE = 1.0  # seconds on top: the cell itself, the way in and out
REFERENCE = 0.0045  # seconds of processor time of one `work` on the machine that the steps were set on


class Trial:
    """The names to train on, those to be judged by, and four losses to reach."""

    def __init__(self, names: Sequence[str], held_out: Sequence[str], seconds: float):
        self.names, self.seconds = list(names), seconds
        known = set("".join(self.names))
        self.characters = [data.STOP, *sorted(known)]
        self.held_out = [name for name in held_out if set(name) <= known]
        self.steps = _steps(self, seconds)
        self._windows: dict[tuple, tuple[torch.Tensor, torch.Tensor]] = {}
        self._understood: tuple[object, dict] = (None, {})
        self._measured: tuple[object, float] = (None, math.nan)

    def tree(self, came: object, understood: Callable[[object, int], dict]) -> dict:
        """The tree in what came, as `understood` reads it; several cases ask for the same one."""
        if self._understood[0] is not came or came is None:
            self._understood = came, understood(came, len(self.characters))
        return self._understood[1]

    def loss(self, tree: dict) -> float:
        """Nats per character of the held-out names."""
        if self._measured[0] is not tree:
            self._measured = tree, self._loss(tree, self.held_out)
        return self._measured[1]

    def letters(self) -> float:
        """The loss of the letters' frequencies alone, without any context."""
        return _by_counting(self, 0)

    def loss_in_training(self, tree: dict) -> float:
        """The same for some of the names that it was trained on."""
        return self._loss(tree, self.names[:200])

    @torch.no_grad()
    def _loss(self, tree: dict, names: Sequence[str]) -> float:
        key = (len(names), len(tree["levels"]))
        if key not in self._windows:
            index = {character: i for i, character in enumerate(self.characters)}
            self._windows[key] = reference.windows(list(names), 2 ** key[1], index)
        x, y = self._windows[key]
        with one_thread():
            parts = zip(x.split(4096), y.split(4096), strict=True)
            total = sum(F.cross_entropy(reference.tree_logits(a, tree), b, reduction="sum").item() for a, b in parts)
        return total / len(y)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread; as before afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def course() -> Trial:
    """The lesson's own split, as the ladder and every record of the course use it."""
    train, validation, _ = data.split(data.load_words())
    trial = Trial(train, validation, 60.0)
    trial.steps = STEPS
    return trial


def rehearsal(seed: int) -> Trial:
    """Some names, and half a second."""
    warm_up()
    names = _distinct(seed)
    return Trial(names[:2000], names[2000:2600], REHEARSAL)


def graded(seed: int, seconds: float) -> Trial:
    """Four fifths of all names, each once, drawn by the seed; of the rest as many as it takes to be judged by."""
    names = _distinct(seed)
    cut = len(names) * 4 // 5
    return Trial(names[:cut], names[cut : cut + JUDGED], seconds)


def _distinct(seed: int) -> list[str]:
    names = sorted(set(_all_names()))
    random.Random(seed).shuffle(names)
    return names


@functools.cache
def _all_names() -> tuple[str, ...]:
    return tuple(data.load_words())


def _steps(trial: Trial, seconds: float) -> tuple[float, ...]:
    """What is to be reached in so many seconds.

    Under HALF_WAY: better than guessing, than the letters' frequencies, then half-way to and all the way to pairs.
    """
    if seconds >= HALF_WAY:
        steps = STEPS if seconds >= 60 else HALF_STEPS
        return tuple(round(step + NEW_NAMES, 2) for step in steps)
    letters, pairs = (_by_counting(trial, width) for width in (0, 1))
    return math.log(len(trial.characters)) - 0.05, letters + 0.05, (letters + pairs) / 2, pairs


def _by_counting(trial: Trial, width: int) -> float:
    """The held-out loss of a table of counts, of the characters that follow the last `width`."""

    def followed(names):
        for name in names:
            text = data.STOP + name + data.STOP
            yield from ((text[i - width : i], text[i]) for i in range(1, len(text)))

    counts, size = Counter(followed(trial.names)), len(trial.characters)
    totals = Counter()
    for (before, _), count in counts.items():
        totals[before] += count
    found = [-math.log((counts[pair] + 1) / (totals[pair[0]] + size)) for pair in followed(trial.held_out)]
    return sum(found) / len(found)


@functools.cache
def warm_up() -> None:
    """Let torch import what its optimizers import at their first step: that takes longer than a rehearsal."""
    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.zeros(1)
    torch.optim.AdamW([parameter]).step()


# --- an exercise for a trial ---


def drawn(exercise: Exercise, trial: Trial) -> Exercise:
    """The exercise with this trial: its judges know it, and its probe is handed the names to train on."""

    def of_trial(judge: Callable) -> Callable:
        return lambda data, seed: judge(data, trial)

    cases = tuple(dataclasses.replace(case, judge=of_trial(case.judge)) for case in exercise.cases)
    made = dataclasses.replace(exercise, cases=cases, material={"names": trial.names})
    return _allowed(made, trial.seconds)


def slowed(exercise: Exercise, times: float) -> Exercise:
    """The same with so many times the seconds, for a machine that is slower than the one the steps were set on."""
    return _allowed(exercise, exercise.budget * times)


def _allowed(exercise: Exercise, seconds: float) -> Exercise:
    # The limit of a case strikes once half of it was spent on the processor: so a busy machine costs nobody anything.
    limit = 4 * (GRACE * seconds + SPARE)
    material = {**exercise.material, "seconds": seconds}
    return dataclasses.replace(exercise, material=material, budget=seconds, seconds=limit)


def slowness() -> float:
    """How many times as long as the reference this machine takes now for steps of training, at least 1, at most 8."""
    with one_thread():
        times = [work() for _ in range(12)]
    return min(8.0, max(1.0, sorted(times)[len(times) // 2] / REFERENCE))


def work() -> float:
    """Seconds of processor time, of this thread, for a step like those of a recipe."""
    generator = torch.Generator().manual_seed(1)
    sizes = [(48, 128), (256, 128), (256, 128), (128, 27)]
    weights = [(torch.randn(size, generator=generator) / size[0] ** 0.5).requires_grad_() for size in sizes]
    x, y = torch.randn(512, 8, 24, generator=generator), torch.randint(27, (512,), generator=generator)
    begun = time.thread_time()
    for weight in weights[:3]:
        x = x.reshape(512, x.shape[1] // 2, -1) @ weight
        x = F.batch_norm(x.reshape(-1, 128), None, None, training=True).reshape(x.shape).tanh()
    F.cross_entropy(x.squeeze(1) @ weights[3], y).backward()
    return time.thread_time() - begun
