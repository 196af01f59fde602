"""Notebooks that are opened on their own: what their copies hold, and that one runs in an empty folder."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from nbformat.v4 import new_output
from small_course import cell, git

from lessonlib import lessons
from lessonlib.course import ROOT, Problem, address, build, guest, hosted, notebooks
from lessonlib.course import git as of_the_course

SOURCE = "https://github.com/someone/course"
COLAB = "https://colab.research.google.com/github/someone/course/blob/hosted/colab"


@pytest.fixture
def clone(course) -> Path:
    """A small course, committed, as if it were cloned from GitHub."""
    (course / "pyproject.toml").write_text("[project]\nname = 'course'\n", encoding="utf-8")
    git(course, "init", "-q")
    git(course, "add", ".")
    git(course, "commit", "-qm", "a course")
    git(course, "remote", "add", "origin", "https://somebody:secret@github.com/someone/course.git")
    return course


# --- the address ---


@pytest.mark.parametrize(
    "remote",
    [
        SOURCE,
        f"{SOURCE}.git",
        f"{SOURCE}/",
        "git@github.com:someone/course.git",
        "ssh://git@github.com:22/someone/course",
    ],
)
def test_the_address_is_where_the_clone_came_from(clone, remote):
    assert address.repository(clone) == SOURCE  # and never with a password
    git(clone, "remote", "set-url", "origin", remote)
    assert address.repository(clone) == SOURCE


def test_pyproject_comes_first(clone):
    with (clone / "pyproject.toml").open("a") as file:
        file.write("[project.urls]\nRepository = 'https://example.org/us/course/'\n")
    assert address.repository(clone) == "https://example.org/us/course"


@pytest.mark.parametrize("remote", ["/home/someone/course", "../course", "file:///home/someone/course", None])
def test_without_an_address_a_sentence_says_where_it_belongs(clone, remote):
    git(clone, "remote", *(["set-url", "origin", remote] if remote else ["remove", "origin"]))
    with pytest.raises(Problem, match=r"Repository under \[project.urls\]"):
        address.repository(clone)


# --- the copies ---


def test_each_host_has_every_notebook_and_the_page_leads_to_each(clone):
    made = hosted.copies(clone)
    assert set(made) == {
        "README.md",
        *(f"{host}/{folder}/01_adding.ipynb" for host in ("colab", "kaggle") for folder in ("notebooks", "exercises")),
    }
    page = made["README.md"].decode()
    for path in set(made) - {"README.md"}:
        assert f"/someone/course/blob/hosted/{path})" in page
    assert "[the course](https://github.com/someone/course)" in page


def test_answers_that_were_typed_here_are_on_no_copy(clone):
    for folder in ("exercises", "notebooks"):
        file = clone / folder / "01_adding.ipynb"
        file.write_text(file.read_text("utf-8").replace("01 · Adding", "my own words"), encoding="utf-8")
    assert not any(b"my own words" in data for data in hosted.copies(clone).values())


def test_the_rest_of_a_notebook_stays_as_it_is(clone):
    path = "notebooks/01_adding.ipynb"
    before = notebooks.read(clone / path)
    after = notebooks.parse(hosted.copies(clone)[f"colab/{path}"], path)
    assert [each.id for each in after.cells] == [
        before.cells[0].id,
        "hosted-about",
        "hosted-set-up",
        *(c.id for c in before.cells[1:]),
    ]
    assert [each.source for each in after.cells[3:]] == [each.source for each in before.cells[1:]]
    set_up = cell(after, "hosted-set-up").source
    assert f'COMMIT = "{git(clone, "rev-parse", "HEAD")}"' in set_up
    assert "…" not in set_up


@pytest.mark.parametrize(
    ("link", "whole"),
    [
        ("02_more.ipynb", f"{COLAB}/notebooks/02_more.ipynb"),
        ("../exercises/01_adding.ipynb#two", f"{COLAB}/exercises/01_adding.ipynb"),
        ("glossary.md#reach", f"{SOURCE}/blob/abc/notebooks/glossary.md#reach"),
        ("../images/tree.png", f"{SOURCE}/raw/abc/images/tree.png"),
        ("#below", "#below"),
        ("https://arxiv.org/abs/1609.03499", "https://arxiv.org/abs/1609.03499"),
        ("data:image/png;base64,AAAA", "data:image/png;base64,AAAA"),
    ],
)
def test_links_are_whole_in_texts_and_in_outputs_and_code_is_left_alone(clone, link, whole):
    path = "notebooks/01_adding.ipynb"
    notebook = notebooks.read(clone / path)
    cell(notebook, "01-why").source = f"See [it]({link}), or `f[0]({link})`."
    output = new_output("display_data", {"text/html": f'<a href="{link}">it</a>'})
    cell(notebook, "01-sum").outputs = [output]
    known = {path, "notebooks/02_more.ipynb", "exercises/01_adding.ipynb"}
    place = hosted._Place(SOURCE, "abc", COLAB, known)
    copy = hosted.hosted(notebook, path, hosted.HOSTS["colab"], place)
    assert cell(copy, "01-why").source == f"See [it]({whole}), or `f[0]({link})`."
    assert cell(copy, "01-sum").outputs[0].data["text/html"] == f'<a href="{whole}">it</a>'


def test_a_course_that_is_published_elsewhere_is_told_so(clone):
    git(clone, "remote", "set-url", "origin", "https://example.org/someone/course.git")
    with pytest.raises(Problem, match=r"from GitHub.*example\.org"):
        hosted.copies(clone)


# --- running one ---

RUN = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for source in json.load(sys.stdin):
    result = shell.run_cell(source)
    assert result.success, source
"""


