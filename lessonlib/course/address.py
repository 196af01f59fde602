"""Where the course is published. Its address stands in no text: this is the one place that knows it.

In pyproject.toml, under [project.urls], `Repository` names it. Without that line it is where this copy was cloned from,
so that a fork leads to itself.
"""

import re
import tomllib
from pathlib import Path

from lessonlib.course import ROOT, Problem, git

# https://github.com/owner/name.git, ssh://git@github.com/owner/name, git@github.com:owner/name; never a password in it.
REMOTE = re.compile(r"^(?:https?://|ssh://|git://)?(?:[^@/]*@)?([\w.-]+)(?::\d+)?[:/]([\w.~/-]+?)(?:\.git)?/?$")
UNKNOWN = (
    "Where the course is published is not known: pyproject.toml names no Repository under [project.urls], and this "
    "folder was not cloned from a server."
)


def repository(root: Path = ROOT) -> str:
    """The address of the repository, as https://github.com/owner/name. Raises Problem where nothing tells it."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {}).get("urls", {})
    if address := told.get("Repository") or _origin(root):
        return address.rstrip("/")
    raise Problem(UNKNOWN)


def _origin(root: Path) -> str | None:
    remote = git.attempt(root, "remote", "get-url", "origin") or ""
    found = None if remote.startswith(("/", ".", "file:")) else REMOTE.match(remote)
    return f"https://{found[1]}/{found[2]}" if found else None
