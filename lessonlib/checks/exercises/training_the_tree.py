"""The exercises on training the tree: the BatchNorm bug found and mended, a fair width, what seeds allow to say."""

import torch

from .. import reference
from ..batchnorm import CORRECTIONS, any_equal, averages, buffers, normalised, right_gradients, same_by_any, told
from ..declare import Case, code, hard, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import equal, returned, shaped
from ..probes import training_the_tree as probes
from ..probes.batchnorm import BETA, GAMMA, batch
from .broken_trees import CURE, SYMPTOMS
from .comparison import COMPARISON

# --- the bug, found ---

BUG = value("bug", "The bug that runs", medium, 8, given=True)(
    part(
        "the method that is wrong for (B, T, C)",
        "statistics",
        {
            "remember": "the-bug-is-where-it-shows",
            "normalise": "the-bug-is-where-it-shows",
            "__call__": "the-bug-is-where-it-shows",
        },
    ),
    part(
        "the shape of running_mean after (32, 4, 68)",
        (1, 4, 68),
        {
            (68,): "the-buffer-grew",
            (1, 68): "the-buffer-grew",
            (32, 1, 68): "one-statistic-an-example",
            (4, 68): "an-averaged-dimension-stays",
        },
    ),
    part("values that go into each of its means", 32, {128: "one-statistic-a-position", 4: "one-statistic-an-example"}),
    part(
        "values that go into each mean once the bug is fixed",
        128,
        {32: "one-statistic-a-position", 68: "channels-keep-apart", 8704: "channels-keep-apart"},
    ),
    why="`mean(0)` averages over examples alone and keeps one mean per position, each from 32 values; over both "
    "dimensions each channel has one mean, from 32 × 4 values.",
    hints=(
        "Run the layer on `torch.randn(32, 4, 68)` and look at its buffers. They should hold one number for "
        "each of the 68 channels.",
        "`x.mean(0)` averages over dimension 0 alone. With x (32, 4, 68), that leaves a mean for each position and "
        "channel.",
    ),
)

# --- the bug, mended ---

CALL = "`MendedBatchNorm(3)(x)`, for x (5, 4, 3),"


def _kept(data: dict, seed: int) -> None:
    counts = {12: "one-statistic-a-position", 15: "one-statistic-an-example", 60: "normalises-each-example"}
    for name in ("running_mean", "running_var"):
        found = data[name]
        if isinstance(found, torch.Tensor) and found.numel() in counts:
            says = f"After a batch (5, 4, 3) `{name}` has shape {tuple(found.shape)}: {found.numel()} numbers, "
            raise Mistake(says + "expected one for each of the 3 channels.", counts[found.numel()])
    mean, var = buffers(data, "after a batch (5, 4, 3)")
    right = averages([batch(seed, 5, 4)], 0.1)
    if not equal(mean, right[0][0]) or not any_equal(var, [var for _, var in right]):
        id = _kept_misconception(mean, var, batch(seed, 5, 4))
        raise Mistake(f"After a batch (5, 4, 3) {told(mean, var, right)}", id)


def _kept_misconception(mean: torch.Tensor, var: torch.Tensor, x: torch.Tensor) -> str | None:
    def moved(old: int, new: torch.Tensor) -> torch.Tensor:
        return (0.9 * old + 0.1 * new).expand(3)

    mixed = x.reshape(3, -1)
    within = [x.var(dim, correction=c).mean(0) for dim in (0, 1) for c in CORRECTIONS]
    if equal(mean, moved(0, mixed.mean(1))):
        return "reshape-mixes-channels"
    if equal(mean, moved(0, x.mean())):
        return "one-statistic-for-all-channels"
    if any_equal(var, [moved(1, v) for v in within]):
        return "mean-of-variances"
    if any_equal(var, [moved(1, reference.statistics(x, c)[1] ** 0.5) for c in CORRECTIONS]):
        return "standard-deviation-for-variance"
    return None


def _training(data: dict, seed: int) -> None:
    _right_output(returned(data["out"], CALL), batch(seed, 5, 4), CALL)
    call = "`MendedBatchNorm(3)(x)`, for x (1, 4, 3),"
    _right_output(returned(data["one"], call), batch(seed, 1, 4), call)


