"""The exercises on BatchNorm: the layer in both modes, its running averages by hand, its parameters, its coupling."""

from collections.abc import Iterator

import torch

from .. import batchnorm as bn
from .. import reference
from ..declare import Case, code, easy, hard, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import equal, own, returned, shaped, tensor
from ..probes import batchnorm as probes
from ..probes.batchnorm import BETA, GAMMA, batch

# --- BatchNorm1d ---

CALL = "`BatchNorm1d(3)(x)`"


def _start(data: dict, seed: int) -> None:
    own(data["computed_in"], data["inside"], "nn.BatchNorm1d")
    call = "`BatchNorm1d(3).parameters()`"
    found = returned(data["parameters"], call)
    found = [tensor(p, f"An item of {call}") for p in found]
    if len(found) != 2:
        says = f"`BatchNorm1d(3).parameters()` gave {len(found)} tensors, expected 2: gamma and beta."
        raise Mistake(says, "buffers-are-parameters" if len(found) == 4 else None)
    if sorted(p.reshape(-1).tolist() for p in found) != [[0.0] * 3, [1.0] * 3]:
        came = " and ".join(bn.row(p.reshape(-1)) for p in found)
        says = f"{call} gave {came}, expected three ones for gamma and three zeros for beta."
        raise Mistake(says, "gamma-starts-at-one")
    mean, var = bn.buffers(data, "in a new layer")
    if not equal(mean, bn.ZERO) or not equal(var, bn.ONE):
        says = f"A new layer has running_mean {mean.tolist()} and running_var {var.tolist()}, expected zeros and ones."
        raise Mistake(says, "variance-starts-at-one" if equal(mean, bn.ZERO) else "the-mean-starts-at-zero")
    if data["training"] is not True:
        raise Mistake("A new layer should be in training mode: `self.training = True`.")


def _training(data: dict, seed: int) -> None:
    x = batch(seed, 6)
    out = shaped(returned(data["out"], CALL), (6, 3), CALL)
    says = f"{CALL} in training should give each column mean 0 and variance 1"
    says = f"{says}; it has mean {bn.row(out.mean(0))} and variance {bn.row(out.var(0))}."
    bn.same_by_any(out, bn.normalised(x), says, _mistaken(x))
    if data["mode"] is not True:
        raise Mistake(
            f"After a call in training `training` is {data['mode']}, expected True as before.",
            next="Leave the mode alone: the code that uses the layer sets it.",
        )
    flat = returned(data["constant"], CALL)
    if not bool(torch.isfinite(flat).all()):
        raise Mistake("A channel that is the same in the whole batch gave nan.", "no-eps")
    if not equal(flat[:, 0], torch.zeros(6), 1e-2):
        raise Mistake("A channel that is the same in the whole batch should become 0.")
    _eps(data, x)
    two = shaped(returned(data["two"], f"{CALL}, for a batch of two,"), (2, 3), f"{CALL}, for a batch of two,")
    bn.same_by_any(two, bn.normalised(batch(seed, 2)), f"{CALL}, for a batch of two, is not right.")


def _eps(data: dict, x: torch.Tensor) -> None:
    """A large eps, to see where it goes."""
    call = f"`BatchNorm1d(3, eps={probes.EPS})(x)`"
    found = shaped(returned(data["eps"], call), (6, 3), call)
    sides = [reference.statistics(x, correction) for correction in bn.CORRECTIONS]
    right = [reference.normalise(x, *pair, bn.ONE, bn.ZERO, probes.EPS) for pair in sides]
    variants = [
        *(("eps-is-an-argument", (x - mean) / (var + eps) ** 0.5) for mean, var in sides for eps in (1e-5, 0, 1e-3)),
        *(("eps-outside-the-root", (x - mean) / (var**0.5 + probes.EPS)) for mean, var in sides),
    ]
    bn.same_by_any(found, right, f"{call} does not divide by the root of variance + {probes.EPS}.", variants)


