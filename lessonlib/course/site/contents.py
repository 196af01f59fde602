"""Which pages the site has, and in which order: the contents at the side, and what "next" and "previous" lead to."""

import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from lessonlib import lessons
from lessonlib.checks import registry
from lessonlib.course import Problem, automatic, numbers
from lessonlib.course.site import first_pages, living
from lessonlib.widgets import Flashcards, LivingTree

LOOK_UP = ("cheat_sheet", "flashcards", "notebooks/glossary")
ABOUT = ("about", "teaching", "records", "changelog", "contributing", "licence")
ORDER = re.compile(r"\A---\n(?:.*\n)*?order: (\d+)\n(?:.*\n)*?---\n")
PLACE = re.compile(r"<!-- place: ([a-z-]+) -->")


# What a hand-written page may have in a place of its own: <!-- place: NAME -->
PLACES: dict[str, Callable[[], str]] = {
    "living-tree": lambda: living.embedded(LivingTree(tools=("write", "inside")), "living-tree"),
    "flashcards": lambda: living.embedded(Flashcards(), "flashcards"),
    **first_pages.PLACES,
}


def write(pages: Path, folder: Path) -> None:
    """Write the hand-written pages into `folder`, their places filled, and with the first one the contents."""
    found = {file.stem: file.read_text(encoding="utf-8") for file in sorted(pages.glob("*.md"))}
    ordered = sorted((int(order[1]), name) for name, text in found.items() if (order := ORDER.match(text)))
    for name, text in found.items():
        with automatic.nobodys_progress():
            text = PLACE.sub(_placed, numbers.renumbered(text, "notebooks/"))
        if name == "index":
            text += _trees([name for _, name in ordered])
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def _placed(place: re.Match) -> str:
    if place[1] not in PLACES:
        raise Problem(f"A page asks for the place {place[1]!r}; there are {', '.join(PLACES)}.")
    return PLACES[place[1]]().replace("\n", "&#10;")  # in Markdown, an empty line would end the HTML


def _trees(pages: list[str]) -> str:
    """The contents as Sphinx reads them: a tree of pages for each heading."""
    trees = [_tree("First", pages)] if pages else []
    for part, group in groupby(lessons.lessons(), key=lambda lesson: lesson.part):
        trees.append(_tree(part, [f"notebooks/{lesson.file.removesuffix('.ipynb')}" for lesson in group]))
    with_exercises = {exercise.lesson for exercise in registry.exercises().values()}
    found = [lesson for lesson in lessons.lessons() if lesson.slug in with_exercises]
    named = [f"{lesson.heading} <exercises/{lesson.file.removesuffix('.ipynb')}>" for lesson in found]
    return "".join([*trees, _tree("Exercises", named), _tree("Look it up", LOOK_UP), _tree("About", ABOUT)])


def _tree(caption: str, pages) -> str:
    listed = "\n".join(pages)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"
