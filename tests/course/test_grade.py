"""A grade report: full points, part, none; a sentence for whatever else is sent; and pages that a learner reads."""

import csv
import dataclasses
import json
import os
import sys

import pytest
from small_course import lesson_notebook

from lessonlib.checks import exercise as model
from lessonlib.checks import registry
from lessonlib.checks.engine import in_place
from lessonlib.course import ROOT, Problem, build, grade, notebooks, sandbox, submissions
from lessonlib.course.child import confine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process")

FRESH = build.exercises(ROOT)
FIRST = next(iter(FRESH))
POINTS = sum(exercise.points for exercise in registry.exercises().values() if exercise.lesson == "flat-mlp")
SEED = 7


class Shared(sandbox.Sandbox):
    """A sandbox that stays open from test to test, so that torch is imported once."""

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def shared():
    box = Shared()
    yield box
    sandbox.Sandbox.__exit__(box)


@pytest.fixture(autouse=True)
def one_sandbox(shared, monkeypatch):
    monkeypatch.setattr(sandbox, "Sandbox", lambda: shared)


def graded(folder, *paths, jobs: int = 2) -> tuple[int, dict[str, dict]]:
    """Grade the files; the exit code and what grades.json says, by submission."""
    code = grade.run(list(paths), folder / "grades", SEED, jobs, budget=1.0)
    told = json.loads((folder / "grades" / "grades.json").read_text())
    return code, {record["submission"]: record for record in told}


def submission(path, **answers: str):
    """The first exercise notebook with these answers typed in, by grade_id with _ for -."""
    notebook = notebooks.without_outputs(FRESH[FIRST])
    for name, source in answers.items():
        cells = [c for c in notebook.cells if notebooks.grade_id(c) == name.replace("_", "-")]
        cells[0].source = source
    notebooks.write(path, notebooks.dumps(notebook))
    return path


def solution(grade_id: str) -> str:
    notebook = notebooks.read(ROOT / "solutions" / FIRST)
    return next(c.source for c in notebook.cells if notebooks.grade_id(c) == grade_id)


# --- points ---


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_solution_earns_full_points_and_a_fresh_exercise_none(tmp_path):
    for name, notebook in FRESH.items():
        notebooks.write(tmp_path / f"fresh_{name}", notebooks.dumps(notebook))
        notebooks.write(tmp_path / f"solved_{name}", (ROOT / "solutions" / name).read_bytes())
    code, grades = graded(tmp_path, tmp_path)
    assert code == 0
    assert len(grades) == 2 * len(FRESH)
    for name, record in grades.items():
        assert record["out_of"] > 0
        assert record["points"] == (record["out_of"] if name.startswith("solved") else 0), (name, record["exercises"])


@pytest.mark.slow
def test_half_done_earns_part_as_in_the_notebook(tmp_path):
    half = {
        "flat_mlp_windows": solution("flat-mlp-windows"),
        "flat_mlp_lucky": "def answer_lucky(): return 16, False, 3200",
    }
    _, grades = graded(tmp_path, submission(tmp_path / "half.ipynb", **half))
    names: dict = {}
    exec("\n".join([model.IMPORTS, *half.values()]), names)
    for exercise in grades["half"]["exercises"]:
        answer = names.get(registry.exercises()[exercise["id"]].name)
        if answer is not None:
            assert exercise["points"] == in_place(registry.exercises()[exercise["id"]], answer).score
    assert 0 < grades["half"]["points"] < POINTS
    assert grades["half"]["exercises"][2]["misconceptions"] == ["the-spread-goes-with-the-root"]


MESSY = {
    "a warning and a debug print": "import warnings\nwarnings.warn('hm')\nprint('here')\n",
    "lines for the notebook": "%matplotlib inline\n!ls\n",
    "a display": "display(torch.zeros(2))\n",
    "a failing try of one's own below": "",
    "a library of one's own": "import numpy as np\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n",
    "an optimizer's first step": "p = nn.Linear(2, 2)\np(torch.zeros(2)).sum().backward()\n"
    "torch.optim.AdamW(p.parameters()).step()\n",
}


@pytest.mark.parametrize("name", MESSY)
def test_an_honest_but_messy_answer_earns_full_points(tmp_path, name):
    source = MESSY[name] + solution("flat-mlp-uniform") + ("\nanswer_uniform()[7]" if "failing" in name else "")
    _, grades = graded(tmp_path, submission(tmp_path / "messy.ipynb", flat_mlp_uniform=source))
    assert grades["messy"]["points"] == 3


def test_a_cell_that_was_split_is_one_answer(tmp_path):
    path = submission(tmp_path / "split.ipynb", flat_mlp_uniform="import math as m")
    notebook = notebooks.read(path)
    place = next(i for i, c in enumerate(notebook.cells) if notebooks.grade_id(c) == "flat-mlp-uniform")
    second = notebooks.without_outputs(notebook).cells[place]
    second.source, second.id = "def answer_uniform(): return m.log(27), 0, m.exp(2.1)", "another"
    notebook.cells.insert(place + 1, second)
    notebooks.write(path, notebooks.dumps(notebook))
    assert graded(tmp_path, path)[1]["split"]["points"] == 3


