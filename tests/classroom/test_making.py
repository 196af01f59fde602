"""What `course.py class` makes, made again: nothing that somebody has written is lost, and no answer gets out."""

import os
import subprocess
from pathlib import Path

import pytest

from lessonlib.classroom import assignments, environment, make, place, students
from lessonlib.classroom.made import Made
from lessonlib.classroom.place import Place
from lessonlib.course import ROOT, Problem, build, notebooks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a class is run on Linux")


@pytest.fixture
def where(tmp_path) -> Place:
    (tmp_path / "tree").mkdir()
    return Place(tmp_path / "tree")


def git(folder: Path, *arguments: str) -> str:
    someone = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
    command = ["git", "-C", str(folder), *someone, *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode(errors="replace").strip()


# --- files ---


def test_a_file_that_somebody_has_changed_stays_and_the_newer_one_lies_beside(tmp_path):
    def again(text: str) -> list[str]:
        made = Made(tmp_path)
        made.write(tmp_path / "a.txt", text, 0o600)
        made.write(tmp_path / "mine.txt", text, once=True)
        made.keep()
        return made.said

    assert again("one") == []
    assert again("two") == []
    assert (tmp_path / "a.txt").read_text() == "two"
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o600
    (tmp_path / "a.txt").write_text("my own")
    (said,) = again("three")
    assert "a.txt is not as it was made: it stays" in said
    assert (tmp_path / "a.txt").read_text() == "my own"
    assert (tmp_path / "newer" / "a.txt").read_text() == "three"
    assert (tmp_path / "mine.txt").read_text() == "one"
    (tmp_path / "a.txt").write_text("four")
    assert again("four") == []  # taken over by hand


# --- the students' repository ---


@pytest.fixture
def course(tmp_path, committed_course) -> Path:
    """A course with its own history, of two lessons."""
    root = tmp_path / "course"
    for name in ("notebooks/00_start_here.ipynb", "notebooks/02_layers.ipynb", "solutions/02_layers.ipynb", "LICENSE"):
        path = next(committed_course.glob(name.replace("02_", "??_")))
        notebooks.write(root / path.relative_to(committed_course), path.read_bytes())
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "one")
    return root


def test_students_get_no_solutions_and_no_history(where, course):
    students.update(where, course)
    names = git(where.students, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert {Path(name).parts[0] for name in names} == {"notebooks", "exercises", "LICENSE", "README.md"}
    assert git(where.students, "rev-list", "--all", "--count") == "1"
    objects = git(where.students, "cat-file", "--batch-all-objects", "--batch")
    assert "BEGIN SOLUTION" not in objects
    exercise = next(name for name in names if name.endswith("_layers.ipynb") and name.startswith("exercises"))
    told = subprocess.run(["git", "-C", where.students, "show", f"main:{exercise}"], capture_output=True, check=True)
    assert told.stdout == notebooks.dumps(build.exercises(course)[Path(exercise).name])


def test_a_newer_course_arrives_and_what_the_instructor_has_added_stays(where, course, tmp_path):
    students.update(where, course)
    assert students.update(where, course) == "The students' repository is up to date."
    mine = tmp_path / "mine"
    git(tmp_path, "clone", "--quiet", str(where.students), str(mine))
    (mine / "welcome.md").write_text("Our room is 12.\n")
    git(mine, "add", "--all")
    git(mine, "commit", "--quiet", "-m", "welcome")
    git(mine, "push", "--quiet", "origin", "main")
    (course / "LICENSE").write_text("another\n")
    git(course, "commit", "--quiet", "--all", "-m", "two")
    students.update(where, course)
    assert git(where.students, "show", "main:welcome.md") == "Our room is 12."
    assert git(where.students, "show", "main:LICENSE") == "another"

    git(mine, "pull", "--quiet", "--no-rebase", "origin", "main")
    (mine / "LICENSE").write_text("ours\n")
    git(mine, "commit", "--quiet", "--all", "-m", "ours")
    git(mine, "push", "--quiet", "origin", "main")
    (course / "LICENSE").write_text("a third\n")
    git(course, "commit", "--quiet", "--all", "-m", "three")
    with pytest.raises(Problem, match=r"left as it is: you have changed lines .* \(LICENSE\)"):
        students.update(where, course)
    assert git(where.students, "show", "main:LICENSE") == "ours"


# --- the class folder ---


def test_sources_follow_the_course_until_they_are_released_or_changed(where, course):
    def again() -> list[str]:
        made = Made(where.folder)
        assignments.write(where, made, course)
        made.keep()
        return made.said

    assert again() == []
    (source,) = where.course.glob("source/*/*.ipynb")
    settings = where.course / "nbgrader_config.py"
    own = settings.read_text()
    assert where.course.stat().st_mode & 0o777 == 0o700
    assert settings.stat().st_mode & 0o777 == 0o600

    (old,) = (course / "solutions").glob("*.ipynb")
    newer = notebooks.read(old)
    newer.cells[0].source += "\n\nA newer word."
    (course / "solutions" / "03_layers.ipynb").write_bytes(notebooks.dumps(newer))  # it has moved, too
    old.unlink()
    assert again() == []
    assert "A newer word." in source.read_text()
    assert list(where.course.glob("source/*/*.ipynb")) == [source]

    (where.course / "release" / source.stem).mkdir(parents=True)
    newer.cells[0].source += "\n\nOne more."
    (course / "solutions" / "03_layers.ipynb").write_bytes(notebooks.dumps(newer))
    (said,) = again()
    assert "is released: it stays" in said
    assert "One more." not in source.read_text()
    assert settings.read_text() == own  # the seed among it


def test_another_s_folder_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match=r"holds other files\. Nothing was done"):
        make.make(Place(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_account_that_is_not_there_is_named():
    with pytest.raises(Problem, match="There is no account 'nobody-at-all'"):
        place.owner("nobody-at-all")


def test_who_cannot_reach_what_is_said(tmp_path):
    shut = tmp_path / "shut"
    (shut / "in").mkdir(parents=True)
    shut.chmod(0o700)
    assert place.out_of_reach(shut / "in" / "later") in [shut, *shut.parents]
    assert place.out_of_reach(Path("/usr/bin")) is None
    assert Path(environment.base_python()).exists()


def test_a_course_s_name_is_one_that_nbgrader_takes():
    assert Place(Path("/srv/my class+2026")).course_id == "my-class-2026"
    assert Place(Path("/srv/…")).course_id == "course"


def test_the_wheel_is_built_from_what_is_installed_and_no_more():
    files = {path.relative_to(ROOT).as_posix() for path in environment._sources(ROOT)}
    assert "benchmarks/benchmarks.toml" in files
    assert not any("solutions" in name or "__pycache__" in name for name in files)
