"""A description out of what a page holds, `{outline, numbers, precision}`: nothing in it is believed unchecked."""

import base64
import binascii
import math
from collections.abc import Mapping

import numpy as np
import torch

from lessonlib.data import STOP
from lessonlib.widgets.living_tree.description import ACTIVATIONS, ROLES, Description, Step

NEEDS = {"embedding": {"weight"}, "linear": {"weight"}, "group": set(), "norm": {"mean", "var"}}
MAY_HAVE = {"linear": {"bias"}, "norm": {"gamma", "beta"}}
LONGEST, MOST, LARGEST = 64, 300, 1e4  # characters of a context, characters of a vocabulary, the size of a number


def rebuilt(tree: Mapping) -> Description:
    """The tree that `Description.outline` and `Description.numbers` (base64, float16 or float32) were made from.

    Raises ValueError, in a sentence, for anything that is no whole tree: it may come from a stranger.
    """
    try:
        outline, numbers = tree["outline"], _numbers(tree["numbers"], tree["precision"])
        characters, context = _characters(outline["characters"]), outline["context"]
        steps = outline["steps"]
        if type(context) is not int or not 1 <= context <= LONGEST:
            raise ValueError(f"its context is {context!r}; a tree sees 1 to {LONGEST} characters.")
        found, used = [], 0
        for step in steps:
            made, used = _step(step, numbers, used)
            found.append(made)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"The tree is not as `share` writes it: {error!r}.") from None
    except ValueError as error:
        raise ValueError(f"The tree is not as `share` writes it: {error}") from None
    if used != len(numbers):
        raise ValueError(f"The tree has {len(numbers):,} numbers, but its steps name {used:,}.")
    description = Description(characters, context, tuple(found))
    _runs(description)
    return description


def _numbers(text: str, precision: int) -> np.ndarray:
    kind = {16: "<f2", 32: "<f4"}.get(precision)
    if kind is None:
        raise ValueError(f"its precision is {precision!r}; it is 16 or 32.")
    try:
        found = np.frombuffer(base64.b64decode(text, validate=True), kind).astype(np.float32)
    except (binascii.Error, ValueError):
        raise ValueError("its numbers are not the base64 of whole numbers of that precision.") from None
    if not np.isfinite(found).all() or np.abs(found).max(initial=0) > LARGEST:
        raise ValueError(f"a number of it is not finite, or beyond {LARGEST:,.0f}.")
    return found


def _characters(found: list) -> tuple[str, ...]:
    whole = all(isinstance(each, str) and len(each) == 1 for each in found)
    if not whole or len(set(found)) != len(found) or not 2 <= len(found) <= MOST or found[0] != STOP:
        raise ValueError(f"its characters are not {STOP!r} and then up to {MOST} others, each once.")
    if hidden := [each for each in found if not each.isprintable()]:
        raise ValueError(f"its character {hidden[0]!r} cannot be seen.")
    return tuple(found)


def _step(said: Mapping, numbers: np.ndarray, used: int) -> tuple[Step, int]:
    """A step with its tensors, and how many numbers are used up to here: tensors follow one another."""
    op, roles = said["op"], [role for role in ROLES if role in said]
    if op not in NEEDS and op not in ACTIVATIONS:
        raise ValueError(f"{op!r} is not a step of a tree.")
    needs = NEEDS.get(op, set())
    if not needs <= set(roles) <= needs | MAY_HAVE.get(op, set()):
        raise ValueError(f"a step {op!r} has {', '.join(roles) or 'nothing'}.")
    n, eps = said["n"], said["eps"]
    if type(n) is not int or not 1 <= n <= LONGEST or not 0 <= float(eps) < math.inf:
        raise ValueError(f"a step {op!r} has n = {n!r} and eps = {eps!r}.")
    tensors = {}
    for role in roles:
        start, rows, columns = said[role]
        if start != used or min(rows, columns) < 1 or start + rows * columns > len(numbers):
            raise ValueError(f"the numbers of {role} in a step {op!r} are not where they belong.")
        used = start + rows * columns
        tensors[role] = torch.from_numpy(numbers[start:used].copy()).view(rows, columns)
    return Step(op, n, float(eps), tensors), used


def _runs(description: Description) -> None:
    """Raise ValueError where the steps do not fit together, or give something else than a score a character."""
    try:
        scores = description.run(torch.zeros(1, description.context, dtype=torch.long))[-1]
    except (RuntimeError, IndexError) as error:
        raise ValueError(f"The steps of the tree do not fit together: {error}") from None
    if scores.shape != (1, 1, len(description.characters)) or not scores.isfinite().all():
        raise ValueError(f"The tree gives {tuple(scores.shape)}, not a finite score for each of its characters.")