def test_work_above_the_definition_has_more_time_than_a_case(shared, monkeypatch):
    """In the notebook the cell runs before the check, for as long as it likes; a case has a few seconds."""
    exercise = dataclasses.replace(registry.exercises()["uniform"], seconds=0.2)
    busy = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end: pass\n"
    answer = (busy + "def answer_uniform(): return 1, 2, 3",)
    done = shared.run(exercise, [model.IMPORTS], answer, SEED)
    assert {outcome.status for outcome in done.outcomes.values()} == {"returned"}
    monkeypatch.setattr(sandbox, "CELL_SECONDS", 0.2)
    late = shared.run(exercise, [model.IMPORTS], answer, SEED)
    assert "still running after 0.2 seconds" in next(iter(late.outcomes.values())).message


def test_points_and_checks_written_into_a_submission_do_not_count(tmp_path):
    path = submission(tmp_path / "points.ipynb", flat_mlp_uniform="def answer_uniform(): return 1, 2, 3")
    notebook = notebooks.read(path)
    for c in notebook.cells:
        if c.metadata.get("nbgrader", {}).get("grade"):
            c.metadata.nbgrader.points, c.source = 1000, "3.0"
    notebooks.write(path, notebooks.dumps(notebook))
    record = graded(tmp_path, path)[1]["points"]
    assert (record["points"], record["out_of"]) == (0, POINTS)


def test_the_same_seed_gives_the_same_report(tmp_path):
    path = submission(tmp_path / "again.ipynb", flat_mlp_smooth="def smooth(losses, n=1000): return torch.randn(3)")
    first, second = (graded(tmp_path, path)[1] for _ in range(2))
    assert first == second


# --- whatever else is sent ---


def test_what_cannot_be_graded_gets_a_sentence_and_the_rest_is_graded(tmp_path, capsys):
    good = submission(tmp_path / "good.ipynb", flat_mlp_uniform=solution("flat-mlp-uniform"))
    bad = {
        "empty": b"",
        "damaged": good.read_bytes()[:500],
        "binary": bytes(range(256)),
        "list": b"[]",
        "cells": b'{"nbformat": 4, "cells": 3}',
        "cell": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}',
        "old": b'{"nbformat": 3, "worksheets": []}',
        "deep": b'{"nbformat": 4, "cells": ' + b"[" * 10**5 + b"]" * 10**5 + b"}",
        "lesson": notebooks.dumps(lesson_notebook()),
        "none": b'{"nbformat": 4, "metadata": {}, "cells": []}',
        "huge": b" " * (notebooks.MAX_BYTES + 1),
        "cells without end": b'{"nbformat": 4, "cells": [' + b"3," * notebooks.MAX_CELLS + b"3]}",
        "outputs": b'{"nbformat": 4, "cells": [], "metadata": {"x": ' + b"[" * 900 + b"]" * 900 + b"}}",
    }
    for name, data in bad.items():
        (tmp_path / f"{name}.ipynb").write_bytes(data)
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "loop.ipynb").symlink_to("loop.ipynb")
    (tmp_path / "link.ipynb").symlink_to(ROOT / "solutions" / FIRST)
    paths = [*(tmp_path / f"{n}.ipynb" for n in (*bad, "pipe", "loop", "link", "missing")), good]
    code, grades = graded(tmp_path, *paths)
    assert code == 1
    assert grades["good"]["points"] == 3
    for name, record in grades.items():
        if name != "good":
            assert record["problem"].startswith(str(tmp_path)), name
            assert record["points"] == ""
            assert "The grader is at fault" not in record["problem"]
            assert "Not graded" in (tmp_path / "grades" / f"{name}.html").read_text()
    assert "is a link" in grades["link"]["problem"]
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_missing_cell_and_a_very_long_one_are_named(tmp_path):
    path = submission(tmp_path / "odd.ipynb", flat_mlp_smooth="#" * (submissions.LONGEST + 1))
    notebook = notebooks.read(path)
    notebook.cells = [c for c in notebook.cells if notebooks.grade_id(c) != "flat-mlp-lucky"]
    notebooks.write(path, notebooks.dumps(notebook))
    exercises = {e["id"]: e for e in graded(tmp_path, path)[1]["odd"]["exercises"]}
    assert exercises["lucky"]["notes"] == ["The cell `flat-mlp-lucky` is missing from this notebook."]
    assert "more than 100,000 characters" in exercises["smooth"]["notes"][0]


def test_a_name_defined_elsewhere_is_explained(tmp_path):
    answers = {
        "flat_mlp_uniform": "def answer_uniform(): return helper()",
        "flat_mlp_smooth": "def smooth(losses, n=1000): return helper()",
    }
    exercises = graded(tmp_path, submission(tmp_path / "helper.ipynb", **answers))[1]["helper"]["exercises"]
    assert {e["id"] for e in exercises if e["notes"] == [grade.LOST["NameError"]]} == {"uniform", "smooth"}


