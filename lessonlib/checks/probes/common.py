"""What many probes need."""

from __future__ import annotations

from collections.abc import Callable

import torch

from . import blame, watch
from .plain import plain


def value(answer: object, seed: int) -> dict:
    """The answer of an exercise that asks for a value: what `answer()` returns, or the value itself."""
    return {"value": answer() if callable(answer) else answer}


def attempt(function: Callable, *args) -> dict:
    """Call it: {"value": …} or, when it raised, {"raised": type, "message": words, "line": source}.

    For calls where an exception is itself an answer. The stub's NotImplementedError goes through.
    "changed" says which argument was changed in place, counted from 1; "seeded" which generator was seeded anew.
    """
    before = [watch.snapshot(arg) for arg in args]
    try:
        found = {"value": plain(function(*args))}
        which = watch.changed(before, args)
        if which is None:
            return found
        return found | {"seeded" if isinstance(args[which - 1], torch.Generator) else "changed": which}
    except NotImplementedError:
        raise
    except Exception as error:
        return {"raised": type(error).__name__, "message": blame.words(error), "line": blame.line(error)}


def traced(function: Callable, *args, also: tuple | list = ()) -> dict:
    """`attempt`, and "gradients": what reaches each float tensor among `args`, then each of `also`.

    They start from the sum of all that the call returns, each number times one of its own. None where none arrives.
    """
    given = [arg.detach().clone().requires_grad_() if _floats(arg) else arg for arg in args]
    wanted = [*filter(_floats, given), *(p.requires_grad_() for p in also)]
    outs: list = []

    def call() -> object:
        outs.append(function(*given))
        return outs[0]

    found = attempt(call)
    return found | {"gradients": attempt(lambda: _gradients(outs[0], wanted)) if outs else None}


def _gradients(out: object, wanted: list[torch.Tensor]) -> list:
    outs = out if isinstance(out, list | tuple) else [out]
    total = sum((o * o.new_tensor(range(1, o.numel() + 1)).sin().view(o.shape)).sum() for o in outs if _floats(o))
    if not isinstance(total, torch.Tensor) or not total.requires_grad:
        return [None for _ in wanted]
    return list(torch.autograd.grad(total, wanted, allow_unused=True))


def _floats(value: object) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def parameters(layer: object) -> list[torch.Tensor]:
    """The layer's parameters as a list, whether it gives a list, a tuple or a generator."""
    found = layer.parameters()
    if found is None:
        raise TypeError("parameters() gave None, expected a list.")
    return list(found)


def home(answer: object) -> str:
    """The module that the computation of a class comes from: torch's own where it is inherited from there."""
    name = "forward" if hasattr(answer, "forward") else "__call__"
    return str(getattr(getattr(answer, name, None), "__module__", ""))


def inside(layer: object, kind: type) -> bool:
    """Whether the layer keeps one of this kind inside, which may do its work."""
    kept = [*vars(layer).values(), *vars(layer).get("_modules", {}).values()] if hasattr(layer, "__dict__") else []
    return any(isinstance(value, kind) for value in kept)


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
