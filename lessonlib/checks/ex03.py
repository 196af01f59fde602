"""Checks of 03, BatchNorm: the layer in both modes, its running averages by hand, its parameters, its coupling."""

from __future__ import annotations

import torch

from . import reference
from .batchnorm import CORRECTIONS, ONE, ZERO, any_equal, averages, buffers, normalised, row
from .engine import Check
from .exercise import CODE, PREDICTION, VALUE, Case, Exercise, Mistake
from .expect import equal, returned, shaped
from .probes import ex03 as probes
from .probes.batchnorm import BETA, GAMMA, batch
from .values import number, parts, truth

# --- BatchNorm1d ---

CALL = "`BatchNorm1d(3)(x)`"


def _start(data: dict, seed: int) -> None:
    found = returned(data["parameters"], "BatchNorm1d(3).parameters()")
    if len(found) != 2:
        raise Mistake(
            f"`BatchNorm1d(3).parameters()` gave {len(found)} tensors, expected 2: gamma and beta.",
            misconception="buffers-are-parameters" if len(found) == 4 else None,
        )
    if sorted(p.reshape(-1).tolist() for p in found) != [[0.0] * 3, [1.0] * 3]:
        raise Mistake("gamma should start as three ones and beta as three zeros, so that at first they do nothing.")
    mean, var = buffers(data, "in a new layer")
    if not equal(mean, ZERO) or not equal(var, ONE):
        raise Mistake(
            f"A new layer has running_mean {mean.tolist()} and running_var {var.tolist()}, expected zeros and ones."
        )
    if data["training"] is not True:
        raise Mistake("A new layer should be in training mode: `self.training = True`.")


def _training(data: dict, seed: int) -> None:
    x = batch(seed, 6)
    out = shaped(returned(data["out"], CALL), (6, 3), CALL)
    right = normalised(x)
    if not any_equal(out, right):
        raise Mistake(
            f"{CALL} in training should give each column mean 0 and variance 1 (mean {row(out.mean(0))}, variance "
            f"{row(out.var(0))} came).",
            misconception=_training_misconception(out, x),
            picture=(out, right[0]),
        )
    flat = returned(data["constant"], CALL)
    if not bool(torch.isfinite(flat).all()):
        raise Mistake("A channel that is the same in the whole batch gave nan.", misconception="no-eps")


def _training_misconception(out: torch.Tensor, x: torch.Tensor) -> str | None:
    for correction in CORRECTIONS:
        mean, var = reference.statistics(x, correction)
        across, across_var = reference.statistics(x.T, correction)
        variants = {
            "normalises-each-example": ((x.T - across) / (across_var + 1e-5) ** 0.5).T,
            "divides-by-the-variance": (x - mean) / (var + 1e-5),
            "mean-not-subtracted": x / (var + 1e-5) ** 0.5,
            "training-uses-the-running-statistics": x,
            "one-statistic-for-all-channels": (x - x.mean()) / (x.var(correction=correction) + 1e-5) ** 0.5,
        }
        for id, variant in variants.items():
            if equal(out, variant):
                return id
    return None


def _affine(data: dict, seed: int) -> None:
    out = shaped(returned(data["out"], CALL), (6, 3), CALL)
    x = batch(seed, 6)
    if not any_equal(out, normalised(x, GAMMA, BETA)):
        forgotten = [*normalised(x), *normalised(x, gamma=GAMMA), *normalised(x, beta=BETA)]
        raise Mistake(
            f"With gamma {row(GAMMA)} and beta {row(BETA)}, {CALL} is not gamma * normalised + beta.",
            misconception="gamma-beta-not-applied" if any_equal(out, forgotten) else None,
            picture=(out, normalised(x, GAMMA, BETA)[0]),
        )


def _running(data: dict, seed: int) -> None:
    batches = [batch(seed, 6), batch(seed + 1, 6)]
    for count, name in ((1, "first"), (2, "second")):
        mean, var = buffers(data[name], f"after {count} batches in training")
        right = averages(batches[:count], probes.MOMENTUM)
        if equal(mean, right[0][0]) and any_equal(var, [var for _, var in right]):
            continue
        raise Mistake(
            f"With momentum {probes.MOMENTUM}, after {count} {'batch' if count == 1 else 'batches'}, running_mean is "
            f"{row(mean)}, expected {row(right[0][0])}; running_var is {row(var)}, expected {row(right[1][1])}.",
            misconception=_running_misconception(mean, var, batches[:count]),
        )


def _running_misconception(mean: torch.Tensor, var: torch.Tensor, batches: list[torch.Tensor]) -> str | None:
    if equal(mean, ZERO) or equal(var, ONE):
        return "buffers-never-updated"
    momenta = {1 - probes.MOMENTUM: "momentum-backwards", 1.0: "last-batch-only", 0.1: "momentum-is-an-argument"}
    return next((id for m, id in momenta.items() if equal(mean, averages(batches, m)[0][0])), None)


def _evaluation(data: dict, seed: int) -> None:
    call = f"{CALL} in evaluation"
    out = shaped(returned(data["out"], call), (6, 3), call)
    x = batch(seed + 1, 6)
    right = [reference.normalise(x, mean, var, GAMMA, BETA) for mean, var in averages([batch(seed, 6)], 0.1)]
    if not any_equal(out, right):
        uses_batch = any_equal(out, normalised(x, GAMMA, BETA))
        raise Mistake(
            "With `layer.training = False` the output should be made with running_mean and running_var.",
            misconception="eval-uses-the-batch" if uses_batch else None,
            picture=(out, right[0]),
        )
    shaped(returned(data["single"], f"{call}, for a batch of one,"), (1, 3), call)
    before, later = (buffers(data[when], "in evaluation") for when in ("before", "after"))
    if not all(equal(b, a) for b, a in zip(before, later, strict=True)):
        raise Mistake(
            f"A call in evaluation moved running_mean from {row(before[0])} to {row(later[0])}.",
            misconception="eval-updates-the-buffers",
        )


