"""git, run in one way everywhere, and which files of a folder are no part of the course."""

import os
import subprocess
from pathlib import Path

from lessonlib.course import Problem

# What lies in a course's folder and is a learner's, a tool's or the system's.
NOT_THE_COURSE = {
    ".git",
    ".venv",
    ".course",
    "kept",
    "grades",
    "exported",
    "printed",
    "__pycache__",
    ".ipynb_checkpoints",
}


def is_course(path: Path) -> bool:
    """Whether a path inside the course's folder is the course's own."""
    return not any(part in NOT_THE_COURSE or part.endswith((".egg-info", "_cache")) for part in path.parts)


def run(root: Path, *arguments: str, **environment: str) -> bytes:
    """Run git in `root` and return what it writes. Raises Problem with the line in which it says what failed."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=300,
            env={**os.environ, **quiet, **environment},
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise Problem("git is not installed." if missing else f"git does not start: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise Problem("no answer within 5 minutes.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed."]
        raise Problem(next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1]))
    return done.stdout


def answer(root: Path, *arguments: str, **environment: str) -> str:
    """What git answers, without the last line end."""
    return run(root, *arguments, **environment).decode(errors="replace").strip()


def attempt(root: Path, *arguments: str) -> str | None:
    """What git answers; None where there is no git or no repository, or where it fails."""
    try:
        return answer(root, *arguments)
    except Problem:
        return None


def version(root: Path) -> str:
    """The commit that is checked out, with a + where files of the course differ from it; "" without git."""
    commit = attempt(root, "rev-parse", "--short", "HEAD")
    changed = attempt(root, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}{'+' if changed else ''}" if commit else ""
