"""Files that a command makes again and again. What somebody has changed in one stays; the newer one is put beside."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lessonlib.course import files

RECORD = ".made.json"  # of each file that we wrote, what stood in it
NEWER = "newer"


class Made:
    """The files of ours below `folder`. `said` collects what the person who runs the command should know."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.said: list[str] = []
        record = folder / RECORD
        self._known: dict[str, str] = json.loads(record.read_text("utf-8")) if record.exists() else {}

    def write(self, path: Path, data: str | bytes, mode: int = 0o644, once: bool = False) -> None:
        """Write the file. One that is not as we wrote it stays, and the newer one is put into newer/.

        With `once` it is written where it is missing, and after that it is the instructor's.
        """
        data = data.encode() if isinstance(data, str) else data
        name = path.relative_to(self.folder).as_posix()
        if path.exists() and once:
            return
        if path.exists() and files.digest(path.read_bytes()) not in (self._known.get(name), files.digest(data)):
            (self.folder / NEWER).mkdir(mode=0o700, exist_ok=True)
            path = self.folder / NEWER / name
            self.said.append(f"{name} is not as it was made: it stays. The newer one is {path}.")
        elif not once:
            self._known[name] = files.digest(data)
        files.write(path, data)
        path.chmod(mode)

    def keep(self) -> None:
        """Note what was written. The last step: after one that was cut off, files of ours count as changed."""
        files.write(self.folder / RECORD, (json.dumps(self._known, indent=1, sort_keys=True) + "\n").encode())
        (self.folder / RECORD).chmod(0o600)


def give(path: Path, account: str) -> None:
    """Give the file, or the folder with all in it, to the account; "" leaves it as it is."""
    if not account:
        return
    import pwd

    user = pwd.getpwnam(account)
    for folder, _, names in os.walk(path):  # nothing, where there is no such folder
        for each in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118
            os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)
