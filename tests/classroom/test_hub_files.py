"""What `course.py class` writes for whoever runs the hub: well-formed, and fit for what reads it."""

import ast
import json
import os
import re
import secrets
import signal
import sys
import time
from importlib.resources import files as resources

import jsonschema
import pytest
import yaml

from lessonlib import lessons
from lessonlib.classroom import hub
from lessonlib.classroom.hub import proxy
from lessonlib.classroom.hub.layout import Layout
from lessonlib.classroom.made import Made
from lessonlib.classroom.place import Place
from lessonlib.course import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is run on Linux")

# The parts of the chart's schema (Zero to JupyterHub 4.4, values.schema.yaml) that our values touch. There, too,
# nothing else is allowed beside what is named; where the chart allows anything, so does this.
TEXT, NUMBER, FLAG = ({"type": name} for name in ("string", "number", "boolean"))
SIZE, ANY = {"type": ["string", "number"]}, {}


def only(**properties: dict) -> dict:
    return {"type": "object", "additionalProperties": False, "properties": properties}


CHART = only(
    hub=only(config={"type": "object", "additionalProperties": {"type": "object"}}, extraEnv=ANY, extraConfig=ANY),
    proxy=only(
        https=only(enabled=FLAG, type=TEXT, hosts={"type": "array", "items": TEXT}, letsencrypt=only(contactEmail=TEXT))
    ),
    singleuser=only(
        image=only(name=TEXT, tag=TEXT, pullPolicy=TEXT),
        cmd={"type": ["array", "string", "null"]},
        defaultUrl=TEXT,
        memory=only(limit=SIZE, guarantee=SIZE),
        cpu=only(limit=NUMBER, guarantee=NUMBER),
        storage=only(capacity=TEXT, homeMountPath=TEXT),
        extraEnv=ANY,
        lifecycleHooks=only(postStart={"type": "object"}, preStop={"type": "object"}),
    ),
    cull=only(enabled=FLAG, timeout={"type": "integer"}, every={"type": "integer"}, users=FLAG),
)


@pytest.fixture(scope="module")
def layout(tmp_path_factory) -> Layout:
    """The hub's files of a class that ada teaches."""
    place = Place(tmp_path_factory.mktemp("class"), owner="ada")
    made = Made(place.folder)
    hub.write(place, made)
    made.keep()
    return Layout(place)


def test_no_gap_is_left_open(layout):
    written = [path for path in layout.place.folder.rglob("*") if path.is_file() and path.name != ".made.json"]
    assert len(written) == 8
    for path in written:
        text = path.read_text("utf-8")
        assert not re.search(r"\$[a-z]", text), path
    assert layout.place.hub.stat().st_mode & 0o777 == 0o700
    assert not any(path.stat().st_mode & 0o077 for path in layout.place.hub.rglob("*") if path.is_file())


def test_the_configuration_is_python_and_names_the_teacher(layout):
    tree = ast.parse(layout.configuration.read_text())
    named = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    assert ast.literal_eval(named["TEACHERS"]) == {"ada"}
    assert ast.literal_eval(named["CLASS"]) == str(layout.place.folder)


def test_what_the_instructor_has_changed_stays(layout):
    mine = layout.configuration.read_text() + "c.SystemdSpawner.mem_limit = '4G'\n"
    layout.configuration.write_text(mine)
    layout.roster.write_text("emmy\n")
    made = Made(layout.place.folder)
    hub.write(layout.place, made)
    assert (layout.configuration.read_text(), layout.roster.read_text()) == (mine, "emmy\n")
    assert any("jupyterhub_config.py is not as it was made" in line for line in made.said)


def test_the_chart_knows_every_value(layout):
    values = yaml.safe_load((layout.place.hub / "kubernetes" / "values.yaml").read_text())
    jsonschema.validate(values, CHART)
    assert values["singleuser"]["defaultUrl"].endswith(lessons.find("start-here").file)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**values, "singleuser": {"memory": {"max": 1}}}, CHART)


def test_the_image_s_recipe_copies_what_is_there_and_nothing_that_holds_answers(layout):
    recipe = (layout.place.hub / "kubernetes" / "Dockerfile").read_text()
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+)$", recipe, re.M) for name in line.split()[:-1]]
    assert "requirements-class.txt" in copied and all((ROOT / name).exists() for name in copied)
    assert not {"solutions", "tests", "."} & set(copied)
    (program,) = re.findall(r'python -c "(.+?)"', recipe.replace("\\\n", ""))
    ast.parse(program)
    assert "ClassEnvironment(Path('/opt/course/env'), Path('/build')).ensure()" in program
    pinned = re.search(r"^ARG JUPYTERHUB=(\S+)$", recipe, re.M)[1]
    assert re.fullmatch(r"5\.\d+\.\d+", pinned), "the chart's hub is of version 5"


