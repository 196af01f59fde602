"""The exercise on the training loop: how many steps, at which rates, in which mode, and what it leaves behind."""

from __future__ import annotations

import functools
from typing import NamedTuple

import torch
import torch.nn.functional as F

from ..declare import Case, code, hard
from ..exercise import Mistake
from ..expect import describe, equal, returned
from ..probes import training as probes
from .training_step import all_equal, as_number, farthest

Tensor = torch.Tensor
CALL = f"`fit(model, optimizer, batches, {probes.STEPS}, factor)`"


class Run(NamedTuple):
    """What a run leaves: the parameters, the running averages, the losses."""

    state: list[Tensor]
    running: list[Tensor]
    losses: list[float]


@functools.lru_cache(maxsize=16)  # several cases ask for the same run
def run(seed: int, wrong: str = "", norm: bool = False, schedule=None) -> Run:
    """The loop by the book, or with one thing wrong, by its misconception."""
    net = probes.model(seed, norm).train(wrong != "training-mode-is-off")
    optimizer, losses, product = probes.in_groups(net), [], 1.0
    rates = [group["lr"] for group in optimizer.param_groups]
    given = probes.batches(seed, probes.STEPS + 30)
    for step in range(probes.STEPS + 30 if wrong == "batches-have-no-end" else probes.STEPS):
        x, y = given[0 if wrong == "one-batch-for-all" else step]
        factor = schedule(step + (wrong == "steps-count-from-0")) if schedule else 1.0
        product = product * factor if wrong == "factors-multiply-up" else factor
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            kept = rates[0] if wrong == "each-group-has-its-rate" else rate
            group["lr"] = rate if wrong == "the-schedule-is-not-used" else kept * product
        loss = F.cross_entropy(net(x), y)
        if wrong != "gradients-pile-up":
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return Run(probes.values(net), [b for b in net.buffers() if b.ndim], losses)


def _steps(data: dict, seed: int) -> None:
    found = returned(data["run"], CALL)
    right = run(seed)
    if not all_equal(found["state"], right.state):
        ids = ("gradients-pile-up", "one-batch-for-all", "batches-have-no-end", "each-group-has-its-rate")
        id = next((id for id in ids if all_equal(found["state"], run(seed, id).state)), None)
        if all_equal(found["state"], probes.values(probes.model(seed))):
            id = "zeroed-too-late" if found["stepped"] else "no-step"
            id = id if found["backward"] else "no-backward"
        says = f"After {probes.STEPS} steps the weights are not where they should be. "
        if found["taken"] > probes.STEPS + 1:
            says += f"{found['taken']} batches were taken. "
        raise Mistake(says + farthest(found["state"], right.state), id)
    if found["taken"] > probes.STEPS + 1:
        raise Mistake(f"{found['taken']} batches were taken for {probes.STEPS} steps.", "batches-have-no-end")


def _losses(data: dict, seed: int) -> None:
    found, right = returned(data["run"], CALL), run(seed).losses
    losses = found["losses"]
    if losses is None:
        raise Mistake(f"{CALL} gave None, expected the losses.", "return-forgotten")
    if isinstance(losses, Tensor) and losses.ndim == 1:
        losses = losses.tolist()
    if not isinstance(losses, list) or len(losses) != probes.STEPS:
        raise Mistake(
            f"{CALL} gave {describe(losses)}, expected a list of {probes.STEPS} losses.",
            next="Return one loss for each step.",
        )
    if found["graph"]:
        raise Mistake(f"{CALL} gave losses with their graphs.", "the-loss-keeps-its-graph")
    numbers = torch.tensor([as_number(loss, CALL) for loss in losses])
    if not equal(numbers, torch.tensor(right)):
        off = next(i for i, r in enumerate(right) if not equal(numbers[i], torch.tensor(r)))
        raise Mistake(
            f"The loss of step {off} is {numbers[off]:.4f}, expected {right[off]:.4f}.",
            next="Take each loss from before its step.",
        )


def _rates(data: dict, seed: int) -> None:
    found = returned(data["run"], CALL)
    right = run(seed, schedule=probes.factor)
    if not all_equal(found["state"], right.state):
        ids = ("the-schedule-is-not-used", "factors-multiply-up", "steps-count-from-0", "each-group-has-its-rate")
        variants = ((id, run(seed, id, schedule=probes.factor).state) for id in ids)
        id = next((id for id, state in variants if all_equal(found["state"], state)), None)
        says = "With factors 1, 0.5, 0.25, 0.5, 1 the weights are not where they should be. "
        raise Mistake(says + farthest(found["state"], right.state), id)


def _left(data: dict, seed: int) -> None:
    found = returned(data["run"], CALL)
    divided = "the-rate-is-put-back" if data["to 0"].get("raised") == "ZeroDivisionError" else None
    came, to_0 = (
        [probes.RATE, 2 * probes.RATE],
        returned(data["to 0"], f"{CALL}, with a factor that ends at 0,", divided),
    )
    for rates, told in ((found["rates"], ""), (to_0["rates"], ", after a factor that ended at 0")):
        if not equal(torch.tensor(rates), torch.tensor(came)):
            says = f"Before the call the optimizer's rates were {_listed(came)}; afterwards they are"
            raise Mistake(f"{says} {_listed(rates)}{told}.", "the-rate-is-put-back")
    if not found["training"]:
        raise Mistake(
            "The model was in training mode before the call; afterwards it is in evaluation mode.",
            "the-mode-is-put-back",
        )


def _listed(rates: list[float]) -> str:
    return " and ".join(f"{rate:g}" for rate in rates)


def _mode(data: dict, seed: int) -> None:
    call = "`fit(…)`, on a model in evaluation mode,"
    found, right = returned(data["run"], call), run(seed, norm=True)
    if not all_equal(found["state"], right.state):
        off = run(seed, "training-mode-is-off", norm=True).state
        id = "training-mode-is-off" if all_equal(found["state"], off) else None
        raise Mistake(f"{call} left the wrong weights. {farthest(found['state'], right.state)}", id)
    if not all_equal(found["running"], right.running):
        raise Mistake(f"{call} left the wrong running averages.", next="Call the model once for each batch.")
    if not found["training"]:
        raise Mistake(
            "The model was in evaluation mode before the call; afterwards it is in training mode.",
            "the-mode-is-put-back",
        )


LOOP = code("loop", "The training loop", hard, 15, name="fit")(
    Case("as many steps as asked for", probes.loop, _steps, 2),
    Case("the losses come back", probes.loop, _losses),
    Case("each step at its own rate", probes.loop_with_factor, _rates, 2),
    Case("rate and mode are as they were", probes.loop_to_the_low, _left),
    Case("training mode, and back to what it was", probes.loop_in_evaluation, _mode),
    why="A loop is the step, repeated, with everything around it kept in order: the rate of this step, the mode of the "
    "model, and both put back when it is over.",
    hints=(
        "`for step, (x, y) in zip(range(steps), batches)` takes as many batches as there are steps. Inside comes "
        "the training step that you know from the flat MLP.",
        'Save `group["lr"]` of each of `optimizer.param_groups` before the loop. At each step, set it to the saved '
        "rate times `factor(step)`; afterwards, set it to the saved rate.",
        "`model.training` tells you the mode. Save it, call `model.train()`, and at the end `model.train(kept)`.",
    ),
)
