"""The commands of `python3 course.py`, each defined once: a line of help, and the room that does the work.

Standard library alone, and the lowest of the keeper's rooms: `course.py` reads this table before anything is installed.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from lessonlib.course import Problem, console

LEARNER = ("requirements.txt",)
SITE = ("requirements.txt", "requirements-site.txt")
TESTS = ("requirements.txt", "requirements-test.txt", "requirements-site.txt")


class Command(NamedTuple):
    """A command: its line of help, its `main(argv) -> exit code`, and the requirements files it runs on."""

    help: str
    target: str
    needs: tuple[str, ...] = LEARNER


# By whom they are for: the heading under which the help lists them, and the commands.
GROUPS = {
    "for learning": {
        "lab": Command("open the course in JupyterLab", "lessonlib.course.lab:main"),
        "install": Command("install what the course needs, without opening it", "lessonlib.course.doctor:main"),
        "doctor": Command("say what is wrong with the install, if anything", "lessonlib.course.doctor:main", ()),
        "reset": Command("start an exercise over, keeping the old one", "lessonlib.course.reset:main"),
        "update": Command("fetch a newer course and carry your answers over", "lessonlib.course.update:main"),
        "export": Command("write a notebook as a page that opens from a file", "lessonlib.course.export:main"),
        "print": Command(
            "write the cheat sheet and the flashcards, for paper and for Anki", "lessonlib.course.printing:main"
        ),
        "bench": Command("measure what the README claims about speed and loss", "lessonlib.course.bench:main"),
    },
    "for teaching": {
        "grade": Command("grade exercise notebooks and write a report", "lessonlib.course.grade:main"),
        "grades": Command("move grades to Canvas or Moodle; report on a class", "lessonlib.classroom.grades:main"),
        "class": Command("make what a class needs: nbgrader, a hub", "lessonlib.classroom.make:main"),
        "package": Command("pack an exercise for Gradescope or GitHub Classroom", "lessonlib.classroom.package:main"),
    },
    "for writing the course": {
        "test": Command("run every test; --quick for the short ones", "lessonlib.course.testing:main", TESTS),
        "pretrain": Command("train the tree that comes with the course", "lessonlib.course.pretrain:main"),
        "build": Command("regenerate whatever is generated; --check only compares", "lessonlib.course.build:main"),
        "site": Command("write the course as a site", "lessonlib.course.site.command:main", SITE),
        "hosted": Command("write the notebooks for Colab and Kaggle", "lessonlib.course.hosted:main"),
        "gallery": Command("make a record of a shared tree for the gallery", "lessonlib.course.gallery_command:main"),
        "execute": Command("run notebooks from the top and store their outputs", "lessonlib.course.execute:main"),
    },
}
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}


def available() -> dict[str, Command]:
    """The commands whose room stands."""
    return {name: command for name, command in COMMANDS.items() if find_spec(command.target.partition(":")[0])}


def usage() -> str:
    """The help text: every command with its line, under the heading of those whom it is for."""
    lines = ["usage: python3 course.py COMMAND …    (Windows: py course.py COMMAND …)"]
    offered = available()
    for heading, group in GROUPS.items():
        lines += ["", f"{heading}:"]
        lines += [f"  {name:8} {command.help}" for name, command in group.items() if name in offered]
    return "\n".join([*lines, "", "python3 course.py COMMAND --help says more about one of them."])


def _as_file(argument: str) -> str:
    """A notebook may be called `-h.ipynb`: where a file has that name, it is the file that is meant."""
    return f"./{argument}" if argument.startswith("-") and Path(argument).is_file() else argument


def main(argv: list[str]) -> int:
    """Run the command that `argv` begins with and return its exit code."""
    console.show_what_it_can()
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return 0
    command = available().get(argv[0])
    if command is None:
        print(f"There is no command {argv[0]!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    module, _, function = command.target.partition(":")
    try:
        return getattr(import_module(module), function)([_as_file(argument) for argument in argv[1:]])
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None or error.strerror is None:
            raise
        print(f"{error.filename}: {error.strerror}. Fix that, or name another place, then try again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
