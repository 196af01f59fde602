"""Every word that a reader meets is in the dictionary, or in words.txt beside this file.

Read are the text cells of lessons and exercises, the pages at the top, the data files of the course, and all sentences
that stand in lessonlib as strings: docstrings, hints, what checks and errors say.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from spellchecker import SpellChecker

from lessonlib import lessons
from lessonlib.course import ROOT

OWN = set((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split())
# Code, formulas, addresses of links and tags are no words.
NO_PROSE = re.compile(r"```.*?```|`[^`\n]*`|\$[^$\n]*\$|\]\([^)]*\)|https?://\S+|<[^>\n]+>|\{[^{}]*\}", re.DOTALL)
# A word stands free: not a part of a name with dots, underscores, digits or slashes.
WORD = re.compile(r"(?<![\w.@/\\#'’])[A-Za-zÀ-ÿ][a-zà-ÿ]+(?:['’][a-z]+)?(?![\w(/_=]|\.\w)")


@pytest.fixture(scope="module")
def dictionary() -> SpellChecker:
    return SpellChecker(language="en")


def unknown(text: str, dictionary: SpellChecker) -> set[str]:
    words = {re.sub(r"['’]s$", "", word.lower()) for word in WORD.findall(NO_PROSE.sub(" ", text))}
    return {word for word in words - OWN if dictionary.unknown([word])}


def prose_in_code(file: Path) -> Iterator[str]:
    """The strings of a file that read like sentences, and are no patterns of `re`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if len(text.split()) > 3 and "(?:" not in text:
            yield text


PAGES = ("*.md", "gallery/*.md", "lessonlib/classroom/**/*.md", "lessonlib/course/site/pages/*.md")


def read(committed: Path) -> Iterator[tuple[str, str]]:
    for folder in ("notebooks", "solutions"):
        for file in sorted((committed / folder).glob("*.ipynb")):
            for cell in nbformat.read(file, 4).cells:
                if cell.cell_type == "markdown":
                    yield f"{folder}/{file.name}, {cell.id}", cell.source
    data = [*(committed / "lessonlib/content").glob("*.[mt]*"), *(committed / "lessonlib/checks").rglob("*.toml")]
    pages = [file for place in PAGES for file in sorted(committed.glob(place))]
    for file in [*pages, *sorted(data)]:
        if file.name not in ("names.txt", "birds.txt"):
            yield str(file.relative_to(committed)), file.read_text(encoding="utf-8")
    for file in sorted((committed / "lessonlib").rglob("*.py")):
        for sentence in prose_in_code(file):
            yield str(file.relative_to(committed)), sentence


@pytest.fixture(scope="module")
def texts(committed_course) -> list[tuple[str, str]]:
    """Every text, with the place where it stands."""
    return list(read(committed_course))


def test_every_word_is_known(texts, dictionary):
    wrong = [(where, sorted(words)) for where, text in texts if (words := unknown(text, dictionary))]
    assert wrong == []


def test_a_slip_is_found(dictionary):
    assert unknown("The recieptive field doubels; `recieptive` is code.", dictionary) == {"recieptive", "doubels"}


def test_no_word_is_listed_for_nothing(texts, dictionary):
    everything = " ".join(text.lower() for _, text in texts)
    assert [word for word in OWN if word not in everything or not dictionary.unknown([word])] == []


def test_the_texts_are_there(texts):
    places = {where.partition(",")[0] for where, _ in texts}
    assert {
        "README.md",
        "lessonlib/content/quiz.toml",
        f"notebooks/{lessons.find('tree').file}",
        "lessonlib/checks/exercises/tree.py",
        "lessonlib/checks/exercises/tree.toml",
    } <= places
    assert (ROOT / "README.md").exists()
