"""Runs nbgrader's commands as students do: [account, home, [command, …]] from standard input, each as that account.

nbgrader is imported once; each command then runs in a forked process that has become the student.
"""

import json
import os
import pwd
import sys
from pathlib import Path

from nbgrader.apps import NbGraderApp


def become(account: str, home: str) -> None:
    user = pwd.getpwnam(account)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(0o022)
    os.environ.update(HOME=home, USER=account, LOGNAME=account)
    os.chdir(home)


def run(account: str, home: str, command: list[str]) -> int:
    """The exit code of the command."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            become(account, home)
            NbGraderApp.launch_instance(command)
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for account, home, command in json.load(sys.stdin):
        Path(home).mkdir(exist_ok=True)
        user = pwd.getpwnam(account)
        os.chown(home, user.pw_uid, user.pw_gid)
        print(account, run(account, home, command), flush=True)
