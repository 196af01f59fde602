"""A run that is stopped goes on where it was, and what it has done is there. With a sandbox that runs nothing."""

import json
import os
import stat
import threading
from concurrent.futures import Future

import pytest
import torch
from test_grade import FIRST, FRESH, POINTS, submission

from lessonlib.checks import exercise as model
from lessonlib.checks import registry
from lessonlib.checks.probes import runner
from lessonlib.checks.result import Line, Mark, Result
from lessonlib.course import (
    ROOT,
    Problem,
    commands,
    grade,
    journal,
    lock,
    notebooks,
    report,
    sandbox,
    submissions,
    targets,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="grading refuses where it cannot limit a process")
WALLS = frozenset(sandbox.NEEDED)


class Box(sandbox.Sandbox):
    """Counts the answers that it is given, and brings nothing back from them. `trouble` is raised at one of them."""

    def __init__(self):
        super().__init__()
        self.answers, self.trouble, self.outcome = [], {}, runner.Outcome(runner.TODO)

    def run(self, exercise, given, answer, seed):
        self.answers.append("".join(answer))
        for word, error in self.trouble.items():
            if word in self.answers[-1]:
                raise error
        return sandbox.Run({case.probe_name: self.outcome for case in exercise.cases}, WALLS)


@pytest.fixture(scope="module")
def sheets():
    return submissions.sheets(ROOT)


@pytest.fixture
def box(monkeypatch, sheets):
    box = Box()
    monkeypatch.setattr(submissions, "sheets", lambda root: sheets)
    monkeypatch.setattr(sandbox, "Sandbox", lambda: box)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    return box


@pytest.fixture
def files(tmp_path):
    """Three submissions, with an answer each: 0, 1, 2."""
    (tmp_path / "in").mkdir()
    for number in range(3):
        answers = {"flat_mlp_uniform": f"def answer_uniform(): return {number}"}
        submission(tmp_path / "in" / f"s{number}.ipynb", **answers)
    return tmp_path / "in"


def run(files, **options):
    return grade.run([files], files.parent / "grades", **options)


def told(files) -> dict[str, dict]:
    return {r["submission"]: r for r in json.loads((files.parent / "grades" / "grades.json").read_text())}


def stop_at(monkeypatch, count: int) -> None:
    """Stop the run by the keyboard when so many reports are written."""
    write, left = report.write_page, [count]

    def page(*arguments):
        write(*arguments)
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(report, "write_page", page)


def test_a_run_that_was_stopped_goes_on_with_its_seed(files, box, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        stop_at(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            run(files)
    first = told(files)
    assert len(first) == 2  # the tables are there, with what was done
    before = len(box.answers)
    assert run(files) == 0
    assert 2 <= len(box.answers) - before + 2 <= 3
    after = told(files)
    assert len(after) == 3
    assert {name: after[name] for name in first} == first
    assert len({record["seed"] for record in after.values()}) == 1
    assert "were graded before" in capsys.readouterr().out


def test_a_run_at_its_end_is_followed_by_one_with_another_seed(files, box):
    run(files)
    seed = told(files)["s0"]["seed"]
    run(files)
    assert told(files)["s0"]["seed"] != seed
    assert len(box.answers) == 6


def test_the_seed_of_a_report_grades_as_it_was_graded(files, box):
    run(files, seed=5)
    first = told(files)
    run(files, seed=5)
    assert told(files) == first
    assert len(box.answers) == 3


def test_a_changed_answer_is_graded_anew_and_it_alone(files, box):
    run(files, seed=5)
    submission(files / "s1.ipynb", flat_mlp_uniform="def answer_uniform(): return 'changed'")
    run(files, seed=5)
    assert len(box.answers) == 4
    assert "changed" in box.answers[-1]


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("judge", lambda patch: patch.setattr(journal, "judge", lambda: "another")),
        ("torch", lambda patch: patch.setattr(journal.torch, "__version__", "another")),
        ("limits", lambda patch: patch.setattr(sandbox, "CELL_SECONDS", 1.0)),
        ("given", lambda patch: patch.setattr("lessonlib.course.submissions.IMPORTS", "import math")),
    ],
)
def test_another_judge_torch_or_limit_grades_anew(files, box, monkeypatch, what, change):
    run(files, seed=5)
    change(monkeypatch)
    run(files, seed=5)
    assert len(box.answers) == 6, what


