"""The settings of a hub for the course: what each server is given, who may log in, and what is cleared away.

The class's configuration (FOLDER/hub/jupyterhub_config.py) calls these with JupyterHub's `c`; whatever it sets after
that counts. Imported by JupyterHub, from FOLDER/env.
"""

import os
import pwd
import sys
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

from jupyterhub.auth import Authenticator
from traitlets.utils.importstring import import_item

from lessonlib import lessons
from lessonlib.classroom.hub import authentication
from lessonlib.classroom.hub.accounts import Accounts
from lessonlib.classroom.hub.arrival import COPY, Arrival
from lessonlib.classroom.hub.layout import Layout
from lessonlib.classroom.place import Place

FIRST_PAGE = f"/doc/tree/{COPY}/notebooks/{lessons.find('start-here').file}"  # one document at a time, as `lab` has it
SECONDS_TO_START = 300
STARTS_A_CORE = 5  # at a time: more would only keep each other waiting
PAGES = Path(__file__).with_name("pages")
IDLE = 3600  # seconds without anybody at it, after which a server is stopped; nothing is lost but what ran in memory
GIGABYTES, CORES = "2G", 2.0  # for each student, where systemd can hold them to it


def pam(c: object, folder: str, students: Iterable[str], teachers: Iterable[str]) -> None:
    """A class whose members have accounts on this machine, each with a password of their own."""
    _class(c, folder, students, teachers, make_accounts=False)
    c.JupyterHub.authenticator_class = authentication.LocalAccounts


def oauth(c: object, folder: str, kind: str, students: Iterable[str], teachers: Iterable[str]) -> None:
    """A class that logs in with the school's own login.

    `kind` is a name of oauthenticator's ("generic-oauth", "github" …) or a class by its dotted name. Who logs in for
    the first time gets an account of this machine, without a password. Raises ValueError for a kind that is none.
    """
    known = {each.name: each.value.replace(":", ".") for each in entry_points(group="jupyterhub.authenticators")}
    try:
        login = import_item(known.get(kind, kind))
    except ImportError:
        login = None
    # JupyterHub's own kinds are not meant here: "dummy" lets in anybody as anybody.
    if not (isinstance(login, type) and issubclass(login, Authenticator)) or login.__module__.startswith("jupyterhub."):
        raise ValueError(
            f"{kind!r} is not a school's login. oauthenticator has generic-oauth, google, github and others."
        )
    _class(c, folder, students, teachers, make_accounts=True)
    c.JupyterHub.authenticator_class = authentication.guarded(login)


def demonstration(c: object, folder: str, names: Iterable[str], password: str) -> None:
    """Invented users with one password, on this machine alone, without nbgrader: nothing of it can be graded."""
    layout = Layout(Place(Path(folder)))
    _serve(c, layout, layout.trial_state, Accounts(layout.trial_register, layout.trial_homes), teachers=())
    c.JupyterHub.authenticator_class = authentication.Demonstration
    c.Authenticator.allowed_users = set(names)
    c.SharedPasswordAuthenticator.user_password = password
    c.JupyterHub.spawner_class = "localprocess"
    c.Spawner.environment["JUPYTER_CONFIG_PATH"] = str(layout.trial_settings)  # no course of nbgrader's, nor its menu


def _class(c, folder, students, teachers, make_accounts):
    layout, teachers = Layout(Place(Path(folder))), set(teachers)
    _serve(c, layout, layout.state, Accounts(layout.register) if make_accounts else None, teachers)
    c.Authenticator.allowed_users = set(students) | teachers
    c.Authenticator.admin_users = teachers
    c.JupyterHub.bind_url = "http://127.0.0.1:8000"
    c.JupyterHub.cleanup_servers = False  # a hub that is restarted leaves the servers running
    for name, value in layout.place.variables(instructor=False).items():
        if not name.startswith("TRAITLETS"):  # a student's own typo must not lock that student out
            c.Spawner.environment[name] = value
    if Path("/run/systemd/system").is_dir():
        _with_limits(c)
    else:
        c.JupyterHub.spawner_class = "localprocess"  # it has no limits


def _with_limits(c):
    """Each server a unit of systemd's: so much memory and processor and no more, and a /tmp of its own."""
    c.JupyterHub.spawner_class = "systemd"
    c.SystemdSpawner.mem_limit, c.SystemdSpawner.cpu_limit = GIGABYTES, CORES
    c.SystemdSpawner.default_shell = "/bin/bash"
    c.SystemdSpawner.isolate_tmp = c.SystemdSpawner.isolate_devices = c.SystemdSpawner.disable_user_sudo = True
    # Files for their owner alone; a list of processes that shows one's own.
    c.SystemdSpawner.unit_extra_properties = {"UMask": "0077", "ProtectProc": "invisible"}


def _serve(c, layout, state, accounts, teachers):
    place = layout.place
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    c.JupyterHub.db_url = f"sqlite:///{state}/jupyterhub.sqlite"
    c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
    c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
    c.ConfigurableHTTPProxy.command = [str(layout.proxy_command)]
    c.JupyterHub.concurrent_spawn_limit = max(10, STARTS_A_CORE * (os.cpu_count() or 1))
    c.JupyterHub.template_paths = [str(PAGES)]  # who comes while so many are starting sees a page that asks again
    c.Spawner.cmd = [str(place.env / "bin" / "jupyterhub-singleuser")]
    c.Spawner.notebook_dir, c.Spawner.default_url = "~", FIRST_PAGE
    c.Spawner.start_timeout = c.Spawner.http_timeout = SECONDS_TO_START
    c.Spawner.env_keep = ["LANG", "LC_ALL", *(name for name in os.environ if name.startswith("OPENBLAS_"))]
    c.Spawner.environment = _surroundings(layout)
    c.Spawner.pre_spawn_hook = Arrival(layout, accounts, frozenset(teachers))
    c.LocalProcessSpawner.popen_kwargs = {"umask": 0o077}
    c.LocalProcessSpawner.interrupt_timeout = c.LocalProcessSpawner.term_timeout = 5
    _cull(c)


def _surroundings(layout):
    """What each server's environment adds; a value may be worked out for the one who is served."""
    return {
        "PATH": f"{layout.place.env / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "OMP_NUM_THREADS": "1",  # a class shares the cores
        "GIT_CONFIG_SYSTEM": str(layout.git_config),
        "LESSONLIB_PROGRESS": lambda spawner: str(_home(spawner) / COPY / ".course" / "progress.json"),
        "MPLCONFIGDIR": lambda spawner: str(_home(spawner) / ".config" / "matplotlib"),
    }


def _home(spawner):
    return Path(pwd.getpwnam(spawner.user.name).pw_dir)


def _cull(c):
    """Servers that nobody uses are stopped, by the service that JupyterHub's makers provide."""
    command = [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"]
    c.JupyterHub.services = [{"name": "idle-culler", "command": command}]
    scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
    c.JupyterHub.load_roles = [{"name": "idle-culler", "services": ["idle-culler"], "scopes": scopes}]
