"""The hub: a trial that two students use in the browser, a class whose members log in with passwords of their own."""

import json
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessonlib import predictions
from lessonlib.course import ROOT, Problem
from lessonlib.course.browsers import chromium

accounts = pytest.importorskip("lessonlib.classroom.hub.accounts", reason="accounts are Linux's")
from lessonlib.classroom.hub import people, proxy, trial  # noqa: E402
from lessonlib.classroom.hub.layout import Layout  # noqa: E402
from lessonlib.classroom.place import Place  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),  # on a machine that does much else, too
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make accounts"),
    pytest.mark.skipif(shutil.which("useradd") is None, reason="this system has no useradd"),
]
VISITOR = pytest.importorskip("benchmarks.visitor").Visitor
LESSON = "layers"


@pytest.fixture(scope="module")
def layout(new_class) -> Layout:
    """A class with a hub, whose proxy is installed once for all test runs."""
    if obstacle := proxy.missing():
        pytest.skip(obstacle)
    made = Layout(new_class())
    shared = Layout(Place(Path(os.environ["COURSE_CLASS"]).absolute()))
    proxy.install(shared)
    made.proxy.symlink_to(shared.proxy)
    return made


@pytest.fixture
def names() -> Iterator[list[str]]:
    """Two accounts' names that no account of this machine has, of which none is left afterwards."""
    token = secrets.token_hex(3)
    chosen = [f"t{token}-{letter}" for letter in "ab"]
    yield chosen
    for name in chosen:
        subprocess.run(["userdel", name], capture_output=True, check=False)


