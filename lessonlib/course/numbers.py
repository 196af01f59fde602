"""Numbers of lessons, everywhere that they are shown: they follow lessons.toml.

A notebook's name says the lesson's slug, so every link to one knows which lesson it means. What a writer puts down as
"lesson 05" becomes such a link in the next build; from then on its number, and the file's, follow the catalogue.
"""

import re
from pathlib import Path

from lessonlib import lessons
from lessonlib.course import Problem

WITH_NOTEBOOKS = ("notebooks", "solutions", "exercises")
NAME = re.compile(r"(?<![\w.-])\d\d_([a-z0-9_]+)(\.ipynb)\b")
LINK = re.compile(r"\[([^\]\[]*)\]\(([^()\s]*?)(\d\d)_([a-z0-9_]+)\.ipynb(#[^()\s]*)?\)")
# A lesson's number in the text of a link: "lesson 05", "exercise 05", "05 · The tree", "05 The tree" or "05" alone.
IN_TEXT = re.compile(r"^(\W*(?:[Ll]essons? |[Ee]xercises? ))\d\d\b|^(\W*)\d\d(?= ·| [A-Z]|\W*$)")
# What is no prose, and stays as it is: code, links, comments and what is generated between two of them.
NO_PROSE = re.compile(
    r"(```.*?```|`[^`\n]*`|!?\[[^\]]*\]\([^)]*\)|<!-- generated.*?<!-- end -->|</?[a-z][^>\n]*>|^#[^\n]*$)",
    re.DOTALL | re.MULTILINE,
)
MENTION = re.compile(r"\b([Ll]essons? )(\d\d(?:(?:, and |, | and | or | to )\d\d)*)\b(?![.,]\d)")


def renumbered(text: str, here: str) -> str:
    """Markdown with every link and file name of a lesson under its present number, and each bare mention a link.

    `here` is the way from the text's folder to notebooks/: "" in there, "notebooks/" at the top.
    """
    text = NAME.sub(lambda name: _file(name[1]) or name[0], LINK.sub(_relinked, text))
    parts = NO_PROSE.split(text)
    parts[::2] = [MENTION.sub(lambda mention: _linked(mention, here), part) for part in parts[::2]]
    return "".join(parts)


def mentions(text: str) -> list[str]:
    """The bare mentions of lessons by number in code or data, where no link can carry them: "lesson 05"."""
    return [mention[0] for mention in MENTION.finditer(text)]


def _file(module: str) -> str | None:
    """The present file name of the lesson whose notebook is called so; None where there is none."""
    lesson = next((each for each in lessons.lessons() if each.module == module), None)
    return lesson.file if lesson else None


def _relinked(link: re.Match) -> str:
    text, folder, _, module, place = link.groups(default="")
    file = _file(module)
    if file is None:
        return link[0]
    return f"[{IN_TEXT.sub(lambda found: (found[1] or found[2]) + file[:2], text)}]({folder}{file}{place})"


def _linked(mention: re.Match, here: str) -> str:
    """ "lessons 05 to 07" with a link around each number; a single lesson's link holds the word as well."""
    word, numbers = mention[1], mention[2]
    if numbers.isdecimal():
        return f"[{word}{numbers}]({here}{_numbered(numbers)})"
    return word + re.sub(r"\d\d", lambda number: f"[{number[0]}]({here}{_numbered(number[0])})", numbers)


def _numbered(number: str) -> str:
    try:
        return lessons.find(number).file
    except ValueError as error:
        raise Problem(f"A text speaks of lesson {number}. {error}") from None


# --- notebooks ---


def head(text: str, lesson: lessons.Lesson) -> str:
    """A cell with the lesson's number where it has the heading, and its minutes where it tells them."""
    text = re.sub(r"\A# \d\d · ", f"# {lesson.number} · ", text)
    return re.sub(r"(\*\*Time:\*\* )\d+( minutes)", rf"\g<1>{lesson.minutes}\2", text, count=1)


def misnamed(root: Path) -> dict[Path, Path]:
    """The notebooks whose number is not their lesson's any more, and where each belongs."""
    found = {}
    for folder in WITH_NOTEBOOKS:
        for path in sorted((root / folder).glob("[0-9][0-9]_*.ipynb")):
            name = _file(path.stem[3:])
            if name and name != path.name:
                found[path] = path.with_name(name)
    return found
