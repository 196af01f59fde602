"""What `teach` says and does before anything is graded, in a class whose environment is the one that runs the tests."""

import json
import os
import shutil
import sys
from datetime import datetime

import pytest
from test_class_report import CLASS

from lessonlib.classroom import __main__ as teach_command
from lessonlib.classroom import assignments, due, make
from lessonlib.classroom.made import Made
from lessonlib.classroom.place import FOLDER, Place
from lessonlib.course import ROOT, Problem

SOLUTION = next((ROOT / "solutions").glob("*_layers.ipynb"), None)
pytest.importorskip("nbgrader")
pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="a class is run on Linux"),
    pytest.mark.skipif(SOLUTION is None, reason="there are no solutions here"),
]


@pytest.fixture
def where(tmp_path) -> Place:
    """A class of one assignment."""
    where = Place(tmp_path / "tree")
    where.folder.mkdir()
    where.env.symlink_to(sys.prefix)
    (tmp_path / "course" / "solutions").mkdir(parents=True)
    shutil.copy(SOLUTION, tmp_path / "course" / "solutions")
    assignments.write(where, Made(where.folder), tmp_path / "course")
    return where


@pytest.fixture
def teach(where, monkeypatch, capsys):
    """Runs `teach` with these words; returns its exit code, and what it says."""
    from nbgrader.converters import Autograde

    monkeypatch.chdir(where.folder)  # as it was afterwards, with the next lines
    monkeypatch.setattr(Autograde, "start", Autograde.start)
    for name in where.variables(instructor=True):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv(FOLDER, str(where.folder))

    def run(*words: str) -> tuple[int, str]:
        code = teach_command.main([*words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


@pytest.mark.slow
def test_a_released_assignment_gets_another_date_and_stays_as_it_is_until_it_is_replaced(teach, where):
    name, number = SOLUTION.stem, SOLUTION.stem[:2].lstrip("0")
    handed_out = where.exchange / where.course_id / "outbound" / name / SOLUTION.name
    code, said = teach("release", number, "--due", "18.12.2026")
    assert code == 0 and f"{name} is due on Friday, 18 December 2026, 23:59" in said, said
    before = handed_out.stat().st_mtime_ns
    assert teach("release", name)[1] == (
        f"{name} is released already and stays as it is. --due changes its date, --again replaces it.\n"
    )
    code, said = teach("release", "layers", "--due", "2026-12-20 12:00")
    assert code == 0 and "now due on Sunday, 20 December 2026, 12:00" in said and "Students keep the copy" in said, said
    assert handed_out.stat().st_mtime_ns == before
    local = datetime(2026, 12, 20, 12).astimezone()
    code, said = teach()
    assert f"{due.for_nbgrader(local)[:16]}" in said and "usage: teach COMMAND" in said and code == 0, said
    handed_out.chmod(0o644)
    handed_out.write_text("old")
    code, said = teach("release", name, "--again")
    assert code == 0 and handed_out.read_text().startswith("{"), said


def test_where_there_is_nothing_to_do_one_sentence_says_so(teach, where):
    name = SOLUTION.stem
    assert teach("feedback", name) == (1, f"Nothing of {name} is graded yet.\n")
    assert teach("grade", "77") == (1, f"There is no assignment '77'. There are: {name}.\n")
    (where.exchange / where.course_id / "inbound").mkdir(parents=True)
    assert teach("grade", name) == (0, f"Nobody has submitted '{name}'.\n")


def test_who_may_not_enter_the_class_s_folder_is_told_so(teach, monkeypatch):
    def refuse(_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(os, "chdir", refuse)
        code, said = teach("list")
    assert code == 1 and said.startswith("This command is for the instructor, ") and said.count("\n") == 1


def test_the_server_is_not_started_as_root_unless_that_is_asked_for(teach, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    code, said = teach("open", "--no-browser")
    assert code == 1 and "not as root; or add --allow-root" in said


def test_help_on_grades_names_the_command_that_was_typed(teach, capsys):
    with pytest.raises(SystemExit):
        teach("grades", "--help")
    said = capsys.readouterr().out
    assert "usage: teach grades" in said and "teach grades class/grades/02_layers/grades.json --canvas" in said
    assert "course.py grades" not in said


def test_who_has_answered_nothing_is_named(tmp_path):
    from lessonlib.classroom import teaching

    (tmp_path / "grades.json").write_text(json.dumps(CLASS))
    assert teaching._empty(tmp_path / "grades.json") == ["eve"]
    assert teaching._empty(tmp_path / "none.json") == []


@pytest.mark.parametrize(
    ("said", "meant"),
    {
        "2026-12-18": "2026-12-18 23:59",
        "2026-12-18 00:00": "2026-12-18 00:00",
        "2026-12-18T08:30": "2026-12-18 08:30",
        "18.12.2026": "2026-12-18 23:59",
        "3.12.2026 17:00": "2026-12-03 17:00",
        "3 December 2026 5pm": "2026-12-03 17:00",
        "December 3, 2026": "2026-12-03 23:59",
    }.items(),
)
def test_a_date_is_understood_as_it_was_meant(said, meant):
    assert f"{due.understood(said):%Y-%m-%d %H:%M}" == meant


def test_what_is_no_date_is_refused():
    with pytest.raises(Problem, match="'soon' is not a date"):
        due.understood("soon")


def test_the_class_s_page_names_its_own_folders(where):
    page = make._readme(where)
    assert f"export PATH={where.env}/bin:$PATH" in page and f"git clone {where.students} course" in page
    assert "ln -s course/notebooks course/exercises ." in page
    assert f"{where.teach} grades {where.grades}/02_layers/grades.json --canvas export.csv" in page
