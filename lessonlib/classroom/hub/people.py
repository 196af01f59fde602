"""`teach accounts`: an account of this machine for each student on the list, and their removal."""

import argparse
import csv
import io
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
        print("\n".join(accounts.remove(asked.remove or None)) or "The course has made no accounts here.")
        return 0
    if asked.password:
        _note(layout.passwords, asked.password, accounts.set_password(asked.password))
        print(f"{asked.password}: the new password is in {layout.passwords}, in the last line.")
        return 0
    names = roster(str(layout.place.folder))
    if not names:
        raise Problem(f"{layout.roster} names nobody yet. Write one name per line, then start again.")
    return 0 if make(layout, accounts, names) else 1


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
    print(f"{len(accounts.names())} accounts of this class are there. Start the hub anew, so that it knows them.")
    return well


def _note(file: Path, name: str, password: str) -> None:
    """Add a line to the list of first passwords, which root alone can read."""
    line = io.StringIO()
    csv.writer(line).writerow([name, password])
    known = file.read_bytes() if file.exists() else b"account,password\r\n"
    files.write(file, known + line.getvalue().encode())
    file.chmod(0o600)
