"""What a notebook does that was opened on its own, for example in Colab, once it has fetched the course.

Standard library alone: nothing else need be there yet. A package that the machine has stays, whatever its version: a
host's PyTorch fits its hardware, and others may use it.
"""

import os
import re
import subprocess
import sys
from importlib.util import find_spec

from lessonlib.course import ROOT

# What the lessons import, and what requirements.txt calls it.
NEEDED = {
    "torch": "torch",
    "numpy": "numpy",
    "matplotlib": "matplotlib",
    "PIL": "pillow",
    "tqdm": "tqdm",
    "latex2mathml": "latex2mathml",
    "safetensors": "safetensors",
    "ipywidgets": "ipywidgets",
    "anywidget": "anywidget",
    "mistune": "mistune",
}


def settle(links: str) -> None:
    """Install what the lessons import and this machine lacks, and lead links between notebooks to `links`."""
    os.environ["LESSONLIB_LINKS"] = links
    if wanted := [package for package, module in pinned().items() if find_spec(module) is None]:
        print(f"Installing {', '.join(wanted)} …", flush=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", *wanted], check=True)
    kept = os.environ.get("LESSONLIB_PROGRESS") or str(ROOT / ".course")
    print(f"The course is in {ROOT}. Your progress is kept in {kept}.")


def pinned() -> dict[str, str]:
    """What the lessons import, by the package to install for it, as requirements.txt pins it."""
    asked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w-]+)(==\S+)$", asked, re.MULTILINE))
    return {name + pins[name]: module for module, name in NEEDED.items()}