@pytest.mark.parametrize("error", [ValueError("our fault"), Problem("no process"), "broken judge", "broke"])
def test_what_the_machinery_failed_at_is_tried_again(files, box, monkeypatch, error):
    if isinstance(error, Exception):
        box.trouble = {"return 1": error}
    elif error == "broken judge":
        monkeypatch.setattr(grade, "judge", lambda e, *_: Result(e, (Line("a case", 1, Mark.BROKEN),)))
    else:
        monkeypatch.setattr(Box, "run", lambda self, e, *_: sandbox.Run({}, WALLS, broke=True))
        monkeypatch.setattr(grade, "_judge", lambda e, *_: Result(e, (Line("a case", 1, Mark.NOT_YET),)))
    run(files, seed=5)
    monkeypatch.undo()
    monkeypatch.setattr(sandbox, "Sandbox", lambda: box)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    box.trouble, box.answers = {}, []
    run(files, seed=5)
    assert len(box.answers) == (1 if isinstance(error, Exception) else 3)
    assert all(record["problem"] == "" for record in told(files).values())


def test_who_ended_the_first_process_is_named(files, box, monkeypatch):
    monkeypatch.setattr(
        Box,
        "run",
        lambda self, e, *_: sandbox.Run(
            {case.probe_name: runner.Outcome(runner.RAISED) for case in e.cases}, WALLS, broke=True
        ),
    )
    run(files, seed=5)
    notes = [e["notes"] for e in told(files)["s0"]["exercises"] if e["id"] == "uniform"]
    assert notes == [[grade.BROKE]]


def test_the_journal_is_the_instructors_alone(files, box):
    before = os.umask(0)
    try:
        run(files)
    finally:
        os.umask(before)
    assert stat.S_IMODE((files.parent / "grades" / journal.FILE).stat().st_mode) == 0o600


def test_a_journal_that_is_a_link_is_refused(files, box, tmp_path):
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / journal.FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Problem, match="--to"):
        run(files)
    assert not (tmp_path / "elsewhere").exists()


def test_a_line_cut_off_by_a_kill_costs_that_line_alone(files, box):
    run(files, seed=5)
    path = files.parent / "grades" / journal.FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    run(files, seed=5)
    assert len(box.answers) == 4
    run(files, seed=5)
    assert len(box.answers) == 4


@pytest.mark.parametrize("line", [b"[]", b"3", b"{}", b"\xff", b'{"key": 3}', b'{"seed": null}', b'{"seed": "x"}'])
def test_nonsense_in_the_journal_is_passed_over(files, box, line):
    run(files, seed=5)
    path = files.parent / "grades" / journal.FILE
    path.write_bytes(line + b"\n" + path.read_bytes())
    run(files, seed=5)
    assert len(box.answers) == 3


def test_two_runs_do_not_write_into_one_folder(files, box, tmp_path):
    (tmp_path / "grades").mkdir()
    with (tmp_path / "grades" / journal.FILE).open("w") as other:
        assert lock.take(other)
        with pytest.raises(Problem, match="Another `grade`"):
            run(files)


def test_a_result_comes_back_as_it_was(tmp_path, box):
    exercise = next(iter(registry.exercises().values()))
    picture = (torch.arange(6).reshape(2, 3), torch.ones(2, 3, dtype=torch.float16))
    mistake = model.Mistake("says", misconception="endless-loop", next="next", picture=picture)
    result = Result(
        exercise, (Line("a", 1, Mark.PASSED, note="well"), Line("b", 2, Mark.NOT_YET, mistake)), "out", ("n",)
    )
    with journal.opened(tmp_path, 1) as kept:
        kept.add("key", result, WALLS)
    with journal.opened(tmp_path, 1) as kept:
        back, walls = kept.find("key", exercise)
    assert walls == WALLS
    assert (back.lines[0], back.printed, back.notes) == (result.lines[0], "out", ("n",))
    came = back.lines[1].mistake
    assert (came.says, came.misconception, came.next) == ("says", "endless-loop", "next")
    for one, other in zip(came.picture, picture, strict=True):
        assert torch.equal(one.float(), other.float())


def test_a_slow_submission_keeps_nobody_waiting(tmp_path):
    slow, done = Future(), Future()
    done.set_result(None)
    begun = [grade.Begun(tmp_path / "slow", runs={"a": slow}), grade.Begun(tmp_path / "fast", runs={"a": done})]
    ended = grade._as_they_end(begun)
    assert next(ended).path.name == "fast"
    threading.Timer(0.05, slow.set_result, [None]).start()
    assert [one.path.name for one in ended] == ["slow"]


def test_the_very_same_answer_of_two_learners_runs_once_and_stands_in_the_journal_once(files, box):
    for name in ("s0", "s1"):
        submission(files / f"{name}.ipynb", flat_mlp_uniform="def answer_uniform(): return 'alike'")
    assert run(files, jobs=2) == 0
    assert sorted("alike" in answer for answer in box.answers) == [False, True]
    keys = [line["key"] for line in map(json.loads, (files.parent / "grades" / journal.FILE).open()) if "key" in line]
    assert len(keys) == len(set(keys)) == 2
    assert told(files)["s0"]["exercises"] == told(files)["s1"]["exercises"]