def test_the_proxy_is_pinned_and_comes_from_whatever_registry_npm_has():
    folder = resources("lessonlib.classroom.hub")
    manifest = json.loads(folder.joinpath("package.json").read_text())
    lock = json.loads(folder.joinpath(proxy.LOCK).read_text())
    version = manifest["dependencies"]["configurable-http-proxy"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version) and lock["packages"][""]["dependencies"] == manifest["dependencies"]
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages["node_modules/configurable-http-proxy"]["version"] == version
    assert all(each["integrity"] and "resolved" not in each for each in packages.values())


def test_where_node_is_missing_or_old_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert proxy.missing().startswith("node is not installed. ")
    for name, says in (("node", "echo v18.20.4"), ("npm", "true")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    assert proxy.missing().startswith("This machine has Node v18.20.4. ")
    (tmp_path / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    assert proxy.missing() == ""


def test_the_roster_is_read_without_comments_and_repeats(layout):
    from lessonlib.classroom.hub.people import roster

    layout.roster.write_text("# the class\nada\n\nemmy  # since May\nada\n")
    assert roster(str(layout.place.folder)) == ["ada", "emmy"]


def test_a_trial_has_no_menu_for_handing_in(layout, monkeypatch):
    config = pytest.importorskip("jupyterlab_server.config")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(layout.trial_settings))
    assert "@jupyter/nbgrader" in config.get_page_config([])["disabledExtensions"]


def test_links_in_a_fetched_assignment_lead_to_the_course_and_what_has_that_name_stays(tmp_path):
    from lessonlib.classroom.hub.arrival import COPY, link

    lesson = tmp_path / COPY / "notebooks" / "01_flat_mlp.ipynb"
    lesson.parent.mkdir(parents=True)
    lesson.touch()
    (tmp_path / "02_layers").mkdir()
    (tmp_path / "exercises").write_text("mine")
    link(tmp_path)
    link(tmp_path)
    assert (tmp_path / "02_layers" / ".." / "notebooks" / lesson.name).resolve() == lesson.resolve()
    assert (tmp_path / "exercises").read_text() == "mine"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_trial_in_the_background_of_a_script_ends_with_a_word(stop, tmp_path, monkeypatch, capsys):
    from lessonlib.classroom.hub import trial

    class Stopped:
        names, url, password, told = ("demo-1",), "", "", ["demo-1: removed."]

        def __init__(self, layout, *_):
            self.layout, self.hub = layout, self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            print("ends")

        def wait(self):
            os.kill(os.getpid(), stop)
            time.sleep(5)  # interrupted

    monkeypatch.setattr(trial, "Trial", Stopped)
    monkeypatch.setenv("LESSONLIB_CLASS", str(tmp_path))
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell without job control does with &
    try:
        assert trial.main([]) == 0
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    said = capsys.readouterr().out
    assert "handing in is switched off" in said
    assert said.rpartition("Ending the hub")[2].splitlines()[1:] == ["ends", "demo-1: removed."]


class OnPaper:
    """Accounts that no machine has."""

    def __init__(self):
        self.there = []

    def names(self):
        return list(self.there)

    def make(self, name):
        self.there += [name]
        return True

    def set_password(self, name):
        return f"{name}-{secrets.token_hex(4)}"

    def remove(self, names=None):
        gone = [name for name in self.there if names is None or name in names]
        self.there = [name for name in self.there if name not in gone]
        return [f"{name}: removed." for name in gone]


def test_removed_accounts_leave_no_password_and_are_named_while_they_are_on_the_list(tmp_path, capsys):
    from lessonlib.classroom.hub import people

    at, accounts = Layout(Place(tmp_path)), OnPaper()
    at.place.hub.mkdir()
    at.roster.write_text("ada\nemmy\n")
    assert people.make(at, accounts, ["ada", "emmy"])
    assert "If the hub is running, restart it" in capsys.readouterr().out
    first = at.passwords.read_bytes().splitlines()
    assert [line.split(b",")[0] for line in first] == [b"account", b"ada", b"emmy"]
    told = people.remove(at, accounts, ["ada"])
    assert told == ["ada: removed.", f"Take ada out of {at.roster}, or the next `teach accounts` makes it again."]
    assert at.passwords.read_bytes().splitlines() == [first[0], first[2]]
    at.roster.write_text("emmy\n")
    accounts.make("ada")
    assert people.remove(at, accounts, ["ada"]) == ["ada: removed."]
    people._note(at.passwords, "emmy", "newer")
    assert at.passwords.read_bytes() == b"account,password\r\nemmy,newer\r\n"
    assert at.passwords.stat().st_mode & 0o777 == 0o600
    assert "makes it again" in people.remove(at, accounts, [])[-1]