def _gradients(data: dict, seed: int) -> None:
    if any(data["buffers_in_graph"]):
        raise Mistake("running_mean or running_var requires a gradient.", misconception="buffers-keep-the-graph")
    if any(g is None for g in data["parameters"]) or data["x"] is None:
        raise Mistake("After `backward()` gamma, beta or x has no gradient.", misconception="graph-is-cut")
    right = []
    for correction in CORRECTIONS:
        x = batch(seed, 6).requires_grad_()
        out = reference.normalise(x, *reference.statistics(x, correction), GAMMA, BETA)
        (out * batch(seed + 3, 6)).sum().backward()
        right.append(x.grad)
    if not any_equal(data["x"], right):
        raise Mistake(
            "The gradient that reaches x is not right.",
            misconception="statistics-cut-from-the-graph",
            picture=(data["x"], right[0]),
        )


BATCHNORM = Exercise(
    id="batchnorm",
    title="BatchNorm1d",
    kind=CODE,
    name="BatchNorm1d",
    grade_id="ex03-batchnorm",
    check_id="ex03-batchnorm-check",
    difficulty="hard",
    minutes=25,
    cases=(
        Case("a new layer: gamma, beta, buffers, mode", 1, probes.start, _start),
        Case("training normalises each channel over the batch", 2, probes.training, _training),
        Case("gamma and beta are applied", 1, probes.affine, _affine),
        Case("training moves the running averages", 2, probes.running, _running),
        Case("evaluation uses the running averages and leaves them alone", 2, probes.evaluation, _evaluation),
        Case("gradients go through the statistics, not into the buffers", 1, probes.gradients, _gradients),
    ),
    hints=(
        "In `__init__`: gamma ones, beta zeros, running_mean zeros, running_var ones, each of shape (dim,), and "
        "`self.training = True`. Only gamma and beta are parameters.",
        "In training take `x.mean(0)` and `x.var(0)`; in evaluation take the two buffers. Then both modes go on alike: "
        "subtract, divide by the root of the variance plus eps, times gamma, plus beta.",
        "`running = (1 - momentum) * running + momentum * new`, under `torch.no_grad()`, and only in training.",
    ),
)

# --- running averages by hand ---

RUNNING = Exercise(
    id="running",
    title="Running averages by hand",
    kind=VALUE,
    name="answer_running",
    grade_id="ex03-running",
    check_id="ex03-running-check",
    difficulty="easy",
    minutes=4,
    cases=parts(
        (
            "running mean after the first batch",
            1,
            number(0.2, tolerance=1e-3, known={1.8: "momentum-backwards", 2: "last-batch-only"}),
        ),
        (
            "running mean after the second batch",
            1,
            number(
                0.58,
                tolerance=1e-3,
                known={
                    3.78: "momentum-backwards",
                    4: "last-batch-only",
                    3: "a-plain-average",
                    0.6: "the-old-value-shrinks",
                },
            ),
        ),
        (
            "running variance after the first batch",
            1,
            number(1.4, tolerance=1e-3, known={4.6: "momentum-backwards", 0.5: "variance-starts-at-one"}),
        ),
    ),
    hints=(
        "new running mean = 0.9 times the old one + 0.1 times the batch's.",
        "The running mean starts at 0, the running variance at 1.",
    ),
)

# --- 12,097 by hand ---

COUNT = Exercise(
    id="count",
    title="12,097 by hand",
    kind=VALUE,
    name="answer_count",
    grade_id="ex03-count",
    check_id="ex03-count-check",
    difficulty="easy",
    minutes=6,
    cases=parts(
        ("the embedding", 1, number(270, known={27: "an-embedding-is-a-table"})),
        ("the hidden Linear", 1, number(6000, known={6200: "bias-before-batchnorm"})),
        (
            "the BatchNorm",
            1,
            number(400, known={800: "buffers-are-parameters", 200: "gamma-and-beta", 2: "gamma-and-beta"}),
        ),
        ("the last Linear", 1, number(5427, known={5400: "the-last-bias"})),
        (
            "all together",
            1,
            number(
                12097,
                known={12297: "bias-before-batchnorm", 12497: "buffers-are-parameters", 12070: "the-last-bias"},
            ),
        ),
    ),
    hints=(
        "An embedding is a table: characters times numbers for each. A Linear has fan_in times fan_out weights, and "
        "fan_out more for its bias, if it has one.",
        "The hidden Linear takes in 3 characters of 10 numbers each. It has no bias: the BatchNorm after it has beta.",
    ),
)

# --- the coupling ---

COUPLING = Exercise(
    id="coupling",
    title="Who depends on whom?",
    kind=PREDICTION,
    name="answer_coupling",
    grade_id="ex03-coupling",
    check_id="ex03-coupling-check",
    difficulty="medium",
    minutes=5,
    cases=parts(
        ("training: does example 1 feel example 2?", 1, truth(True, "examples-are-independent")),
        ("evaluation: does example 1 feel example 2?", 1, truth(False, "eval-uses-the-batch")),
        (
            "the gradient of a bias just before a BatchNorm",
            1,
            number(0, tolerance=1e-5, known={1: "bias-before-batchnorm"}),
        ),
    ),
    hints=(
        "Which numbers go into the mean that is subtracted from example 1, in training and in evaluation?",
        "Add the same number to a whole channel of the batch: what does the mean do, and what is left of it?",
    ),
)

EXERCISES = (BATCHNORM, RUNNING, COUNT, COUPLING)
check = Check(EXERCISES)