# --- what lies in the folders ---


def test_a_folder_with_other_grades_is_refused_and_stays_as_it_is(files, box, capsys):
    assert command(files) == 0
    folder = files.parent / "grades"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    another = next(file for file in FRESH if file != FIRST)
    theirs = files.parent / "theirs"
    for where, name in ((files.parent / "next", another), (theirs, FIRST)):
        for number in range(3):
            notebooks.write(where / f"s{number}.ipynb", notebooks.dumps(FRESH[name]))
    first = (files / "s0.ipynb").read_bytes()
    (files / "s0.ipynb").write_bytes(notebooks.dumps(FRESH[another]))
    for given, why in (
        (files, f"has the grades of {FIRST}, and {files / 's0.ipynb'} is of {another}"),
        (files.parent / "next", "s0; s1; s2 would be lost"),
        (theirs, "s0; s1; s2 would be lost"),
        (files / "s1.ipynb", "s0; s2 would be lost"),
    ):
        assert command(files, given=given) == 1
        assert why in (said := capsys.readouterr().err) and "one folder for each lesson" in said
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (files / "s0.ipynb").write_bytes(first)
    submission(files / "late.ipynb")
    assert command(files) == 0 and len(told(files)) == 4  # the same again, and one more
    (folder / "grades.json").write_text("mine")
    assert command(files) == 1 and (folder / "grades.json").read_text() == "mine"


def test_a_stopped_command_goes_on_in_its_folder(files, box, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        stop_at(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            grade.main([str(files), "--to", str(files.parent / "grades")])
    assert command(files) == 0 and len(told(files)) == 3
    assert "were graded before" in capsys.readouterr().out


def test_no_submission_at_all_writes_nothing_and_says_where_they_are(files, box, capsys):
    for name in ("anna", "ben"):
        submission(files.parent / "each" / name / FIRST)
    (files.parent / "each" / ".trash").mkdir()
    submission(files.parent / "each" / ".trash" / FIRST)
    (files.parent / "packed").mkdir()
    (files.parent / "packed" / "all.zip").write_bytes(b"PK\x03\x04")
    each = files.parent / "each"
    assert command(files, given=each) == 1
    told = f"No notebook lies directly in {each}, but 2 lie in folders below it. Use {each}/*/."
    assert told in capsys.readouterr().err
    assert command(files, given=files.parent / "packed") == 1
    assert f"unpack {files.parent / 'packed' / 'all.zip'} first" in capsys.readouterr().err
    assert not (files.parent / "grades").exists() and box.answers == []


def test_what_is_no_notebook_is_named(files, box, capsys):
    (files / "essay.pdf").write_bytes(b"%PDF")
    (files / ".DS_Store").write_bytes(b"")
    submission(files / "deep" / FIRST)
    assert command(files) == 0
    said = capsys.readouterr().out
    assert f"1 file is not a notebook and was left out: {files / 'essay.pdf'}." in said
    assert f"1 notebook lies in folders below and stayed out; {files}/*/ stands for them." in said
    for name in ("all.zip", "all.ipynb"):
        (files / name).write_bytes(b"PK\x03\x04")
        with pytest.raises(Problem, match=r"is an archive.*Unpack it first"):
            submissions.read(files / name, [])


# --- a part of it, and by other notebooks ---


def command(files, *options, given=None) -> int:
    return commands.main(["grade", str(given or files), "--to", str(files.parent / "grades"), *options])


def test_one_exercise_alone_is_graded_out_of_its_own_points(files, box):
    assert command(files, "--only", "uniform") == 0
    assert {tuple(e["id"] for e in r["exercises"]) for r in told(files).values()} == {("uniform",)}
    assert told(files)["s0"]["out_of"] == registry.exercises()["uniform"].points
    assert len(box.answers) == 3


def test_full_points_are_an_exit_code_and_what_lacks_is_said(files, box, monkeypatch, capsys):
    assert command(files, "--only", "uniform", "--expect-full") == 1
    assert "not attempted, 0 of 3 points" in capsys.readouterr().out
    right = Result(registry.exercises()["uniform"], (Line("a", 3, Mark.PASSED),))
    monkeypatch.setattr(grade, "_judge", lambda *_: right)
    assert command(files, "--only", "uniform", "--expect-full") == 0
    assert command(files, "--expect-full") == 1  # the other exercises are untouched
    (files / "s3.ipynb").write_text("no notebook")
    assert command(files, "--only", "uniform", "--expect-full") == 1


def test_notebooks_as_handed_out_are_enough_to_grade_by(files, box, monkeypatch, tmp_path):
    monkeypatch.setattr(submissions, "sheets", lambda root: pytest.fail("asked for the solutions"))
    (tmp_path / "sheets").mkdir()
    fresh = submission(tmp_path / "sheets" / FIRST)
    assert command(files, "--sheets", str(fresh.parent)) == 0
    assert told(files)["s0"]["out_of"] == POINTS and len(box.answers) == 3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--only", "nothing"), "There is no exercise nothing. There are: "),
        (("--sheets", "filled"), "uniform is filled in"),
        (("--sheets", "nowhere"), "has no exercise notebooks"),
    ],
)
def test_what_cannot_be_graded_by_is_a_sentence(files, box, monkeypatch, tmp_path, capsys, options, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "filled").mkdir()
    submission(tmp_path / "filled" / FIRST, flat_mlp_uniform="def answer_uniform(): return 1")
    assert command(files, *options) == 1
    assert told in capsys.readouterr().err and box.answers == []


