"""`python3 course.py bench`: starts `python -m benchmarks`, which stands beside lessonlib and knows it.

A process of its own: lessonlib knows nothing of what measures it.
"""

import os
import subprocess
import sys

from lessonlib.course import ROOT


def main(argv: list[str]) -> int:
    """Run the benchmarks that `argv` names and return their exit code."""
    places = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-P", "-m", "benchmarks", *argv]
    return subprocess.call(command, env={**os.environ, "PYTHONPATH": places})