def _mistaken(x: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """What each misconception would give in training, by each convention."""
    yield "gamma-and-beta-swapped", torch.ones_like(x)  # a fresh beta times all, and a fresh gamma added
    for correction in bn.CORRECTIONS:
        mean, var = reference.statistics(x, correction)
        across, across_var = reference.statistics(x.T, correction)
        yield "normalises-each-example", ((x.T - across) / (across_var + 1e-5) ** 0.5).T
        yield "divides-by-the-variance", (x - mean) / (var + 1e-5)
        yield "mean-not-subtracted", x / (var + 1e-5) ** 0.5
        yield "training-uses-the-running-statistics", x
        for momentum in (0.1, 1.0):  # moved first, then used
            moved = bn.averages([x], momentum)[correction]
            yield "training-uses-the-running-statistics", reference.normalise(x, *moved, bn.ONE, bn.ZERO)
        yield "one-statistic-for-all-channels", (x - x.mean()) / (x.var(correction=correction) + 1e-5) ** 0.5


def _affine(data: dict, seed: int) -> None:
    out = shaped(returned(data["out"], CALL), (6, 3), CALL)
    x = batch(seed, 6)
    forgotten = [*bn.normalised(x), *bn.normalised(x, gamma=GAMMA), *bn.normalised(x, beta=BETA)]
    says = f"With gamma {bn.row(GAMMA)} and beta {bn.row(BETA)}, {CALL} is not gamma * normalised + beta."
    variants = [("gamma-beta-not-applied", found) for found in forgotten]
    variants += [("gamma-and-beta-swapped", found) for found in bn.normalised(x, BETA, GAMMA)]
    variants += [("the-shift-comes-last", GAMMA * (found + BETA)) for found in bn.normalised(x)]
    bn.same_by_any(out, bn.normalised(x, GAMMA, BETA), says, variants)
    if not bn.any_equal(returned(data["beside"], f"another {CALL}"), bn.normalised(x)):
        raise Mistake("New numbers in one layer's gamma and beta change what another layer gives.", "two-are-one")


def _running(data: dict, seed: int) -> None:
    mean, var = bn.buffers(data["beside"], "in a layer beside it")
    if not equal(mean, bn.ZERO) or not equal(var, bn.ONE):
        raise Mistake("A batch through one layer has moved the running averages of another.", "two-are-one")
    batches = [batch(seed, 6), batch(seed + 1, 6)]
    for count, name in ((1, "first"), (2, "second")):
        mean, var = bn.buffers(data[name], f"after {count} batches in training")
        right = bn.averages(batches[:count], probes.MOMENTUM)
        if equal(mean, right[0][0]) and bn.any_equal(var, [var for _, var in right]):
            continue
        seen = f"With momentum {probes.MOMENTUM}, after {count} {'batch' if count == 1 else 'batches'},"
        raise Mistake(f"{seen} {bn.told(mean, var, right)}", _running_misconception(mean, var, data, batches))


def _running_misconception(mean: torch.Tensor, var: torch.Tensor, data: dict, batches: list) -> str | None:
    """Why the averages are what they are: several mistakes look alike after one batch, and not after two."""
    if equal(mean, bn.ZERO) or equal(var, bn.ONE):
        return "buffers-never-updated"
    if bn.any_equal(var, _with_deviation(batches[0])):
        return "standard-deviation-for-variance"
    second, means = bn.buffers(data["second"], "after 2 batches in training")[0], [x.mean(0) for x in batches]
    if equal(second, sum(means) / 2):
        return "a-plain-average"
    momenta = {1 - probes.MOMENTUM: "momentum-backwards", 1.0: "last-batch-only", 0.1: "momentum-is-an-argument"}
    return next((id for m, id in momenta.items() if equal(second, bn.averages(batches, m)[0][0])), None)


def _with_deviation(x: torch.Tensor) -> list[torch.Tensor]:
    """The running variance after one batch, had the deviation gone into it."""
    kept, new = 1 - probes.MOMENTUM, probes.MOMENTUM
    return [kept + new * reference.statistics(x, correction)[1] ** 0.5 for correction in bn.CORRECTIONS]


def _evaluation(data: dict, seed: int) -> None:
    call = f"{CALL} in evaluation"
    out = shaped(returned(data["out"], call), (6, 3), call)
    x = batch(seed + 1, 6)
    right = [reference.normalise(x, mean, var, GAMMA, BETA) for mean, var in bn.averages([batch(seed, 6)], 0.1)]
    says = "With `layer.training = False` the output should be made with running_mean and running_var."
    bn.same_by_any(out, right, says, [("eval-uses-the-batch", found) for found in bn.normalised(x, GAMMA, BETA)])
    before, later = (bn.buffers(data[when], "in evaluation") for when in ("before", "after"))
    if not all(equal(b, a) for b, a in zip(before, later, strict=True)):
        says = f"A call in evaluation moved running_mean from {bn.row(before[0])} to {bn.row(later[0])}."
        raise Mistake(says, "eval-updates-the-buffers")
    single, x = f"{call}, for a batch of one,", batch(seed + 2, 1)
    right = [reference.normalise(x, mean, var, GAMMA, BETA) for mean, var in bn.averages([batch(seed, 6)], 0.1)]
    bn.same_by_any(shaped(returned(data["single"], single), (1, 3), single), right, f"{single} is not right.")


def _gradients(data: dict, seed: int) -> None:
    bn.right_gradients(data, batch(seed, 6), CALL)


BATCHNORM = code("batchnorm", "BatchNorm1d", hard, 25, name="BatchNorm1d")(
    Case("a new layer: gamma, beta, buffers, mode", probes.start, _start),
    Case("training normalises each channel over the batch", probes.training, _training, 2),
    Case("gamma and beta are applied", probes.affine, _affine),
    Case("training moves the running averages", probes.running, _running, 2),
    Case("evaluation uses the running averages and leaves them alone", probes.evaluation, _evaluation, 2),
    Case("gradients go through the statistics, not into the buffers", probes.gradients, _gradients),
    why="Training uses the batch's own statistics and lets gradients through them; evaluation uses the kept "
    "ones, so no example depends on another.",
    hints=(
        "In `__init__`: gamma ones, beta zeros, running_mean zeros, running_var ones, each of shape (dim,), and "
        "`self.training = True`. Only gamma and beta are parameters.",
        "In training take `x.mean(0)` and `x.var(0)`; in evaluation take the two buffers. From there on both modes are "
        "alike: subtract, divide by the root of the variance plus eps, times gamma, plus beta.",
        "`running = (1 - momentum) * running + momentum * new`, under `torch.no_grad()`, and only in training.",
    ),
)

# --- running averages by hand ---

RUNNING = value("running", "Running averages by hand", easy, 4)(
    part("running mean after the first batch", 0.2, {1.8: "momentum-backwards", 2: "last-batch-only"}, tolerance=1e-3),
    part(
        "running mean after the second batch",
        0.58,
        {3.78: "momentum-backwards", 4: "last-batch-only", 3: "a-plain-average", 0.6: "the-old-value-shrinks"},
        tolerance=1e-3,
    ),
    part(
        "running variance after the first batch",
        1.4,
        {4.6: "momentum-backwards", 0.5: "variance-starts-at-one"},
        tolerance=1e-3,
    ),
    why="Each batch moves the running value a tenth of the way from where it stands to what that batch shows.",
    hints=(
        "new running mean = 0.9 times the old one + 0.1 times the batch's.",
        "The running mean starts at 0, the running variance at 1.",
    ),
)

# --- parameters by hand ---


def _the_sum(place: int, mistake: Mistake, parts: list) -> Mistake:
    """The last part is the sum of the others, whatever they are."""
    if place < 4 or not all(isinstance(part, int | float) for part in parts):
        return mistake
    total = parts[4]
    if total == sum(parts[:4]):
        says = f"{total:,} is the sum of your four parts, so it will be right as soon as they are."
        return Mistake(says, next="Go back to the part that is not right yet.")
    return Mistake(f"{total:,} is not the sum of your four parts.", "the-total-is-a-sum")


COUNT = value("count", "Parameters by hand", easy, 6)(
    part("the embedding", 270, {27: "an-embedding-is-a-table"}),
    part("the hidden Linear", 6000, {6200: "bias-before-batchnorm"}),
    part("the BatchNorm", 400, {800: "buffers-are-parameters", 200: "gamma-and-beta", 2: "gamma-and-beta"}),
    part("the last Linear", 5427, {5400: "the-last-bias"}),
    part("all together", 12097),
    instead=_the_sum,
    why="The bias before a BatchNorm is left out because subtracting the mean removes it; gamma and beta come "
    "instead, which is 200 more in all.",
    hints=(
        "An embedding is a table: characters times numbers for each. A Linear has fan_in times fan_out weights, and "
        "fan_out more for its bias, if it has one.",
        "The hidden Linear takes in 3 characters of 10 numbers each. It has no bias: the BatchNorm after it has beta.",
    ),
)

# --- the coupling ---

COUPLING = prediction("coupling", "Who depends on whom?", medium, 5)(
    part("training: does example 1 depend on example 2?", True, "examples-are-independent"),
    part("evaluation: does example 1 depend on example 2?", False, "evaluation-knows-no-batch"),
    part("the gradient of a bias just before a BatchNorm", 0, {1: "the-mean-takes-it-away"}, tolerance=1e-5),
    why="In training each example helps make the mean and variance of all; and since the mean is subtracted, "
    "a bias before it changes nothing.",
    hints=(
        "Which numbers go into the mean that is subtracted from example 1, in training and in evaluation?",
        "Add the same number to a whole channel of the batch: what does the mean do, and what is left of it?",
    ),
)

check = Check("batchnorm", BATCHNORM, RUNNING, COUNT, COUPLING)
