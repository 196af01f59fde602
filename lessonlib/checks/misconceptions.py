"""The mistakes that learners of this material make, by id: read from misconceptions.toml."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Misconception:
    """name: a few words. words: what is so instead, and why. next: one thing to try."""

    name: str
    words: str
    next: str


@functools.cache
def misconceptions() -> dict[str, Misconception]:
    """All of them, by id."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {id: Misconception(**entry) for id, entry in tomllib.loads(text).items()}
