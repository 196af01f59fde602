"""Submissions that mean harm get no point, do none, and keep nobody else from being graded.

All of them are graded by one command, which runs, where the system allows, in user and process namespaces: what a
failed limit would let loose ends with it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from socket import create_server

import hostile
import pytest

from lessonlib.course import ROOT, build, notebooks, sandbox

SECRET = "a-word-that-nobody-else-says"
NAMESPACES = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--"]
ALL = {**hostile.VALUE, **hostile.PROCESSES, **hostile.CODE}
RIGHT = "def answer_uniform():\n    return math.log(27), 0.0, math.exp(2.1)"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process"),
]


def has_namespaces() -> bool:
    try:
        return subprocess.run([*NAMESPACES, "true"], capture_output=True, timeout=20).returncode == 0
    except OSError:
        return False


def file_name(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Everything graded by one command: its exit, its words, the grades by name, and the folders it was tried on."""
    folder = tmp_path_factory.mktemp("hostile")
    victim = folder / "victim"
    victim.mkdir()
    (folder / "temporary").mkdir()
    (victim / "gradebook").write_text("untouched")
    separate = has_namespaces()
    answers = {**hostile.VALUE, **(hostile.PROCESSES if separate else {})}
    course = build.exercises(ROOT)
    file = next(name for name in course if name.startswith("01_"))
    with create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        for name, source in answers.items():
            for word, meant in {
                "VICTIM": victim,
                "COURSE": ROOT,
                "SOLUTION": ROOT / "solutions" / file,
                "PORT": server.getsockname()[1],
            }.items():
                source = source.replace(word, str(meant))
            write(folder / f"{file_name(name)}.ipynb", course[file], "flat-mlp-uniform", source)
        for name, source in hostile.CODE.items():
            write(folder / f"{file_name(name)}.ipynb", course[file], "flat-mlp-smooth", source)
        write(folder / "zz_honest.ipynb", course[file], "flat-mlp-uniform", RIGHT)
        write(folder / "Aa_honest.ipynb", course[file], "flat-mlp-uniform", RIGHT)
        fake_library(folder / "lessonlib")
        command = [sys.executable, "-P", "-m", "lessonlib", "grade", str(folder), "--to", str(folder / "grades")]
        done = subprocess.run(
            [*(NAMESPACES if separate else []), *command, "--jobs", "2"],
            cwd=folder,
            env={**os.environ, "SECRET": SECRET, "OMP_NUM_THREADS": "1", "TMPDIR": str(folder / "temporary")},
            capture_output=True,
            text=True,
            timeout=500,
        )
        with pytest.raises(BlockingIOError):  # nobody knocked
            server.accept()
    grades = {g["submission"]: g for g in json.loads((folder / "grades" / "grades.json").read_text())}
    return done, grades, folder, victim


def write(path: Path, exercise, grade_id: str, source: str) -> None:
    notebook = notebooks.without_outputs(exercise)
    next(c for c in notebook.cells if notebooks.grade_id(c) == grade_id).source = source
    notebooks.write(path, notebooks.dumps(notebook))


def fake_library(folder: Path) -> None:
    """A lessonlib beside the submissions, whose checks call everything right."""
    (folder / "checks" / "probes").mkdir(parents=True)
    for package in (folder, folder / "checks", folder / "checks" / "probes"):
        (package / "__init__.py").write_text("raise SystemExit('the wrong lessonlib was imported')")


def test_the_command_ends_well(graded):
    done = graded[0]
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "wrong lessonlib" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ALL)
def test_no_undeserved_point(graded, name):
    _, grades, folder, _ = graded
    if name in hostile.PROCESSES and file_name(name) not in grades:
        pytest.skip("it forks or signals, and this system has no namespaces to do so in")
    grade = grades[file_name(name)]
    assert grade["problem"] == ""
    assert grade["points"] == 0
    assert "Not graded" not in (folder / "grades" / f"{file_name(name)}.html").read_text()


@pytest.mark.parametrize("name", ["Aa_honest", "zz_honest"])
def test_the_others_are_graded(graded, name):
    assert graded[1][name]["points"] == 3


def test_every_limit_stands(graded):
    limits = graded[1]["Aa_honest"]["limits"]
    assert set(limits) >= sandbox.NEEDED
    assert "network" in limits


def test_nothing_was_changed_or_made(graded):
    _, _, folder, victim = graded
    assert [path.name for path in victim.iterdir()] == ["gradebook"]
    assert (victim / "gradebook").read_text() == "untouched"
    assert os.access(victim / "gradebook", os.W_OK)
    assert not list(folder.glob("**/junk*"))


def test_solutions_cannot_be_read(graded):
    grade = graded[1][file_name("reads the solutions")]
    if "files" not in grade["limits"]:
        pytest.skip("this kernel has no Landlock")
    assert "PermissionError" in says(grade)


@pytest.mark.parametrize("name", ["asks the check for the solution", "imports the course by its path"])
def test_the_course_cannot_be_imported(graded, name):
    assert "ModuleNotFoundError" in says(graded[1][file_name(name)])


@pytest.mark.parametrize("name", ["20 children", "a child that leaves its group", "a program of its own"])
def test_there_are_no_other_processes(graded, name):
    if file_name(name) not in graded[1]:
        pytest.skip("it forks, and this system has no namespaces to do so in")
    assert "PermissionError" in says(graded[1][file_name(name)])


@pytest.mark.parametrize("name", ["2 GB at once", "2 GB in steps", "limits raised, then 2 GB"])
def test_memory_is_limited(graded, name):
    said = says(graded[1][file_name(name)])
    assert any(words in said for words in ("can't allocate memory", "MemoryError", "not allowed to raise"))


@pytest.mark.parametrize("name", ["a case that is not asked for", "a frame that claims 10^11 numbers"])
def test_a_forged_frame_is_recognised(graded, name):
    assert "not what a check sends" in says(graded[1][file_name(name)])


def test_there_are_no_privileges(graded):
    assert "privileges: 0" in says(graded[1][file_name("counts its privileges")])


def test_a_learner_is_told_what_happened(graded):
    grades = graded[1]
    assert "still running" in says(grades[file_name("endless loop")])
    assert "still running" in says(grades[file_name("loop that swallows interrupts")])
    assert "would not stop printing" in says(grades[file_name("50 MB of print")])
    assert "exit" in says(grades[file_name("ends Python")])
    assert "fatal error" in says(grades[file_name("breaks Python")])


def test_the_environment_stays_here(graded):
    assert "I know nothing" in says(graded[1][file_name("tells the environment")])
    for page in (graded[2] / "grades").iterdir():
        assert SECRET not in page.read_text()


def test_pages_run_no_script(graded):
    for page in (graded[2] / "grades").glob("*.html"):
        assert "<script" not in page.read_text()
        assert "<img" not in page.read_text()


def test_no_folder_of_an_answer_is_left(graded):
    assert not list((graded[2] / "temporary").iterdir())


def says(grade: dict) -> str:
    return " ".join(case["says"] for exercise in grade["exercises"] for case in exercise["cases"])