def gone(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return True
    return False


def as_account(name: str, code: str) -> str:
    """What Python prints for this account, run by Python of the system."""
    user = pwd.getpwnam(name)
    done = subprocess.run(
        ["/usr/bin/python3", "-c", code], user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/",
        env={"HOME": user.pw_dir}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


# --- accounts ---


def test_accounts_are_made_and_removed_again_with_their_homes_kept(tmp_path, names):
    ours, (first, second) = accounts.Accounts(tmp_path / "register.json", tmp_path / "homes"), names
    (tmp_path / "homes").mkdir()
    assert ours.make(first) and not ours.make(first) and ours.make(second)
    home, uid = ours.home(first), pwd.getpwnam(first).pw_uid
    assert home == tmp_path / "homes" / first and stat.S_IMODE(home.stat().st_mode) == 0o700
    (home / "work").write_text("mine")
    left = subprocess.Popen(["sleep", "600"], user=uid)
    assert len(ours.set_password(first)) == 12
    assert [line.split(":")[1].split(".")[0] for line in ours.remove([first])] == [" removed"]
    assert left.wait(10) == -signal.SIGTERM
    assert gone(first) and not gone(second) and ours.names() == [second]
    assert (home.stat().st_uid, stat.S_IMODE(home.stat().st_mode)) == (0, 0o700)
    third = f"{first}c"
    try:
        assert ours.make(third) and pwd.getpwnam(third).pw_uid != uid, "what is left behind belongs to another now"
        assert ours.make(first) and pwd.getpwnam(first).pw_uid == uid and (home / "work").stat().st_uid == uid
    finally:
        ours.remove()
    assert all(map(gone, [*names, third]))


def test_only_accounts_of_the_course_s_own_are_touched(tmp_path, names):
    ours, (other, mine) = accounts.Accounts(tmp_path / "register.json", tmp_path), names
    subprocess.run(["useradd", "--no-create-home", other], check=True)
    for name, said in ((other, "has not made"), ("daemon", "has not made"), ("Ada", "cannot be"), ("a/b", "cannot be")):
        with pytest.raises(Problem, match=said):
            ours.make(name)
    (tmp_path / mine).mkdir()
    with pytest.raises(Problem, match="is there already"):
        ours.make(mine)
    (tmp_path / mine).rmdir()
    ours.make(mine)
    subprocess.run(["userdel", mine], check=True)
    subprocess.run(["useradd", "--no-create-home", "--uid", str(2**15 + secrets.randbelow(9999)), mine], check=True)
    assert "another one by now" in "".join(ours.remove()) and "not made by the course" in "".join(ours.remove([other]))
    assert not gone(other) and not gone(mine)
    with pytest.raises(Problem, match="gives it no password"):
        ours.set_password(other)


# --- a demonstration ---


def test_two_students_work_side_by_side_and_neither_reads_the_other_s(layout, monkeypatch):
    browser = chromium()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    token = secrets.token_hex(2)
    pair = [f"demo-{token}-{letter}" for letter in "ab"]
    more = 'c.Spawner.args = ["--LabApp.expose_app_in_browser=True"]\n'
    more += "c.JupyterHub.concurrent_spawn_limit = 1\n"  # so that the second has to wait for the first
    monkeypatch.syspath_prepend(ROOT / "tests" / "browser")
    monkeypatch.setattr("lab.SECONDS_TO_START", 240)  # two at once, beside other tests
    with trial.Trial(layout, pair, trial.free_port(), more) as running:
        _work_in_the_browser(running, browser)
        progress = [_progress(running, name) for name in pair]
        expected = {asked.key for asked in predictions.of_lesson(LESSON)}
        assert len(expected) >= 5
        for told in progress:
            compared = {key for key, entry in told["predictions"].items() if "actual" in entry}
            assert compared == expected
        for name, other in (pair, pair[::-1]):
            _reads_nothing_of(layout, running, name, other)
        _settings_arrived(running, pair[0])
        log = running.log.read_text()
        assert "pending spawns, throttling" in log, "nobody had to wait, so nothing shows that waiting ends by itself"
        assert "200 GET /hub/api/users" in log and "idle-culler@" in log, "nobody looks for idle servers"
    assert all(map(gone, pair)) and all("removed" in line for line in running.told)
    assert running.hub.poll() is not None
    kept = layout.trial_homes / pair[0] / "course" / ".course" / "progress.json"
    assert json.loads(kept.read_text()) == progress[0]


def _work_in_the_browser(running, browser):
    """Both log in, see the first lesson come to life, and run the lesson, at the same time."""
    from lab import CHROMIUM, Notebook
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=CHROMIUM)
        arrived = {name: _log_in(started, running, name) for name in running.names}
        for name, (page, outside) in arrived.items():
            page.wait_for_selector(".jp-NotebookPanel .ll-tree", timeout=200_000)
            assert page.url.endswith(f"/user/{name}/doc/tree/course/notebooks/00_start_here.ipynb")
            assert outside == []
        at = f"doc/tree/course/notebooks/{_lesson()}?reset"
        seats = {name: {"storage_state": page.context.storage_state()} for name, (page, _) in arrived.items()}
        for page, _ in arrived.values():
            page.context.close()
        opened = [Notebook(_Seat(running, name, started), at, seat) for name, seat in seats.items()]
        run = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
        for notebook in opened:
            notebook.page.evaluate(f"() => {{ window.ran = {run} }}")
        for notebook in opened:
            notebook.page.evaluate("() => window.ran")  # fulfilled when the last cell is done
            notebook.wait_until_idle()
            assert (notebook.errors(), notebook.outside_requests) == ([], [])
        started.close()


class _Seat:
    """What `Notebook` asks of a JupyterLab: this one is behind the hub, for somebody who has logged in."""

    def __init__(self, running, name, browser):
        self.browser, self.home = browser, f"{running.url}/"
        self.own = f"{self.home}user/{name}/"

    def url(self, path: str) -> str:
        return f"{self.own}{path}"


def _log_in(browser, running, name):
    page, outside = browser.new_context().new_page(), []
    page.on("request", lambda r: None if r.url.startswith((running.url, "data:", "blob:")) else outside.append(r.url))
    page.goto(running.url)
    page.fill("#username_input", name)
    page.fill("#password_input", running.password)
    page.click("#login_submit", no_wait_after=True)
    return page, outside


def _lesson():
    return next(file.name for file in sorted((ROOT / "notebooks").glob("*.ipynb")) if file.stem.endswith(f"_{LESSON}"))


def _progress(running, name):
    return json.loads((running.accounts.home(name) / "course" / ".course" / "progress.json").read_text())


def _reads_nothing_of(layout, running, name, other):
    home, place = running.accounts.home(other), layout.place
    closed = [
        home, home / "course", home / "course" / ".course" / "progress.json", place.course, place.hub,
        place.course / "gradebook.db", place.course / "source", place.course / "nbgrader_config.py",
        layout.configuration, layout.roster, running.log, layout.trial_state / "jupyterhub.sqlite",
    ]  # fmt: skip
    assert all(path.exists() for path in closed)
    code = f"""
import os
for path in {[str(path) for path in closed]!r}:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).read()
        print("reads", path)
    except PermissionError:
        pass
for path in {[str(place.env / "lib"), str(place.students), str(place.settings), str(place.folder)]!r}:
    if os.access(path, os.W_OK):
        print("writes", path)
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        if os.stat("/proc/" + process).st_uid != os.getuid():
            open("/proc/" + process + "/environ").read(1) and print("reads the environment of", process)
    except OSError:
        pass
"""
    assert as_account(name, code) == ""
    visitor = VISITOR(running.url, name)
    assert visitor.log_in(running.password)
    visitor.open()
    assert visitor.get(f"/user/{name}/api/contents/course").status_code == 200
    for path in ("api/contents/course", "files/course/README.md", "api/kernels"):
        assert visitor.get(f"/user/{other}/{path}").status_code in (403, 404)
    assert visitor.get("/hub/api/users").status_code == 403
    course = running.accounts.home(name) / "course"
    assert not list(course.rglob("*solutions*")) and not (course / "tests").exists()


def _settings_arrived(running, name):
    """Kernels whose messages are encrypted, files for their owner alone: as the course's settings and ours say."""
    visitor = VISITOR(running.url, name)
    assert visitor.log_in(running.password)
    visitor.open()
    code = """
import json, os, lessonlib
from ipykernel.connect import get_connection_file
open("made", "w").close()
told = json.load(open(get_connection_file()))
print("curve_publickey" in told, oct(os.stat("made").st_mode & 0o777), "site-packages" in lessonlib.__file__)
"""
    assert visitor.run(code).split() == ["True", "0o600", "True"]


def test_a_demonstration_listens_on_this_machine_alone_whatever_the_command_line_says(layout):
    configuration = layout.place.hub / "open.py"
    configuration.write_text(
        "from lessonlib.classroom.hub import settings\nc = get_config()\n"
        f"settings.demonstration(c, {str(layout.place.folder)!r}, ['demo-ada'], 'a-long-password')\n"
        "c.JupyterHub.bind_url = 'http://127.0.0.1:8000'\n"
    )
    hub = subprocess.Popen(
        [*trial.hub_command(layout, configuration), f"--JupyterHub.bind_url=http://:{trial.free_port()}"],
        cwd=layout.place.hub, env=trial.hub_surroundings(layout),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _, errors = hub.communicate(timeout=90)
    finally:
        hub.terminate()  # one that was not refused takes its proxy along
        hub.wait(60)
    assert hub.returncode != 0 and "would listen on every address" in errors


# --- a class ---


def test_in_a_class_nobody_logs_in_as_somebody_else(layout, names, capsys):
    """Real accounts, real passwords, the configuration as `course.py class` writes it, at the hub's own form."""
    first, second = names
    outsider = f"{first}x"
    layout.roster.write_text(f"# the class\n{first}\n{second}\n")
    made = accounts.Accounts(layout.register, layout.place.folder / "homes")
    made.homes.mkdir()
    made.homes.chmod(0o711)
    try:
        assert people.make(layout, made, people.roster(str(layout.place.folder)))
        assert first in capsys.readouterr().out and stat.S_IMODE(layout.passwords.stat().st_mode) == 0o600
        password = dict(line.split(",") for line in layout.passwords.read_text().splitlines())
        made.make(outsider)
        password[outsider] = made.set_password(outsider)
        with _class_hub(layout) as url:
            logged_in = {
                (name, whose): VISITOR(url, name).log_in(password[whose])
                for name, whose in [(first, first), (second, second), (first, second), (outsider, outsider)]
            }
            visitor = VISITOR(url, first)
            assert visitor.log_in(password[first])
            assert visitor.get(f"/user/{second}/lab").status_code in (403, 404)
            assert visitor.get("/hub/admin").status_code == 403
        assert [pair for pair, well in logged_in.items() if well] == [(first, first), (second, second)]
    finally:
        made.remove()


class _class_hub:
    """`teach hub`, on free ports."""

    def __init__(self, layout):
        self.layout, self.url = layout, f"http://127.0.0.1:{trial.free_port()}"

    def __enter__(self):
        ports = [
            f"--JupyterHub.bind_url={self.url}",
            f"--JupyterHub.hub_bind_url=http://127.0.0.1:{trial.free_port()}",
            f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{trial.free_port()}",
        ]
        self.log = (self.layout.place.hub / "class.log").open("w")
        self.hub = subprocess.Popen([self.layout.place.teach, "hub", *ports], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 120
        while not trial.answers(f"{self.url}/hub/health"):
            if self.hub.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.layout.place.hub / "class.log").read_text())
            time.sleep(0.1)
        return self.url

    def __exit__(self, *_):
        self.hub.terminate()
        self.hub.wait(60)
        self.log.close()


LOADED = """
import asyncio, copy, sys
from pathlib import Path
from jupyterhub.app import JupyterHub
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.spawner import LocalProcessSpawner
from lessonlib.classroom.hub import authentication, settings
from systemdspawner import SystemdSpawner
from traitlets.config import Config

folder, systemd = sys.argv[1], Path("/run/systemd/system")
Path.is_dir, there = (lambda path: path == systemd or there(path)), Path.is_dir  # as where systemd runs
known = {each.__name__: each for each in (JupyterHub, SystemdSpawner, LocalProcessSpawner, ConfigurableHTTPProxy)}
known |= {"Spawner": LocalProcessSpawner, "Authenticator": authentication.Authenticator}
known |= {"SharedPasswordAuthenticator": authentication.SharedPasswordAuthenticator}


def login(c, bind_url="http://127.0.0.1:8000", **more):
    "The authenticator, or why it refuses."
    c = copy.deepcopy(c)
    c.Authenticator.update(more)
    app = JupyterHub(config=c)
    app.bind_url = bind_url
    try:
        return app.authenticator_class(parent=app)
    except ValueError as error:
        return str(error)


def gets_in(entry, name):
    told = entry.check_allowed(name, {"name": name, "admin": None, "auth_state": {"token_response": {}}, "groups": []})
    return asyncio.run(told) if asyncio.iscoroutine(told) else told


def check_names(c):
    for section, options in c.items():
        unknown = set(options) - set(known[section].class_traits(config=True))
        assert not unknown, (section, unknown)


for kind in ("pam", "generic-oauth", "github", "ltiauthenticator.lti13.auth.LTI13Authenticator"):
    c = Config()
    if kind == "pam":
        settings.pam(c, folder, ["ada"], ["lovelace"])
    else:
        settings.oauth(c, folder, kind, ["ada"], ["lovelace"])
    check_names(c)
    assert c.SystemdSpawner.mem_limit and c.SystemdSpawner.cpu_limit and c.JupyterHub.spawner_class == "systemd"
    assert (c.Spawner.pre_spawn_hook.accounts is None) == (kind == "pam")
    assert "without encryption" in login(c, "http://:8000")
    assert "Name somebody" in login(c, allow_all=True) and "Name somebody" in login(c, allowed_users=set())
    entry = login(c)
    assert [name for name in ("ada", "lovelace", "eve", "root") if gets_in(entry, name)] == ["ada", "lovelace"], kind
    assert entry.admin_users == {"lovelace"}

for kind in ("dummy", "pam", "shared-password", "nothing", "os.path"):
    try:
        settings.oauth(Config(), folder, kind, ["ada"], ["lovelace"])
        raise AssertionError(kind)
    except ValueError as error:
        assert "is not a school's login" in str(error)

c = Config()
settings.demonstration(c, folder, ["demo-ada"], "a-long-password")
check_names(c)
assert login(c).allowed_users == {"demo-ada"}
assert "127.0.0.1 alone" in login(c, "http://0.0.0.0:8000")
for more in ({"allowed_users": {"ada"}}, {"allow_all": True}, {"admin_users": {"demo-ada"}}):
    assert "invented users alone" in login(c, **more), more
print("all is as it should be")
"""


def test_jupyterhub_knows_every_setting_and_lets_in_those_who_are_named_alone(layout):
    command = [layout.place.python, "-P", "-c", LOADED, layout.place.folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "all is as it should be\n"), done.stderr
