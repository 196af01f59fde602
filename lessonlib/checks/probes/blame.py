"""What to tell about an exception of a learner's code: its words, and the line to look at."""

from __future__ import annotations

import linecache
import traceback
from pathlib import Path

import torch

_NOT_THEIRS = (str(Path(__file__).parent), str(Path(torch.__file__).parent), "<frozen")


def words(error: BaseException) -> str:
    """The exception's own words on one short line; its __str__ may itself be broken."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        return ""
    return text if len(text) <= 300 else text[:297] + "…"


def line(error: BaseException) -> str:
    """The last line of the traceback that is neither ours nor torch's: where the learner should look."""
    theirs = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(_NOT_THEIRS)]
    if not theirs:
        return ""
    last = theirs[-1]
    return (last.line or linecache.getline(last.filename, last.lineno or 0)).strip()
