"""Checks of 06, training the tree: the BatchNorm bug found and mended, a fair width, what seeds allow to say."""

from __future__ import annotations

import torch

from . import reference
from .batchnorm import CORRECTIONS, any_equal, averages, buffers, normalised, row
from .engine import Check
from .exercise import CODE, PREDICTION, VALUE, Case, Exercise, Mistake
from .expect import equal, returned, shaped
from .probes import ex06 as probes
from .probes.batchnorm import BETA, GAMMA, batch
from .values import number, parts, shape, truth, word

GIVEN = ("ex06-given",)

# --- the bug, found ---

BUG = Exercise(
    id="bug",
    title="The bug that runs",
    kind=VALUE,
    name="answer_bug",
    grade_id="ex06-bug",
    check_id="ex06-bug-check",
    difficulty="medium",
    minutes=8,
    given=GIVEN,
    cases=parts(
        (
            "the method that is wrong for (B, T, C)",
            1,
            word(
                "statistics",
                {
                    "remember": "the-bug-is-where-it-shows",
                    "normalise": "the-bug-is-where-it-shows",
                    "__call__": "the-bug-is-where-it-shows",
                },
            ),
        ),
        (
            "the shape of running_mean after (32, 4, 68)",
            1,
            shape(
                (1, 4, 68),
                {(68,): "the-buffer-grew", (1, 68): "the-buffer-grew", (32, 1, 68): "one-statistic-an-example"},
                also=[(4, 68)],
            ),
        ),
        (
            "values behind each of its means",
            1,
            number(32, known={128: "one-statistic-a-position", 4: "one-statistic-an-example"}),
        ),
        (
            "values behind each mean once it is mended",
            1,
            number(128, known={32: "one-statistic-a-position", 68: "channels-keep-apart", 8704: "channels-keep-apart"}),
        ),
    ),
    hints=(
        "Run the layer on `torch.randn(32, 4, 68)` and look at its buffers. One number for each of 68 channels was "
        "wanted.",
        "`x.mean(0)` averages over dimension 0 alone. (32, 4, 68) keeps a mean for each position and channel.",
    ),
)

# --- the bug, mended ---

CALL = "`MendedBatchNorm(3)(x)`, for x (5, 4, 3),"


def _kept(data: dict, seed: int) -> None:
    counts = {12: "one-statistic-a-position", 15: "one-statistic-an-example", 60: "normalises-each-example"}
    for name in ("running_mean", "running_var"):
        found = data[name]
        if isinstance(found, torch.Tensor) and found.numel() in counts:
            raise Mistake(
                f"After a batch (5, 4, 3) `{name}` has shape {tuple(found.shape)}: {found.numel()} numbers, expected "
                "one for each of the 3 channels.",
                misconception=counts[found.numel()],
            )
    mean, var = buffers(data, "after a batch (5, 4, 3)")
    right = averages([batch(seed, 5, 4)], 0.1)
    if not equal(mean, right[0][0]) or not any_equal(var, [var for _, var in right]):
        raise Mistake(
            f"After a batch (5, 4, 3) running_mean is {row(mean)}, expected {row(right[0][0])}; running_var is "
            f"{row(var)}, expected {row(right[1][1])}.",
            misconception=_kept_misconception(mean, var, batch(seed, 5, 4)),
        )


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


def _rows(data: dict, seed: int) -> None:
    call = "`MendedBatchNorm(3)(x)`, for x (6, 3),"
    lost = Mistake(
        f"{call} raised {data['out'].get('raised')}: {data['out'].get('message')}",
        misconception="rows-still-come",
    )
    _right_output(returned(data["out"], call, known=lost), batch(seed, 6), call, "rows-still-come")


def _right_output(out: object, x: torch.Tensor, call: str, id: str | None = None) -> None:
    right = normalised(x, GAMMA, BETA)
    if not any_equal(shaped(out, tuple(x.shape), call), right):
        raise Mistake(
            f"{call} does not give each channel mean 0 and variance 1 over all its values.",
            misconception=id,
            picture=(out, right[0]),
        )