def test_where_there_are_no_solutions_the_way_is_named(tmp_path):
    with pytest.raises(Problem, match="--sheets"):
        submissions.sheets(tmp_path)


def test_no_jobs_at_all_are_no_choice(files, box, capsys):
    with pytest.raises(SystemExit):
        command(files, "--jobs", "0")
    assert "give 1 or more" in capsys.readouterr().err


# --- where it cannot write ---


def test_the_folder_is_tried_before_anything_is_graded(files, box, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("here")
    monkeypatch.setattr(grade.submissions, "sheets", lambda root: pytest.fail("work has begun"))
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(Problem, match=r"Nothing can be written to .* Nothing was done"):
            grade.run([files], folder)
    assert (tmp_path / "file").read_text() == "here"


def test_a_read_only_folder_is_a_sentence(files, box, monkeypatch):
    def read_only(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(targets.tempfile, "TemporaryFile", read_only)
    with pytest.raises(Problem, match="Permission denied"):
        run(files)


def test_a_disk_that_fills_up_is_a_sentence_and_the_next_run_goes_on(files, box, monkeypatch):
    write, left = os.write, [3]

    def full(file, data):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        return write(file, data)

    with monkeypatch.context() as patch:
        patch.setattr(journal.os, "write", full)
        with pytest.raises(Problem, match=r"No space left on device.*goes on there"):
            run(files)
    before = len(box.answers)
    assert run(files) == 0
    assert len(box.answers) - before < 3


# --- strange files ---


def test_names_that_look_like_formulas_or_options(tmp_path, box, capsys, monkeypatch):
    names = [";=1+1", "-h", "\t@x", "＝2"]
    for name in names:
        submission(tmp_path / f"{name}.ipynb")
    monkeypatch.chdir(tmp_path)
    assert commands.main(["grade", "--to", "grades", *(f"{name}.ipynb" for name in names)]) == 0
    assert "4 submissions" in capsys.readouterr().out
    for line in (tmp_path / "grades" / "grades.csv").read_text(encoding="utf-8").splitlines():
        for separator in ",;\t|":
            assert not any(cell.lstrip(' "').startswith(tuple("=+-@＝")) for cell in line.split(separator)), line


def test_hidden_copies_of_macos_are_no_submissions(tmp_path, box):
    submission(tmp_path / "a.ipynb")
    (tmp_path / "._a.ipynb").write_bytes(b"\x00\x05\x16\x07")
    assert grade.run([tmp_path], tmp_path / "grades") == 0


@pytest.mark.parametrize("where", ["metadata", "cell", "outputs"])
def test_metadata_300_levels_deep_cost_nobody_a_point(tmp_path, box, where):
    path = submission(tmp_path / "deep.ipynb", flat_mlp_uniform="def answer_uniform(): return 1")
    raw = json.loads(path.read_text())
    deep = "deep"
    for _ in range(300):
        deep = {"x": [deep]}
    if where == "metadata":
        raw["metadata"]["deep"] = deep
    else:
        cell = next(cell for cell in raw["cells"] if cell["cell_type"] == "code")
        cell["metadata"]["deep"] = deep
        if where == "outputs":
            cell["outputs"] = [{"output_type": "display_data", "data": {"x": deep}, "metadata": {}}]
    path.write_text(json.dumps(raw))
    assert run(path) == 0
    assert len(box.answers) == 1
    notebooks.dumps(notebooks.read(path))  # and it can be copied and written


def test_a_frame_with_wrong_keys_is_not_the_checks_fault(files, box):
    box.outcome = runner.Outcome(runner.RETURNED, {"another": 1})
    run(files)
    says = [case["says"] for e in told(files)["s0"]["exercises"] for case in e["cases"]]
    assert any("not what a check sends" in text for text in says)
    assert not any("The check itself failed" in text for text in says)
