"""The flashcards to take along, opened again as Anki and a spreadsheet would."""

import csv
import dataclasses
import io
import json
import os
import sqlite3
import time
import zipfile

import pytest
from small_course import git

from lessonlib import lessons
from lessonlib.course import cards, printing
from lessonlib.widgets import content

DAY = 1_800_000_000


@pytest.fixture(scope="module")
def package() -> bytes:
    return cards.package(content.cards(), DAY)


@pytest.fixture
def collection(package, tmp_path):
    """The database in the package."""
    with zipfile.ZipFile(io.BytesIO(package)) as packed:
        assert packed.testzip() is None
        assert json.loads(packed.read("media")) == {}
        packed.extract("collection.anki2", tmp_path)
    database = sqlite3.connect(tmp_path / "collection.anki2")
    yield database
    database.close()


def notes(package: bytes, folder) -> dict[str, tuple]:
    """What Anki goes by: {guid: (kind of note, when it changed, fields)}."""
    (folder / "notes.anki2").write_bytes(zipfile.ZipFile(io.BytesIO(package)).read("collection.anki2"))
    with sqlite3.connect(folder / "notes.anki2") as database:
        return {guid: rest for guid, *rest in database.execute("select guid, mid, mod, flds from notes")}


def test_every_card_is_in_the_package_with_both_sides_as_the_printed_cards_have_them(collection):
    rows = collection.execute("select flds, tags, due from notes join cards on cards.nid = notes.id order by due")
    for card, (fields, tags, place) in zip(content.cards(), rows.fetchall(), strict=True):
        question, answer, lesson = fields.split("\x1f")
        assert (question, answer) == (content.rich(card.question), content.rich(card.answer))
        assert lesson == lessons.find(card.lesson).heading
        assert (tags.split(), place) == ([card.lesson], content.cards().index(card))


def test_what_is_shown_fetches_nothing_and_has_a_night_mode(collection):
    (models,) = collection.execute("select models from col").fetchone()
    shown = json.loads(models)[str(cards.NOTE_TYPE)]
    everything = shown["css"] + "".join(fields for (fields,) in collection.execute("select flds from notes"))
    assert ".nightMode" in shown["css"]
    assert not any(mark in everything for mark in ("href=", "src=", "url(", "@import", "<script"))


def test_equal_cards_give_equal_bytes(package, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: DAY + 5e6)
    assert cards.package(content.cards(), DAY) == package


def test_a_card_that_changed_is_the_same_card_to_anki_and_a_newer_one(package, tmp_path):
    first, *rest = content.cards()
    reworded = dataclasses.replace(first, question="Asked in other words?")
    before, after = notes(package, tmp_path), notes(cards.package([*rest, reworded], DAY + 1), tmp_path)
    assert before.keys() == after.keys()
    assert [guid for guid in before if before[guid][2] != after[guid][2]] == [
        guid for guid in after if "Asked in other words?" in after[guid][2]
    ]
    assert {kind for kind, _, _ in [*before.values(), *after.values()]} == {cards.NOTE_TYPE}
    assert {change for _, change, _ in after.values()} == {DAY + 1}


def test_it_changed_when_the_last_commit_says_so_or_else_the_files(tmp_path, monkeypatch):
    files = [tmp_path / "lessonlib" / name for name in cards.SOURCES]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("as it was")
        os.utime(file, (DAY, DAY))
    assert cards.last_change(tmp_path) == DAY
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{DAY + 7} +0000")
    git(tmp_path, "commit", "-qm", "cards")
    assert cards.last_change(tmp_path) == DAY + 7
    files[0].write_text("being written")
    os.utime(files[0], (DAY + 9, DAY + 9))
    assert cards.last_change(tmp_path) == DAY + 9


def test_what_a_card_is_made_of_is_there():
    assert all((printing.ROOT / "lessonlib" / name).is_file() for name in cards.SOURCES)


def test_the_table_is_read_back_whole():
    rows = list(csv.DictReader(io.StringIO(cards.table(content.cards()), newline="")))
    assert [row["id"] for row in rows] == [card.id for card in content.cards()]
    for card, row in zip(content.cards(), rows, strict=True):
        assert row["lesson"] == lessons.find(card.lesson).heading
        assert row["question"] == content.plain(card.question)
        assert row["answer_html"] == content.rich(card.answer).strip()
        assert row["answer"].replace("•", "-") == content.plain(card.answer)
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())  # a spreadsheet's formulas


def test_print_writes_both_and_one_lesson_s_cards_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(printing, "chromium", lambda: None)
    assert printing.main(["--to", str(tmp_path), "--lesson", "05"]) == 0
    wanted = content.of_lessons(content.cards(), "05")
    with (tmp_path / "flashcards.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [card.id for card in wanted]
    assert len(notes((tmp_path / "flashcards.apkg").read_bytes(), tmp_path)) == len(wanted)
    said = capsys.readouterr().out
    assert "flashcards.apkg" in said
    assert "flashcards.csv" in said


def test_anki_itself_updates_its_cards_and_keeps_the_schedule(package, tmp_path):
    """With Anki's own library, which is no part of the tests: it comes under the AGPL, and not for every system."""
    anki = pytest.importorskip(
        "anki.collection", reason="Anki's own library is not installed: pip install anki==26.9.3"
    )
    first, *rest = content.cards()
    newer = cards.package([dataclasses.replace(first, answer="Another answer."), *rest], DAY + 1)
    mine = anki.Collection(str(tmp_path / "mine.anki2"))

    def take(data: bytes) -> tuple[int, int, int]:
        (tmp_path / "cards.apkg").write_bytes(data)
        request = anki.ImportAnkiPackageRequest(
            package_path=str(tmp_path / "cards.apkg"), options=anki.ImportAnkiPackageOptions()
        )
        log = mine.import_anki_package(request).log
        return len(log.new), len(log.updated), len(log.duplicate)

    def scheduled() -> list[tuple]:
        found = (mine.get_card(id) for id in mine.find_cards("-is:new"))
        return [(card.nid, card.ivl, card.due) for card in found]

    total = len(content.cards())
    assert take(cards.package(content.of_lessons(content.cards(), "05"), DAY))[0] > 0
    take(package)
    assert mine.card_count() == total
    mine.decks.select(mine.decks.id_for_name(cards.NAME))
    for _ in range(3):
        card = mine.sched.getCard()
        card.start_timer()
        mine.sched.answerCard(card, 4)
    before = scheduled()
    assert len(before) == 3
    assert take(newer) == (0, total, 0)
    assert (scheduled(), mine.card_count()) == (before, total)
    assert len(mine.find_notes('"Another answer."')) == 1
    assert take(newer) == (0, 0, total)
    mine.close()