def _evaluation(data: dict, seed: int) -> None:
    call = "`MendedBatchNorm(3)(x)`, in evaluation, for x (2, 7, 3),"
    x = batch(seed + 1, 2, 7)
    out = shaped(returned(data["out"], call), (2, 7, 3), call)
    right = [reference.normalise(x, mean, var, GAMMA, BETA) for mean, var in averages([batch(seed, 5, 4)], 0.1)]
    if not any_equal(out, right):
        uses_batch = any_equal(out, normalised(x, GAMMA, BETA))
        raise Mistake(
            f"{call} should use running_mean and running_var.",
            misconception="eval-uses-the-batch" if uses_batch else None,
            picture=(out, right[0]),
        )


def _gradients(data: dict, seed: int) -> None:
    right = []
    for correction in CORRECTIONS:
        x = batch(seed, 5, 4).requires_grad_()
        out = reference.normalise(x, *reference.statistics(x, correction), GAMMA, BETA)
        (out * batch(seed + 3, 5, 4)).sum().backward()
        right.append(x.grad)
    if not any_equal(data["x"], right):
        raise Mistake("The gradient that reaches x is not right.", misconception="statistics-cut-from-the-graph")


MEND = Exercise(
    id="mend",
    title="The bug, mended",
    kind=CODE,
    name="MendedBatchNorm",
    grade_id="ex06-mend",
    check_id="ex06-mend-check",
    difficulty="medium",
    minutes=10,
    given=GIVEN,
    cases=(
        Case("one statistic for each channel is kept", 2, probes.kept, _kept),
        Case("training normalises over batch and positions", 1, probes.training, _training),
        Case("(B, C) works as before", 1, probes.rows, _rows),
        Case("evaluation, on another number of positions", 1, probes.evaluation, _evaluation),
        Case("gradients go through the statistics", 1, probes.gradients, _gradients),
    ),
    hints=(
        "A channel of (B, T, C) has B * T values: all dimensions but the last one are averaged over.",
        "`x.mean((0, 1))` takes two dimensions at once. (B, C) has only one to take: ask for `x.ndim`, or lay all "
        "positions under each other with `x.reshape(-1, x.shape[-1])`.",
    ),
)

# --- a fair width ---

FAIR_WIDTH = Exercise(
    id="fair_width",
    title="A fair opponent",
    kind=VALUE,
    name="answer_fair_width",
    grade_id="ex06-fair-width",
    check_id="ex06-fair-width-check",
    difficulty="hard",
    minutes=8,
    cases=parts(
        (
            "parameters for each hidden unit",
            1,
            number(109, known={110: "bias-before-batchnorm", 107: "gamma-and-beta"}),
        ),
        (
            "parameters that are there whatever the width",
            1,
            number(297, known={270: "the-last-bias", 27: "an-embedding-counts"}),
        ),
        (
            "the hidden width",
            1,
            number(
                203,
                also={202: "82 parameters fewer than the tree", 202.75: "to be rounded: 202 or 203"},
                known={
                    201: "bias-before-batchnorm",
                    205: "an-embedding-counts",
                    207: "gamma-and-beta",
                    68: "same-width-is-not-fair",
                },
            ),
        ),
    ),
    hints=(
        "Each hidden unit brings: a column of the hidden weight (8 characters of 10 numbers), gamma and beta, and a "
        "row of the last weight (27 numbers).",
        "There whatever the width: the embedding and the bias of the last Linear. Then solve a * h + b = 22,397.",
    ),
)

# --- what seeds allow to say ---

CLAIMS = Exercise(
    id="claims",
    title="What may you claim?",
    kind=PREDICTION,
    name="answer_claims",
    grade_id="ex06-claims",
    check_id="ex06-claims-check",
    difficulty="medium",
    minutes=5,
    cases=parts(
        ("A: more layers helped here", 1, truth(True, "depth-changes-nothing")),
        ("B: the tree won", 1, truth(False, "the-tree-must-win")),
        ("C: recipe 2 is better", 1, truth(False, "noise-is-a-result")),
        ("D: equal size makes it fair", 1, truth(False, "equal-size-is-not-enough")),
    ),
    hints=(
        "Compare the ranges of the three seeds: do they overlap, and which one is lower?",
        "One run each, apart by less than two seeds of one recipe are apart: what does that show? And is a model that "
        "trains twice as long treated alike?",
    ),
)

EXERCISES = (BUG, MEND, FAIR_WIDTH, CLAIMS)
check = Check(EXERCISES)
