"""For all tests, however they are started: no file of a learner's is touched."""

import os
from pathlib import Path

import pytest

from lessonlib.course import ROOT, committed


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """A progress file of the test's own."""
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture(scope="session")
def committed_course(tmp_path_factory) -> Path:
    """The whole course as committed, in a folder that tests read and do not change."""
    if prepared := os.environ.get("COURSE_COMMITTED"):  # by `course.py test`
        return Path(prepared)
    folder = tmp_path_factory.mktemp("committed") / "course"
    committed.unpack(ROOT, folder)
    return folder
