"""FOLDER/env: hub, nbgrader and the course's own packages, with lessonlib as a wheel, for everybody to read.

The wheel matters: an editable install would lead to the course's folder, where the solutions are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lessonlib.classroom import assignments, place
from lessonlib.classroom.place import Place
from lessonlib.course import ROOT, Problem, environment, git, pytorch, settings
from lessonlib.course.lock import one_at_a_time

ASKED = ("requirements.txt", "requirements-class.txt")
CONSTRAINTS = "constraints.txt"
IN_THE_WHEEL = ("lessonlib", "benchmarks")  # lessons read the records
GUARD = {"ServerApp": {"jpserver_extensions": {"lessonlib.classroom.guard": True}}}
GUARD_FILE = "jupyter_server_config.d/lessonlib-guard.json"
STAMP = "installed-class"
PATTERNS = '"*" = [' + ", ".join(f'"*.{end}"' for end in ("jsonl", "txt"))  # records, and what pyproject.toml names


class ClassEnvironment(environment.Environment):
    """The environment of the class in `folder`, made from the course at `root`."""

    def __init__(self, folder: Path, root: Path = ROOT):
        super().__init__(root)
        self.folder = folder
        self.python = folder / "bin" / "python"
        self.log = folder.parent / "install.log"

    def stamp(self, requirements: str = STAMP) -> Path:
        """Where it is noted what is installed."""
        return self.folder / STAMP

    def fingerprint(self, requirements: str = STAMP) -> str:
        """What the stamp says of an install that is up to date: its place, what was asked for, and lessonlib itself."""
        asked = _digest(self.root, [self.root / name for name in (*ASKED, CONSTRAINTS)])
        return f"{self.folder.resolve()}\n{asked}\n{_digest(self.root, _sources(self.root))}\n"

    def is_usable(self) -> bool:
        """Whether one can install on top of it."""
        stamp = self.stamp().read_text("utf-8") if self.stamp().exists() else None
        in_place = stamp is None or stamp.startswith(f"{self.folder.resolve()}\n")
        return in_place and self.runs("import sys; assert sys.version_info >= (3, 11)")

    def ensure(self, requirements: tuple[str, ...] = ()) -> None:
        """Make the environment hold what it should. Raises Problem where that fails."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(self.folder.parent / ".env.lock", waiting="Another command is installing; waiting for it."):
            if self.is_current(STAMP):
                return
            if not self.is_usable():
                self._make()
            self._install(STAMP)

    def _make(self) -> None:
        base = base_python()
        environment.check(self.folder.parent, pytorch.wanted("auto", None))
        print(f"Setting up {self.folder} with {base}, once. This takes a few minutes.", flush=True)
        # Without pip: ours installs there, and Debian's Python would have none to give.
        command = [base, "-m", "venv", "--clear", "--without-pip", self.folder]
        done = subprocess.run(command, capture_output=True, text=True, env=environment.surroundings())
        if done.returncode:
            raise Problem(f"{base} could not make {self.folder}: {(done.stdout + done.stderr).strip()}")

    def _install(self, requirements: str) -> None:
        stamp, before = self.fingerprint(), self._stamp_of_packages()
        self.stamp().unlink(missing_ok=True)
        mask = os.umask(0o022)  # for all to read
        try:
            with tempfile.TemporaryDirectory(prefix="course-class-") as scratch:
                if before != stamp.splitlines()[:2]:
                    self._install_packages(Path(scratch))
                self._install_ours(Path(scratch))
        finally:
            os.umask(mask)
        self.stamp().write_text(stamp, encoding="utf-8")

    def _stamp_of_packages(self) -> list[str]:
        """What the stamp says of all but lessonlib."""
        return self.stamp().read_text("utf-8").splitlines()[:2] if self.stamp().exists() else []

    def _install_packages(self, scratch: Path) -> None:
        print("Installing what a class needs …", flush=True)
        self._discard_unfinished()
        if version := pytorch.pinned(self.root / ASKED[0]):
            self._install_torch(version)
        self._pip("install", *self._asked(scratch))

    def _install_ours(self, scratch: Path) -> None:
        print("Installing lessonlib …", flush=True)
        self._pip("install", "--no-deps", "--force-reinstall", str(self._wheel(scratch)))
        settings.write(self.folder)
        jupyter = self.folder / "etc" / "jupyter"
        (self.folder / settings.SETTINGS / "page_config.json").unlink()  # it hides nbgrader's buttons
        for name, told in {f"{assignments.CONFIG}.json": assignments.SAFE, GUARD_FILE: GUARD}.items():
            (jupyter / name).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def _asked(self, scratch: Path) -> list[str]:
        """The arguments for pip: all that is asked for, but lessonlib from the folder."""
        lines = [line for name in ASKED for line in (self.root / name).read_text("utf-8").splitlines()]
        asked = scratch / "asked.txt"
        asked.write_text("\n".join(line for line in lines if not line.startswith("-")), encoding="utf-8")
        return ["-r", str(asked), "-c", str(self.root / CONSTRAINTS)]

    def _wheel(self, scratch: Path) -> Path:
        """lessonlib as a wheel, with the records beside it. It is built from a copy: a build leaves files behind."""
        for name in IN_THE_WHEEL:
            shutil.copytree(self.root / name, scratch / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(self.root / "README.md", scratch)
        about = (self.root / "pyproject.toml").read_text("utf-8")
        about = about.replace('include = ["lessonlib*"]', 'include = ["lessonlib*", "benchmarks*"]')
        (scratch / "pyproject.toml").write_text(about.replace('"*" = ["*.txt"', PATTERNS), encoding="utf-8")
        self._pip("wheel", "--no-deps", "--wheel-dir", str(scratch / "wheels"), str(scratch))
        return next((scratch / "wheels").glob("*.whl"))

    def _pip_command(self) -> list[object]:
        """The course's own pip, working for this environment, which has none."""
        return [sys.executable, "-m", "pip", f"--python={self.python}"]


def _digest(root: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(root: Path) -> list[Path]:
    """The files that go into the wheel, in order."""
    found = (file for name in IN_THE_WHEEL for file in (root / name).rglob("*"))
    return sorted(file for file in found if file.is_file() and git.is_course(file.relative_to(root)))


def base_python() -> str:
    """A Python to make the environment with: one that other accounts can run, where this machine has one.

    They cannot run one below a home folder, and an environment only leads to the Python that it was made with.
    """
    own = getattr(sys, "_base_executable", sys.executable)
    names = [f"python3.{minor}" for minor in range(sys.version_info.minor, 10, -1)]
    shared = [f"{folder}/{name}" for folder in ("/usr/local/bin", "/usr/bin", "/opt/python/bin") for name in names]
    for candidate in (own, *shared):
        if Path(candidate).exists() and is_for_all(candidate):
            return candidate
    return own


def is_for_all(python: str | Path) -> bool:
    """Whether other accounts can run this Python."""
    return place.out_of_reach(Path(python).resolve().parent) is None


def warnings(where: Place) -> list[str]:
    """Why other accounts could not use the class, in sentences."""
    told = []
    if closed := place.out_of_reach(where.folder):
        told.append(
            f"Students cannot enter {closed}. For a hub with accounts of their own, choose another place, as /srv."
        )
    if not is_for_all(where.python):
        told.append(
            f"Students cannot run {where.python.resolve()}, from which the environment was made. For a hub, install "
            "Python for the whole system, remove FOLDER/env and run the command again."
        )
    return told
