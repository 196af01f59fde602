"""Accounts of this machine that the course makes, and only those it removes again. Linux, root; standard library alone.

Each account is written into a register before it is made, with a mark that its entry in the system carries too.
Removing looks at both. A number (uid) once given out stays with its name: what a removed account left behind is never
handed to somebody else, and whoever is made again under the same name gets it back.
"""

import fcntl
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lessonlib.course import Problem, files

NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
DEMONSTRATION = "demo-"  # how the invented users of a trial are called; nobody else is
FIRST_UID, LAST_UID = 2000, 60_000  # what a system leaves to people
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else
SECONDS_TO_END = 5.0


def is_demonstration(name: str) -> bool:
    """Whether an account is an invented one, which anybody with the shared password may have used: never for grades."""
    return name.startswith(DEMONSTRATION)


class Accounts:
    """The accounts noted in the file `register`; homes of new ones go below `homes`."""

    def __init__(self, register: Path, homes: Path = Path("/home")):
        self.register, self.homes = register, homes

    def names(self) -> list[str]:
        """The accounts of the register that are there, in the order in which they were made."""
        return [name for name, entry in self._read().items() if self._is_ours(name, entry)]

    def home(self, name: str) -> Path:
        """The home of an account of this machine."""
        return Path(pwd.getpwnam(name).pw_dir)

    def make(self, name: str) -> bool:
        """Make the account, without a password; returns whether it is new.

        Raises Problem for a name that is no account's, and for an account or a home that is somebody else's.
        """
        _check(name)
        with self._turn() as register:
            entry = register.get(name)
            if entry and self._is_ours(name, entry):
                return False
            if _entry(name):
                raise Problem(f"This machine has an account {name} that the course has not made; it is left as it is.")
            home = Path(entry["home"]) if entry else self.homes / name
            if home.exists() and not entry:
                raise Problem(f"{home} is there already and belongs to no account {name}. Move it away, or rename it.")
            register[name] = entry = entry or {"uid": _free_uid(register), "home": str(home)}
            entry["mark"] = f"lessonlib {secrets.token_hex(8)}"
            self._write(register)
            self._add(name, entry)
            return True

    def set_password(self, name: str) -> str:
        """Give an account of the register a new password, of 12 letters and digits, and return it."""
        if name not in self.names():
            raise Problem(f"The course has made no account {name}, so it gives it no password.")
        password = "".join(secrets.choice(ALPHABET) for _ in range(12))
        _run(["chpasswd"], stdin=f"{name}:{password}")
        return password

    def remove(self, names: Iterable[str] | None = None) -> list[str]:
        """Remove these accounts, or all of the register; their homes stay, closed. Returns what was done, in words.

        An account whose number or mark is not the one noted is somebody else's by now, and is left alone.
        """
        told = []
        with self._turn() as register:
            for name in register if names is None else names:
                entry = register.get(name)
                if entry is None:
                    told.append(f"{name}: not made by the course, left as it is.")
                elif self._is_ours(name, entry):
                    _end_processes(entry["uid"])
                    _run(["userdel", name])
                    told.append(f"{name}: removed.{_close(Path(entry['home']))}")
                elif _entry(name):
                    told.append(f"{name}: the account of that name is another one by now, left as it is.")
        return told

    def _is_ours(self, name: str, entry: dict) -> bool:
        there = _entry(name)
        return bool(there) and there.pw_uid == entry["uid"] and there.pw_gecos.split(",")[0] == entry["mark"]

    def _add(self, name: str, entry: dict) -> None:
        home, uid = Path(entry["home"]), entry["uid"]
        command = ["useradd", "--uid", str(uid), "--user-group", "--shell", "/bin/bash", "--comment", entry["mark"]]
        command += ["--home-dir", str(home), "-K", "UMASK=0077", "-K", "HOME_MODE=0700"]
        _run([*command, "--no-create-home" if home.exists() else "--create-home", name])
        if home.is_dir():
            _give(home, f"{uid}:{pwd.getpwnam(name).pw_gid}")

    @contextmanager
    def _turn(self) -> Iterator[dict]:
        """One process at a time."""
        self.register.parent.mkdir(parents=True, exist_ok=True)
        with self.register.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._read()

    def _read(self) -> dict:
        return json.loads(self.register.read_text("utf-8")) if self.register.exists() else {}

    def _write(self, register: dict) -> None:
        files.write(self.register, (json.dumps(register, indent=1) + "\n").encode())


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Problem(
            f"{name!r} cannot be the name of an account: a small letter, then small letters, digits, - or _, "
            "31 characters at most."
        )


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _free_uid(register: dict) -> int:
    """A number above all that are taken here or ever were given out, those of the system's own services left aside."""
    taken = {entry["uid"] for entry in register.values()} | {each.pw_uid for each in pwd.getpwall()}
    return max([FIRST_UID - 1, *(uid for uid in taken if uid < LAST_UID)]) + 1


def _run(command: list[str], stdin: str | None = None) -> None:
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, env=_surroundings())
    except FileNotFoundError:
        raise Problem(f"{command[0]} is not there: accounts are made on Linux, with the package passwd.") from None
    if done.returncode:
        cure = "" if os.geteuid() == 0 else " Accounts are made by root: start with sudo."
        raise Problem(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}{cure}")


def _surroundings() -> dict[str, str]:
    return {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin", "LC_ALL": "C"}


def _give(home: Path, owner: str) -> None:
    """Hand a home over; links in it are handed over themselves, not what they point at."""
    _run(["chown", "--recursive", "--no-dereference", "-P", owner, str(home)])


def _close(home: Path) -> str:
    if not home.is_dir():
        return ""
    _give(home, "0:0")
    home.chmod(0o700)
    return f" What it wrote is kept in {home}."


def _end_processes(uid: int) -> None:
    """End what runs under this account: politely, then for good."""
    deadline = time.monotonic() + SECONDS_TO_END
    while running := _processes(uid):
        late = time.monotonic() > deadline
        for process in running:
            try:
                os.kill(process, signal.SIGKILL if late else signal.SIGTERM)
            except ProcessLookupError:
                continue
        time.sleep(0.1)
        if time.monotonic() > deadline + SECONDS_TO_END:
            raise Problem(f"Processes of account number {uid} do not end: {running}.")


def _processes(uid: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and folder.stat().st_uid == uid:
                zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
                found += [] if zombie else [int(folder.name)]
        except OSError:  # it has just ended
            continue
    return found


def need_root() -> None:
    """Raise Problem where accounts cannot be made."""
    if not hasattr(os, "geteuid") or shutil.which("useradd", path=_surroundings()["PATH"]) is None:
        raise Problem("Accounts are made on Linux, with useradd; this system has none.")
    if os.geteuid() != 0:
        raise Problem("Only root can make accounts and become one of them. Start the same line with sudo before it.")
