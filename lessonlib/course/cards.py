"""The flashcards as files to take along: a package that Anki imports, and a table for everything else.

Whoever imports a newer package finds every card where it was, with its new text and the old schedule: what Anki knows
a card by is made from the card's id, and says when the card last changed.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import genanki

from lessonlib import lessons as catalogue
from lessonlib.course import ROOT, git
from lessonlib.widgets import content

# Drawn once, and never to change: Anki knows a deck and a kind of note by its number.
DECK, NOTE_TYPE = 1_803_551_417, 1_507_226_938
NAME = "From the flat MLP to the tree"
COLUMNS = ("id", "lesson", "question", "answer", "question_html", "answer_html")
# What a card is made of.
SOURCES = (
    "content/flashcards.toml",
    "content/lessons.toml",
    "widgets/content.py",
    "course/cards.py",
    "course/anki.css",
)


def table(cards: Sequence[content.Card]) -> str:
    """The cards as comma-separated values, a row each under `COLUMNS`: both sides in plain words and as HTML."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for card in cards:
        sides = (card.question, card.answer)
        words, pages = map(_words, sides), (content.rich(side).strip() for side in sides)
        writer.writerow([card.id, catalogue.find(card.lesson).heading, *words, *pages])
    return text.getvalue()


def _words(side: str) -> str:
    """A side in plain words; a spreadsheet would take the dash of a list for the beginning of a formula."""
    return re.sub(r"^- ", "• ", content.plain(side), flags=re.MULTILINE)


def package(cards: Sequence[content.Card], changed: int | None = None) -> bytes:
    """The cards as an Anki package (.apkg); equal cards and an equal `changed` give equal bytes.

    `changed` is when a card last changed, in seconds since 1970 (by default `last_change`): Anki updates a card where
    the package is newer than what it has.
    """
    changed = last_change() if changed is None else changed
    deck = genanki.Deck(DECK, NAME, "The flashcards of the course, in the order of its lessons.")
    kind = note_type()
    for place, card in enumerate(cards):
        deck.add_note(_note(kind, card, place))
    packed = io.BytesIO()
    genanki.Package(deck).write_to_file(packed, timestamp=changed)
    return _same_every_time(packed, changed)


def note_type() -> genanki.Model:
    """How a card looks in Anki: the question under its lesson, then both."""
    front = '<div class="place">{{Lesson}}</div><div class="question">{{Question}}</div>'
    return genanki.Model(
        NOTE_TYPE,
        NAME,
        fields=[{"name": name} for name in ("Question", "Answer", "Lesson")],
        templates=[{"name": "Card", "qfmt": front, "afmt": f'{front}<hr id="answer">{{{{Answer}}}}'}],
        css=(Path(__file__).parent / "anki.css").read_text(encoding="utf-8"),
    )


def _note(kind: genanki.Model, card: content.Card, place: int) -> genanki.Note:
    fields = [content.rich(card.question), content.rich(card.answer), catalogue.find(card.lesson).heading]
    return genanki.Note(
        kind,
        fields,
        sort_field=content.plain(card.question),
        tags=[card.lesson],
        guid=genanki.guid_for(NAME, card.id),
        due=place,
    )


def _same_every_time(packed: io.BytesIO, changed: int) -> bytes:
    """The package with one date on everything in it, not that of the temporary files it was made of."""
    date = datetime.fromtimestamp(changed, UTC).timetuple()[:6]
    repacked = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(repacked, "w") as new:
        for name in sorted(old.namelist()):
            new.writestr(zipfile.ZipInfo(name, date), old.read(name), zipfile.ZIP_DEFLATED)
    return repacked.getvalue()


def last_change(root: Path = ROOT) -> int:
    """When what the cards are made of last changed, in seconds since 1970: by git, else by the files' dates."""
    files = [f"lessonlib/{name}" for name in SOURCES]
    told = git.attempt(root, "log", "-1", "--format=%ct", "--", *files)
    if told and not git.attempt(root, "status", "--porcelain", "--", *files):
        return int(told)
    return max(int((root / file).stat().st_mtime) for file in files)
