"""The mistakes that learners of this material make, by id: read from the .toml files beside the exercises."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parent / "exercises"


@dataclass(frozen=True)
class Misconception:
    """name: a few words. words: what is so instead, and why. next: one thing to try."""

    name: str
    words: str
    next: str


@functools.cache
def misconceptions() -> dict[str, Misconception]:
    """All of them, by id; each stands in one file."""
    found: dict[str, Misconception] = {}
    for file in sorted(HOME.glob("*.toml")):
        for id, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if id in found:
                raise ValueError(f"{file.name} holds {id!r}, which another file has already: move it to common.toml")
            found[id] = Misconception(**entry)
    return found
