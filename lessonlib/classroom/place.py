"""Where everything of a class lies, and what a server has to be told about it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from lessonlib.course import Problem

FOLDER = "LESSONLIB_CLASS"  # the environment variable that names the class's folder


@dataclass(frozen=True)
class Place:
    """The folder of a class. `owner` is the account of the instructor; "" leaves files to whoever runs the command."""

    folder: Path
    owner: str = ""

    @property
    def course_id(self) -> str:
        """nbgrader's name for the course: the folder's, with nothing in it that nbgrader or a path would mistake."""
        return re.sub(r"[^A-Za-z0-9_-]+", "-", self.folder.name).strip("-") or "course"

    @property
    def env(self) -> Path:
        """The environment of hub, students and instructor. Students read it."""
        return self.folder / "env"

    @property
    def python(self) -> Path:
        return self.env / "bin" / "python"

    @property
    def students(self) -> Path:
        """The students' repository, bare. Students read it."""
        return self.folder / "students.git"

    @property
    def exchange(self) -> Path:
        """nbgrader's exchange. Students write into the parts that nbgrader opens to them."""
        return self.folder / "exchange"

    @property
    def settings(self) -> Path:
        """nbgrader's settings for everybody. Students read them."""
        return self.folder / "settings"

    @property
    def course(self) -> Path:
        """nbgrader's course folder: source/, gradebook, what was handed in. For the instructor alone."""
        return self.folder / "class"

    @property
    def grades(self) -> Path:
        """What `grade` found, a folder for each assignment. For the instructor alone."""
        return self.course / "grades"

    @property
    def hub(self) -> Path:
        """The hub's configuration and state. For the account that runs the hub."""
        return self.folder / "hub"

    @property
    def teach(self) -> Path:
        """The instructor's command."""
        return self.folder / "teach"

    def variables(self, instructor: bool) -> dict[str, str]:
        """The environment variables that a server, or a command, of the class needs.

        For an instructor an error in a configuration ends nbgrader; it would go on with its own defaults.
        """
        first = self.course if instructor else self.settings / "students"
        told = {
            "PATH": f"{self.env / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, (first, self.settings))),
        }
        if instructor:
            told |= {FOLDER: str(self.folder), "TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR": "1"}
        return told


def here() -> Place:
    """The class that this process works for. Raises Problem where none is named."""
    folder = os.environ.get(FOLDER)
    if not folder:
        raise Problem(f"No class is named: {FOLDER} is not set. Use the script `teach` in the folder of your class.")
    return Place(Path(folder))


def out_of_reach(path: Path) -> Path | None:
    """The first folder on the way to `path` that other accounts cannot enter; None where there is none."""
    whole = path.absolute()
    for folder in [*reversed(whole.parents), whole]:
        if folder.is_dir() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def owner(asked: str | None) -> str:
    """The account that shall own the class: the one that is asked for, else who stands behind sudo.

    Raises Problem for an account that is not there, and where only root could give files away.
    """
    import pwd

    name = asked or (os.environ.get("SUDO_USER", "") if os.geteuid() == 0 else "")
    if not name:
        return ""
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        raise Problem(f"There is no account {name!r} on this machine. Make it first, or leave --owner out.") from None
    if os.geteuid() not in (0, account.pw_uid):
        raise Problem(f"Only root can make a class that belongs to {name}. Begin the command with sudo.")
    return name


def require_linux() -> None:
    """Raise Problem elsewhere: accounts, the exchange and the sandbox are Linux's."""
    if sys.platform != "linux":
        raise Problem("A class is run on Linux: nbgrader's exchange and the sandbox need it.")
