"""An update brings the new course and loses nothing: not an answer, not a cell, not when it is cut off half-way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import add_cell, cell, edit, git, lesson_notebook, small_course

from lessonlib.course import Problem, build, files, lock, notebooks, update

ANSWER = "def add(a, b):\n    return sum([a, b])"


def names(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts
    }


def read(root: Path, path: str):
    return notebooks.read(root / path)


def rewrite(root: Path, path: str, **sources: str) -> None:
    """The course changes a notebook, and its exercise with it."""
    edit(root / path, **sources)
    if path.startswith("solutions"):
        for exercise in (root / "exercises").iterdir():
            exercise.unlink()
        build.run(root, root / "exercises")


@pytest.fixture
def home(tmp_path) -> Path:
    """Where the course comes from: a git repository."""
    root = small_course(tmp_path / "home")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "The course")
    return root


@pytest.fixture
def mine(home, tmp_path) -> Path:
    """A learner's clone, with an answer, a changed lesson and a cell of their own in it."""
    git(tmp_path, "clone", "-q", str(home), "mine")
    work(tmp_path / "mine")
    return tmp_path / "mine"


def work(root: Path) -> None:
    edit(root / "exercises" / "01_adding.ipynb", flat_mlp_add=ANSWER)
    add_cell(root / "exercises" / "01_adding.ipynb", after="chk01-add", source="add(10, 20)")
    edit(root / "notebooks" / "01_adding.ipynb", **{"01_sum": "print(1 + 2)  # mine"})


@pytest.fixture
def newer(home) -> Path:
    """The course moves on: a new text in the exercise, a changed lesson, a new and a removed file."""
    rewrite(home, "solutions/01_adding.ipynb", **{"01_short": "## In short\nNew words."})
    edit(home / "notebooks" / "01_adding.ipynb", **{"01_why": "New reasons."})
    (home / "lessonlib" / "data.py").write_text("new = True\n")
    (home / "lessonlib" / "gone.py").unlink()
    (home / "course.py").write_text("# the new way in\n")
    (home / "notebooks" / "02_new.ipynb").write_bytes(notebooks.dumps(lesson_notebook()))
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "Move on")
    return home


@pytest.fixture(params=["git", "folder", "no git"])
def updated(request, mine, newer):
    """The learner's copy after an update by each way."""
    if request.param == "no git":
        shutil.rmtree(mine / ".git")
    said = update.update(mine, None if request.param == "git" else newer)
    return mine, "\n".join(said), request.param


def test_the_new_course_is_there(updated, newer):
    mine, said, way = updated
    assert "The course is updated" in said
    assert (mine / "lessonlib" / "data.py").read_text() == "new = True\n"
    assert (mine / "course.py").read_text() == "# the new way in\n"
    assert (mine / "notebooks" / "02_new.ipynb").exists()
    assert os.access(mine / "course.py", os.X_OK)
    if way != "no git":
        assert not (mine / "lessonlib" / "gone.py").exists()


def test_answers_and_own_cells_are_carried_over(updated):
    mine, said, _ = updated
    exercise = read(mine, "exercises/01_adding.ipynb")
    assert cell(exercise, "flat-mlp-add").source == ANSWER
    assert cell(exercise, "01-short").source == "## In short\nNew words."
    sources = [c.source for c in exercise.cells]
    assert sources[sources.index("add(2, 3)") + 1] == "add(10, 20)"
    assert "exercises/01_adding.ipynb: 1 answer, 1 cell of your own carried over." in said


def test_a_changed_lesson_is_carried_over(updated):
    mine, _, way = updated
    lesson = read(mine, "notebooks/01_adding.ipynb")
    assert cell(lesson, "01-why").source == "New reasons."
    if way == "no git":  # nobody knows who changed what: both stand
        assert "print(1 + 2)  # mine" in "".join(c.source for c in lesson.cells)
    else:
        assert cell(lesson, "01-sum").source == "print(1 + 2)  # mine"


def test_the_old_notebooks_are_kept(updated):
    mine, said, _ = updated
    kept = {path.name.rsplit("_", 2)[0]: path for path in (mine / "kept").iterdir()}
    assert cell(notebooks.read(kept["exercises_01_adding"]), "flat-mlp-add").source == ANSWER
    assert "# mine" in cell(notebooks.read(kept["notebooks_01_adding"]), "01-sum").source
    assert f"kept{os.sep}{kept['exercises_01_adding'].name}" in said


