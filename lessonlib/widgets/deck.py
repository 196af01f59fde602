"""Which flashcards you know, which you missed, and which come again: kept in the progress file."""

from collections.abc import Sequence

from lessonlib import predictions, progress
from lessonlib.widgets.content import Card


def known() -> dict[str, bool]:
    """True for each card that you knew when you last saw it, False for each that you did not."""
    return {id: entry["knew"] for id, entry in progress.load().get("cards", {}).items() if "knew" in entry}


def mark(id: str, knew: bool) -> None:
    """Keep whether a card was known. What had brought it back is settled once it is known."""

    settled = sorted(predictions.missed())

    def change(record):
        entry = record.setdefault("cards", {}).setdefault(id, {})
        entry["knew"] = knew
        if knew:
            entry |= {"again": False, "settled": settled}

    progress.update(change)


def see_again(id: str) -> None:
    """Bring a card back: something that it explains was answered wrong."""
    progress.update(lambda record: record.setdefault("cards", {}).setdefault(id, {}).update(again=True))


def due(cards: Sequence[Card]) -> list[Card]:
    """The cards to look at: first those to see again, then those you missed, then new ones; known ones are left out."""
    kept, missed = progress.load().get("cards", {}), set(predictions.missed())

    def rank(card):
        entry = kept.get(card.id, {})
        came_back = missed & set(card.predictions) - set(entry.get("settled", ()))
        if entry.get("again") or came_back:
            return 0
        return {False: 1, None: 2, True: 3}[entry.get("knew")]

    return sorted((card for card in cards if rank(card) < 3), key=rank)
