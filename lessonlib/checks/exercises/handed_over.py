"""A tree as a judge takes it: tensors in a declared structure, and nothing of the learner's code."""

from __future__ import annotations

import torch

from ..exercise import Mistake
from ..expect import describe

MOST_PARAMETERS, MOST_LEVELS = 200_000, 5
NAMES = {"running_mean": "mean", "running_var": "var"}
SHAPE = (
    'Return the tree itself, or {"embedding": (V, C), "levels": [{"weight": (2C, H), "gamma": (H,), "beta": (H,), '
    '"mean": (H,), "var": (H,)}, …], "weight": (H, V), "bias": (V,)}.'
)


def understood(came: object, characters: int, call: str = "`recipe(names, seconds)`") -> dict:
    """The tree in what a probe brought, as reference.tree_logits takes it. Raises Mistake for anything else."""
    if came is None:
        raise Mistake(f"{call} gave None, expected a trained tree.", "return-forgotten")
    if isinstance(came, float | int | list):
        says = f"{call} gave {describe(came)}, expected a trained tree."
        raise Mistake(says, "a-loss-is-no-model")
    if not isinstance(came, dict) or set(came) == {"?"}:
        raise _odd(f"it is {describe(came)}")
    if came and all(isinstance(value, float | int) for value in came.values()):
        raise Mistake(f"{call} gave numbers, expected a trained tree.", "a-loss-is-no-model")
    tree = _of_layers(came["layers"]) if "layers" in came else came
    levels = tree.get("levels")
    if not isinstance(levels, list) or not 1 <= len(levels) <= MOST_LEVELS:
        raise _odd(f"1 to {MOST_LEVELS} levels were expected")
    if not all(isinstance(level, dict) for level in levels):
        raise _odd("a level is not a dict")
    return _checked(tree, levels, characters)


def _of_layers(layers: object) -> dict:
    """Embedding, then a Linear and a BatchNorm for each level, then a Linear: layers without tensors are left out."""
    if not isinstance(layers, list) or len(layers) < 4 or len(layers) % 2 or not all(map(_is_dict, layers)):
        raise _odd("its layers are not an embedding, a Linear and a BatchNorm for each level, and a last Linear")
    embedding, *between, last = layers
    levels = [
        {**linear, **{NAMES.get(name, name): value for name, value in norm.items()}}
        for linear, norm in zip(between[0::2], between[1::2], strict=True)
    ]
    return {
        "embedding": embedding.get("weight"),
        "levels": levels,
        "weight": last.get("weight"),
        "bias": last.get("bias"),
    }


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _checked(tree: dict, levels: list[dict], characters: int) -> dict:
    """Each tensor in its place and of its shape, as floats; the sizes follow from the first ones."""
    embedding = _tensor(tree.get("embedding"), (None, None), "the embedding")
    if len(embedding) != characters:
        says = f"The embedding has {len(embedding)} rows; the names have {characters - 1} letters and the '.'."
        raise Mistake(says, "an-alphabet-of-its-own")
    width, made = embedding.shape[1], []
    for number, level in enumerate(levels, 1):
        weight = _tensor(level.get("weight"), (None, None), f"the weight of level {number}")
        if weight.shape[0] != 2 * width:
            says = f"The weight of level {number} is {tuple(weight.shape)}; it has to take in {2 * width} numbers."
            raise Mistake(says, "weights-transposed" if weight.shape[1] == 2 * width else None, next=SHAPE)
        width = weight.shape[1]
        rows = {name: _tensor(level.get(name), (width,), f"`{name}` of level {number}") for name in LEVEL}
        bias = level.get("bias")
        bias = None if bias is None else _tensor(bias, (width,), f"`bias` of level {number}")
        made.append({"weight": weight, "bias": bias, **rows})
    last = _tensor(tree.get("weight"), (width, characters), "the last weight")
    bias = _tensor(tree.get("bias"), (characters,), "the last bias")
    whole = {"embedding": embedding, "levels": made, "weight": last, "bias": bias}
    _sensible(whole)
    return whole


LEVEL = ("gamma", "beta", "mean", "var")


def _tensor(value: object, shape: tuple[int | None, ...], what: str) -> torch.Tensor:
    if not isinstance(value, torch.Tensor):
        raise _odd(f"{what} is {describe(value)}")
    fits = value.ndim == len(shape) and all(want in (None, n) for want, n in zip(shape, value.shape, strict=True))
    if value.numel() > MOST_PARAMETERS:
        raise _too_large(value.numel(), what)
    if not fits or value.numel() == 0:
        raise _odd(f"{what} has shape {tuple(value.shape)}")
    if not value.is_floating_point():
        raise _odd(f"{what} has the type {value.dtype}")
    return value.float()


def _sensible(tree: dict) -> None:
    tensors = [tree["embedding"], tree["weight"], tree["bias"]]
    tensors += [t for level in tree["levels"] for t in level.values() if t is not None]
    if (count := sum(t.numel() for t in tensors)) > MOST_PARAMETERS:
        raise _too_large(count, "the tree")
    if not all(t.isfinite().all() for t in tensors):
        raise Mistake("Some of the weights are not finite numbers.", "the-run-blew-up")
    if any((level["var"] < 0).any() for level in tree["levels"]):
        raise _odd("a variance is negative")
    if all((level["mean"] == 0).all() and (level["var"] == 1).all() for level in tree["levels"]):
        raise Mistake("Every running mean is 0 and every running variance 1.", "statistics-never-kept")


def _too_large(count: int, what: str) -> Mistake:
    says = f"{what[0].upper()}{what[1:]} has {count:,} numbers; a tree may have {MOST_PARAMETERS:,} at most."
    return Mistake(says, next="Make it narrower.")


def _odd(says: str) -> Mistake:
    return Mistake(f"What you returned is not a tree that can be measured: {says}.", next=SHAPE)
