"""The exercises on the ladder: a schedule with a warm-up, BatchNorm as one kernel, what gains come to together."""

import math

import torch

from .. import reference
from ..declare import Case, code, easy, hard, medium, part, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import equal, returned, same, shaped
from ..probes import the_ladder as probes
from ..values import Kind, understood

# --- rise, hold, fall ---


def _right(place: float, warmup: float, decay: float) -> float:
    rise = place / warmup if warmup else 1.0
    return min(1.0, rise, (1 - place) / decay)


SHAPES = {
    "starts-at-full-rate": lambda p: min(1.0, (1 - p) / 0.4),
    "never-falls": lambda p: min(1.0, p / 0.05),
    "falls-at-once": lambda p: min(1.0, p / 0.05, (1 - p) / 0.95),
    "falls-to-a-half": lambda p: min(1.0, p / 0.05, 0.5 + (1 - p) / 0.8),
    "rise-and-fall-swapped": lambda p: min(1.0, p / 0.4, (1 - p) / 0.05),
}


def _schedule(name: str, steps: int, warmup: float, decay: float, other: str | None = None):
    more = {"others": f", warmup={warmup:g}, decay={decay:g}", "none": ", warmup=0"}.get(name, "")
    call = f"`rise_hold_fall(step, {steps}{more})`"

    def judge(data: dict, seed: int) -> None:
        values = returned(data[name], call)
        if any(value is None for value in values):
            raise Mistake(f"{call} gave None, expected a number.", misconception="return-forgotten")
        found = [understood(value, Kind.NUMBER) for value in values]
        for place, got in zip(probes.PLACES, found, strict=True):
            right = _right(place, warmup, decay)
            if not _near(got, right, steps, warmup, decay):
                says = f"{call} gave {got:.3g} at step {round(place * steps)}, expected {right:.3g}."
                id = next((id for id, shape in SHAPES.items() if _alike(found, shape)), other)
                raise Mistake(says, id, next="Draw the three lines, and take the lowest at each step.")

    return judge


def _near(got: float, right: float, steps: int, warmup: float, decay: float) -> bool:
    """Counting steps from 0 or from 1 makes a difference of one step on either line."""
    return math.isfinite(got) and abs(got - right) <= 1.1 / (steps * min(warmup or 1.0, decay)) and got <= 1 + 1e-6


def _alike(found: list[float], shape) -> bool:
    return all(abs(f - shape(p)) <= 0.03 for f, p in zip(found, probes.PLACES, strict=True))


SCHEDULE = code("rise_hold_fall", "The first rung: rise, hold, fall", medium, 8, name="rise_hold_fall")(
    Case("rises, holds, falls", probes.factors, _schedule("usual", 1000, 0.05, 0.4), 2),
    Case("any number of steps", probes.factors, _schedule("shorter", 200, 0.05, 0.4, "a-thousand-is-written-in")),
    Case("any fractions", probes.factors, _schedule("others", 1000, 0.2, 0.7, "fractions-are-arguments")),
    Case("no warm-up at all", probes.factors, _schedule("none", 1000, 0.0, 0.4)),
    why="Each of the three parts is a straight line, and the lowest of them is the schedule.",
    hints=(
        "The line that rises: `(step + 1) / (warmup * steps)`. The one that falls: `(steps - step) / (decay * steps)`.",
        "`min(1.0, rise, fall)`. Where `warmup` is 0 there is no line that rises.",
    ),
)

# --- one kernel ---

CALL = "`fused_batchnorm(x, …, training={}{})`, for x {},"


