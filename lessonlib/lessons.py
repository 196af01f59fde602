"""Which lessons there are, in their order, and the permanent keys of what belongs to them.

Numbers are for display alone: lessons are added and move. What is kept or graded is keyed by the lesson's slug.
"""

import functools
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "content" / "lessons.toml"
OLD_KEY = re.compile(r"(?:ex)?(\d\d)-(?=.)")  # "05-wall", "ex05-fusion": keys of version 0.2.0


@dataclass(frozen=True)
class Lesson:
    """One lesson. `number` is its place in the course, as "05"; `was` its number in 0.2.0, "" for a later one.

    `part` names the part of the course it belongs to; `core` and `fast` say whether it is on one of the short ways.
    """

    slug: str
    number: str
    title: str
    idea: str
    minutes: int
    core: bool = False
    was: str = ""
    part: str = ""
    fast: bool = False

    @property
    def module(self) -> str:
        """The slug as Python writes names: training_the_tree."""
        return self.slug.replace("-", "_")

    @property
    def file(self) -> str:
        """The name of its notebook, in notebooks/ as in exercises/: 06_training_the_tree.ipynb."""
        return f"{self.number}_{self.module}.ipynb"

    @property
    def heading(self) -> str:
        return f"{self.number} · {self.title}"

    def link(self, folder: str = "notebooks") -> str:
        """The way to its notebook in `folder` from a notebook of the course.

        A notebook that is opened on its own, away from the others, sets LESSONLIB_LINKS to where they are.
        """
        return f"{os.environ.get('LESSONLIB_LINKS') or '..'}/{folder}/{self.file}"


@functools.cache
def _catalogue() -> dict:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@functools.cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in the order of the course."""
    return tuple(Lesson(number=f"{place:02}", **entry) for place, entry in enumerate(_catalogue()["lesson"]))


def find(lesson: str | int) -> Lesson:
    """The lesson of this slug, number ("05", "5" or 5) or file name ("05_tree.ipynb", under whatever number).

    Raises ValueError where there is none, with a sentence.
    """
    wanted = str(lesson).strip()
    name = re.sub(r"^\d+_|\.ipynb$", "", wanted).replace("_", "-")
    for each in lessons():
        if name == each.slug or (wanted and wanted.zfill(2) == each.number):
            return each
    known = ", ".join(each.slug for each in lessons())
    raise ValueError(f"There is no lesson {wanted!r}. There are 0 to {len(lessons()) - 1}, or by name: {known}.")


def permanent(key: str) -> str:
    """The permanent form of a key: "05-wall" and "ex05-wall" of version 0.2.0 are "tree-wall"; others stay.

    What has moved to another lesson since has that lesson's key, whichever it was kept under.
    """
    old = OLD_KEY.match(key)
    slug = _slugs_of_0_2_0().get(old[1]) if old else None
    key = f"{slug}-{key[old.end() :]}" if slug else key
    return _moved().get(key, key)


def of_key(key: str) -> Lesson | None:
    """The lesson that a key belongs to: that of the longest slug which it begins with."""
    owners = [each for each in lessons() if permanent(key).startswith(f"{each.slug}-")]
    return max(owners, key=lambda each: len(each.slug), default=None)


@functools.cache
def _slugs_of_0_2_0() -> dict[str, str]:
    return {each.was: each.slug for each in lessons() if each.was}


def _moved() -> dict[str, str]:
    """The keys of what stands in another lesson now, and the keys it has there."""
    return _catalogue().get("moved", {})
