"""Flashcards: flip, say whether you knew it; the ones you missed come again."""

import textwrap

import traitlets

from lessonlib import lessons as catalogue
from lessonlib import style
from lessonlib.widgets import content, deck
from lessonlib.widgets.base import LessonWidget, stylesheet


class Flashcards(LessonWidget):
    """The course's flashcards: all, one lesson's, Flashcards("tree"), or some lessons', Flashcards(["shapes", "tree"]).

    Those that a missed prediction or quiz question brought back come first, then those you missed, then new ones.
    Cards that you knew are left out until you ask for them.
    """

    scripts = ("flashcards",)
    _css = stylesheet("flashcards")
    view_state = ("cards", "queue", "known")

    cards = traitlets.List().tag(sync=True)  # id, lesson, and both sides as HTML and as plain words
    queue = traitlets.List(traitlets.Unicode()).tag(sync=True)  # ids, the shown one first
    known = traitlets.Dict().tag(sync=True)  # id: whether you knew it

    def __init__(self, lessons=None):
        self._cards = content.of_lessons(content.cards(), lessons)
        ids = {card.id for card in self._cards}
        super().__init__(
            cards=[_sides(card) for card in self._cards],
            queue=[card.id for card in deck.due(self._cards)],
            known={id: knew for id, knew in deck.known().items() if id in ids},
        )
        self.observe(self._keep, "known")

    def _keep(self, change):
        for id, knew in change.new.items():
            if change.old.get(id) is not knew:
                deck.mark(id, knew)

    def static_text(self) -> str:
        lines = [f"{len(self._cards)} flashcards"]
        for number, card in enumerate(self._cards, 1):
            lines += [f"{number}. {content.plain(card.question)}", textwrap.indent(content.plain(card.answer), "   ")]
        return "\n".join(lines)

    @style.drawing
    def static_figure(self) -> style.Picture:
        return list_of_words(f"{len(self._cards)} flashcards", [content.plain(card.question) for card in self._cards])


def _sides(card: content.Card) -> dict:
    return {
        "id": card.id,
        "lesson": catalogue.find(card.lesson).number,
        "question": content.rich(card.question),
        "answer": content.rich(card.answer),
        "question_words": content.plain(card.question),
        "answer_words": " ".join(content.plain(card.answer).split()),
    }


@style.drawing
def list_of_words(title: str, items: list[str]) -> style.Picture:
    """A picture of a numbered list, for a notebook read where no widget runs; an item may have several lines."""
    lines = []
    for number, item in enumerate(items, 1):
        first, *rest = [
            row for line in item.split("\n") for row in textwrap.wrap(line, 95, subsequent_indent="   ")
        ] or [""]
        lines += [f"{number:2}. {first}", *(f"     {line}" for line in rest)]
    words = "; ".join(" ".join(item.split()) for item in items)
    picture, ax = style.figure(f"{title}: {words}", width=8.4, height=0.5 + 0.19 * len(lines))
    ax.axis("off")
    ax.text(0, 1, "\n".join(lines), va="top", transform=ax.transAxes, fontsize=9.5, linespacing=1.35)
    style.label(ax, title)
    return picture
