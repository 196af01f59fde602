"""The course as its last commit has it: what is tested in a copy where somebody has worked."""

import shutil
import zipfile
from pathlib import Path

from lessonlib.course import git


def unpack(root: Path, folder: Path) -> list[str]:
    """Write the course at `root`, as committed, into `folder`; returns the notebooks that differ from the commit.

    A copy without git, as one has from a downloaded archive, is taken as it stands.
    """
    archive = folder.with_suffix(".zip")
    if git.attempt(root, "archive", "--format=zip", f"--output={archive}", "HEAD") is None:
        shutil.copytree(root, folder, ignore=_not_the_course, dirs_exist_ok=True)
        return []
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    archive.unlink()
    folders = ("notebooks", "solutions", "exercises")
    changed = git.answer(root, "diff", "--name-only", "HEAD", "--", *folders).splitlines()
    return [*changed, *git.answer(root, "ls-files", "--others", "--exclude-standard", "--", *folders).splitlines()]


def _not_the_course(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not git.is_course(Path(name))}
