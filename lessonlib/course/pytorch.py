"""Which build of PyTorch is installed: on Linux pip's own choice brings CUDA along, which few machines have a use for.

Standard library alone. A build that is there stays, unless another one is asked for by name.
"""

import os
import re
import shutil
import sys
import urllib.request
from pathlib import Path

CHOICES = ("auto", "cpu", "cuda", "keep")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"  # PyTorch's own, as its install page names it
REACHED = 5.0  # seconds that the index has to answer
GIGABYTES = {"cpu": 3.0, "cuda": 9.0}  # free space that an install asks for: what it takes, and the downloads beside it
PINNED = re.compile(r"^torch==(\S+)", re.MULTILINE)
NO_INDEX = (
    f"PyTorch's index of CPU builds ({CPU_INDEX}) cannot be reached: the build that pip chooses is installed, which "
    "on Linux may take several GB more."
)


def from_arguments(argv: list[str]) -> tuple[str, list[str]]:
    """The choice of a command line, "auto" where it makes none, and the other arguments. Raises ValueError."""
    choice, rest, left = "auto", [], list(argv)
    while left:
        argument = left.pop(0)
        if argument == "--torch" and left:
            argument = f"--torch={left.pop(0)}"
        if argument.startswith("--torch=") or argument == "--torch":
            choice = argument.partition("=")[2]
        else:
            rest.append(argument)
    if choice not in CHOICES:
        raise ValueError(f"--torch is {choice!r}; it is one of {', '.join(CHOICES)}.")
    return choice, rest


def wanted(choice: str, there: str | None) -> str:
    """The build to install, "cpu", "cuda" or "" for whatever pip chooses; `there` is the one that is installed."""
    if choice in ("cpu", "cuda"):
        return choice
    if there or choice == "keep" or sys.platform != "linux":  # elsewhere pip's choice has no CUDA
        return there or ""
    return "cuda" if has_nvidia() else "cpu"


def has_nvidia() -> bool:
    """Whether this machine has a driver of NVIDIA's."""
    return Path("/proc/driver/nvidia/version").exists() or bool(shutil.which("nvidia-smi"))


def installed(environment: Path) -> tuple[str, str] | None:
    """Version and build of the PyTorch in the environment, as ("2.13.0", "cpu"); None where there is none."""
    packages = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
    for notes in environment.glob(f"{packages}/torch-*.dist-info"):
        version = notes.name.removeprefix("torch-").removesuffix(".dist-info")
        about = notes.parent / "torch" / "version.py"
        told = about.read_text(encoding="utf-8", errors="replace") if about.exists() else ""
        cuda = re.search(r"^cuda\b[^=]*= *['\"]", told, re.MULTILINE)
        return version.partition("+")[0], "cuda" if cuda or "+cu" in version else "cpu"
    return None


def pinned(requirements: Path) -> str | None:
    """The version that a requirements file pins; None where it asks for no PyTorch."""
    found = PINNED.search(requirements.read_text(encoding="utf-8")) if requirements.exists() else None
    return found and found[1]


def is_reached(index: str = CPU_INDEX) -> bool:
    """Whether the index answers, and soon; pip itself would try for minutes."""
    if index.startswith("file:"):
        return True
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=REACHED) as answer:
            return answer.status == 200
    except (OSError, ValueError):
        return False
