"""Where a newer course comes from: the git remote of a clone, or a folder."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import NamedTuple

from lessonlib.course import Problem, git

# A merge needs a name to sign with, also where nobody has told git one.
SIGNED = ["-c", "user.name=course.py update", "-c", "user.email=course.py@localhost"]


class File(NamedTuple):
    """A file of the course: its bytes, and whether it is a program."""

    data: bytes
    executable: bool = False


Tree = dict[str, File]  # by path, as "notebooks/05_tree.ipynb"


def folder(path: Path, root: Path) -> Tree:
    """The course in the folder `path`. Raises Problem where there is none, or where it is the one in use."""
    if not (path / "course.py").is_file() or not (path / "lessonlib").is_dir():
        raise Problem(
            f"{path} is not a folder with the course in it: course.py or lessonlib is missing there. "
            "A downloaded archive has to be unpacked first."
        )
    if path.resolve() == root.resolve():
        raise Problem(f"{path} is the course that you are using. Name the folder of the newer one.")
    tree = {}
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        if file.is_file() and not file.is_symlink() and git.is_course(inside):
            tree[inside.as_posix()] = File(file.read_bytes(), os.access(file, os.X_OK))
    return tree


class Clone:
    """The git clone at `root`."""

    def __init__(self, root: Path):
        self.root = root

    @classmethod
    def at(cls, root: Path) -> Clone | None:
        """The clone whose top folder is `root`; None where there is none, or no git.

        Raises Problem where git does not trust a folder of another account's.
        """
        clone = cls(root)
        try:
            top = clone.git("rev-parse", "--show-toplevel")
        except Problem as problem:
            if "dubious ownership" in str(problem):
                raise Problem(
                    f"git does not work in {root}, because the folder belongs to another account. If you trust it, "
                    f'tell git so: git config --global --add safe.directory "{root}"'
                ) from None
            return None
        return clone if Path(top).resolve() == root.resolve() else None

    def fetch(self) -> tuple[str, Tree, Tree | None]:
        """The newest commit of the course, its files, and the files that this clone began with, where known."""
        for state in ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD"):
            if (self.root / self.git("rev-parse", "--git-path", state)).exists():
                raise Problem("git is in the middle of a merge or a rebase here. Finish or abort that, then update.")
        remote, branch = self._home()
        try:
            self.git("fetch", "--quiet", remote, branch)
        except Problem as problem:
            raise Problem(
                f"The course's home ({remote}) could not be reached, and nothing was changed. git says: {problem} "
                "Try again when you are online, or name a folder: python3 course.py update --from FOLDER"
            ) from None
        commit = self.git("rev-parse", "FETCH_HEAD")
        began = self._try("merge-base", "HEAD", commit)
        return commit, self.tree(commit), self.tree(began) if began else None

    def _home(self) -> tuple[str, str]:
        """Remote and branch to fetch: in a fork the remote `upstream`, else what the branch follows, else origin."""
        remotes = self.git("remote").split()
        if not remotes:
            raise Problem(
                "This clone has no remote, so there is nowhere to fetch from. "
                "Name a folder: python3 course.py update --from FOLDER"
            )
        if "upstream" in remotes:
            return "upstream", "HEAD"
        branch = self._try("symbolic-ref", "--short", "HEAD")
        remote, merge = (branch and self._try("config", f"branch.{branch}.{key}") for key in ("remote", "merge"))
        if remote in remotes and merge:
            return remote, merge
        return "origin" if "origin" in remotes else remotes[0], "HEAD"

    def began(self) -> Tree:
        """The course as this clone has it committed, without the learner's own commits where that can be told."""
        for newest in ("@{upstream}", "origin/HEAD"):
            if commit := self._try("merge-base", "HEAD", newest):
                return self.tree(commit)
        return self.tree("HEAD")

    def tree(self, commit: str) -> Tree:
        """All files of a commit."""
        with tarfile.open(fileobj=io.BytesIO(git.run(self.root, "archive", "--format=tar", commit))) as archive:
            members = [member for member in archive if member.isfile()]
            return {m.name: File(archive.extractfile(m).read(), bool(m.mode & 0o100)) for m in members}

    def move_to(self, commit: str) -> None:
        """Make `commit` part of this branch's history; files stay as they are. Local commits are merged, not lost."""
        head = self.git("rev-parse", "HEAD")
        if self._is_ancestor(commit, head):
            return
        if self._is_ancestor(head, commit):
            self.git("reset", "--quiet", commit)
            return
        began = self._try("merge-base", head, commit)
        theirs = self.git("diff", "--name-only", "-z", *([began] if began else []), head).split("\0")
        index = Path(self.git("rev-parse", "--absolute-git-dir")) / "index-of-update"
        aside = {"GIT_INDEX_FILE": str(index)}
        self.git("read-tree", commit, **aside)
        there = [path for path in theirs if path and (self.root / path).is_file()]
        if there:
            self.git("update-index", "--add", "--", *there, **aside)
        tree = self.git("write-tree", **aside)
        index.unlink()
        merged = self.git(*SIGNED, "commit-tree", tree, "-p", head, "-p", commit, "-m", "Update the course")
        self.git("reset", "--quiet", merged)

    def _is_ancestor(self, old: str, new: str) -> bool:
        return self._try("merge-base", "--is-ancestor", old, new) is not None

    def _try(self, *arguments: str) -> str | None:
        return git.attempt(self.root, *arguments)

    def git(self, *arguments: str, **environment: str) -> str:
        return git.answer(self.root, *arguments, **environment)
