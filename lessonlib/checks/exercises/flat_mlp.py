"""The exercises on the flat MLP: windows, the loss of a guess, noisy batches, a smooth curve."""

import math

import torch

from .. import reference
from ..declare import Case, code, easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import equal, returned, same, several, shaped, tensor
from ..probes import flat_mlp as probes
from .training_step import STEP
from .writing import WRITE

# --- windows and targets ---


def _pair(data: dict, block: int, name: str = "pair") -> tuple[object, object, str]:
    call = f"`build_windows(words, {block}, stoi)`"
    X, Y = several(returned(data[name], call), 2, call, "End with `return X, Y`.")
    return X, Y, call


def _windows_shapes(data: dict, seed: int) -> None:
    words = probes.words(seed)
    X, Y, call = _pair(data, 3)
    right, _ = reference.windows(words, 3, probes.stoi(seed))
    N, letters = len(right), sum(map(len, words))
    for found, shape, name in ((X, (N, 3), "X"), (Y, (N,), "Y")):
        shaped(found, shape, f"`{name}` of {call}", known={(letters, *shape[1:]): "no-end-target"})
        if found.is_floating_point():
            raise Mistake(f"{name} holds numbers of type {found.dtype}.", "indices-are-integers")


def _windows_values(block: int, name: str = "pair"):
    def judge(data: dict, seed: int) -> None:
        words = probes.words(seed) if name == "pair" else probes.words(seed)[:1]
        X, Y, call = _pair(data, block, name)
        right_X, right_Y = reference.windows(words, block, probes.stoi(seed))
        shaped(X, right_X.shape, f"`X` of {call}", known={(len(right_X), 3): "block-size-is-an-argument"})
        shaped(Y, right_Y.shape, f"`Y` of {call}")
        rows = f"some rows do not hold the {block} characters before their target."
        same(X, right_X, f"X is not right for the words {words}: {rows}", _misread(right_X, right_Y, block))
        says = "X is right; Y is not: Y[i] should be the character that follows row i."
        same(Y, right_Y, says, {"looks-to-the-right": right_X[:, -1]})

    return judge


def _windows_of_3(data: dict, seed: int) -> None:
    _windows_values(3)(data, seed)
    X, _, call = _pair(data, 3, "again")
    if not equal(X, _pair(data, 3)[0]):
        raise Mistake(
            f"{call}, called a second time, gave a different result.",
            next="Make the lists inside the function, so that every call begins with empty ones.",
        )


def _windows_of_8(data: dict, seed: int) -> None:
    _windows_values(8)(data, seed)
    _windows_values(1, "one")(data, seed)


def _misread(right: torch.Tensor, Y: torch.Tensor, block: int) -> dict[str, torch.Tensor]:
    running = torch.cat([torch.zeros(block, dtype=Y.dtype), Y])
    return {
        "looks-to-the-right": torch.cat([right[:, 1:], Y[:, None]], 1),
        "newest-character-first": right.flip(1),
        "window-runs-on": running.unfold(0, block, 1)[: len(Y)],
        "one-list-again": _last_contexts(right, Y, block),
        "padding-on-the-right": torch.stack([torch.cat([row[row > 0], row[row == 0]]) for row in right]),
    }


def _last_contexts(right: torch.Tensor, Y: torch.Tensor, block: int) -> torch.Tensor:
    """What all rows of a word become where they are one list: its context after the last step."""
    rows, waiting = [], 0
    for context, target in zip(right, Y, strict=True):
        waiting += 1
        if target == 0:
            rows += [torch.cat([context[1:], target[None]])] * waiting
            waiting = 0
    return torch.stack(rows)


WINDOWS = code("windows", "Windows and targets", medium, 10, name="build_windows")(
    Case("X is (N, 3), Y is (N,), whole numbers", probes.windows_of_3, _windows_shapes),
    Case("each row holds the 3 characters before its target", probes.windows_of_3, _windows_of_3, 2),
    Case("windows of 8 as well", probes.windows_of_8, _windows_of_8),
    why="Every character, and the end of the name, is a target once, and its window is the characters just before it.",
    hints=(
        "Go through the words one by one. Each word starts with a context of zeros: the dot, `block_size` times.",
        "For each character of the word, and for the dot at its end: keep a copy of the context and the index of the "
        "character, then move on: drop the first item of the context, append the index.",
        "`context = context[1:] + [ix]` makes a new list. At the end, `torch.tensor(...)` both lists.",
    ),
)

# --- the loss of a guess ---

