"""torch as it was when this file was imported, whatever a cell has put in its place since."""

from __future__ import annotations

import builtins
import contextlib
import random

import torch
import torch.nn.functional as F

_OWNERS = (builtins, random, torch, F, torch.nn, torch.nn.init, torch.Tensor, torch.nn.Module)
_MISSING = object()


def _contents() -> list[dict[str, object]]:
    return [dict(vars(owner)) for owner in _OWNERS]


_ORIGINAL = _contents()
_KEEP = {"_", "__builtins__", "input", "breakpoint"}  # Jupyter itself writes these
_KEEP |= {"get_ipython", "exit", "quit"}  # and these only while a cell runs: not while a button is answered


def _put(wanted: list[dict[str, object]]) -> list[str]:
    """Make every owner hold `wanted` again, and name what had to be put back."""
    changed = []
    for owner, names in zip(_OWNERS, wanted, strict=True):
        now = vars(owner)
        for name, value in names.items():
            if now.get(name, _MISSING) is not value and name not in _KEEP:
                if not _is_torchs_own(now.get(name), name):
                    changed.append(f"{owner.__name__}.{name}")
                setattr(owner, name, value)
        if isinstance(owner, type):  # modules grow by being used; a class that has grown was patched
            for name in [name for name in now if name not in names]:
                delattr(owner, name)
                changed.append(f"{owner.__name__}.{name}")
    return changed


def _is_torchs_own(value: object, name: str) -> bool:
    """Whether torch has put it there: its first optimizer step wraps torch.manual_seed."""
    return getattr(value, "__name__", "") == name and str(getattr(value, "__module__", "")).startswith("torch")


@contextlib.contextmanager
def pristine():
    """Inside, torch, random and the builtins are the originals; afterwards the learner's own are back.

    Yields the list of names that had been replaced.
    """
    theirs = _contents()
    mode = (torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads())
    changed = _put(_ORIGINAL)
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_num_threads(1)  # what a check computes is small: a second thread would only be waited for
    try:
        yield changed
    finally:
        _put(_ORIGINAL)
        torch.set_grad_enabled(mode[0])
        torch.set_default_dtype(mode[1])
        torch.set_num_threads(mode[2])
        _put(theirs)


def restore() -> None:
    """Put the originals back in the middle of a check, after the learner's code has run."""
    _put(_ORIGINAL)
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
