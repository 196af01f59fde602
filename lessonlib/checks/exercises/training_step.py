"""The exercise on one training step: judged by where the weights are after one, two and five of them."""

from __future__ import annotations

import functools
import math

import torch
import torch.nn.functional as F

from ..declare import Case, code, medium
from ..exercise import Mistake
from ..expect import describe, equal, returned
from ..probes import training as probes

Tensor = torch.Tensor
States = list[list[Tensor]]  # the parameters after each step
CALL = "`train_step(model, optimizer, x, y)`"


@functools.lru_cache(maxsize=8)  # several cases ask for the same run
def trained(seed: int, optimizer_of=probes.sgd, objective=None, zero: bool = True) -> tuple[States, list[float]]:
    """The parameters after each of the steps, and their losses, by the book or with one thing wrong."""
    net = probes.model(seed)
    optimizer, states, losses = optimizer_of(net), [], []
    for x, y in probes.batches(seed, probes.STEPS):
        loss = (objective or cross_entropy)(net(x), x, y)
        if zero:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        states.append(probes.values(net))
    return states, losses


def cross_entropy(scores: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(scores, y)


OBJECTIVES = {
    "softmax-before-cross-entropy": lambda scores, x, y: F.cross_entropy(scores.softmax(1), y),
    "a-sum-is-no-mean": lambda scores, x, y: F.cross_entropy(scores, y, reduction="sum"),
    "the-target-is-y": lambda scores, x, y: F.cross_entropy(scores, x[:, -1]),
    "goes-uphill": lambda scores, x, y: -F.cross_entropy(scores, y),
}


def all_equal(found: list, right: list[Tensor]) -> bool:
    return len(found) == len(right) and all(equal(f, r) for f, r in zip(found, right, strict=True))


def farthest(found: list, right: list[Tensor]) -> str:
    """The parameter that is first not where it should be, in words."""
    for f, r in zip(found, right, strict=True):
        if not equal(f, r):
            place = tuple((f - r).abs().flatten().argmax().unsqueeze(0).tolist())
            there = [int(i) for i in torch.unravel_index(torch.tensor(place[0]), r.shape)]
            came, wanted = f[tuple(there)].item(), r[tuple(there)].item()
            return f"In the parameter of shape {tuple(r.shape)}, element {there} is {came:.4f}, expected {wanted:.4f}."
    return ""


def _one(data: dict, seed: int) -> None:
    run = returned(data["run"], CALL)
    right, start = trained(seed)[0], probes.values(probes.model(seed))
    first = run["states"][0]
    if run["changed"]:
        raise Mistake("The call changed its batch.", next="Work on copies, and change nothing in place.")
    if all_equal(first, right[0]):
        return
    if all_equal(first, start):
        _unmoved(run, start)
    variants = {id: trained(seed, objective=objective)[0][0] for id, objective in OBJECTIVES.items()}
    id = next((id for id, state in variants.items() if all_equal(first, state)), None)
    if id is None and not run["stepped"] and _along(first, start, right[0]):
        id = "the-optimizer-is-an-argument"
    raise Mistake(f"After one step the weights are not where they should be. {farthest(first, right[0])}", id)


def _along(found: list[Tensor], start: list[Tensor], right: list[Tensor]) -> bool:
    """Have the weights moved down the gradient, though not as far as the optimizer would have moved them?"""
    ways = [r - s for r, s in zip(right, start, strict=True)]
    moved = sum(((f - s) * w).sum() for f, s, w in zip(found, start, ways, strict=True))
    far = moved / sum(w.square().sum() for w in ways)
    return far > 0 and all_equal(found, [s + far * w for s, w in zip(start, ways, strict=True)])


def _unmoved(run: dict, start: list[Tensor]) -> None:
    says = "After one step every weight is where it was."
    if not run["backward"]:
        raise Mistake(says, "no-backward")
    if not all_equal(run["states"][1], start):
        raise Mistake(f"{says} After the second step they have moved.", "step-before-backward")
    raise Mistake(says, "no-step" if run["gradient"] else "zeroed-too-late")


def _five(data: dict, seed: int) -> None:
    run = returned(data["run"], CALL)
    right, piled = trained(seed)[0], trained(seed, zero=False)[0]
    for i, (found, wanted) in enumerate(zip(run["states"], right, strict=True)):
        if not all_equal(found, wanted):
            says = f"After {i + 1} steps, on {i + 1} batches, the weights are not where they should be. "
            id = "gradients-pile-up" if all_equal(found, piled[i]) else None
            raise Mistake(says + farthest(found, wanted), id)


def _another(data: dict, seed: int) -> None:
    run = returned(data["run"], CALL)
    right = trained(seed, probes.heavy)[0][-1]
    if not all_equal(run["states"][-1], right):
        says = "With another optimizer, one with momentum, the weights are not where it would move them. "
        fixed = (trained(seed)[0][-1], trained(seed, lambda net: torch.optim.SGD(net.parameters(), lr=0.03))[0][-1])
        id = "the-optimizer-is-an-argument" if any(all_equal(run["states"][-1], state) for state in fixed) else None
        raise Mistake(says + farthest(run["states"][-1], right), id)


def _loss(data: dict, seed: int) -> None:
    run = returned(data["run"], CALL)
    states, right = trained(seed)
    numbers = [as_number(loss, CALL) for loss in run["losses"]]
    if run["graph"]:
        raise Mistake(f"{CALL} gave the loss with its graph.", "the-loss-keeps-its-graph")
    off = next((i for i, (n, r) in enumerate(zip(numbers, right, strict=True)) if not _near(n, r)), None)
    if off is None:
        return
    says = f"Step {off + 1} returned the loss {numbers[off]:.4f}, expected {right[off]:.4f}."
    raise Mistake(says, "the-loss-comes-first" if _near(numbers[off], _after(seed, states, off)) else None)


def _after(seed: int, states: States, step: int) -> float:
    """The loss of a step's batch after the step."""
    net, (x, y) = probes.model(seed), probes.batches(seed, probes.STEPS)[step]
    with torch.no_grad():
        for p, new in zip(net.parameters(), states[step], strict=True):
            p.copy_(new)
        return F.cross_entropy(net(x), y).item()


def as_number(loss: object, call: str) -> float:
    """A loss that was returned, as a number."""
    if loss is None:
        raise Mistake(f"{call} gave None, expected the loss.", "return-forgotten")
    if isinstance(loss, Tensor) and loss.numel() == 1:
        return loss.item()
    if isinstance(loss, int | float):
        return float(loss)
    raise Mistake(f"{call} gave {describe(loss)} for a loss, expected a number.", next="Return `loss.item()`.")


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-5)


STEP = code("step", "The training step", medium, 10, name="train_step")(
    Case("one step moves the weights", probes.steps, _one, 2),
    Case("five steps on five batches", probes.steps, _five),
    Case("the optimizer decides how far", probes.steps_of_another, _another),
    Case("the loss comes back as a number", probes.steps, _loss),
    why="Gradients are added to what is there, so each step first clears them; `backward` fills them in, and only then "
    "does `step` know where to go.",
    hints=(
        "Five lines: scores from the model, the loss of the scores, and three calls. Which object has `zero_grad` and "
        "`step`, which one `backward`?",
        "`F.cross_entropy(model(x), y)` is the loss. `backward()` adds to the gradients that are there: what must come "
        "before it?",
        "`loss.item()` is the number alone. The tensor would keep every intermediate result of the step in memory.",
    ),
)