def _statistics(seed: int, x: torch.Tensor, momentum: float) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Running mean and variance after x: torch keeps the unbiased variance; the biased one is right, too."""
    known = probes.numbers(seed)
    found = []
    for correction in (1, 0):
        mean, var = reference.statistics(x, correction)
        kept = (known["running_mean"], mean), (known["running_var"], var)
        found.append(tuple((1 - momentum) * old + momentum * new for old, new in kept))
    return found


def _by_batch(seed: int, x: torch.Tensor, eps: float = 1e-5, swapped: bool = False) -> torch.Tensor:
    known = probes.numbers(seed)
    scale, shift = (known["beta"], known["gamma"]) if swapped else (known["gamma"], known["beta"])
    return reference.normalise(x, *reference.statistics(x), scale, shift, eps)


def _by_running(seed: int, x: torch.Tensor) -> torch.Tensor:
    known = probes.numbers(seed)
    return reference.normalise(x, known["running_mean"], known["running_var"], known["gamma"], known["beta"])


def _out(data: dict, seed: int, x: torch.Tensor, right: torch.Tensor, mode: bool, wrong: dict, more: str = "") -> None:
    call = CALL.format(mode, more, tuple(x.shape))
    turned = "running_mean" in data["out"].get("message", "")  # torch counts them against dimension 1
    out = shaped(returned(data["out"], call, "channels-come-second" if turned else None), tuple(x.shape), call)
    same(out, right, f"{call} gives other numbers.", wrong, tolerance=2e-4)
    for name in ("gamma", "beta"):  # which only the optimizer may change
        if not equal(data[name], probes.numbers(seed)[name]):
            raise Mistake(f"{call} has changed `{name}` itself.", next="Only the running averages may change in place.")


def _kept(data: dict, seed: int, x: torch.Tensor, momentum: float = 0.1) -> None:
    rights, known = _statistics(seed, x, momentum), probes.numbers(seed)
    if any(equal(data["mean"], mean) and equal(data["var"], var) for mean, var in rights):
        return
    says = f"After a batch {tuple(x.shape)} the running averages are not {1 - momentum:g} old and {momentum:g} new."
    old, mean = known["running_mean"], rights[0][0]
    variants = [("the-buffers-stay-behind", old)]
    variants += [("momentum-of-torch", mean) for mean, _ in _statistics(seed, x, 1 - momentum)]
    variants += [("settings-left-out", mean) for mean, _ in _statistics(seed, x, 0.1)]
    variants += [("moved-twice", (1 - momentum) * mean + momentum * reference.statistics(x)[0])]
    variants += [
        ("mean-and-variance-swapped", (1 - momentum) * old + momentum * reference.statistics(x, c)[1]) for c in (0, 1)
    ]
    same(data["mean"], mean, f"{says} Of `running_mean`:", variants)
    variants = [("standard-deviation-for-variance", _with_deviation(seed, x, momentum, c)) for c in (0, 1)]
    same(data["var"], rights[0][1], f"{says} Of `running_var`:", variants)


def _with_deviation(seed: int, x: torch.Tensor, momentum: float, correction: int) -> torch.Tensor:
    """The running variance, had the deviation gone into it."""
    old, new = probes.numbers(seed)["running_var"], reference.statistics(x, correction)[1] ** 0.5
    return (1 - momentum) * old + momentum * new


def _by_position(seed: int, x: torch.Tensor) -> torch.Tensor:
    """LayerNorm: over the channels of each position."""
    known = probes.numbers(seed)
    mean, var = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, correction=0)
    return reference.normalise(x, mean, var, known["gamma"], known["beta"])


def _reshaped(seed: int, x: torch.Tensor) -> torch.Tensor:
    """(B, T, C) read as (B, C, T), as if `reshape` turned dimensions."""
    B, T, C = x.shape
    rows = x.reshape(B, C, T).mT
    return _by_batch(seed, rows).mT.reshape(B, T, C)


def _training(data: dict, seed: int) -> None:
    x = probes.drawn(seed, 5, 4, 3)
    wrong = {
        "gamma-before-beta": _by_batch(seed, x, swapped=True),
        "mode-left-out": _by_running(seed, x),
        "normalises-each-example": _by_position(seed, x),
        "reshape-is-no-transpose": _reshaped(seed, x),
    }
    _out(data, seed, x, _by_batch(seed, x), True, wrong)
    _kept(data, seed, x)


def _rows(data: dict, seed: int) -> None:
    x = probes.drawn(seed, 6, 3)
    _out(data, seed, x, _by_batch(seed, x), True, {})
    _kept(data, seed, x)


def _evaluation(data: dict, seed: int) -> None:
    x = probes.drawn(seed, 5, 4, 3)
    _out(data, seed, x, _by_running(seed, x), False, {"mode-left-out": _by_batch(seed, x)})
    if not equal(data["mean"], probes.numbers(seed)["running_mean"]):
        raise Mistake("In evaluation the running averages have changed.", "mode-left-out")


def _settings(data: dict, seed: int) -> None:
    x = probes.drawn(seed, 5, 4, 3)
    left_out = {"settings-left-out": _by_batch(seed, x)}
    _out(data, seed, x, _by_batch(seed, x, 0.5), True, left_out, ", momentum=0.3, eps=0.5")
    _kept(data, seed, x, 0.3)


def _gradients(data: dict, seed: int) -> None:
    x, known = probes.drawn(seed, 5, 4, 3).requires_grad_(), probes.numbers(seed)
    gamma, beta = known["gamma"].requires_grad_(), known["beta"].requires_grad_()
    out = reference.normalise(x, *reference.statistics(x), gamma, beta)
    (out * probes.drawn(seed + 1, 5, 4, 3)).sum().backward()
    for name, right in (("x", x.grad), ("gamma", gamma.grad), ("beta", beta.grad)):
        if not isinstance(data[name], torch.Tensor) or not equal(data[name], right, 1e-3):
            says = f"The gradient of `{name}` is not that of BatchNorm."
            raise Mistake(says, "cut-from-the-graph" if data[name] is None else None, picture=_pair(data[name], right))


def _pair(came: object, right: torch.Tensor):
    return (came, right) if isinstance(came, torch.Tensor) else None


FUSED = code("fused", "The second rung: one kernel", hard, 10, name="fused_batchnorm")(
    Case("training, over all positions", probes.training, _training, 2),
    Case("(B, C) works, too", probes.rows, _rows),
    Case("evaluation uses the running averages", probes.evaluation, _evaluation),
    Case("momentum and eps are arguments", probes.settings, _settings),
    Case("the gradients are BatchNorm's", probes.gradients, _gradients),
    why="`F.batch_norm` on rows (B * T, C) does in one call what the layer's lines do one after the other.",
    hints=(
        "`F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)` wants (N, C).",
        "`rows = x.reshape(-1, x.shape[-1])`, and the result goes back to `x.shape`.",
    ),
)

# --- gains ---

GAINS = value("gains", "What the rungs come to", easy, 6)(
    part(
        "steps of 7 epochs",
        7 * 183_802 / 512,
        {7 * 183_802: "a-step-is-a-batch", 183_802 / 512: "one-epoch-is-not-all"},
        tolerance=0.002,
    ),
    part("times as fast, both rungs together", 3, {2: "gains-multiply", 3.5: "gains-multiply", 2.5: "gains-multiply"}),
    part(
        "how many times as fast, at most",
        1 / 0.6,
        {2.5: "the-rest-remains", 1.4: "the-rest-remains"},
        tolerance=0.02,
    ),
    part("the soft target of n after 'an'", 2 / 3, {0.5: "every-name-counts", 1: "every-name-counts"}, tolerance=0.02),
    why="Gains from cheaper steps and from fewer steps multiply. Even if one part cost nothing, the others would still "
    "take their time.",
    hints=(
        "Each batch is one step. Take epochs times windows, in batches of 512.",
        "Time is steps times time of a step. If 40 of 100 seconds are saved, how many are left?",
    ),
)

check = Check("the-ladder", SCHEDULE, FUSED, GAINS)
