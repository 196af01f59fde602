"""The files by which tools open the course: right in form, and saying what the course says.

No container is built here, and no hosted service is asked.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import jsonschema
import pytest
import yaml

from lessonlib.course import ROOT, committed, environment, pytorch, settings
from lessonlib.course.commands import available

NEWEST = "3.14"  # that PyTorch's pinned version has builds for
STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
# What the reference of the format (containers.dev) says of the properties that we use, and of no other.
DEV_CONTAINER = {
    "type": "object",
    "required": ["image"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "image": {"type": "string", "pattern": r"^[\w./-]+:[\w.-]+$"},
        "hostRequirements": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "cpus": {"type": "integer", "minimum": 1},
                "memory": {"type": "string", "pattern": r"^\d+([tgmk]b)?$"},
                "storage": {"type": "string", "pattern": r"^\d+([tgmk]b)?$"},
            },
        },
        "postCreateCommand": {"type": ["string", "array", "object"]},
        "forwardPorts": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 65535}},
        "portsAttributes": {
            "type": "object",
            "patternProperties": {r"^\d+$": {"type": "object", "properties": {"label": {"type": "string"}}}},
            "additionalProperties": False,
        },
        "customizations": {
            "type": "object",
            "properties": {
                "vscode": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"extensions": STRINGS, "settings": {"type": "object"}},
                },
                "codespaces": {"type": "object", "properties": {"openFiles": STRINGS}},
            },
        },
    },
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def oldest() -> str:
    return re.search(r'requires-python = ">=([\d.]+)"', read("pyproject.toml"))[1]


def is_supported(python: str) -> bool:
    def parts(version):
        return tuple(map(int, version.split(".")))

    return parts(oldest()) <= parts(python) <= parts(NEWEST)


@pytest.fixture(scope="module")
def container() -> dict:
    return json.loads(read(".devcontainer/devcontainer.json"))


# --- dev container, Codespaces, VS Code ---


def test_the_dev_container_has_the_form_that_its_reference_asks_for(container):
    jsonschema.validate(container, DEV_CONTAINER)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("postCreateComand",), "python3 course.py install"),
        (("image",), "python"),
        (("hostRequirements", "memory"), "4 GB"),
        (("hostRequirements", "cpus"), "2"),
        (("forwardPorts",), ["8888"]),
        (("customizations", "vscode", "extension"), ["ms-python.python"]),
    ],
)
def test_a_slip_in_it_is_found(container, place, value):
    slipped = deepcopy(container)
    *way, last = place
    inner = slipped
    for name in way:
        inner = inner[name]
    inner[last] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(slipped, DEV_CONTAINER)


def test_it_installs_by_a_command_of_the_course_with_a_python_that_the_course_runs_on(container):
    command = container["postCreateCommand"].split()
    assert command[:2] == ["python3", "course.py"]
    assert available()[command[2]].needs == ("requirements.txt",)
    assert is_supported(re.search(r"python:([\d.]+)", container["image"])[1])


def test_vs_code_finds_the_environment_and_the_first_lesson(container):
    inside = container["customizations"]["vscode"]
    assert json.loads(read(".vscode/extensions.json"))["recommendations"] == inside["extensions"]
    made = environment.Environment(Path("/course"))
    default = "python.defaultInterpreterPath"
    assert inside["settings"][default].replace("${containerWorkspaceFolder}", "/course") == str(made.python)
    assert json.loads(read(".vscode/settings.json"))[default].replace("${workspaceFolder}", "/course") == str(
        made.folder
    )
    assert all((ROOT / file).is_file() for file in container["customizations"]["codespaces"]["openFiles"])


# --- Binder, conda ---


def test_binder_and_conda_install_what_a_learner_does_and_the_smaller_pytorch():
    index = f"--extra-index-url {pytorch.CPU_INDEX}"
    binder = [line for line in read(".binder/requirements.txt").splitlines() if not line.startswith("#")]
    assert binder == [index, "-r ../requirements.txt"]  # pip reads the second from the file's own folder
    asked = yaml.safe_load(read("environment.yml"))
    assert asked["dependencies"][-1] == {"pip": [index, "-r requirements.txt"]}
    pythons = [read(".binder/runtime.txt").strip(), asked["dependencies"][0]]
    assert all(is_supported(re.fullmatch(r"python[-=]([\d.]+)", python)[1]) for python in pythons)


def test_binder_s_jupyterlab_gets_the_course_s_settings(tmp_path):
    script = ROOT / ".binder" / "postBuild"
    assert os.access(script, os.X_OK) or os.name == "nt"
    (code,) = re.findall(r'^python -c "(.*)"$', script.read_text(encoding="utf-8"), re.MULTILINE)
    done = f"import sys; sys.prefix = {str(tmp_path)!r}; {code}"
    subprocess.run([sys.executable, "-c", done], check=True, cwd=ROOT, timeout=60)
    assert {file for file in settings.texts(tmp_path) if not (tmp_path / file).is_file()} == set()


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("jupyter-repo2docker"), reason="jupyter-repo2docker, Binder's own tool, is missing"
)
def test_the_dockerfile_that_binder_would_build(tmp_path):
    committed.unpack(ROOT, tmp_path / "course")
    who = ["--user-id", "1000", "--user-name", "jovyan"]
    command = ["jupyter-repo2docker", "--no-build", "--debug", *who, str(tmp_path / "course")]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120)
    text = made.stdout + made.stderr
    assert made.returncode == 0, text
    python = read(".binder/runtime.txt").strip().removeprefix("python-")
    assert f"environment.py-{python}" in text.replace("-2e", ".").replace("-2d", "-")
    copied, installed, after = (
        text.index(line)
        for line in (
            "src/ ${REPO_DIR}/",
            'pip install --no-cache-dir -r ".binder/requirements.txt"',
            "./.binder/postBuild",
        )
    )
    assert copied < installed < after


# --- the table in the README ---


def doors() -> list[list[str]]:
    _, _, after = read("README.md").partition("### Other doors")
    rows = [line for line in after.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[part.strip() for part in row.strip("|").split("|")] for row in rows[2:]]


def test_the_readme_s_table_names_every_door_that_has_a_file():
    named = {code for row in doors() for cell in row for code in re.findall(r"\(`([\w./]+)`\)", cell)}
    assert named == {".devcontainer/", ".binder/", ".vscode/", "environment.yml"}
    assert all((ROOT / name).exists() for name in named)


def test_each_door_says_what_works_there_and_whether_it_was_tried():
    for door, _, widgets, checks, progress, tried in doors():
        assert widgets.startswith(("yes", "no")), door
        assert checks.startswith(("yes", "no")), door
        assert progress, door
        assert re.match(r"yes|read|[^;]+; else read$", tried), door


def test_the_versions_in_the_table_are_supported_and_its_conda_environment_is_named_so():
    text = "\n".join(" ".join(row) for row in doors())
    assert all(is_supported(python) for python in re.findall(r"-p (\d\.\d+)", text))
    assert f"conda activate {yaml.safe_load(read('environment.yml'))['name']}`" in text
    assert f"{oldest()} to {NEWEST}" in " ".join(read("README.md").split())
