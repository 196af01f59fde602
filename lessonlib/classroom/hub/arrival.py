"""What happens before a student's server starts: the account is there, and so is the student's own copy of the course.

Called by JupyterHub, as root, within its event loop: nothing here may wait without `await`.
"""

import asyncio
import contextlib
import os
import pwd
from pathlib import Path

from lessonlib.classroom.hub.accounts import Accounts
from lessonlib.classroom.hub.layout import Layout
from lessonlib.course import Problem

SECONDS_TO_COPY = 120
COPY = "course"  # the folder in each student's home
LINKED = ("notebooks", "exercises")  # a fetched assignment lies in ~/NAME and links to ../notebooks
FIRST_OF_PEOPLE = 1000  # lower numbers are the system's own accounts
ONE_AT_A_TIME = asyncio.Lock()


class Arrival:
    """The hook: `await arrival(spawner)` makes ready what the user of `spawner` needs.

    `accounts` makes the accounts that are missing (a login from outside knows none of this machine); with None they are
    there. A teacher gets the class's folder in place of a copy.
    """

    def __init__(self, layout: Layout, accounts: Accounts | None, teachers: frozenset[str]):
        self.layout, self.accounts, self.teachers = layout, accounts, teachers

    async def __call__(self, spawner: object) -> None:
        name = spawner.user.name
        if self.accounts and name not in self.teachers:
            async with ONE_AT_A_TIME:
                await asyncio.to_thread(self.accounts.make, name)
        account = pwd.getpwnam(name)
        if account.pw_uid < FIRST_OF_PEOPLE:
            raise Problem(f"{name} is an account of the system itself and gets no server.")
        if name in self.teachers:
            self.teach(spawner)
        else:
            await self.copy(spawner, account)

    async def copy(self, spawner: object, account: pwd.struct_passwd) -> None:
        """Give the student a copy of the course of their own, or bring theirs up to date."""
        failed = await self.pull(account)
        if failed and not (Path(account.pw_dir) / COPY).exists():
            raise Problem(f"The course could not be copied for {account.pw_name}: {failed}")
        if failed:  # what is there can be worked with; the teacher reads the log
            spawner.log.warning("The course of %s was not brought up to date: %s", account.pw_name, failed)
        link(Path(account.pw_dir))

    def teach(self, spawner: object) -> None:
        """Open the class's folder, where the formgrader expects to be started."""
        spawner.notebook_dir, spawner.default_url = str(self.layout.place.course), "/lab"
        spawner.environment = {**spawner.environment, **self.layout.place.variables(instructor=True)}

    async def pull(self, account: pwd.struct_passwd) -> str:
        """Copy the course, or merge what is new into it (nbgitpuller, as the student); returns what went wrong."""
        process = await asyncio.create_subprocess_exec(
            self.layout.place.python, "-P", "-m", "nbgitpuller.pull", self.layout.place.students.as_uri(), "main", COPY,
            cwd=account.pw_dir, user=account.pw_uid, group=account.pw_gid, extra_groups=[], umask=0o077,
            env={"HOME": account.pw_dir, "PATH": os.defpath, "GIT_CONFIG_SYSTEM": str(self.layout.git_config)},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(process.communicate(), SECONDS_TO_COPY)
        except TimeoutError:
            process.kill()
            await process.wait()
            return f"no end within {SECONDS_TO_COPY} seconds"
        return said.decode(errors="replace").strip()[-500:] if process.returncode else ""


def link(home: Path) -> None:
    """Let links in a fetched assignment lead to the student's copy of the course; what bears that name stays.

    The link is left to root: handing over what lies in a student's folder could hand over something else.
    """
    for name in LINKED:
        with contextlib.suppress(OSError):
            (home / name).symlink_to(Path(COPY) / name)
