"""`teach hub`: the class's hub, until it is stopped."""

import argparse
import os

from lessonlib.classroom import place
from lessonlib.classroom.hub import proxy
from lessonlib.classroom.hub.accounts import need_root
from lessonlib.classroom.hub.layout import Layout
from lessonlib.classroom.hub.trial import hub_command, hub_surroundings


def main(argv: list[str]) -> int:
    """Become JupyterHub, with the class's configuration; further arguments are for JupyterHub."""
    parser = argparse.ArgumentParser(prog="teach hub", description="Run the class's hub, until Ctrl-C.")
    _, passed_on = parser.parse_known_args(argv)
    layout = Layout(place.here())
    need_root()
    proxy.install(layout)
    command = [*hub_command(layout, layout.configuration), *passed_on]
    os.umask(0o077)
    os.chdir(layout.place.hub)
    os.execve(command[0], command, hub_surroundings(layout))
    return 1  # execve does not come back
