"""What the tests of a class share: its environment, which takes minutes to make and so is made beforehand."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from lessonlib.classroom import environment, make
from lessonlib.classroom.place import Place

HOW = "set COURSE_CLASS to a folder that `python3 course.py class` has made"


@pytest.fixture(scope="session")
def class_env() -> Path:
    """The environment of a class, with lessonlib as it is now; .ci/run makes it while other tests run."""
    folder = os.environ.get("COURSE_CLASS")
    if not folder:
        pytest.skip(f"there is no environment for a class: {HOW}")
    env = Path(folder).absolute() / "env"
    environment.ClassEnvironment(env).ensure()
    return env


@pytest.fixture(scope="module")
def new_class(class_env):
    """Makes classes, each in a folder that other accounts can enter, with a link to the one environment."""
    homes = []

    def make_one(name: str = "tree", **options: str) -> Place:
        home = Path(tempfile.mkdtemp(prefix="course-class-test-"))
        homes.append(home)
        home.chmod(0o755)
        where = Place(home / name, **options)
        where.folder.mkdir()
        where.env.symlink_to(class_env)
        make.make(where)
        return where

    yield make_one
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)
