"""A class of seven, by nbgrader, from release to feedback: with the lines of the instructor's page and real accounts.

The students are accounts that every Linux has. What is handed in belongs to them; nothing else of the system changes.
"""

import contextlib
import csv
import json
import os
import pwd
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from submissions_of_seven import SCRIPT, complete, half, hostile, messy, stripped

from lessonlib.course import ROOT, build, notebooks
from lessonlib.course.automatic import PERSONAL

NAME = next((path.stem for path in (ROOT / "solutions").glob("*_layers.ipynb")), "")
NEXT = next((path.stem for path in (ROOT / "solutions").glob("*_batchnorm.ipynb")), "")
FILE = f"{NAME}.ipynb"
STUDENTS = {
    "complete": "daemon",
    "half": "bin",
    "untouched": "sys",
    "messy": "sync",
    "hostile": "games",
    "stripped": "man",
    "other name": "lp",
}
TOKEN = "a-word-of-the-test"
EVERYBODY = tuple(STUDENTS.values())
LINK, FORGER = "mail", "news"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can hand in for seven accounts"),
]


def points() -> float:
    cells = notebooks.read(ROOT / "solutions" / FILE).cells
    return sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells)


def nobodys() -> dict[str, str]:
    """The environment without the folders that these tests keep for themselves: students could not write there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PERSONAL)}


class Seven:
    """The class, and what its members do."""

    def __init__(self, where):
        self.where = where
        self.homes = where.folder.parent / "homes"
        self.homes.mkdir()
        self.inbound = where.exchange / where.course_id / "inbound"
        self.gradebook = where.course / "gradebook.db"

    def teach(self, *arguments: str) -> tuple[int, str]:
        command = [str(self.where.teach), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=400)
        return done.returncode, done.stdout + done.stderr

    def students(self, *command: str, accounts: tuple[str, ...] = EVERYBODY) -> None:
        orders = [[account, str(self.homes / account), [*command, NAME]] for account in accounts]
        done = subprocess.run(
            [self.where.python, "-P", Path(__file__).with_name("as_students.py")],
            input=json.dumps(orders),
            env=nobodys() | self.where.variables(instructor=False),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [word for account in accounts for word in (account, "0")], done.stderr

    def write(self, kind: str, notebook, file: str = FILE) -> None:
        """Save the notebook in the folder that the student has fetched."""
        account = STUDENTS[kind]
        folder = self.homes / account / NAME
        (folder / FILE).unlink()
        (folder / file).write_bytes(notebooks.dumps(notebook))
        own(folder / file, account)

    def scores(self) -> dict[str, float]:
        """Each student's points, as nbgrader adds them up."""
        asked = """select student_id, sum(coalesce(manual_score, auto_score, 0)) from grade
            join submitted_notebook on grade.notebook_id = submitted_notebook.id
            join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id group by 1"""
        return dict(self.ask(asked))

    def state(self) -> tuple:
        """All points, and when each graded notebook was written."""
        graded = sorted(self.where.course.glob("autograded/*/*/*.ipynb"))
        return self.scores(), [(path, path.stat().st_mtime_ns) for path in graded]

    def ask(self, question: str) -> list[tuple]:
        with sqlite3.connect(self.gradebook) as book:
            return book.execute(question).fetchall()


def own(path: Path, account: str) -> None:
    user = pwd.getpwnam(account)
    for each in (path, *(path.rglob("*") if path.is_dir() else ())):
        os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)


@pytest.fixture(scope="module")
def seven(new_class):
    """The class after release, submission and grading; with the words of the last."""
    seven = Seven(new_class())
    yesterday = f"{datetime.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    code, said = seven.teach("release", NAME, "--due", yesterday)
    assert code == 0, said
    seven.students("fetch_assignment")
    seven.fetched = (seven.homes / "sys" / NAME / FILE).read_bytes()
    fresh, solution = build.exercises(ROOT)[FILE], notebooks.read(ROOT / "solutions" / FILE)
    seven.write("complete", complete(fresh, solution))
    seven.write("half", half(fresh, solution))
    seven.write("messy", messy(fresh, solution))
    seven.write("hostile", hostile(fresh, solution, seven.gradebook))
    seven.write("stripped", stripped(fresh, solution))
    seven.write("other name", complete(fresh, solution), "mine.ipynb")
    seven.students("submit")
    tamper(seven, notebooks.dumps(complete(fresh, solution)))
    seven.code, seven.said = seven.teach("grade", NAME, "--jobs", "2")
    return seven