UNIFORM = value("uniform", "The loss of a guess", easy, 4)(
    part(
        "the loss of a uniform guess among 27",
        math.log(27),
        {
            math.log2(27): "log-of-another-base",
            math.log10(27): "log-of-another-base",
            1 / 27: "a-probability-is-no-loss",
            -math.log(27): "loss-has-a-minus",
        },
        tolerance=0.002,
    ),
    part("the loss when the right character gets probability 1", 0, {1: "a-probability-is-no-loss"}, tolerance=1e-6),
    part(
        "how many equally likely characters would give a loss of 2.1",
        math.exp(2.1),
        {2**2.1: "log-of-another-base", 10**2.1: "log-of-another-base", 2.1: "a-loss-is-no-count"},
        tolerance=0.03,
    ),
    why="A loss is -ln of the probability given to the right character, so exp(loss) is the number of equally likely "
    "choices that it amounts to.",
    hints=(
        "The loss of one example is minus the natural logarithm of the probability that its right character got.",
        "Uniform among 27 means probability 1/27 for each. The third part asks for the n with -ln(1/n) = 2.1.",
    ),
)

# --- lucky and unlucky batches ---

LUCKY = prediction("lucky", "Lucky and unlucky batches", medium, 5)(
    part(
        "how many times smaller the standard deviation is with batches of 512 than with batches of 32",
        4,
        {16: "the-spread-goes-with-the-root", 0.25: "a-share-is-no-factor", 1: "batch-size-changes-nothing"},
        tolerance=0.05,
    ),
    part("whether, apart from luck, their mean is also lower", False, "big-batches-are-easier"),
    part(
        "the batch size with a tenth of the standard deviation of 32",
        3200,
        {320: "scatter-falls-like-n"},
        tolerance=0.02,
    ),
    why="The standard deviation of a mean of n independent losses falls like 1/√n, around the same value: a larger "
    "batch is less noisy, not lower.",
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
    curve = _curve(returned(data["curve"], call, "view-needs-a-multiple"), call)
    if tuple(curve.shape) == (2,):
        _same_means(curve, losses[:2000], 1000)
        return "the last 500 are left out"
    shaped(curve, (3,), call, next="Two points without the last 500 losses, or three with them, are both fine.")
    _same_means(curve[:2], losses[:2000], 1000)
    if equal(curve[2], losses[2000:].sum() / 1000):
        raise Mistake(f"The third point is {curve[2]:.2f}: too low.", "padding-in-the-mean")
    if not equal(curve[2], losses[2000:].mean()):
        raise Mistake(f"The third point is {curve[2]:.4f}, the mean of the last 500 is {losses[2000:].mean():.4f}.")
    return "the last point is the mean of 500"


def _smooth_by_10(data: dict, seed: int) -> None:
    call = "`smooth(losses, n=10)`, for 40 losses,"
    curve = _curve(returned(data["curve"], call), call)
    empty = {(0,): "n-is-an-argument", (1,): "n-is-an-argument"}
    shaped(curve, (4,), call, known=empty)
    _same_means(curve, torch.tensor(probes.losses(seed, 40)), 10)
    call = "`smooth(losses, n=7)`, for 47 losses,"
    curve, losses = _curve(returned(data["uneven"], call), call), torch.tensor(probes.losses(seed, 47))
    if len(curve) != 7:
        shaped(curve, (6,), call, next="Six points without the last 5 losses, or seven with them, are both fine.")
    _same_means(curve[:6], losses[:42], 7)
    if len(curve) == 7 and not equal(curve[6], losses[42:].mean()):
        raise Mistake(f"The last point of {call} is not the mean of the last 5.")
    call = "`smooth(losses, n=1)`, for 5 losses,"
    _same_means(
        shaped(_curve(returned(data["alone"], call), call), (5,), call), torch.tensor(probes.losses(seed, 5)), 1
    )


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
    variants = [
        ("not-a-mean", groups.sum(1)),
        ("picks-instead-of-averages", groups[:, 0]),
        ("picks-instead-of-averages", groups[:, -1]),
        ("groups-of-neighbours", losses.view(n, -1).mean(0)),
    ]
    says = f"There are {len(right)} points, as expected, but they are not the means of {n:,} losses in a row."
    same(curve, right, says, variants)


SMOOTH = code("smooth", "The smooth curve", easy, 8, name="smooth")(
    Case("3,000 losses give 3 means", probes.smooth_3000, _smooth_3000, 2),
    Case("2,500 losses raise no error", probes.smooth_2500, _smooth_2500),
    Case("another group size n", probes.smooth_by_10, _smooth_by_10),
    why="Cutting to a multiple of n lets `view` fold the losses into rows, and averaging a row takes out the luck.",
    hints=(
        "For 3,000 losses: `torch.tensor(losses).view(-1, n)` has one group in each row. Which axis do you average?",
        "`view(-1, n)` needs a multiple of n. `len(losses) // n * n` is the largest multiple that fits.",
    ),
)

check = Check("flat-mlp", WINDOWS, UNIFORM, LUCKY, SMOOTH, STEP, WRITE)
