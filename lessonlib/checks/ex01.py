"""Checks of 01, the flat MLP: windows, the loss of a guess, noisy batches, a smooth curve."""

from __future__ import annotations

import math

import torch

from . import reference
from .engine import Check
from .exercise import CODE, PREDICTION, VALUE, Case, Exercise, Mistake
from .expect import equal, returned, shaped, tensor
from .probes import ex01 as probes
from .values import number, parts, truth

# --- windows and targets ---


def _pair(data: dict, block: int) -> tuple[object, object, str]:
    call = f"`build_windows(words, {block}, stoi)`"
    pair = returned(data["pair"], call)
    if not isinstance(pair, list) or len(pair) != 2:
        raise Mistake(f"{call} should return two tensors, X and Y.", next="End with `return X, Y`.")
    return *pair, call


def _windows_shapes(data: dict, seed: int) -> None:
    words = probes.words(seed)
    X, Y, call = _pair(data, 3)
    right, _ = reference.windows(words, 3, probes.stoi())
    N, letters = len(right), sum(map(len, words))
    for part, shape, name in ((X, (N, 3), "X"), (Y, (N,), "Y")):
        tensor(part, f"`{name}` of {call}")
        without_ends = (letters, *shape[1:])
        shaped(part, shape, f"`{name}` of {call}", known={without_ends: "no-end-target"})
        if part.is_floating_point():
            raise Mistake(f"{name} holds numbers of type {part.dtype}.", misconception="indices-are-integers")


def _windows_values(block: int):
    def judge(data: dict, seed: int) -> None:
        words = probes.words(seed)
        X, Y, call = _pair(data, block)
        right_X, right_Y = reference.windows(words, block, probes.stoi())
        shaped(X, right_X.shape, f"`X` of {call}", known={(len(right_X), 3): "block-size-is-an-argument"})
        shaped(Y, right_Y.shape, f"`Y` of {call}")
        if not equal(X, right_X):
            raise Mistake(
                f"X is not right for the words {words}: some rows do not hold the {block} characters before their "
                "target.",
                misconception=_window_misconception(X, right_X, right_Y, block),
                picture=(X, right_X),
            )
        if not equal(Y, right_Y):
            sees = equal(Y, right_X[:, -1])
            raise Mistake(
                "X is right; Y is not: Y[i] should be the character that follows row i.",
                misconception="looks-to-the-right" if sees else None,
                picture=(Y, right_Y),
            )

    return judge


def _window_misconception(X: torch.Tensor, right: torch.Tensor, Y: torch.Tensor, block: int) -> str | None:
    running = torch.cat([torch.zeros(block, dtype=Y.dtype), Y])
    left_aligned = torch.stack([torch.cat([row[row > 0], row[row == 0]]) for row in right])
    variants = {
        "looks-to-the-right": torch.cat([right[:, 1:], Y[:, None]], 1),
        "newest-character-first": right.flip(1),
        "window-runs-on": running.unfold(0, block, 1)[: len(Y)],
        "padding-on-the-right": left_aligned,
    }
    return next((id for id, variant in variants.items() if equal(X, variant)), None)


WINDOWS = Exercise(
    id="windows",
    title="Windows and targets",
    kind=CODE,
    name="build_windows",
    grade_id="ex01-windows",
    check_id="ex01-windows-check",
    difficulty="medium",
    minutes=10,
    cases=(
        Case("X is (N, 3), Y is (N,), whole numbers", 1, probes.windows_of_3, _windows_shapes),
        Case("each row holds the 3 characters before its target", 2, probes.windows_of_3, _windows_values(3)),
        Case("windows of 8 as well", 1, probes.windows_of_8, _windows_values(8)),
    ),
    hints=(
        "Go through the words one by one. Each word starts with a context of zeros: the dot, `block_size` times.",
        "For each character of the word, and for the dot at its end: keep a copy of the context and the index of the "
        "character, then move on: drop the first item of the context, append the index.",
        "`context = context[1:] + [ix]` makes a new list. At the end, `torch.tensor(...)` both lists.",
    ),
)

# --- the loss of a guess ---

UNIFORM = Exercise(
    id="uniform",
    title="The loss of a guess",
    kind=VALUE,
    name="answer_uniform",
    grade_id="ex01-uniform",
    check_id="ex01-uniform-check",
    difficulty="easy",
    minutes=4,
    cases=parts(
        (
            "the loss of a uniform guess among 27",
            1,
            number(
                math.log(27),
                tolerance=0.002,
                known={
                    math.log2(27): "log-of-another-base",
                    math.log10(27): "log-of-another-base",
                    1 / 27: "a-probability-is-no-loss",
                    -math.log(27): "loss-has-a-minus",
                },
            ),
        ),
        (
            "the loss when the right character gets probability 1",
            1,
            number(0, tolerance=1e-6, known={1: "a-probability-is-no-loss"}),
        ),
        (
            "as unsure as among how many, at a loss of 2.1",
            1,
            number(
                math.exp(2.1),
                tolerance=0.03,
                known={2**2.1: "log-of-another-base", 10**2.1: "log-of-another-base", 2.1: "a-loss-is-no-count"},
            ),
        ),
    ),
    hints=(
        "The loss of one example is minus the natural logarithm of the probability that its right character got.",
        "Uniform among 27 means probability 1/27 for each. The third part asks for the n with -ln(1/n) = 2.1.",
    ),
)

