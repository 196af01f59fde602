"""The progress file: nothing is lost, whoever writes at once, crashes between, or damages the file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lessonlib import progress

COUNT = """
from lessonlib import progress
for i in range({n}):
    progress.update(lambda record: record.update({name}=record.get({name!r}, 0) + 1, total=record.get("total", 0) + 1))
"""


def python(code: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(process: subprocess.Popen) -> str:
    return process.communicate(timeout=60)[0]


def others() -> list[str]:
    """What lies beside the progress file and its lock."""
    own = (progress.path().name, f"{progress.path().name}.lock")
    return sorted(file.name for file in progress.path().parent.iterdir() if file.name not in own)


def test_the_file_lies_in_the_repository_unless_it_is_moved(monkeypatch, tmp_path):
    assert progress.path() == tmp_path / "progress.json"
    own = Path(progress.__file__).parent.parent / ".course" / "progress.json"
    monkeypatch.setenv("LESSONLIB_PROGRESS", "")
    assert progress.path() == own
    monkeypatch.delenv("LESSONLIB_PROGRESS")
    assert progress.path() == own


def test_nothing_recorded_is_empty_and_makes_no_file():
    assert progress.load() == {}
    assert others() == []
    assert not progress.path().exists()


def test_an_update_is_read_back_and_returned():
    record = progress.update(lambda record: record.update(name="Zoë", list=[1, 2.5, None, True]))
    assert record == progress.load() == {"name": "Zoë", "list": [1, 2.5, None, True]}
    assert progress.update(lambda record: record.update(more=1)) == {**record, "more": 1}
    assert others() == []


def test_a_folder_that_is_not_there_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "a" / "b" / "kept.json"))
    progress.update(lambda record: record.update(x=1))
    assert progress.load() == {"x": 1}


def test_two_processes_at_once_lose_nothing():
    progress.update(lambda record: record.update(total=0))
    processes = [python(COUNT.format(n=60, name=name)) for name in ("a", "b")]
    while any(process.poll() is None for process in processes):
        assert progress.load()["total"] >= 0  # a reader never sees half a record
    assert [end(process) for process in processes] == ["", ""]
    assert progress.load() == {"a": 60, "b": 60, "total": 120}


CRASHES = {  # what ends the process, and where
    "while the record is changed": "change = lambda record: os._exit(9)",
    "while it is written": "os.fsync = lambda handle: os._exit(9)",
    "before it is put in place": "progress.Path.replace = lambda *paths: os._exit(9)",
}


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
def test_a_crash_leaves_the_record_and_holds_nobody_up(crash, monkeypatch, capsys):
    monkeypatch.setattr(progress, "WAIT", 0.5)
    progress.update(lambda record: record.update(kept=1))
    process = python(
        f"import os; from lessonlib import progress; change = dict.clear; {crash}; progress.update(change)"
    )
    assert end(process) == ""
    assert process.returncode == 9
    assert progress.load() == {"kept": 1}
    assert progress.update(lambda record: record.update(more=2)) == progress.load() == {"kept": 1, "more": 2}
    assert others() == []
    assert capsys.readouterr().out == ""


DAMAGED = [b"", b'{"kept": 1', b"[1, 2]", b"3", b"\xff\xfe\x00", b"not json"]


@pytest.mark.parametrize("content", DAMAGED, ids=repr)
@pytest.mark.parametrize("first", ["load", "update"])
def test_a_damaged_file_is_kept_and_a_new_one_begun(content, first, capsys):
    progress.path().write_bytes(content)
    if first == "load":
        assert progress.load() == {}
    assert progress.update(lambda record: record.update(x=1)) == progress.load() == {"x": 1}
    (kept,) = others()
    assert kept.startswith("progress-unreadable-")
    assert (progress.path().parent / kept).read_bytes() == content
    assert capsys.readouterr().out.count(f"It is kept as {kept}, and a new one is begun.") == 1


DEEP = '{"x": ' + "[" * 600 + "]" * 600 + "}"
DEEPER = "[" * 100_000 + "]" * 100_000
GOOD = {"attempts": 2, "best": 3, "lesson": "tree", "state": "correct", "score": 3, "points": 3}
WRONG = [
    {"predictions": []},
    {"predictions": None, "checks": None, "cards": None, "quiz": None},
    {"predictions": {"tree-wall": 3, "tree-reach": None, "x": []}},
    {"predictions": {"tree-wall": {"yours": {}, "agrees": "yes"}}},
    {"predictions": {"tree-wall": {"yours": [[1]], "actual": 3}}},
    {"predictions": {"tree-wall": {"agrees": []}}},
    {"checks": {"linear": {**GOOD, "attempts": "2"}}},
    {"checks": {"linear": {**GOOD, "best": None}}},
    {"checks": {"linear": {**GOOD, "lesson": ["tree"]}}},
    {"checks": {"linear": {**GOOD, "state": {}}}},
    {"checks": {"linear": {**GOOD, "misconceptions": {"bias-not-added": None}}}},
    {"checks": {"linear": {**GOOD, "misconceptions": []}}},
    {"cards": {"a": {"knew": 3}, "b": []}},
    {"cards": {"a": {"again": "no", "settled": [[]]}}},
    {"quiz": {"a": "right", "b": {}}},
    {"show_answers": []},
]


@pytest.mark.parametrize("content", [*map(json.dumps, WRONG), DEEP, DEEPER], ids=range(len(WRONG) + 2))
def test_valid_json_of_the_wrong_form_is_set_aside_and_the_rest_counts(content):
    """All that reads the record goes on: a check, the panels, predictions, cards and the quiz."""
    from lessonlib import predictions
    from lessonlib.checks.exercises.layers import check
    from lessonlib.checks.panel import progress_panel
    from lessonlib.widgets import content as texts
    from lessonlib.widgets import deck

    sound = {"checks": {"kaiming": GOOD}, "quiz": {"kept": True}}
    raw = json.loads(content) if content.startswith("{") and len(content) < 1000 else {}
    mixed = {name: {**sound.get(name, {}), **part} if isinstance(part, dict) else part for name, part in raw.items()}
    text = json.dumps({**sound, **mixed}) if raw else content
    progress.path().write_text(text)
    repr(check.linear(lambda: 1)), repr(check), check.solution("linear")
    repr(progress_panel()), repr(progress_panel("tree")), progress.lessons_begun()
    for each in predictions.declared()[:3]:
        predictions.kept(each.key), predictions.score(each.lesson.slug)
    predictions.see(predictions.declared()[0].key)
    predictions.missed(), predictions.all_shown(), predictions.show_all()
    deck.known(), deck.due(texts.cards()), deck.mark("a", True), deck.see_again("b")
    (kept,) = others()
    assert (progress.path().parent / kept).read_text() == text
    assert progress.load()["checks"]["linear"]["attempts"] == 1
    if "quiz" not in raw and raw:
        assert progress.load()["quiz"] == {"kept": True}


def test_a_folder_in_the_place_of_the_file_is_set_aside():
    progress.path().mkdir(parents=True)
    (progress.path() / "inside").write_text("mine")
    assert progress.load() == {}
    assert progress.update(lambda record: record.update(x=1)) == progress.load() == {"x": 1}
    (kept,) = others()
    assert (progress.path().parent / kept / "inside").read_text() == "mine"


def test_two_damaged_files_in_one_second_are_both_kept():
    for content in ("one", "two"):
        progress.path().write_text(content)
        progress.load()
    assert sorted((progress.path().parent / name).read_text() for name in others()) == ["one", "two"]


def test_a_file_that_cannot_be_read_is_as_if_there_were_none(monkeypatch):
    progress.update(lambda record: record.update(x=1))

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(progress.path()), "read_text", refused)
    assert progress.load() == {}


def test_a_change_that_fails_changes_nothing():
    progress.update(lambda record: record.update(x=1))
    with pytest.raises(ZeroDivisionError):
        progress.update(lambda record: record.update(x=1 / 0))
    with pytest.raises(TypeError, match="not JSON serializable"):
        progress.update(lambda record: record.update(x=object()))
    assert progress.load() == {"x": 1}
    assert progress.update(lambda record: record.update(y=2)) == {"x": 1, "y": 2}


def test_where_nothing_can_be_written_the_lesson_goes_on(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    progress.update(lambda record: record.update(x=1))
    assert "Your progress was not kept: " in capsys.readouterr().out
    assert progress.load() == {}


def test_a_notebook_that_keeps_the_file_too_long_holds_nobody_up(monkeypatch, capsys):
    progress.update(lambda record: record.update(x=1))
    monkeypatch.setattr(progress, "WAIT", 0.1)
    with progress._turn():
        assert progress.load() == {"x": 1}
        progress.update(lambda record: record.update(x=2))
    assert "Your progress was not kept: " in capsys.readouterr().out
    assert progress.load() == {"x": 1}


def test_the_file_can_be_read_by_people():
    progress.update(lambda record: record.update(a={"b": 1}))
    text = progress.path().read_text("ascii")
    assert json.loads(text) == {"a": {"b": 1}}
    assert len(text.splitlines()) > 3


def test_a_lesson_is_begun_by_a_compared_prediction_or_a_check(monkeypatch, tmp_path):
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "progress.json"))
    assert progress.lessons_begun() == []

    def change(record):
        record["predictions"] = {"04-shape": {"yours": 1, "actual": 2}, "05-wall": {"yours": 3}}
        record["checks"] = {"linear": {"lesson": "02", "attempts": 1}}

    progress.update(change)
    assert progress.lessons_begun() == ["layers", "shapes"]


def test_a_record_of_0_2_0_is_found_under_the_keys_that_stay():
    old = {
        "predictions": {"05-wall-1": {"yours": 3, "actual": 3.26, "agrees": False}},
        "quiz": {"12-parts": True},
        "checks": {"fusion": {"lesson": "05", "attempts": 2, "best": 2}},
        "flashcards": {"known": {"wall": True}},
    }
    progress.path().write_text(json.dumps(old), "utf-8")
    record = progress.load()
    assert record["predictions"] == {"tree-wall-1": {"yours": 3, "actual": 3.26, "agrees": False}}
    assert record["quiz"] == {"the-ladder-parts": True}
    assert record["checks"] == {"fusion": {"lesson": "tree", "attempts": 2, "best": 2}}
    assert record["flashcards"] == {"known": {"wall": True}}
    assert progress.update(lambda record: None) == record
