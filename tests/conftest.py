"""For all tests, however they are started: no file of a learner's is touched, and several processes share the work."""

import os
from pathlib import Path

import pytest

from lessonlib.course import ROOT, committed

# Files that take long, the longest first: a process that begins one of them last would keep the others waiting.
LONG = (
    "benchmarks/test_benchmarks.py",
    "unit/test_course_environment.py",
    "classroom/test_class.py",  # not first: where a class is still being made, its tests wait for it
    "classroom/test_hub.py",
    "course/test_hostile.py",
    "course/test_nbgrader.py",
    "examples/test_scaling_out.py",
    "unit/test_course_testing.py",
    "classroom/test_package.py",
    "widgets/test_sick_models.py",
    "unit/test_capstone.py",
    "course/test_grade.py",
    "browser/test_site.py",
    "browser/test_lessons.py",
    "browser/test_widgets.py",
    "browser/test_lab.py",
)
GONE = [file for file in LONG if not (Path(__file__).parent / file).exists()]
assert not GONE, f"tests/conftest.py names files that are not there: {GONE}"


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


# --- several processes ---


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0].removeprefix("tests/")


def _shares_nothing(nodeid: str) -> bool:
    return _file(nodeid).startswith("checks/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes long comes first; what can be dealt out one by one, and so fills the gaps, comes last."""
    ranks = {file: rank for rank, file in enumerate(LONG)}
    items.sort(key=lambda item: (_shares_nothing(item.nodeid), ranks.get(_file(item.nodeid), len(LONG))))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """`--dist loadfile`, but for the checks' tests: their files differ in length by a hundred times."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if _shares_nothing(nodeid) else super()._split_scope(nodeid)

    config.option.loadscopereorder = False  # the order above is by time, not by number of tests
    return Scheduling(config, log)