def _rows(data: dict, seed: int) -> None:
    call = "`MendedBatchNorm(3)(x)`, for x (6, 3),"
    three = ("Dimension out of range", "not enough values to unpack", "too many indices", "out of bounds")
    known = "rows-still-come" if any(words in data["out"].get("message", "") for words in three) else None
    out, x = returned(data["out"], call, known), batch(seed, 6)
    whole = [GAMMA * (x - x.mean()) / (x.var(correction=c) + 1e-5) ** 0.5 + BETA for c in CORRECTIONS]
    across = [GAMMA * (x - m) / (v + 1e-5) ** 0.5 + BETA for m, v in (_of_rows(x, c) for c in CORRECTIONS)]
    _right_output(out, x, call, [("rows-still-come", found) for found in (*whole, *across)])


def _of_rows(x: torch.Tensor, correction: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What (0, 1) or 1 as the dimension takes for statistics of (B, C): one for each row."""
    return x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=correction)


def _right_output(out: object, x: torch.Tensor, call: str, variants: list = ()) -> None:
    says = f"{call} does not give each channel mean 0 and variance 1 over all its values."
    same_by_any(shaped(out, tuple(x.shape), call), normalised(x, GAMMA, BETA), says, variants)


def _evaluation(data: dict, seed: int) -> None:
    call = "`MendedBatchNorm(3)(x)`, in evaluation, for x (2, 7, 3),"
    x = batch(seed + 1, 2, 7)
    out = shaped(returned(data["out"], call), (2, 7, 3), call)
    right = [reference.normalise(x, mean, var, GAMMA, BETA) for mean, var in averages([batch(seed, 5, 4)], 0.1)]
    says = f"{call} should use running_mean and running_var."
    same_by_any(out, right, says, [("eval-uses-the-batch", found) for found in normalised(x, GAMMA, BETA)])


def _gradients(data: dict, seed: int) -> None:
    right_gradients(data, batch(seed, 5, 4), CALL)


MEND = code("mend", "The bug, fixed", medium, 10, name="MendedBatchNorm", given=True)(
    Case("one statistic for each channel is kept", probes.kept, _kept, 2),
    Case("training normalises over batch and positions", probes.training, _training),
    Case("(B, C) works as before", probes.rows, _rows),
    Case("evaluation, on another number of positions", probes.evaluation, _evaluation),
    Case("gradients go through the statistics", probes.gradients, _gradients),
    why="All positions of a level share a channel, so its statistics are taken over all B × T values together.",
    hints=(
        "A channel of (B, T, C) has B * T values: all dimensions but the last one are averaged over.",
        "`x.mean((0, 1))` takes two dimensions at once. (B, C) has only one to take: check `x.ndim`, or stack all "
        "positions as rows with `x.reshape(-1, x.shape[-1])`.",
    ),
)

# --- a fair width ---

FAIR_WIDTH = value("fair_width", "A fair opponent", hard, 8)(
    part("parameters for each hidden unit", 109, {110: "bias-before-batchnorm", 107: "gamma-and-beta"}),
    part("parameters that are there whatever the width", 297, {270: "the-last-bias", 27: "an-embedding-counts"}),
    part(
        "the hidden width",
        203,
        {
            201: "bias-before-batchnorm",
            202: "the-nearest-width",
            202.75: "the-nearest-width",
            205: "an-embedding-counts",
            207: "gamma-and-beta",
            68: "same-width-is-not-fair",
        },
    ),
    why="Parameters grow in a straight line with the width, so one equation gives the width at which the two "
    "models cost the same.",
    hints=(
        "Each hidden unit adds a column of the hidden weight (8 characters of 10 numbers), gamma and beta, and a "
        "row of the last weight (27 numbers).",
        "The same for every width: the embedding and the bias of the last Linear. Then solve a * h + b = 22,397.",
    ),
)

# --- what seeds allow to say ---

CLAIMS = prediction("claims", "What may you claim?", medium, 5)(
    part("A: more layers helped here", True, "depth-changes-nothing"),
    part("B: the tree won", False, "the-tree-must-win"),
    part("C: recipe 2 is better", False, "noise-is-a-result"),
    part("D: equal size makes it fair", False, "equal-size-is-not-enough"),
    why="A difference counts only when it is larger than the gap between two seeds of one recipe, and only when both "
    "were trained with the same effort. Claim A is about this recipe alone, and there it holds. To find out whether "
    "more layers help with other recipes, you need a search for each model.",
    hints=(
        "Compare the ranges of the three seeds: do they overlap, and which one is lower?",
        "One run each, with a difference smaller than the gap between two seeds of one recipe: what does "
        "that show? And is it equal treatment to train one model twice as long?",
    ),
)

check = Check("training-the-tree", BUG, MEND, FAIR_WIDTH, CLAIMS, SYMPTOMS, CURE, COMPARISON)
