"""The environment: `.venv`, made when needed and mended when broken. Standard library alone.

`course.py` runs this on whatever Python it was started with, before anything is installed.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from lessonlib.course import ROOT, Problem, console, pytorch, settings
from lessonlib.course.commands import COMMANDS, LEARNER, TESTS, main
from lessonlib.course.lock import one_at_a_time

NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")  # another copy of the course, or another numpy


def start(argv: list[str]) -> int:
    """Run the command line `argv`: in `.venv` when the command needs one, else right here."""
    console.show_what_it_can()
    command = COMMANDS.get(argv[0]) if argv else None
    if command is None or not command.needs:
        return main(argv)
    try:
        torch, rest = pytorch.from_arguments(argv[1:]) if argv[0] in ("lab", "install") else ("auto", argv[1:])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    environment = Environment(ROOT, torch)
    try:
        environment.ensure(command.needs)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"{error.filename}: {error.strerror}. The course needs a folder that you may write to.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start picks it up again.", file=sys.stderr)
        return 130
    return environment.run(["-m", "lessonlib", argv[0], *rest])


def surroundings() -> dict[str, str]:
    """The environment variables without those that would lead Python to other packages than ours."""
    return {name: value for name, value in os.environ.items() if name not in NOT_OURS}


class Environment:
    """The folder `.venv` of the repository at `root`, and what is installed there.

    For each requirements file a stamp in `.venv` says what was installed from it. It is written last, so that an
    install that broke off has none. What somebody installed there by hand, as a PyTorch of their choice, is kept.
    """

    def __init__(self, root: Path, torch: str = "auto"):
        self.root = root
        self.torch = torch  # which build of PyTorch: one of pytorch.CHOICES
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.log = root / ".course" / "install.log"

    # --- what is there ---

    def stamp(self, requirements: str) -> Path:
        """Where it is noted that `requirements` is installed."""
        return self.folder / f"installed-{requirements}"

    def fingerprint(self, requirements: str) -> str:
        """What the stamp says of an install that is up to date: its place, and a hash of what was asked for.

        An environment has its own place written all over it: in a moved or copied folder it must be made anew.
        """
        files = [self.root / requirements, self.root / "constraints.txt"]
        asked = b"".join(file.read_bytes() for file in files if file.exists())
        return f"{self.root}\n{hashlib.sha256(asked).hexdigest()}\n"

    def is_current(self, requirements: str) -> bool:
        """Whether exactly this is installed."""
        return _read(self.stamp(requirements)) == self.fingerprint(requirements)

    def is_usable(self) -> bool:
        """Whether one can install on top of it: it was not moved, its Python is new enough, its pip is there."""
        stamps = [_read(self.stamp(name)) for name in TESTS]
        in_place = all(stamp is None or stamp.startswith(f"{self.root}\n") for stamp in stamps)
        return in_place and self.runs("import pip, sys; assert sys.version_info >= (3, 11)")

    def runs(self, code: str) -> bool:
        """Whether the environment's Python runs `code`, away from the working directory (-P)."""
        command = [self.python, "-P", "-c", code]
        try:
            return subprocess.run(command, capture_output=True, timeout=120, env=surroundings()).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    # --- what is done about it ---

    def ensure(self, requirements: Sequence[str]) -> None:
        """Make `.venv` hold what these requirements files ask for. Most starts find that it does."""
        if self._has(requirements):
            return
        lock = self.root / ".course" / "install.lock"
        with one_at_a_time(lock, waiting="Another start is installing; waiting for it."):
            if self._has(requirements):
                return
            if not self.is_usable():
                self._make()
            damaged = not self.runs("import lessonlib")
            for name in requirements:
                if damaged or not self.is_current(name) or (name in LEARNER and self._other_torch()):
                    self._install(name)

    def run(self, arguments: list[str]) -> int:
        """Run the environment's Python and return its exit code; where the system can, it takes our place."""
        command = [str(self.python), "-P", *arguments]
        if os.name != "nt":
            os.execve(command[0], command, surroundings())
        child = subprocess.Popen(
            command, env=surroundings()
        )  # there, exec would return to the prompt while the child still runs
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:  # the child was told as well, and ends in its own way
                continue

    def _has(self, requirements: Sequence[str]) -> bool:
        current = all(self.is_current(name) for name in requirements) and not self._other_torch()
        return current and self.runs("import lessonlib")

    def _other_torch(self) -> bool:
        """Whether another build of PyTorch is asked for than the one that is here."""
        there = pytorch.installed(self.folder)
        return self.torch in ("cpu", "cuda") and bool(there) and there[1] != self.torch

    def _make(self) -> None:
        check(self.root, pytorch.wanted(self.torch, None))
        print(f"Setting up in {self.folder}, once. This takes a few minutes.", flush=True)
        base = getattr(sys, "_base_executable", sys.executable)  # we may run in the .venv that is made anew
        command = [base, "-m", "venv", "--clear", self.folder]
        made = subprocess.run(command, capture_output=True, text=True, env=surroundings())
        if made.returncode:
            said = (made.stdout + made.stderr).strip()
            raise Problem(f"{base} could not make {self.folder}: {said}\n{VENV_CURE}")

    def _install(self, requirements: str) -> None:
        print(f"Installing what {requirements} asks for …", flush=True)
        stamp = self.stamp(requirements)
        stamp.unlink(missing_ok=True)
        self._discard_unfinished()
        if version := pytorch.pinned(self.root / requirements):
            self._install_torch(version)
        self._pip("install", "-r", requirements)
        if requirements in LEARNER:
            settings.write(self.folder)
        stamp.write_text(self.fingerprint(requirements), encoding="utf-8")

    def _install_torch(self, version: str) -> None:
        """Install the build of PyTorch that fits this machine; pip's own choice is left to the requirements."""
        there = pytorch.installed(self.folder)
        build = pytorch.wanted(self.torch, there and there[1])
        if there == (version, build) or not build:
            return
        if build == "cpu" and sys.platform == "linux":
            if pytorch.is_reached(pytorch.CPU_INDEX):
                print("PyTorch: the build for the processor.", flush=True)
                asked = ["--index-url", pytorch.CPU_INDEX]
                self._pip("install", "--no-deps", "--force-reinstall", f"torch=={version}", *asked)
            else:
                print(pytorch.NO_INDEX, flush=True)
        elif there is not None:  # with its libraries, which the other build has no use for
            self._pip("install", "--force-reinstall", "--no-deps", f"torch=={version}")

    def _discard_unfinished(self) -> None:
        """Make pip forget what it was installing when it was cut off, or it would take that for installed.

        The last that pip writes of a package is its list of files, with its own mark INSTALLER in it.
        """
        packages = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
        for notes in self.folder.glob(f"{packages}/*.dist-info"):
            if "INSTALLER" not in (_read(notes / "RECORD") or ""):
                shutil.rmtree(notes)

    def _pip_command(self) -> list[object]:
        return [self.python, "-m", "pip"]

    def _pip(self, *arguments: str) -> None:
        """Run pip in the environment. Its words go to the log; a terminal sees the line it is at."""
        command = [*self._pip_command(), *arguments, "--no-input", "--disable-pip-version-check"]
        with (
            self.log.open("w", encoding="utf-8") as log,
            subprocess.Popen(
                command,
                cwd=self.root,
                env=surroundings(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            ) as pip,
        ):
            for line in pip.stdout:
                log.write(line)
                _show(line)
        _show("")
        if pip.returncode:
            raise Problem(explain(self.log.read_text(encoding="utf-8"), self.log))


# --- what may be missing ---

VENV_CURE = (
    "Its venv module is incomplete. On Debian or Ubuntu: sudo apt install python3-venv. "
    "Elsewhere install Python from python.org. Then start again."
)


def has_venv() -> bool:
    """Whether this Python can make environments."""
    return all(find_spec(name) for name in ("venv", "ensurepip"))


def free_gigabytes(folder: Path) -> float:
    """Free space on the disk that holds `folder`."""
    return shutil.disk_usage(folder).free / 1e9


def check(root: Path, build: str = "") -> None:
    """Raise a Problem where an install in `root` could not succeed."""
    if not has_venv():
        raise Problem(f"This Python ({sys.executable}) cannot make an environment. {VENV_CURE}")
    asked = pytorch.GIGABYTES.get(build, pytorch.GIGABYTES["cpu"])
    if (free := free_gigabytes(root)) < asked:
        smaller = " --torch=cpu takes a build of PyTorch that needs 3." if build == "cuda" else ""
        raise Problem(
            f"Only {free:.1f} GB are free on the disk of {root}; the install asks for {asked:.0f} GB.{smaller} "
            "Free some space, or move the folder to another disk, then start again."
        )


# What pip may say, and the sentence for it; the first that fits.
CURES = (
    (
        r"No space left|not enough space",
        "The disk is full. Free some space, then start again. On Linux without an NVIDIA card, --torch=cpu takes the "
        "build of PyTorch that saves several GB.",
    ),
    (
        r"WinError 32|being used by another process|Text file busy|WinError 5\b|Permission denied|Errno 13",
        "A file that pip had to replace is in use or locked. Close JupyterLab and every other program that uses this "
        "folder (a virus scanner may, for a moment), then start again.",
    ),
    (
        r"40[1357] (?:Client Error|Forbidden|Unauthorized|Proxy)|HTTP error 40[1357]|Tunnel connection failed",
        "The package index, or a proxy before it, refused to answer pip. Check pip's index and proxy settings "
        "(`pip config list`), or ask whoever runs the network, then start again.",
    ),
    (
        r"connection broken|ConnectionError|timed out|SSLError|Temporary failure in name resolution",
        "pip could not reach its package index. Connect to the internet (or check pip's proxy and index settings), "
        "then start again: what was downloaded is kept.",
    ),
)
OTHER_PYTHON = r"Requires-Python|require a different python|requires a different Python"


def explain(log: str, file: Path) -> str:
    """The sentence for a failed pip, from what it wrote."""
    words = f"pip's own words: {file}"
    for signs, cure in CURES:
        if re.search(signs, log):
            return f"{cure} {words}"
    if missing := re.search(r"No matching distribution found for (\S+)", log):
        return f"{_missing(missing[1], log)} {words}"
    last = [line.strip() for line in log.splitlines() if line.startswith(("ERROR", "HINT", "error"))][-3:]
    advice = f"pip could not install what the course needs; its full output is in {file}. Fix that and start again."
    return "\n".join([*last, advice])


def _missing(package: str, log: str) -> str:
    """Why pip finds no such package, as far as its words tell."""
    here = f"{platform.python_version()}, {platform.platform()}"
    if package.startswith("torch==") and platform.system() == "Darwin" and platform.machine() == "x86_64":
        return (
            "PyTorch is no longer made for Macs with an Intel processor, whichever Python you take. The course runs on "
            "a Mac with Apple silicon, on Linux and on Windows, or in a container or a notebook service on one of them."
        )
    if "from versions: none" in log and not re.search(OTHER_PYTHON, log) and not package.startswith("torch=="):
        return (
            f"The index that pip asks has no {package.partition('=')[0]} at all. Check pip's index settings "
            "(`pip config list`): it may be the address of something else, or not be reached."
        )
    return (
        f"pip finds no {package} for this Python ({here}). If you are online, start course.py with a 64-bit Python "
        "3.11, 3.12 or 3.13."
    )


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _show(line: str) -> None:
    """On a terminal, show `line` in the place of the one before."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + line.strip()[:width].ljust(width) + "\r", end="", flush=True)
