"""A package for Gradescope and a folder for a code host's classroom: made, then used as those systems would."""

import json
import os
import shlex
import subprocess
import sys
import zipfile

import pytest
import yaml

from lessonlib import lessons
from lessonlib.checks import registry
from lessonlib.classroom import code_host, gradescope, package
from lessonlib.course import ROOT, Problem, commands, grade, notebooks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process")
FILE = lessons.find("layers").file
EXERCISES = {e.id: e for e in registry.exercises().values() if e.lesson == "layers"}
# What Gradescope documents of results.json: a submission's keys and a test's, each with its type.
RESULTS = {"score": (int, float), "execution_time": (int, float), "output": str, "output_format": str}
RESULTS |= {"visibility": str, "stdout_visibility": str, "extra_data": dict, "tests": list, "leaderboard": list}
TEST = {"score": (int, float), "max_score": (int, float), "status": str, "name": str, "name_format": str, "number": str}
TEST |= {"output": str, "output_format": str, "tags": list, "visibility": str, "extra_data": dict}


@pytest.fixture(scope="module")
def sheets():
    return package.sheets(ROOT, ["02"])


def half_done(path):
    """The notebook with the exercise `linear` solved and `embed` wrong."""
    solved = {notebooks.grade_id(c): c.source for c in notebooks.read(ROOT / "solutions" / FILE).cells}
    notebook = package.sheets(ROOT, ["layers"])[FILE]
    for cell in notebook.cells:
        if notebooks.grade_id(cell) == "layers-linear":
            cell.source = solved["layers-linear"]
        if notebooks.grade_id(cell) == "layers-embed":
            cell.source = solved["layers-embed"].replace(".float()", "")
    notebooks.write(path, notebooks.dumps(notebook))


