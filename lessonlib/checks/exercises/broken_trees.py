"""The exercises on broken trees: the fault named by its symptoms, the pieces mended."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .. import reference
from ..declare import Case, Part, code, hard, medium, part, value
from ..exercise import Mistake
from ..expect import describe, equal, returned, same, shaped
from ..probes import broken_trees as probes
from .training_step import as_number

Tensor = torch.Tensor

# --- the fault, by its symptoms ---

FAULTS = ("halves", "squeeze", "statistics", "evaluation", "target", "right", "none")


def _tree(name: str, fault: str, told: str) -> Part:
    """The fault of one tree. Whatever else is named, `told` says which of the symptoms to read again."""
    return part(f"tree {name}", fault, {other: told for other in FAULTS if other != fault})


SYMPTOMS = value("symptoms", "Seven trees, six of them broken", hard, 15)(
    _tree("a", "evaluation", "one-model-has-one-loss"),
    _tree("b", "right", "the-windows-hold-the-answer"),
    _tree("c", "halves", "neighbours-stand-side-by-side"),
    _tree("d", "none", "a-tree-may-be-well"),
    _tree("e", "statistics", "one-mean-a-channel"),
    _tree("f", "target", "the-next-character-is-the-target"),
    _tree("g", "squeeze", "one-window-is-a-batch"),
    why="No fault raised an error in training. Two losses were too low, b's by far and f's by a little, but a low loss "
    "does not name its cause. Each fault showed where you looked for it: in a window, a shape, a reach, a buffer, a "
    "batch size.",
    hints=(
        "First find where two trees differ. A tree with nothing unusual about it is sound.",
        "Ask each line a question. The windows: does the target follow the context, and is it kept out of it? The "
        "shapes: what comes out for one window? The first vector: are those neighbours? The means: one for each of 24 "
        "channels? The losses: does one model have one loss, however its windows are put into batches?",
    ),
)

# --- the pieces, mended ---


def _paired(data: dict, seed: int) -> None:
    for name, shape in (("x", (2, 8, 3)), ("one", (1, 4, 2))):
        x, call = probes.drawn(seed, *shape), f"`pair(x)`, for x {shape},"
        B, T, C = shape
        known = {(B, T // 2, C): "a-pair-keeps-its-numbers", (B, T, C): "joined-along-time"}
        out = shaped(returned(data[name], call), (B, T // 2, 2 * C), call, known=known)
        variants = {
            "halves-instead-of-neighbours": torch.cat(x.chunk(2, 1), 2),
            "odd-before-even": torch.cat([x[:, 1::2], x[:, ::2]], 2),
            "channels-interleaved": torch.stack([x[:, ::2], x[:, 1::2]], 3).flatten(2),
        }
        same(out, torch.cat([x[:, ::2], x[:, 1::2]], 2), f"{call} does not join neighbours.", variants)
    _same_gradient(data["gradient"], lambda x: reference.flatten_consecutive(x, 2), probes.drawn(seed, 2, 8, 3))


def _same_gradient(attempt: dict, right, x: Tensor) -> None:
    found = returned(attempt, "`backward()`")
    if not equal(found, probes._gradient(right, x)):
        raise Mistake("The numbers are right, the gradient that comes back to x is not.", "graph-is-cut")


def _dropped(data: dict, seed: int) -> None:
    shapes = {"several": ((3, 1, 4), (3, 4)), "one": ((1, 1, 4), (1, 4)), "narrow": ((3, 1, 1), (3, 1))}
    shapes["wide"] = ((1, 3, 4), (1, 3, 4))
    for name, (shape, right) in shapes.items():
        x, call = probes.drawn(seed, *shape), f"`last(x)`, for x {shape},"
        bare = tuple(x.squeeze().shape)
        known = {shape: "one-position-keeps-its-dimension", bare: "squeeze-removes-a-batch-of-one"}
        if name == "wide":
            known = {bare: "squeeze-removes-a-batch-of-one"}
        out = shaped(returned(data[name], call), right, call, known=known)
        same(out, x.reshape(right), f"{call} gives other numbers.")
    _same_gradient(data["gradient"], lambda x: x[:, 0], probes.drawn(seed, 3, 1, 4))


def _evaluated(data: dict, seed: int) -> None:
    net, (X, Y) = probes.measured(seed), probes.examples(seed)
    with torch.no_grad():
        wrong, right = F.cross_entropy(net.train()(X), Y), F.cross_entropy(probes.measured(seed).eval()(X), Y)
    for name in ("training", "evaluation"):
        call = f"`evaluate(model, X, Y)`, on a model in {name} mode,"
        found = torch.tensor(as_number(returned(data[name], call), call))
        if not equal(found, right):
            id = "eval-uses-the-batch" if equal(found, wrong) else None
            id = "a-sum-is-no-mean" if equal(found, len(Y) * right) else id
            raise Mistake(
                f"{call} gave {found:.4f}, expected {right:.4f}.",
                id,
                next="" if id else "Return one mean over all of Y.",
            )
        if data[f"{name} moved"]:
            raise Mistake(f"{call} moved the running averages.", "eval-uses-the-batch")
        if not data[f"{name} kept"]:
            raise Mistake(f"{call} left the model in the other mode.", "the-mode-is-put-back")


ONE_EACH = "Take a name of three characters and write down its windows: one before each character, one before the end."


def _contexts(data: dict, seed: int) -> None:
    for name, ids, size in (("rows", probes.NAME, probes.CONTEXT), ("wide", [2, 6], 8)):
        call = f"`contexts({ids}, {size})`"
        padded = [0] * size + ids
        right = torch.tensor([padded[i : i + size] for i in range(len(ids) + 1)])
        ahead = torch.tensor([[*padded, 0][i + 1 : i + 1 + size] for i in range(len(ids) + 1)])
        found = _whole(returned(data[name], call), call)
        known = {(len(ids), size): "no-end-target"}
        if isinstance(found, Tensor) and found.ndim == 2 and found.shape[1] != size:
            known[tuple(found.shape)] = "block-size-is-an-argument"
        shaped(found, tuple(right.shape), call, known=known, other=ONE_EACH)
        newest_first = torch.tensor([row[::-1] for row in right.tolist()])
        variants = [("looks-to-the-right", ahead), ("newest-character-first", newest_first)]
        same(found, right, f"{call} gives other windows.", variants)


def _targets(data: dict, seed: int) -> None:
    for name, ids in (("row", probes.NAME), ("short", [7])):
        call = f"`targets({ids})`"
        found = _whole(returned(data[name], call), call)
        shaped(found, (len(ids) + 1,), call, known={(len(ids),): "no-end-target"}, other=ONE_EACH)
        variants = [
            ("a-target-off-by-one", torch.tensor([*ids[1:], 0, 0])),
            ("the-target-is-y", torch.tensor([0, *ids])),
        ]
        same(found, torch.tensor([*ids, 0]), f"{call} gives {found.tolist()}.", variants)


def _whole(found: object, call: str) -> Tensor:
    """A tensor of whole numbers; a list of them will do."""
    if isinstance(found, list):
        try:
            found = torch.tensor(found)
        except (TypeError, ValueError):
            raise Mistake(
                f"{call} gave {describe(found)}, expected a tensor.", next="Make all rows equally long."
            ) from None
    if isinstance(found, Tensor) and found.is_floating_point():
        raise Mistake(f"{call} gave floats.", "indices-are-integers")
    return found


CURE = code("cure", "Five pieces, fixed", medium, 15, name="Mended", given="broken")(
    Case("pair: neighbours", probes.paired, _paired),
    Case("last: one window stays a batch", probes.dropped, _dropped),
    Case("evaluate: in evaluation mode", probes.evaluated, _evaluated),
    Case("contexts: nothing from the right", probes.contexts, _contexts),
    Case("targets: the next character", probes.targets, _targets),
    why="Each fault is one slip in one line: which positions, which dimension, which mode, where a window ends, where "
    "its target is.",
    hints=(
        "`x[:, ::2]` are the left neighbours. `squeeze(1)` drops dimension 1 if its size is 1, and nothing else.",
        "`evaluate` needs three lines around the loss: save `model.training`, then `model.eval()`, and at the end "
        "`model.train(kept)`.",
        "For a name of n characters there are n + 1 windows. The first is all dots and its target is the first "
        "character; the last one's target is the dot, 0.",
    ),
)
