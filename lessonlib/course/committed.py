"""The course as its last commit has it: what is tested in a copy where somebody has worked."""

import shutil
import subprocess
import zipfile
from pathlib import Path

NOT_COURSE = (".git", ".venv", ".course", "kept", "__pycache__", ".ipynb_checkpoints")


def unpack(root: Path, folder: Path) -> list[str]:
    """Write the course at `root`, as committed, into `folder`; returns the notebooks that differ from the commit.

    A copy without git, as one has from a downloaded archive, is taken as it stands.
    """
    archive = folder.with_suffix(".zip")
    if _git(root, "archive", "--format=zip", f"--output={archive}", "HEAD") is None:
        shutil.copytree(root, folder, ignore=shutil.ignore_patterns(*NOT_COURSE), dirs_exist_ok=True)
        return []
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    archive.unlink()
    changed = _git(root, "status", "--porcelain", "--", "notebooks", "solutions", "exercises") or ""
    return [line[3:] for line in changed.splitlines()]


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, None where there is no git, no repository, or no commit."""
    try:
        return subprocess.run(["git", "-C", root, *arguments], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
