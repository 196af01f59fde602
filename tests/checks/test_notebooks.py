"""The solution notebooks and the registry say the same; nothing in a notebook gives an answer away."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessonlib import lessons
from lessonlib.checks import notebook, probes
from lessonlib.checks.exercise import IMPORTS, Kind
from lessonlib.checks.registry import exercises

EXERCISES = exercises()
LESSONS = list(dict.fromkeys(exercise.lesson for exercise in EXERCISES.values()))
CELLS = {lesson: json.loads(notebook.path(lesson).read_text(encoding="utf-8"))["cells"] for lesson in LESSONS}
PROBES = Path(probes.__file__).parent
MAY_IMPORT = {"torch", "IPython", *sys.stdlib_module_names}  # in a grading child


def source(cell: dict) -> str:
    return "".join(cell["source"])


def marks(cell: dict) -> dict:
    return cell["metadata"].get("nbgrader", {})


def cell(lesson: str, grade_id: str) -> dict:
    return next(c for c in CELLS[lesson] if marks(c).get("grade_id") == grade_id)


@pytest.mark.parametrize("id", EXERCISES)
def test_cells_of_an_exercise(id):
    exercise = EXERCISES[id]
    answer, check = cell(exercise.lesson, exercise.grade_id), cell(exercise.lesson, exercise.check_id)
    assert (marks(answer)["solution"], marks(answer)["grade"], marks(answer)["locked"]) == (True, False, False)
    assert (marks(check)["solution"], marks(check)["grade"], marks(check)["locked"]) == (False, True, True)
    assert re.search(rf"^(class|def) {exercise.name}\b", source(answer), re.MULTILINE)
    for given in exercise.given_ids:
        assert marks(cell(exercise.lesson, given))["locked"]


@pytest.mark.parametrize("id", EXERCISES)
def test_solution_regions_stand_inside_function_bodies(id):
    exercise = EXERCISES[id]
    lines = source(cell(exercise.lesson, exercise.grade_id)).splitlines()
    begins = [i for i, line in enumerate(lines) if line.strip() == "### BEGIN SOLUTION"]
    ends = [i for i, line in enumerate(lines) if line.strip() == "### END SOLUTION"]
    assert begins
    assert len(begins) == len(ends)
    functions = [node for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.FunctionDef)]
    for begin, end in zip(begins, ends, strict=True):
        inside = [f for f in functions if f.lineno <= begin and f.end_lineno >= end - 1]
        assert inside, f"{id}: a region outside of a function"


@pytest.mark.parametrize("lesson", LESSONS)
def test_first_code_cell_is_locked_and_imports_what_a_grading_child_has(lesson):
    first = next(c for c in CELLS[lesson] if c["cell_type"] == "code")
    assert marks(first)["locked"]
    assert source(first) == f"{IMPORTS}\nfrom lessonlib.checks.exercises.{lessons.find(lesson).module} import check"


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_cell_imports_the_lessons_own_answers(lesson):
    allowed = {"check", "plots", "diagrams", "broken_trees"}
    if lesson == "tree":  # it ends with a tree that is trained: nothing of that is asked for there
        allowed |= {"Vocabulary", "evaluate", "sample", "LivingTree"}
    for c in CELLS[lesson]:
        for imported in re.findall(r"lessonlib[.\w]*(?: import (\w+))?", source(c)) if c["cell_type"] == "code" else []:
            assert imported in allowed


@pytest.mark.parametrize("lesson", LESSONS)
def test_three_to_eight_exercises_of_several_kinds(lesson):
    mine = [exercise for exercise in EXERCISES.values() if exercise.lesson == lesson]
    assert 3 <= len(mine) <= 8
    assert any(exercise.kind != Kind.CODE for exercise in mine)
    assert all(2 <= exercise.minutes <= 30 for exercise in mine)
    assert all(exercise.difficulty in {"easy", "medium", "hard"} for exercise in mine)


@pytest.mark.parametrize("lesson", LESSONS)
def test_stored_solutions_are_all_correct(lesson):
    graded = [c for c in CELLS[lesson] if marks(c).get("grade")]
    shown = {marks(c)["grade_id"]: "".join(c["outputs"][0]["data"]["text/plain"]) for c in graded}
    for exercise in (e for e in EXERCISES.values() if e.lesson == lesson):
        told = shown.pop(exercise.check_id)
        assert f"correct, {exercise.points} of {exercise.points}" in told
    assert not shown


def test_names_are_unique_in_the_course():
    for field in ("grade_id", "check_id", "name"):
        values = [getattr(exercise, field) for exercise in EXERCISES.values()]
        repeated = {value for value in values if values.count(value) > 1}
        assert not repeated, f"{field}: {repeated}"
    assert not {"hint", "solution"} & set(EXERCISES)


# --- what a grading child gets ---


def test_probes_import_nothing_but_torch_ipython_the_standard_library_and_each_other():
    for file in PROBES.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert all(name.name.split(".")[0] in MAY_IMPORT for name in node.names)
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert node.module.split(".")[0] in MAY_IMPORT
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{file.name} reaches out of the folder"


def test_probes_run_alone(tmp_path):
    """The folder by itself, with lessonlib out of reach, finds every probe."""
    (tmp_path / "probes").symlink_to(PROBES)
    names = [case.probe_name for exercise in EXERCISES.values() for case in exercise.cases]
    code = (
        "import sys, importlib.util\n"
        f"sys.path = [p for p in sys.path if 'site-packages' in p or 'python3' in p or p.endswith('.zip')]\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in type(f).__module__ + str(f)]\n"
        "assert importlib.util.find_spec('lessonlib') is None\n"
        "import probes\n"
        f"for name in {names!r}: assert callable(probes.find(name))\n"
        "print('found')"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert ran.stdout == "found\n", ran.stderr


def test_probes_hold_no_verdicts():
    files = [PROBES / f"{lessons.find(lesson).module}.py" for lesson in LESSONS]
    for file in filter(Path.exists, files):  # a lesson that asks for values alone has none
        text = file.read_text(encoding="utf-8")
        assert "Mistake" not in text
        assert "reference" not in text