def is_documented(told: dict) -> bool:
    """Whether this is a results.json: a score or tests with scores, and nothing that is not documented."""
    tests = told.get("tests", [])
    assert all(isinstance(value, RESULTS[key]) for key, value in told.items())
    assert all(isinstance(value, TEST[key]) for test in tests for key, value in test.items())
    assert all(test["status"] in ("passed", "failed") and 0 <= test["score"] <= test["max_score"] for test in tests)
    return "score" in told or bool(tests)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_gradescope_runs_the_package_and_reads_what_it_writes(committed_course, sheets, tmp_path):
    made, home = tmp_path / "layers.zip", tmp_path / "autograder"
    gradescope.pack(committed_course, sheets, made)
    with zipfile.ZipFile(made) as packed:
        packed.extractall(home / "source")
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in packed.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert not any(name.split("/")[0] in ("solutions", "tests", "notebooks", ".git") for name in modes)
    (home / "submission").mkdir()
    half_done(home / "submission" / "my work.ipynb")
    environment = {**os.environ, "AUTOGRADER": str(home), "PYTHON": sys.executable}
    done = subprocess.run(
        ["bash", home / "source" / "run_autograder"], env=environment, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr
    told = json.loads((home / "results" / "results.json").read_text(encoding="utf-8"))
    assert is_documented(told)
    found = {test["name"]: test for test in told["tests"]}
    assert [found[e.title]["max_score"] for e in EXERCISES.values()] == [e.points for e in EXERCISES.values()]
    linear, embed = (found[EXERCISES[id].title] for id in ("linear", "embed"))
    assert (linear["score"], linear["status"]) == (EXERCISES["linear"].points, "passed")
    assert embed["score"] < embed["max_score"] and "A one-hot of whole numbers" in embed["output"]


@pytest.mark.slow
def test_the_package_installs_itself_as_the_course_does(committed_course, sheets, tmp_path):
    gradescope.pack(committed_course, sheets, tmp_path / "a.zip")
    gradescope.pack(committed_course, sheets, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    home = tmp_path / "autograder" / "source"
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        packed.extractall(home)
    (home / "course.py").write_text("import sys; print(sys.argv[1:], file=open('asked', 'w'))")
    environment = {**os.environ, "AUTOGRADER": str(tmp_path / "autograder")}
    subprocess.run(["bash", home / "setup.sh"], env=environment, check=True, timeout=60)
    assert (home / "asked").read_text().strip() == "['grade', '--help']"  # for which course.py installs


@pytest.mark.parametrize("count", [0, 2])
def test_gradescope_is_told_when_there_is_not_one_notebook(sheets, tmp_path, monkeypatch, count):
    monkeypatch.setattr(gradescope, "ROOT", tmp_path)
    gradescope.packed.hand_out(tmp_path / "sheets", sheets)
    (tmp_path / "submission").mkdir()
    for number in range(count):
        half_done(tmp_path / "submission" / f"{number}.ipynb")
    assert gradescope.main([str(tmp_path / "submission"), str(tmp_path / "results.json")]) == 0
    told = json.loads((tmp_path / "results.json").read_text())
    assert is_documented(told) and told["score"] == 0 and f"Hand in one: {FILE}" in told["output"]


def test_a_damaged_notebook_has_no_points_and_our_own_fault_no_result(sheets, tmp_path, monkeypatch):
    monkeypatch.setattr(gradescope, "ROOT", tmp_path)
    gradescope.packed.hand_out(tmp_path / "sheets", sheets)
    file, target = tmp_path / "in" / "x.ipynb", tmp_path / "results.json"
    file.parent.mkdir()
    file.write_text("damaged")
    assert gradescope.main([str(file.parent), str(target)]) == 0
    told = json.loads(target.read_text())
    assert is_documented(told) and told["score"] == 0 and "damaged" in told["output"]
    target.unlink()
    monkeypatch.setattr(grade.submissions, "read", lambda *_: 1 / 0)
    with pytest.raises(Problem, match="The grader is at fault"):
        gradescope.main([str(file.parent), str(target)])
    assert not target.exists()


# --- a code host's classroom ---

RUN = """
import shlex, sys
from lessonlib.course import ROOT, commands
codes = {id: commands.main(shlex.split(line)[2:]) for id, line in zip(sys.argv[1::2], sys.argv[2::2])}
print("CODES", ROOT, codes)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_steps_of_a_classroom_give_an_exit_code_for_each_exercise(committed_course, sheets, tmp_path):
    folder = tmp_path / "template"
    code_host.pack(committed_course, sheets, folder)
    assert not any((folder / name).exists() for name in ("solutions", "tests", ".git", "benchmarks/__main__.py"))
    steps = steps_of((folder / code_host.WORKFLOW).read_text(encoding="utf-8"))
    half_done(folder / "exercises" / FILE)
    asked = [part for id in ("linear", "embed") for part in (id, steps[id]["with"]["command"])]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, *asked],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.stdout.splitlines()[-1:] == [f"CODES {folder} {{'linear': 0, 'embed': 1}}"], done.stdout + done.stderr
    assert "give the one-hot tensor that of C." in done.stdout


def steps_of(workflow: str) -> dict[str, dict]:
    """The steps of a workflow that have an id, by it."""
    (job,) = yaml.safe_load(workflow)["jobs"].values()
    return {step["id"]: step for step in job["steps"] if "id" in step}


def test_the_workflow_has_the_form_that_a_classroom_reads(sheets, tmp_path):
    code_host.packed.hand_out(tmp_path, sheets)
    made = yaml.safe_load(code_host.workflow(code_host.packed.exercises(tmp_path)))
    assert "push" in made["on"]
    (job,) = made["jobs"].values()
    *_, reporter = job["steps"]
    steps = steps_of(code_host.workflow(code_host.packed.exercises(tmp_path)))
    assert {id: step["with"]["max-score"] for id, step in steps.items()} == {
        id: e.points for id, e in EXERCISES.items()
    }
    for id, step in steps.items():
        assert step["uses"] == "classroom-resources/autograding-command-grader@v1"
        assert {"test-name", "command", "timeout"} <= set(step["with"])
        assert reporter["env"][f"{id.upper()}_RESULTS"] == f"${{{{ steps.{id}.outputs.result }}}}"
        assert shlex.split(step["with"]["command"])[:3] == ["python3", "course.py", "grade"]
    assert reporter["with"]["runners"].split(",") == list(steps)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["02", "--for", "gradescope", "--to", "there"], "there is there already"),
        (["00", "--for", "gradescope", "--to", "x.zip"], "Lesson 00, Start here, has no exercises"),
        (["99", "--for", "classroom", "--to", "x"], "There is no lesson '99'"),
        (["02", "03", "--for", "gradescope", "--to", "x.zip"], "one by one"),
        (["02", "--for", "gradescope", "--to", "x"], "should end in .zip"),
    ],
)
def test_what_cannot_be_packed_is_a_sentence(tmp_path, monkeypatch, capsys, committed_course, argv, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(package.committed, "unpack", lambda root, folder: folder.symlink_to(committed_course))
    monkeypatch.setattr(package.shutil, "rmtree", lambda *_, **__: None)
    (tmp_path / "there").mkdir()
    assert commands.main(["package", *argv]) == 1
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
