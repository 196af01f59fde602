"""`course.py reset` gives a fresh exercise and keeps what was there."""

import os
import time
from pathlib import Path

import pytest
from small_course import edit

from lessonlib.course import Problem, files, notebooks, reset

ANSWER = "def add(a, b):\n    return b + a"


def exercise(course):
    return course / "exercises" / "01_adding.ipynb"


@pytest.mark.parametrize("name", ["1", "01", "adding", "01_adding", "exercises/01_adding.ipynb", "07_adding.ipynb"])
def test_the_exercise_is_fresh_and_the_old_one_kept(course, name):
    fresh = exercise(course).read_bytes()
    edit(exercise(course), flat_mlp_add=ANSWER)
    worked = exercise(course).read_bytes()
    said = reset.reset(course, name)
    (kept,) = (course / "kept").iterdir()
    assert exercise(course).read_bytes() == fresh
    assert kept.read_bytes() == worked
    assert f"kept/{kept.name}" in said


def test_twice_in_a_second_keeps_both(course):
    for answer in (ANSWER, "def add(a, b):\n    return a - b"):
        edit(exercise(course), flat_mlp_add=answer)
        reset.reset(course, "01")
    assert len(list((course / "kept").iterdir())) == 2


def test_two_at_the_same_moment_keep_both(course, monkeypatch):
    """Another process has taken the name between the look and the write."""
    path, open_ = exercise(course), Path.open
    taken = []

    def late(self, mode="r", *more, **options):
        if self.parent.name == "kept" and not taken:
            taken.append(self)
            self.write_bytes(b"another's")
        return open_(self, mode, *more, **options)

    monkeypatch.setattr(Path, "open", late)
    kept = files.keep(course, path)
    assert taken[0].read_bytes() == b"another's"
    assert kept.read_bytes() == path.read_bytes()


def test_what_a_killed_writer_left_is_gone_after_a_while(course):
    old, new = (exercise(course).with_name(f".{n}{files.UNFINISHED}") for n in ("old", "new"))
    for file in (old, new):
        file.write_text("half")
    long_ago = time.time() - files.LONG_AGO - 1
    os.utime(old, (long_ago, long_ago))
    edit(exercise(course), flat_mlp_add=ANSWER)
    assert not old.exists()
    assert new.exists()  # perhaps somebody is writing it


def test_a_fresh_exercise_is_left_alone(course):
    assert "fresh already" in reset.reset(course, "01")
    assert not (course / "kept").exists()


def test_a_missing_exercise_comes_back(course):
    exercise(course).unlink()
    assert "here it is again" in reset.reset(course, "01")
    assert exercise(course).exists()


def test_a_damaged_exercise_is_kept_as_it_is(course):
    exercise(course).write_bytes(b"\xff half")
    reset.reset(course, "01")
    (kept,) = (course / "kept").iterdir()
    assert kept.read_bytes() == b"\xff half"
    assert notebooks.read(exercise(course)).cells


@pytest.mark.parametrize("name", ["12", "", "x", "../solutions/01_adding/.."])
def test_an_unknown_name_gets_a_sentence(course, name):
    with pytest.raises(Problem, match=r"There are: 01 \(adding\)\."):
        reset.reset(course, name)


def test_a_full_disk_loses_nothing(course, monkeypatch):
    edit(exercise(course), flat_mlp_add=ANSWER)
    worked = exercise(course).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match="No space left on device"):
        reset.reset(course, "01")
    assert exercise(course).read_bytes() == worked
    assert [path.name for path in exercise(course).parent.iterdir()] == [exercise(course).name]
