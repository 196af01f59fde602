"""The keeper's rooms: one module for each command of `python3 course.py`.

This file and what `course.py` needs before an install (`commands`, `environment`, `doctor`, `settings`, `lock`)
use the standard library alone.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the repository: a learner's copy is the repository


class Problem(Exception):
    """Something a person can cure: the message says what and how, and is shown without a traceback."""