@pytest.mark.parametrize(("way", "worked"), [("git", True), ("folder", True), ("no git", True), ("git", False)])
def test_a_lesson_under_a_new_number_takes_its_answers_along(mine, newer, way, worked):
    if not worked:
        git(mine, "checkout", "-q", ".")
    for folder in ("notebooks", "solutions", "exercises"):
        (newer / folder / "01_adding.ipynb").rename(newer / folder / "03_adding.ipynb")
    git(newer, "add", "-A")
    git(newer, "commit", "-q", "-m", "Two lessons before this one")
    if way == "no git":
        shutil.rmtree(mine / ".git")
    said = "\n".join(update.update(mine, None if way == "git" else newer))
    assert {path.name for path in (mine / "exercises").iterdir()} == {"03_adding.ipynb"}
    assert {path.name for path in (mine / "notebooks").iterdir()} == {"02_new.ipynb", "03_adding.ipynb"}
    exercise = read(mine, "exercises/03_adding.ipynb")
    assert cell(exercise, "01-short").source == "## In short\nNew words."
    if worked:
        assert cell(exercise, "flat-mlp-add").source == ANSWER
        assert "exercises/03_adding.ipynb: 1 answer, 1 cell of your own carried over." in said
        kept = {path.name.rsplit("_", 2)[0]: path for path in (mine / "kept").iterdir()}
        assert cell(notebooks.read(kept["exercises_01_adding"]), "flat-mlp-add").source == ANSWER
    before = {path: (mine / path).read_bytes() for path in names(mine)}
    update.update(mine, None if way == "git" else newer)
    assert {path: (mine / path).read_bytes() for path in names(mine)} == before


def test_twice_changes_nothing_more(updated, newer):
    mine, _, way = updated
    before = {path: (mine / path).read_bytes() for path in names(mine)}
    said = update.update(mine, None if way == "git" else newer)
    if way == "git":
        assert said == ["The course is up to date. Nothing was changed."]
    after = {path: (mine / path).read_bytes() for path in names(mine)}
    assert {path: data for path, data in after.items() if not path.startswith("kept")} == {
        path: data for path, data in before.items() if not path.startswith("kept")
    }


def test_nothing_is_left_lying_about(updated):
    assert [path for path in names(updated[0]) if path.startswith(".")] == [".gitignore"]


def test_git_sees_only_the_learners_work(mine, newer):
    update.update(mine)
    assert git(mine, "rev-parse", "HEAD") == git(newer, "rev-parse", "HEAD")
    changed = git(mine, "status", "--porcelain", "--untracked-files=no").splitlines()
    assert sorted(line.split()[-1] for line in changed) == ["exercises/01_adding.ipynb", "notebooks/01_adding.ipynb"]


def test_local_commits_are_merged(mine, newer):
    (mine / "notes.txt").write_text("my notes")
    git(mine, "add", "-A")
    git(mine, "commit", "-q", "-m", "My work")
    head = git(mine, "rev-parse", "HEAD")
    update.update(mine)
    assert git(mine, "rev-parse", "HEAD^1", "HEAD^2").split() == [head, git(newer, "rev-parse", "HEAD")]
    assert git(mine, "status", "--porcelain", "--untracked-files=no") == ""
    assert (mine / "notes.txt").read_text() == "my notes"
    assert cell(read(mine, "exercises/01_adding.ipynb"), "flat-mlp-add").source == ANSWER
    assert update.update(mine) == ["The course is up to date. Nothing was changed."]


def test_a_changed_file_of_the_course_is_kept(mine, newer):
    (mine / "lessonlib" / "data.py").write_text("my = True\n")
    update.update(mine)
    (kept,) = (mine / "kept").glob("lessonlib_data_*.py")
    assert kept.read_text() == "my = True\n"
    assert (mine / "lessonlib" / "data.py").read_text() == "new = True\n"


def test_a_removed_file_that_you_changed_stays(mine, newer):
    (mine / "lessonlib" / "gone.py").write_text("my = True\n")
    said = "\n".join(update.update(mine))
    assert (mine / "lessonlib" / "gone.py").read_text() == "my = True\n"
    assert "lessonlib/gone.py: is no longer part of the course; yours stays." in said


def test_a_damaged_notebook_is_kept_and_replaced(mine, newer):
    (mine / "exercises" / "01_adding.ipynb").write_text("{ half")
    said = "\n".join(update.update(mine))
    (kept,) = (mine / "kept").glob("exercises_01_adding_*.ipynb")
    assert kept.read_text() == "{ half"
    assert "could not be read" in said
    assert read(mine, "exercises/01_adding.ipynb").cells


# --- where it cannot ---


def test_offline_gets_a_sentence(mine, newer):
    git(mine, "remote", "set-url", "origin", str(newer) + "-that-is-not-there")
    before = {path: (mine / path).read_bytes() for path in names(mine)}
    with pytest.raises(Problem, match=r"nothing was changed. git says: fatal: .*that-is-not-there"):
        update.update(mine)
    assert {path: (mine / path).read_bytes() for path in names(mine)} == before


