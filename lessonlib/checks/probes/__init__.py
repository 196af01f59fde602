"""Probes: the half of a check that runs a learner's code. A grading child gets this folder and nothing else.

So these files import torch, the standard library and each other, never the judges, a reference or lessonlib.

A probe is a function `probe(answer, seed) -> dict` of plain data (see plain.py): numbers, strings, None,
lists, dicts with string keys, and tensors. It holds raw outputs, weights, shapes and the words of an exception;
it never holds a verdict. Inputs are drawn from the seed by functions of the same module, so that the judge can
draw them again: what comes back as "the input" would prove nothing. A probe of a recipe for training is called
`probe(answer, seed, material)`: what it trains on cannot be drawn here, since the course's names stay out of reach.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable


def find(name: str) -> Callable[[object, int], dict]:
    """The probe called `name`, for example "ex02.linear_values"."""
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(f".{module}", __name__), function)