def tamper(seven: Seven, solved: bytes) -> None:
    """What students may put into the inbound folder by hand."""
    early = next(seven.inbound.glob(f"games+{NAME}+*")) / "timestamp.txt"
    early.unlink()
    early.write_text("2000-01-01 00:00:00.000000 UTC")
    forged = seven.inbound / f"bin+{NAME}+2099-01-01 00:00:00.000000 UTC+xxxxxxxxxxxx"
    forged.mkdir()
    (forged / FILE).write_bytes(solved)
    own(forged, FORGER)
    broken = seven.inbound / f"{FORGER}+{NAME}+no date"
    broken.mkdir()
    os.mkfifo(broken / FILE)
    own(broken, FORGER)
    linked = seven.inbound / f"{LINK}+{NAME}+2026-01-01 00:00:00.000000 UTC+xxxxxxxxxxxx"
    linked.mkdir()
    (linked / FILE).symlink_to(seven.where.course / "source" / NAME / FILE)
    own(linked, LINK)


def test_what_students_fetch_is_the_exercise(seven):
    assert seven.fetched == notebooks.dumps(build.exercises(ROOT)[FILE])


def test_each_gets_the_points_of_their_work(seven):
    full = points()
    scores = seven.scores()
    half_way = scores.pop(STUDENTS["half"])
    assert 0 < half_way < full
    right = {"complete": full, "untouched": 0, "messy": full, "hostile": 0, "stripped": full, "other name": 0}
    assert scores == {STUDENTS[kind]: score for kind, score in right.items()}, seven.said
    records = json.loads((seven.where.grades / NAME / "grades.json").read_text())
    assert {record["submission"]: record["points"] for record in records} | {"lp": 0} == seven.scores()


def test_the_gradebook_holds_what_was_graded_and_no_more(seven):
    assert seven.ask("select count(*) from grade where manual_score is not null") == [(0,)]
    assert seven.ask("select sum(max_score) from grade_cells") == [(points(),)]
    assert {row[0] for row in seven.ask("select id from student")} == set(STUDENTS.values())


def test_who_could_not_be_graded_is_named_with_the_reason(seven):
    assert seven.code == 1
    assert f"Not graded: lp. There is no {FILE} in what was handed in." in seven.said
    assert "6 of 7 submissions are in the gradebook." in seven.said
    assert re.search(rf"^Nothing answered: .*\b{STUDENTS['untouched']}\b.*practice copy", seven.said, re.MULTILINE)


