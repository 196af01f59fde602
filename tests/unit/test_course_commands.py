"""The table of commands, and the small rooms behind it."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from lessonlib.course import ROOT, Problem, automatic, homes, lab, saving
from lessonlib.course import commands as table


def test_help_has_a_line_for_each_command_whose_room_stands(capsys):
    assert table.main([]) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert shown == list(table.available())
    assert {"lab", "test", "doctor", "execute"} <= set(shown)


def test_the_authors_commands_stand_under_a_heading_of_their_own():
    _, _, for_authors = table.usage().partition("for writing the course:")
    for_authors = for_authors.partition("\n\n")[0]
    assert {line.split()[0] for line in for_authors.splitlines() if line} >= {"test", "build", "execute"}
    assert {"lab", "reset", "update", "grade"}.isdisjoint(table.GROUPS["for writing the course"])


def test_a_command_without_a_room_is_not_offered(monkeypatch, capsys):
    dream = table.Command("…", "lessonlib.course.dreaming:main")
    monkeypatch.setitem(table.COMMANDS, "dream", dream)
    monkeypatch.setitem(table.GROUPS["for learning"], "dream", dream)
    assert "dream" not in table.usage()
    assert table.main(["dream"]) == 2
    assert "no command 'dream'" in capsys.readouterr().err


def test_a_problem_is_a_sentence_and_a_failure(monkeypatch, capsys):
    def room(argv):
        raise Problem(f"{argv} cannot be done. Do this.")

    monkeypatch.setattr("lessonlib.course.lab.main", room)
    assert table.main(["lab", "x"]) == 1
    assert capsys.readouterr().err == "['x'] cannot be done. Do this.\n"


def test_stopping_is_no_crash(monkeypatch, capsys):
    def room(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr("lessonlib.course.lab.main", room)
    assert table.main(["lab"]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


HERE = f"--ServerApp.root_dir={ROOT}"  # whatever folder a configuration of one's own names


def test_a_folder_that_is_asked_for_is_left_alone(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    assert HERE not in lab.arguments(["--ServerApp.root_dir=/elsewhere"])


def test_a_home_that_cannot_be_written_leads_jupyter_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "home").write_text("a file, where nobody can make a folder")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in homes.PLACES:
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    assert "cannot be written" in homes.move(tmp_path / "ours")
    for name in homes.PLACES:
        assert Path(os.environ[name]).is_dir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert homes.move(tmp_path / "ours") == ""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_with_few_characters_is_shown_what_it_can_show(encoding):
    """As that of Windows: "…" and "──" become ? there, and no command ends for them."""
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for arguments in (["course.py"], ["-P", "-m", "lessonlib", "nothing…"]):
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, env=environment, timeout=60)
        assert b"Traceback" not in done.stderr, done.stderr


def test_a_file_that_cannot_be_written_is_a_sentence(monkeypatch, capsys):
    def room(argv):
        raise PermissionError(13, "Permission denied", "/somewhere/file")

    monkeypatch.setattr("lessonlib.course.lab.main", room)
    assert table.main(["lab"]) == 1
    assert "/somewhere/file: Permission denied." in capsys.readouterr().err


@pytest.mark.slow
def test_grading_refuses_in_a_sentence_where_the_system_has_no_limits():
    code = (
        "import sys; sys.modules['resource'] = None; sys.path.insert(0, sys.argv[1])\n"
        "from lessonlib.course import commands, grade\nsys.platform = 'win32'\nsys.exit(commands.main(['grade', 'x']))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code, ROOT], capture_output=True, text=True, timeout=120)
    assert "Nothing was graded" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_every_pin_can_be_installed_on_the_oldest_python_that_the_course_promises():
    """By what each package that is installed here, at its pinned version, says of itself."""
    least = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]
    looked_at = 0
    for file in ("requirements.txt", "requirements-test.txt", "requirements-site.txt", "constraints.txt"):
        for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / file).read_text(), re.MULTILINE):
            try:
                about = metadata.metadata(name)
            except metadata.PackageNotFoundError:
                continue
            if about["Version"].partition("+")[0] == version:
                looked_at += 1
                assert SpecifierSet(about["Requires-Python"] or "").contains(f"{least}.0"), name
    assert looked_at > 50


def test_runs_without_a_learner_leave_nothing_in_the_learners_lab(tmp_path):
    """Settings, workspaces, kernels' files and history of a run lie in its own folder."""
    code = (
        "from jupyter_core import paths; from jupyterlab.commands import get_user_settings_dir, get_workspaces_dir\n"
        "from IPython.paths import get_ipython_dir; from lessonlib import progress\n"
        "print(paths.jupyter_config_dir(), paths.jupyter_data_dir(), paths.jupyter_runtime_dir(), "
        "get_user_settings_dir(), get_workspaces_dir(), get_ipython_dir(), progress.path(), sep='\\n')"
    )
    environment = automatic.surroundings(tmp_path) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    places = done.stdout.split("\n")[:-1]
    assert len(places) == 7, done.stderr
    assert all(place.startswith(str(tmp_path)) for place in places), places


@pytest.mark.parametrize(("user", "added"), [(0, ["--allow-root"]), (1000, [])])
def test_lab_opens_the_first_page_and_passes_the_rest_on(monkeypatch, user, added):
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)
    first = "--LabApp.default_url=/doc/tree/notebooks/00_start_here.ipynb"
    assert lab.arguments(["--port=9"]) == [first, HERE, "--port=9", *added]


def test_lab_opens_the_notebook_that_is_named_from_wherever_one_stands(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    monkeypatch.chdir(ROOT / "tests")
    assert lab.arguments(["../README.md"]) == ["--LabApp.default_url=/doc/tree/README.md", HERE]


def test_saving_drops_the_view_of_our_widgets_alone():
    ours = {saving.OURS: {}, saving.VIEW: {}, "image/png": ""}
    other = {saving.VIEW: {}, "text/plain": ""}
    cells = [{"outputs": [{"data": ours}, {"data": other}, {"text": "printed"}]}, {"source": "no outputs"}]
    saving.drop_dead_views(model={"type": "notebook", "content": {"cells": cells}}, path="x")
    saving.drop_dead_views(model={"type": "file", "content": "text"}, path="y")
    assert saving.VIEW not in ours
    assert saving.VIEW in other
