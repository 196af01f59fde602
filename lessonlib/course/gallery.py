"""The gallery of shared trees: a record of each in gallery/, as data alone. gallery/README.md describes its form.

A record may come from a stranger. So it holds numbers and short plain texts, never a page or a script; the site writes
each page itself, by the code of `share`.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch

from lessonlib import weights
from lessonlib.checks.budget import one_thread
from lessonlib.course import ROOT, Problem
from lessonlib.data import load_words, split
from lessonlib.widgets.living_tree.description import Description
from lessonlib.widgets.living_tree.reading import read
from lessonlib.widgets.living_tree.rebuilt import rebuilt

FOLDER = ROOT / "gallery"
LIMIT = 260_000  # bytes of a record: 80,000 parameters as float16 fit
NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
OWN = "names"  # the course's own tree, which needs no record
# Plain texts of one line, and how long each may be.
TEXTS = {"title": 40, "by": 60, "about": 240, "words.what": 120, "words.source": 200, "words.licence": 40}
SOURCE = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w./~%@+-]*)?")
LICENCES = (
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "MIT", "Unicode-3.0",
    "my own list", "public domain",
)  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """A tree of the gallery: what is said of it, and the tree itself."""

    name: str
    title: str
    by: str
    about: str
    what: str  # the words that it learned from,
    source: str  # where they are found,
    licence: str  # and what allows their use
    tree: Description = field(repr=False)

    @cached_property
    def writes(self) -> list[str]:
        """Six words of its own, always the same ones."""
        return write(self.tree, 6)


def shared(folder: Path = FOLDER) -> list[Shared]:
    """The course's own tree, then those of the records in `folder` by name. Raises Problem for a record that is bad."""
    return [own(), *(load(file) for file in sorted(folder.glob("*.json")))]


def own() -> Shared:
    """The tree that comes with the course."""
    reaches, training = weights.record(weights.PRETRAINED), split(load_words())[0]
    return Shared(
        OWN,
        "Names",
        "the course",
        f"The tree of the first page. Its validation loss is {reaches['validation']:.3f} nats per character.",
        f"{len(training):,} names given to children born in the US in 2018",
        "https://www.ssa.gov/oact/babynames/",
        "public domain",
        read(*weights.pretrained()),
    )


def load(file: Path) -> Shared:
    """The record in `file`. Raises Problem, with what to change, where it is not of the form in gallery/README.md."""
    try:
        return parse(file.stem, file.read_bytes())
    except ValueError as error:
        raise Problem(f"gallery/{file.name}: {error}") from None


def parse(name: str, data: bytes) -> Shared:
    """The record of that name, from the bytes of its file. Raises ValueError where it has another form."""
    if not NAME.fullmatch(name) or name == OWN:
        raise ValueError(f"Its name is {name!r}; it has 2 to 31 of a to z, 0 to 9 and -, and {OWN!r} is taken.")
    if len(data) > LIMIT:
        raise ValueError(f"It has {len(data):,} bytes; a record has {LIMIT:,} at most. Share a smaller tree.")
    try:
        found = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise ValueError("It is not JSON. Write it with `python3 course.py gallery`.") from None
    return _checked(name, found)


def _checked(name: str, found: object) -> Shared:
    keys = {"title", "by", "about", "words", "tree"}
    if not isinstance(found, dict) or found.keys() != keys:
        raise ValueError(f"A record has {', '.join(sorted(keys))}, and nothing else.")
    words = found["words"]
    if not isinstance(words, dict) or words.keys() != {"what", "source", "licence"}:
        raise ValueError("words has what, source and licence, and nothing else.")
    texts = {key: found[key] for key in ("title", "by", "about")} | {f"words.{key}": words[key] for key in words}
    for key, most in TEXTS.items():
        _check_text(key, texts[key], most)
    if not SOURCE.fullmatch(words["source"]):
        raise ValueError(f"words.source is {words['source']!r}; it is an address that begins with https://.")
    if words["licence"] not in LICENCES:
        raise ValueError(f"words.licence is {words['licence']!r}; it is one of {', '.join(LICENCES)}.")
    tree = rebuilt(found["tree"] if isinstance(found["tree"], dict) else {})
    said = [found[key] for key in ("title", "by", "about")]
    return Shared(name, *said, words["what"], words["source"], words["licence"], tree)


def _check_text(key: str, text: object, most: int) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        raise ValueError(f"{key} is {text!r:.80}; it is a text of 1 to {most} characters.")
    if unseen := [each for each in text if unicodedata.category(each)[0] == "C" or each in "\u2028\u2029"]:
        raise ValueError(f"{key} holds {unseen[0]!r}, which cannot be seen. Write it as one line of plain text.")


@torch.no_grad()
@one_thread()  # what a small tree computes is small: a second thread would only be waited for
def write(tree: Description, n: int, seed: int = 7, longest: int = 30) -> list[str]:
    """`n` different words that the tree writes at temperature 0.7, always the same; fewer where it knows no more."""
    draw, tries = torch.Generator().manual_seed(seed), 4 * n
    ids = torch.zeros(tries, tree.context + longest, dtype=torch.long)
    alive = torch.ones(tries, dtype=torch.bool)
    for place in range(tree.context, ids.shape[1]):
        scores = tree.run(ids[:, place - tree.context : place])[-1][:, 0]
        drawn = torch.multinomial(torch.softmax(scores / 0.7, dim=1), 1, generator=draw)[:, 0]
        alive &= drawn != 0
        ids[:, place] = drawn * alive
    words = ["".join(tree.characters[i] for i in row if i) for row in ids.tolist()]
    return [word for word in dict.fromkeys(words) if word.strip()][:n]
