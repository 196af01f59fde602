"""Tries to grade under each of the settings in standard input: {name: text of nbgrader_config.py}.

Prints {name: [exit code, what was said]}. teach is imported once; each try is a forked process. The name "plain …"
is nbgrader's own command, without the variable that makes an error in the settings fatal.
"""

import json
import os
import sys
import traceback

import lessonlib.classroom.booking  # noqa: F401  once, for all
from lessonlib.classroom import __main__ as teach
from lessonlib.classroom import place


def attempt(name: str, assignment: str) -> None:
    if not name.startswith("plain"):
        sys.exit(teach.main(["grade", assignment, "--again"]))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRAITLETS")}
    os.chdir(place.here().course)
    os.execve(sys.executable, [sys.executable, "-P", "-m", "nbgrader", "autograde", assignment, "--force"], plain)


def tried(name: str, settings: str, assignment: str) -> list:
    (place.here().course / "nbgrader_config.py").write_text(settings)
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.close(writing)
        code = 1
        try:
            attempt(name, assignment)
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text]


if __name__ == "__main__":
    assignment, cases = json.load(sys.stdin)
    print(json.dumps({name: tried(name, settings, assignment) for name, settings in cases.items()}))