def test_a_submission_counts_for_its_owner_at_the_time_that_the_system_tells(seven):
    for word in (f"'bin+{NAME}+2099", "belongs to bin and not to news", f"mail: '{FILE}' is left out", "'news+"):
        assert word in seven.said, seven.said
    assert not (seven.where.course / "submitted" / "news").exists()
    assert not (seven.where.course / "submitted" / "mail").exists()
    for (when,) in seven.ask("select timestamp from submitted_assignment"):
        assert abs(datetime.fromisoformat(when).replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(hours=1)


def test_nothing_is_graded_twice(seven):
    lines = [json.loads(line) for line in (seven.where.grades / NAME / "journal.jsonl").read_text().splitlines()]
    keys = [line["key"] for line in lines if "key" in line]
    assert len(keys) == len(set(keys)) > 5


def test_a_score_set_by_hand_outlives_another_grading(seven):
    before = seven.scores()
    with sqlite3.connect(seven.gradebook) as book:
        cell = book.execute(
            "select grade.id from grade join submitted_notebook as notebook on grade.notebook_id = notebook.id "
            "join submitted_assignment as one on notebook.assignment_id = one.id where one.student_id = 'sys'"
        ).fetchone()
        book.execute("update grade set manual_score = 1 where id = ?", cell)
    try:
        said = seven.teach("grade", NAME, "--again")[1]
        assert "answers were graded before" in said
        assert seven.scores() == before | {"sys": 1}
        test_nothing_is_graded_twice(seven)
    finally:
        with sqlite3.connect(seven.gradebook) as book:
            book.execute("update grade set manual_score = null, needs_manual_grade = 0 where id = ?", cell)


def test_feedback_reaches_the_student_with_the_report_in_it(seven):
    code, said = seven.teach("feedback", NAME)
    assert code == 0, said
    seven.students("fetch_feedback", accounts=("bin", "sync", "games"))
    pages = {
        account: next((seven.homes / account / NAME / "feedback").rglob("*.html")).read_text()
        for account in ("bin", "sync", "games")
    }
    assert "not attempted" in pages["bin"]
    assert f"{points():g} / {points():g}" in pages["sync"].replace(".0", "")
    assert "my own notes" in pages["sync"]
    for page in pages.values():
        assert SCRIPT not in page


def test_the_table_has_a_line_for_each(seven, tmp_path):
    code, said = seven.teach("export", "--to", str(tmp_path / "grades.csv"))
    assert code == 0, said
    rows = list(csv.DictReader((tmp_path / "grades.csv").open()))
    theirs = {row["student_id"]: float(row["score"]) for row in rows if row["assignment"] == NAME}
    assert theirs == seven.scores()


# --- where grading would not be safe ---


def unsafe_settings(own: str) -> dict[str, tuple[str, str]]:
    """Settings that must not be graded with, by a name: the text of nbgrader_config.py, and a word that is said."""
    execute, last = "from nbgrader.preprocessors import Execute\n" + own, "c.Autograde.autograde_preprocessors"
    return {
        "a typing mistake": (own + "c.Autograde.= 3\n", "SyntaxError"),
        "an import that fails": ("from nbgrader.preprocessors import Nothing\n" + own, "ImportError"),
        "plain, an import that fails": ("from nbgrader.preprocessors import Nothing\n" + own, "seed is not set"),
        "Execute after all": (f"{execute}{last}.append(Execute)\n", "Execute is among"),
        "Execute by its name, first": (
            own + "c.Autograde.sanitize_preprocessors.insert(0, 'nbgrader.preprocessors.Execute')\n",
            "Execute is among",
        ),
        "the sandbox off": (own + "c.SandboxGrade.enabled = False\n", "SandboxGrade"),
        "a wrong name": (
            own + "c.Autograde.autograde_preprocessors = ['lessonlib.classroom.plugin.Other']\n",
            "cannot be imported",
        ),
        "no seed": (own.replace("c.SandboxGrade.seed", "seed"), "seed is not set"),
        "nbgrader's collector": (
            own + "c.ExchangeFactory.collect = 'nbgrader.exchange.default.ExchangeCollect'\n",
            "OwnedCollect",
        ),
    }


def test_nothing_is_graded_where_that_would_not_be_safe(seven):
    settings = seven.where.course / "nbgrader_config.py"
    own = settings.read_text()
    cases = unsafe_settings(own)
    before = seven.scores()
    try:
        done = subprocess.run(
            [seven.where.python, "-P", Path(__file__).with_name("unsafe_settings.py")],
            input=json.dumps([NAME, {name: text for name, (text, _) in cases.items()}]),
            env=os.environ | seven.where.variables(instructor=True),
            capture_output=True,
            text=True,
            timeout=500,
        )
    finally:
        settings.write_text(own)
    assert done.returncode == 0, done.stderr
    for name, (code, said) in json.loads(done.stdout).items():
        assert code == 1, (name, said)
        assert cases[name][1] in said, (name, said)
        assert "Nothing was graded" in said, (name, said)
    assert seven.scores() == before


def test_the_formgrader_page_releases_collects_grades_and_refuses_alike(seven):
    settings = seven.where.course / "nbgrader_config.py"
    own = settings.read_text()
    before = seven.scores()
    with formgrader(seven) as post:
        assert post(f"assignment/{NEXT}/assign")["success"]
        assert post(f"assignment/{NEXT}/release")["success"]
        handed_out = seven.where.exchange / seven.where.course_id / "outbound" / NEXT / f"{NEXT}.ipynb"
        assert handed_out.read_bytes() == (ROOT / "exercises" / f"{NEXT}.ipynb").read_bytes()
        assert post(f"assignment/{NAME}/collect")["success"]
        assert post(f"submission/{NAME}/bin/autograde")["success"]
        assert post(f"assignment/{NAME}/generate_feedback")["success"]
        assert post(f"assignment/{NAME}/release_feedback")["success"]
        assert seven.scores() == before
        booked = seven.state()
        try:
            for name, word in {"Execute after all": "Execute is among", "an import that fails": "500"}.items():
                settings.write_text(unsafe_settings(own)[name][0])
                answer = post(f"submission/{NAME}/bin/autograde")
                assert not answer["success"]
                assert word in answer["error"]
        finally:
            settings.write_text(own)
        assert seven.state() == booked


@contextlib.contextmanager
def formgrader(seven: Seven):
    """A server as `teach open` starts it; what posts to the formgrader's pages there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = f"http://127.0.0.1:{port}"
    root = f"--IdentityProvider.token={TOKEN}", f"--ServerApp.port={port}", "--no-browser", "--allow-root"
    with subprocess.Popen(
        [seven.where.teach, "open", *root], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:

        def post(page: str) -> dict:
            ask = urllib.request.Request(
                f"{server}/formgrader/api/{page}", b"{}", {"Authorization": f"token {TOKEN}"}, method="POST"
            )
            try:
                with urllib.request.urlopen(ask, timeout=120) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                return {"success": False, "error": f"{error.code}"}

        try:
            wait_for(f"{server}/api?token={TOKEN}", running)
            yield post
        finally:
            running.terminate()


def wait_for(address: str, running: subprocess.Popen) -> None:
    deadline = time.monotonic() + 300  # it takes seconds where nothing else runs
    while time.monotonic() < deadline:
        assert running.poll() is None
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError("the server did not start")
