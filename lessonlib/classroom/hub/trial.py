"""`teach trial`: a hub with two invented students, on this machine, for a look. Ctrl-C ends it and clears it away."""

import argparse
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Sequence

from lessonlib.classroom import place
from lessonlib.classroom.hub import proxy
from lessonlib.classroom.hub.accounts import DEMONSTRATION, Accounts, need_root
from lessonlib.classroom.hub.layout import Layout
from lessonlib.course import Problem, files
from lessonlib.course.automatic import PERSONAL
from lessonlib.course.lock import take

PASSWORD = "LESSONLIB_TRIAL_PASSWORD"
SECONDS_TO_START, SECONDS_TO_STOP = 60, 60
CONFIGURATION = '''"""The demonstration's configuration, written at each start. A class has one of its own."""
import os

from lessonlib.classroom.hub import settings

c = get_config()
settings.demonstration(c, {folder!r}, {names!r}, os.environ["{password}"])
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
'''


class Trial:
    """A demonstration that is up within `with`: accounts, hub, proxy; afterwards they are gone and the homes are kept.

    `names` must begin with demo-; `more` is appended to the hub's configuration. `url`, `password` and `log` say
    where to look. Raises Problem where this machine cannot do it.
    """

    def __init__(self, layout: Layout, names: Sequence[str], port: int = 8000, more: str = ""):
        self.layout, self.names, self.port, self.more = layout, tuple(names), port, more
        self.url, self.password = f"http://127.0.0.1:{port}", secrets.token_urlsafe(9)
        self.accounts = Accounts(layout.trial_register, layout.trial_homes)
        self.log = layout.trial_state / "hub.log"

    def __enter__(self) -> "Trial":
        need_root()
        proxy.install(self.layout)
        _must_be_free(self.port)
        self._reserve()
        try:
            for name in self.names:
                self.accounts.make(name)
            self._start()
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _reserve(self) -> None:
        """Make the folders, and see that no other trial is at them."""
        self.layout.trial_state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.layout.trial_homes.mkdir(exist_ok=True)
        self.layout.trial_homes.chmod(0o711)  # to be gone through, not to be listed
        self.lock = (self.layout.trial_state / "running").open("w")
        if not take(self.lock):
            self.lock.close()
            raise Problem("A trial of this class is running already. End that one first, with Ctrl-C where it runs.")

    def __exit__(self, *_: object) -> None:
        try:
            if hub := getattr(self, "hub", None):
                _stop(hub)
        finally:
            self.told = self.accounts.remove()  # and what a trial left that was killed
            self.lock.close()

    def _start(self) -> None:
        configuration = self.layout.trial_state / "jupyterhub_config.py"
        filled = CONFIGURATION.format(
            folder=str(self.layout.place.folder), names=sorted(self.names), password=PASSWORD,
            port=self.port, hub=free_port(), api=free_port(),
        )  # fmt: skip
        files.write(configuration, (filled + self.more).encode())
        with self.log.open("w") as log:
            self.hub = subprocess.Popen(
                hub_command(self.layout, configuration), cwd=self.layout.trial_state, start_new_session=True,
                env=hub_surroundings(self.layout) | {PASSWORD: self.password},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not answers(f"{self.url}/hub/health"):
            if self.hub.poll() is not None or time.monotonic() > deadline:
                last = "\n".join(self.log.read_text().strip().splitlines()[-8:])
                raise Problem(f"The hub did not start. The last that it wrote to {self.log}:\n{last}")
            time.sleep(0.1)


def hub_command(layout: Layout, configuration: object) -> list[str]:
    """The command that runs JupyterHub from the class's environment."""
    return [str(layout.place.python), "-P", "-m", "jupyterhub", "-f", str(configuration)]


def hub_surroundings(layout: Layout) -> dict[str, str]:
    """The environment of the hub itself, without anybody's personal settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PERSONAL)}
    return own | {"PATH": f"{layout.place.env / 'bin'}:{os.environ['PATH']}"}


def main(argv: list[str]) -> int:
    """Run a demonstration until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="teach trial",
        description="A hub with invented students on this machine alone. Anyone who has its one password can log in as "
        "any of them: it is for a look, not for a class, and nothing done in it is graded.",
    )
    parser.add_argument("--port", type=int, default=8000, help="default 8000")
    parser.add_argument("--students", type=int, default=2, metavar="N", help="how many to invent; default 2")
    asked = parser.parse_args(argv)
    if not 1 <= asked.students <= 50:
        parser.error(f"--students {asked.students}: a trial has 1 to 50 of them")
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a script that starts this with & has SIGINT ignored
        signal.signal(stop, signal.default_int_handler)
    names = [f"{DEMONSTRATION}{i + 1}" for i in range(asked.students)]
    trial = Trial(Layout(place.here()), names, asked.port)
    print("Starting a hub …", flush=True)
    try:
        with trial:
            print(_welcome(trial), flush=True)
            _wait_until_stopped(trial.hub)
            print(f"The hub has ended by itself; what it wrote is in {trial.log}.")
    except KeyboardInterrupt:
        pass
    print("\n".join(getattr(trial, "told", [])))
    return 0


def _wait_until_stopped(hub):
    try:
        hub.wait()
    except KeyboardInterrupt:
        print("\nEnding the hub; this can take a minute …", flush=True)
        raise


def _welcome(trial):
    return f"""
  {trial.url}
  names      {", ".join(trial.names)}
  password   {trial.password}

A demonstration: whoever knows the password can be any of these invented students, so the hub listens on this machine
alone. Nothing done here is graded, and handing in is switched off. For a class see {trial.layout.place.folder}/HUB.md.
Ctrl-C ends it, removes these accounts, and keeps what they wrote in {trial.layout.trial_homes}.
"""


def _stop(hub):
    """Ask the hub to stop, which stops its servers and its proxy; end what is left of it."""
    hub.terminate()
    try:
        hub.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(hub.pid, signal.SIGKILL)
        hub.wait()


def _must_be_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Problem(f"Port {port} is taken, perhaps by a trial that runs. Add --port and another.") from None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    """Whether a hub is there."""
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False