def opened(folder: Path, sources: list[str], **environment: str) -> str:
    """What the cells print on a machine that has the packages and no lessonlib, in the empty `folder`."""
    folder.mkdir(exist_ok=True)
    packages = json.dumps([sysconfig.get_path("purelib")])
    command = [sys.executable, "-S", "-P", "-c", RUN, packages]  # -S: what .venv says of lessonlib is not read
    done = subprocess.run(
        command,
        cwd=folder,
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"IPYTHONDIR": str(folder / "ipython")} | environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    of_the_course.attempt(ROOT, "rev-parse", "HEAD") is None, reason="this copy of the course is no git clone"
)
def test_an_exercise_runs_in_an_empty_folder_and_finds_the_course_again(committed_course, tmp_path):
    """The server is this repository, under GitHub's name."""
    path = f"exercises/{lessons.find('tree').file}"
    solution = notebooks.read(committed_course / "solutions" / lessons.find("tree").file)
    place = hosted._Place(SOURCE, of_the_course.answer(ROOT, "rev-parse", "HEAD"), COLAB, {path})
    copy = hosted.hosted(build.exercise(solution), path, hosted.HOSTS["colab"], place)
    set_up, *code = [each.source for each in copy.cells if each.cell_type == "code"]
    answered = [
        cell(solution, "ex05-fusion").source,
        "from lessonlib.wayfinding import strip",
        "print(strip('tree')._repr_html_())",
    ]
    redirected = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": SOURCE,
    }
    said = opened(tmp_path / "empty", [set_up, *code[:3], *answered, code[2]], **redirected)
    progress = os.environ["LESSONLIB_PROGRESS"]
    assert f"The course is in {tmp_path / 'empty' / 'course'}. Your progress is kept in {progress}." in said
    assert "not attempted" in said
    assert "correct" in said
    assert f'<a href="{COLAB}/notebooks/' in said
    assert '"../' not in said
    offline = os.environ | {"GIT_ALLOW_PROTOCOL": "none"}
    find_packages = f"import sys; sys.path.insert(0, {sysconfig.get_path('purelib')!r})\n"
    command = [sys.executable, "-S", "-P", "-c", find_packages + set_up]  # the next start fetches nothing
    again = subprocess.run(command, cwd=tmp_path / "empty", capture_output=True, text=True, timeout=60, env=offline)
    assert "The course is in" in again.stdout, again.stderr


def test_in_the_course_s_own_environment_the_set_up_does_nothing(tmp_path):
    set_up = hosted.set_up(hosted._Place(SOURCE, "0" * 40, COLAB, set()))
    done = subprocess.run([sys.executable, "-c", set_up], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_guest_installs_what_is_missing_and_leaves_the_rest(monkeypatch, capsys):
    asked = []
    monkeypatch.setenv("LESSONLIB_LINKS", "")
    monkeypatch.setattr(guest, "find_spec", lambda name: None if name in ("anywidget", "PIL") else object())
    monkeypatch.setattr(subprocess, "run", lambda command, check: asked.append(command[1:]))
    guest.settle(COLAB)
    (command,) = asked
    assert command[:4] == ["-m", "pip", "install", "-q"]
    assert [re.sub("==.*", "", package) for package in command[4:]] == ["pillow", "anywidget"]
    assert all(re.search(r"==\d", package) for package in command[4:])
    assert lessons.find("tree").link("exercises") == f"{COLAB}/exercises/{lessons.find('tree').file}"
    assert "Installing pillow" in capsys.readouterr().out
