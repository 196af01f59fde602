"""`teach COMMAND …`: the instructor's way in. It runs in the class's environment, with the class's variables."""

import os
import sys
from importlib import import_module

from lessonlib.classroom import place
from lessonlib.course import Problem, console

# A line of help, and the function that does it: main(argv) -> exit code.
COMMANDS = {
    "list": ("the assignments, and how far each one is", "lessonlib.classroom.teaching:show"),
    "release": (
        "let students fetch an assignment; --due sets or changes its date",
        "lessonlib.classroom.teaching:release",
    ),
    "collect": ("take what was handed in", "lessonlib.classroom.teaching:collect"),
    "grade": ("collect, grade and record; --again to grade anew", "lessonlib.classroom.teaching:grade_all"),
    "feedback": ("give each student their page", "lessonlib.classroom.teaching:feedback"),
    "export": ("write all grades as a table", "lessonlib.classroom.teaching:export"),
    "grades": ("move grades to Canvas or Moodle; report on a class", "lessonlib.classroom.grades:main"),
    "open": ("the same on nbgrader's pages, in JupyterLab", "lessonlib.classroom.teaching:open_pages"),
    "nbgrader": ("any other command of nbgrader", "lessonlib.classroom.teaching:other"),
    "trial": ("a hub with invented students, on this machine alone", "lessonlib.classroom.hub.trial:main"),
    "accounts": ("an account for each student; --remove removes them", "lessonlib.classroom.hub.people:main"),
    "hub": ("the hub of the class", "lessonlib.classroom.hub.start:main"),
    "check": ("see whether grading is safe here", "lessonlib.classroom.teaching:check"),
}

ALONE = "list"  # what `teach` alone does, before it prints the help text


def usage() -> str:
    """The help text."""
    lines = [f"  {name:9} {help}" for name, (help, _) in COMMANDS.items()]
    return "\n".join(["usage: teach COMMAND …", "", *lines, "", "teach COMMAND --help says more about one of them."])


def main(argv: list[str]) -> int:
    """Run the command that `argv` begins with and return its exit code."""
    console.show_what_it_can()
    name = argv[0] if argv else ALONE
    if name in ("-h", "--help") or name not in COMMANDS:
        told = usage() if name in ("-h", "--help") else f"There is no command {name!r}.\n\n{usage()}"
        print(told, file=sys.stdout if name in ("-h", "--help") else sys.stderr)
        return 0 if name in ("-h", "--help") else 2
    module, _, function = COMMANDS[name][1].partition(":")
    try:
        os.environ.update(place.here().variables(instructor=True))
        code = getattr(import_module(module), function)(argv[1:])
        if not argv:
            print(f"\n{usage()}")
        return code
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was graded until now is kept.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
