"""`teach accounts`: an account of this machine for each student on the list, and their removal."""

import argparse
from pathlib import Path

from lessonlib.classroom import place
from lessonlib.classroom.hub.accounts import Accounts, is_demonstration, need_root
from lessonlib.classroom.hub.layout import Layout
from lessonlib.classroom.place import Place
from lessonlib.course import Problem, files


def roster(folder: str) -> list[str]:
    """The names in students.txt of the class at `folder`."""
    file = Layout(Place(Path(folder))).roster
    lines = (line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def main(argv: list[str]) -> int:
    """Make the accounts that are missing, or remove those that the course has made."""
    parser = argparse.ArgumentParser(
        prog="teach accounts",
        description="Make an account on this machine for each name in hub/students.txt. First passwords go to "
        "hub/passwords.csv: hand them out, then delete the file. Students who have an account already keep it.",
    )
    parser.add_argument("--remove", nargs="*", metavar="NAME", help="remove these accounts, or all; homes are kept")
    parser.add_argument("--password", metavar="NAME", help="set a new password for an account that the course has made")
    asked = parser.parse_args(argv)
    need_root()
    layout = Layout(place.here())
    accounts = Accounts(layout.register)
    if asked.remove is not None:
        print("\n".join(remove(layout, accounts, asked.remove)) or "The course has made no accounts here.")
        return 0
    if asked.password:
        _note(layout.passwords, asked.password, accounts.set_password(asked.password))
        print(f"{asked.password}: the new password is in {layout.passwords}, in the last line.")
        return 0
    names = roster(str(layout.place.folder))
    if not names:
        raise Problem(f"{layout.roster} names nobody yet. Write one name per line, then start again.")
    return 0 if make(layout, accounts, names) else 1


def remove(layout: Layout, accounts: Accounts, names: list[str]) -> list[str]:
    """Remove these accounts, or all, and their passwords; returns what was done, and what is left to do, in words."""
    before = accounts.names()
    told = accounts.remove(names or None)
    gone = [name for name in before if name not in accounts.names()]
    if layout.passwords.exists():
        _write(layout.passwords, _without(layout.passwords, gone))
    if layout.roster.exists() and (listed := [each for each in roster(str(layout.place.folder)) if each in gone]):
        them = "it" if len(listed) == 1 else "them"
        told.append(
            f"Take {', '.join(listed)} out of {layout.roster}, or the next `teach accounts` makes {them} again."
        )
    return told


def make(layout: Layout, accounts: Accounts, names: list[str]) -> bool:
    """Make the accounts that are missing, with passwords; says what was done. Returns whether all went well."""
    well = True
    for name in names:
        try:
            if is_demonstration(name):
                raise Problem(f"{name}: names that begin with demo- are for invented students.")
            if accounts.make(name):
                _note(layout.passwords, name, accounts.set_password(name))
                print(f"{name}: made; the password is in {layout.passwords}.")
        except Problem as problem:
            print(problem)
            well = False
    print(f"{len(accounts.names())} accounts of this class are there.")
    print("If the hub is running, restart it, so that it knows them.")
    return well


def _note(file: Path, name: str, password: str) -> None:
    """Add a line to the list of first passwords, in the place of an older one of that name."""
    known = _without(file, [name]) if file.exists() else [b"account,password"]
    _write(file, [*known, f"{name},{password}".encode()])


def _without(file: Path, names: list[str]) -> list[bytes]:
    """The lines of the list, but for those of these accounts."""
    return [line for line in file.read_bytes().splitlines() if line.partition(b",")[0].decode("latin-1") not in names]


def _write(file: Path, lines: list[bytes]) -> None:
    """Write the list of first passwords, which root alone can read."""
    files.write(file, b"".join(line + b"\r\n" for line in lines))
    file.chmod(0o600)
