"""What many probes need."""

from __future__ import annotations

from collections.abc import Callable

import torch

from . import blame
from .plain import plain


def value(answer: object, seed: int) -> dict:
    """The answer of an exercise that asks for a value: what `answer()` returns, or the value itself."""
    return {"value": answer() if callable(answer) else answer}


def attempt(function: Callable, *args) -> dict:
    """Call it: {"value": …} or, when it raised, {"raised": type, "message": words, "line": source}.

    For calls where an exception is itself an answer. The stub's NotImplementedError goes through.
    """
    try:
        return {"value": plain(function(*args))}
    except NotImplementedError:
        raise
    except Exception as error:
        return {"raised": type(error).__name__, "message": blame.words(error), "line": blame.line(error)}


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def parameters(layer: object) -> list[torch.Tensor]:
    """The layer's parameters as a list, whether it gives a list, a tuple or a generator."""
    return list(layer.parameters())


def bare(shape: torch.Size) -> tuple[int, ...]:
    """The shape without its ones: (1, 3) and (3,) hold the same numbers."""
    return tuple(n for n in shape if n != 1)


def put(parameter: torch.Tensor, values: torch.Tensor) -> None:
    """Write `values` into a parameter in place, where the shapes agree: a wrong shape is the judge's to name."""
    if bare(parameter.shape) == bare(values.shape):
        with torch.no_grad():
            parameter.copy_(values.reshape(parameter.shape))


def set_mode(layer: object, training: bool) -> None:
    """Training or evaluation, for plain classes (an attribute) and for nn.Modules (a method)."""
    switch = getattr(layer, "train" if training else "eval", None)
    if callable(switch):
        switch()
    layer.training = training