# --- lucky and unlucky batches ---

LUCKY = Exercise(
    id="lucky",
    title="Lucky and unlucky batches",
    kind=PREDICTION,
    name="answer_lucky",
    grade_id="ex01-lucky",
    check_id="ex01-lucky-check",
    difficulty="medium",
    minutes=5,
    cases=parts(
        (
            "how many times less the losses of batches of 512 scatter than those of 32",
            1,
            number(4, tolerance=0.05, known={16: "scatter-falls-like-n", 1: "batch-size-changes-nothing"}),
        ),
        ("is their mean lower, too?", 1, truth(False, "big-batches-are-easier")),
        (
            "the batch size that scatters ten times less than 32",
            1,
            number(3200, tolerance=0.02, known={320: "scatter-falls-like-n"}),
        ),
    ),
    hints=(
        "A batch's loss is a mean of n examples' losses. The standard deviation of a mean falls like 1 / sqrt(n).",
        "512 is 16 times 32; the square root of 16 is the answer to the first part. For a tenth, n must grow by 10².",
    ),
)

# --- the smooth curve ---


def _smooth_3000(data: dict, seed: int) -> None:
    call = "`smooth(losses)`, for 3,000 losses,"
    losses = torch.tensor(probes.losses(seed, 3000))
    curve = _curve(returned(data["curve"], call), call)
    known = {(1000,): "mean-over-the-wrong-axis", (2001,): "moving-average", (3000,): "moving-average"}
    shaped(curve, (3,), call, known=known)
    _same_means(curve, losses, 1000)


def _smooth_2500(data: dict, seed: int) -> str:
    call = "`smooth(losses)`, for 2,500 losses,"
    losses = torch.tensor(probes.losses(seed, 2500))
    stuck = Mistake(
        f"For 2,500 losses your code raised {data['curve'].get('raised')}: {data['curve'].get('message')}",
        misconception="view-needs-a-multiple",
    )
    curve = _curve(returned(data["curve"], call, known=stuck), call)
    if tuple(curve.shape) == (2,):
        _same_means(curve, losses[:2000], 1000)
        return "the last 500 are left out"
    shaped(curve, (3,), call, next="Two points without the last 500 losses, or three with them, are both fine.")
    _same_means(curve[:2], losses[:2000], 1000)
    if equal(curve[2], losses[2000:].sum() / 1000):
        raise Mistake(f"The third point is {curve[2]:.2f}: too low.", misconception="padding-in-the-mean")
    if not equal(curve[2], losses[2000:].mean()):
        raise Mistake(f"The third point is {curve[2]:.4f}, the mean of the last 500 is {losses[2000:].mean():.4f}.")
    return "the last point is the mean of 500"


def _smooth_by_10(data: dict, seed: int) -> None:
    call = "`smooth(losses, n=10)`, for 40 losses,"
    curve = _curve(returned(data["curve"], call), call)
    empty = {(0,): "n-is-an-argument", (1,): "n-is-an-argument"}
    shaped(curve, (4,), call, known=empty)
    _same_means(curve, torch.tensor(probes.losses(seed, 40)), 10)


def _curve(value: object, call: str) -> torch.Tensor:
    """A list of numbers, or of tensors of one number, is as good as a tensor."""
    if isinstance(value, list) and value and all(isinstance(v, int | float) for v in value):
        return torch.tensor(value)
    if isinstance(value, list) and value and all(isinstance(v, torch.Tensor) and v.numel() == 1 for v in value):
        return torch.stack([v.reshape(()) for v in value])
    return tensor(value, call)


def _same_means(curve: torch.Tensor, losses: torch.Tensor, n: int) -> None:
    groups = losses.view(-1, n)
    right = groups.mean(1)
    if equal(curve, right):
        return
    variants = {
        "not-a-mean": groups.sum(1),
        "picks-instead-of-averages": groups[:, 0],
        "groups-of-neighbours": losses.view(n, -1).mean(0),
    }
    id = next((id for id, variant in variants.items() if equal(curve, variant)), None)
    if equal(curve, groups[:, -1]):
        id = "picks-instead-of-averages"
    raise Mistake(
        f"{len(right)} points came, as expected, but they are not the means of {n:,} losses in a row.",
        misconception=id,
        picture=(curve, right),
    )


SMOOTH = Exercise(
    id="smooth",
    title="The smooth curve",
    kind=CODE,
    name="smooth",
    grade_id="ex01-smooth",
    check_id="ex01-smooth-check",
    difficulty="easy",
    minutes=8,
    cases=(
        Case("3,000 losses give 3 means", 2, probes.smooth_3000, _smooth_3000),
        Case("2,500 losses are no error", 1, probes.smooth_2500, _smooth_2500),
        Case("another group size n", 1, probes.smooth_by_10, _smooth_by_10),
    ),
    hints=(
        "For 3,000 losses: `torch.tensor(losses).view(-1, n)` has one group in each row. Which axis do you average?",
        "`view(-1, n)` needs a multiple of n. `len(losses) // n * n` is the largest multiple that fits.",
    ),
)

EXERCISES = (WINDOWS, UNIFORM, LUCKY, SMOOTH)
check = Check(EXERCISES)