def test_a_typing_mistake_is_shown_with_its_line(tmp_path):
    path = submission(tmp_path / "typo.ipynb", flat_mlp_uniform="# mine\ndef answer_uniform()\n    return 1")
    exercises = {e["id"]: e for e in graded(tmp_path, path)[1]["typo"]["exercises"]}
    says = exercises["uniform"]["cases"][0]["says"]
    for words in ("SyntaxError", "`def answer_uniform()`", "line 2 of the cell"):
        assert words in says


def test_an_answer_that_is_not_there_is_explained(tmp_path):
    path = submission(tmp_path / "other.ipynb", flat_mlp_uniform="def answer(): return 1")
    exercises = {e["id"]: e for e in graded(tmp_path, path)[1]["other"]["exercises"]}
    assert "does not define `answer_uniform`" in exercises["uniform"]["cases"][0]["says"]


def test_two_submissions_of_one_name_get_a_report_each(tmp_path):
    paths = []
    for learner in ("anna", "ben", "anna/late"):
        (tmp_path / learner).mkdir()
        paths.append(submission(tmp_path / learner / "01.ipynb"))
    _, grades = graded(tmp_path, *paths, paths[0])
    assert list(grades) == ["anna_01", "ben_01", "late_01"]


def test_names_are_safe_for_files_and_tables(tmp_path):
    for name in ("=cmd()", "..", "a/b", "ü x", "-"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    paths = [submission(tmp_path / folder / "=1+1.ipynb") for folder in ("=cmd()", "ü x")]
    _, grades = graded(tmp_path, *paths)
    assert list(grades) == ["cmd_1_1", "ü_x_1_1"]
    rows = list(csv.reader((tmp_path / "grades" / "grades.csv").open(encoding="utf-8")))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_file_name_cannot_play_with_the_terminal(tmp_path, capsys):
    names = ["\x1b[2Jclear.ipynb", "line\nend.ipynb", os.fsdecode(b"not-utf8-\xff.ipynb")]
    code, grades = graded(tmp_path, *(submission(tmp_path / name) for name in names))
    assert code == 0
    assert len(grades) == 3
    shown = capsys.readouterr().out + json.dumps(grades, ensure_ascii=False)
    assert "\x1b" not in shown
    assert all(record["file"].isprintable() for record in grades.values())


def test_the_grader_says_so_when_it_is_at_fault(tmp_path, monkeypatch):
    first = submission(tmp_path / "first.ipynb", flat_mlp_uniform="def answer_uniform(): return 1")
    second = submission(tmp_path / "second.ipynb")
    monkeypatch.setattr(Shared, "run", lambda *_: 1 / 0)
    code, grades = graded(tmp_path, first, second)
    assert code == 1
    assert "The grader is at fault" in grades["first"]["problem"]
    assert grades["second"]["problem"] == ""


def test_a_judge_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(grade, "JUDGE_SECONDS", 0.2)

    def slow(data: dict, seed: int) -> None:
        while True:
            pass

    case = model.Case("a case", lambda answer, seed: {}, slow)
    with pytest.raises(model.Mistake, match="within"):
        grade._limited(case)({}, 0)


def test_a_judge_that_takes_all_memory_is_stopped(monkeypatch):
    import torch

    monkeypatch.setattr(grade, "JUDGE_MEMORY", 500_000_000)
    case = model.Case("a case", lambda answer, seed: {}, lambda data, seed: torch.ones(10**9).sum())
    with pytest.raises(RuntimeError, match="allocate"):
        grade._limited(case)({}, 0)


# --- where the system cannot ---


@pytest.mark.parametrize("what", ["system", "limit"])
def test_grading_refuses_where_a_process_cannot_be_limited(tmp_path, monkeypatch, what):
    path = submission(tmp_path / "a.ipynb", flat_mlp_uniform="def answer_uniform(): return 1")
    if what == "system":
        monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    else:
        monkeypatch.setattr(sandbox, "NEEDED", {*sandbox.NEEDED, "gravity"})
    with pytest.raises(Problem, match="Nothing was graded"):
        grade.run([path], tmp_path / "grades", SEED)


def test_an_unknown_processor_is_refused(monkeypatch):
    monkeypatch.setattr(confine.platform, "machine", lambda: "riscv64")
    with pytest.raises(confine.Unconfined, match="riscv64"):
        confine.refuse_calls()


# --- the page ---


@pytest.mark.slow
def test_the_page_tells_a_learner_what_to_do(tmp_path):
    answers = {
        "flat_mlp_uniform": solution("flat-mlp-uniform"),
        "flat_mlp_lucky": "def answer_lucky(): return 16, False, 3200",
    }
    graded(tmp_path, submission(tmp_path / "anna.ipynb", **answers))
    page = (tmp_path / "grades" / "anna.html").read_text()
    for words in ("5 of 27 points", "not attempted", "not yet", "correct", "anna.ipynb", "Try next"):
        assert words in page
    name = registry.exercises()["windows"].name
    assert f"Not answered yet: fill in <code>{name}</code> in the notebook and run the check below it." in page
    for unwanted in ("run this one again", "<script", "http://", "https://", "LESSONLIB", "Traceback"):
        assert unwanted not in page
