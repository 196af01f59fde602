"""The flashcards and the quiz questions, read from their data files, and their Markdown as HTML and as plain words."""

import functools
import random
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import mistune
from latex2mathml.converter import convert

from lessonlib import lessons as catalogue

CONTENT = Path(__file__).parent.parent / "content"


@dataclass(frozen=True)
class Card:
    """A flashcard; missing one of its `predictions` brings it back."""

    id: str
    lesson: str
    question: str
    answer: str
    predictions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One answer to choose, and what to say to whoever chooses it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A quiz question; a wrong first answer brings its `card` back."""

    id: str
    lesson: str
    card: str
    question: str
    choices: tuple[Choice, ...]


@functools.cache
def cards() -> tuple[Card, ...]:
    """All flashcards, in the order of the lessons."""
    return tuple(
        Card(**{**entry, "predictions": tuple(entry.get("predictions", ()))}) for entry in _read("flashcards", "card")
    )


@functools.cache
def questions() -> tuple[Question, ...]:
    """All quiz questions, in the order of the lessons."""
    found = []
    for entry in _read("quiz", "question"):
        choices = [Choice(**choice) for choice in entry.pop("choice")]
        random.Random(entry["id"]).shuffle(choices)  # mixed, and the same at every run
        found.append(Question(**entry, choices=tuple(choices)))
    return tuple(found)


def cheat_sheet() -> str:
    """The course on one page, as Markdown."""
    return (CONTENT / "cheat_sheet.md").read_text(encoding="utf-8")


def glossary() -> str:
    """The words of the course as Markdown, a heading each: what `course.py build` puts into the review lesson."""
    return "\n\n".join(_entry(**term) for term in _read("glossary", "term"))


def glossary_page() -> str:
    """The same as a page of its own, notebooks/glossary.md: a link to a word lands on it, here and on a code host."""
    return f"# Glossary\n\nThe words of the course, each with the lesson that explains it.\n\n{glossary()}\n"


def anchor(name: str) -> str:
    """What follows the # in a link to a word of the glossary."""
    return name.replace(" ", "-").lower()


def _entry(name, lesson, text, see=()):
    related = [f"[{other}](#{anchor(other)})" for other in see]
    more = f" See {', '.join(related)}." if related else ""
    found = catalogue.find(lesson)
    place = "" if anchor(name) == name.replace(" ", "-") else f'<a id="{anchor(name)}"></a>'
    return f"### {place}{name}\n\n{text} *(Lesson [{found.number}]({found.file}).)*{more}"


def of_lessons(entries: Iterable, lessons: str | int | Iterable[str] | None) -> list:
    """The cards or questions of one lesson ("tree", "05" or 5), of several, or of all with None, or when none is named.

    A lesson without any is passed over; what names no lesson is an error.
    """
    wanted = {lessons} if isinstance(lessons, str | int) else set(lessons or ())
    if not wanted:
        return list(entries)
    wanted = {catalogue.find(lesson).slug for lesson in wanted}
    if not (found := [entry for entry in entries if entry.lesson in wanted]):
        have = ", ".join(dict.fromkeys(entry.lesson for entry in entries))
        raise ValueError(f"There is nothing for the lesson {', '.join(sorted(wanted))}; there is for {have}.")
    return found


def _read(name, table):
    with (CONTENT / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)[table]


class _Renderer(mistune.HTMLRenderer):
    """Formulas become MathML, which browsers draw by themselves, without a script or a font from elsewhere."""

    def inline_math(self, text):
        return convert(text)


_markdown = mistune.create_markdown(renderer=_Renderer(), plugins=["math", "table"])


def rich(text: str) -> str:
    """Markdown, with formulas between $ signs, as HTML."""
    return _markdown(text.strip())


def rich_line(text: str) -> str:
    """One line of Markdown as HTML without a paragraph around it."""
    return rich(text).strip().removeprefix("<p>").removesuffix("</p>")


def plain(text: str) -> str:
    """Markdown as words that can be read aloud or printed in a terminal."""
    text = re.sub(r"\$([^$]+)\$", lambda match: _formula(match[1]), text.strip())
    return re.sub(r"[`*]+", "", text)


def _formula(latex):
    words = latex.replace(r"\,", " ").replace(r"\log_2", "log2")
    return re.sub(r"\\([a-z]+) *", r"\1 ", words)