def test_no_remote_gets_a_sentence(mine):
    git(mine, "remote", "remove", "origin")
    with pytest.raises(Problem, match="no remote"):
        update.update(mine)


def test_a_folder_of_another_account_is_not_told_to_be_no_clone(mine, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with pytest.raises(Problem, match=r"belongs to another account.*safe\.directory"):
        update.update(mine)


def test_no_git_gets_a_sentence(mine, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Problem, match="git is not installed"):
        update.update(mine)


def test_in_the_middle_of_a_merge_gets_a_sentence(mine, newer):
    (mine / ".git" / "MERGE_HEAD").write_text(git(mine, "rev-parse", "HEAD") + "\n")
    with pytest.raises(Problem, match="middle of a merge"):
        update.update(mine)


@pytest.mark.parametrize("what", ["nothing", "empty", "file", "itself"])
def test_a_wrong_folder_gets_a_sentence(mine, tmp_path, what):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="course"):
        update.update(mine, mine if what == "itself" else tmp_path / what)


def test_a_full_disk_changes_nothing(mine, newer, monkeypatch):
    before = {path: (mine / path).read_bytes() for path in names(mine)}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match="No space left on device"):
        update.update(mine)
    assert {path: (mine / path).read_bytes() for path in names(mine)} == before


# --- cut off ---


@pytest.mark.slow
def test_cut_off_at_every_step_loses_nothing(mine, newer, tmp_path):
    """Kill the update at its first file operation, at its second, and so on; then run it again."""
    whole = tmp_path / "whole"
    shutil.copytree(mine, whole)
    update.update(whole, newer)
    steps = 0
    while True:
        steps += 1
        cut = tmp_path / "cut"
        shutil.copytree(mine, cut)
        killed = _killed_at(steps, cut, newer)
        texts = "".join(p.read_text() for p in cut.rglob("*.ipynb") if ".git" not in p.parts)
        assert "sum([a, b])" in texts
        assert "# mine" in texts
        update.update(cut, newer)
        assert {n for n in names(cut) if "kept" not in n} == {n for n in names(whole) if "kept" not in n}
        for name in names(whole):
            if "kept" not in name:
                assert (cut / name).read_bytes() == (whole / name).read_bytes(), (steps, name)
        shutil.rmtree(cut)
        if not killed:
            break
    assert steps > 40


def _killed_at(step: int, root: Path, newer: Path) -> bool:
    """Run the update in a child that ends at its `step`-th change to a file under `root`; whether it got that far."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, arguments: tuple) -> None:
            nonlocal left
            changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir") or (
                event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            )
            if changes and str(root) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os._exit(9)

        sys.addaudithook(count)
        code = 1
        try:
            update.update(root, newer)
            code = 0
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


def test_course_py_finishes_what_was_cut_off(mine, newer, monkeypatch):
    """With a lessonlib that is half old and half new, course.py must not need it."""
    monkeypatch.setattr(files, "finish", lambda stage: pytest.fail("cut off"))
    with pytest.raises(pytest.fail.Exception):
        update.update(mine, newer)
    stage = mine / ".course" / "update"
    (mine / "lessonlib" / "data.py").write_text("broken half")
    done = subprocess.run([sys.executable, stage / "finish.py"], capture_output=True, text=True, timeout=60)
    assert "Finishing it now" in done.stdout
    assert not stage.exists()
    assert (mine / "lessonlib" / "data.py").read_text() == "new = True\n"
    assert cell(read(mine, "exercises/01_adding.ipynb"), "flat-mlp-add").source == ANSWER


def test_two_that_finish_an_update_take_turns(mine, newer, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(files, "finish", lambda stage: pytest.fail("cut off"))
        with pytest.raises(pytest.fail.Exception):
            update.update(mine, newer)
    finish = mine / ".course" / "update" / "finish.py"
    with lock.one_at_a_time(mine / ".course" / "update.lock", ""):
        two = [subprocess.Popen([sys.executable, finish], stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for one in two:
            assert "waiting for it" in one.stdout.readline()
        assert finish.exists()
    said = [one.communicate(timeout=60)[0] for one in two]
    assert sorted("Finishing it now" in words for words in said) == [False, True]
    assert "could not be finished" not in "".join(said)
    assert (mine / "lessonlib" / "data.py").read_text() == "new = True\n"


def test_work_done_after_a_cut_is_kept(mine, newer, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(files, "finish", lambda stage: pytest.fail("cut off"))
        with pytest.raises(pytest.fail.Exception):
            update.update(mine, newer)
    edit(mine / "exercises" / "01_adding.ipynb", flat_mlp_double="class Double: 'written after the cut'")
    update.update(mine, newer)
    assert "written after the cut" in "".join(p.read_text() for p in (mine / "kept").iterdir())
