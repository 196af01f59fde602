"""A word list of your own: any file with a word a line, tidied, with what was changed and what it can teach."""

import functools
import math
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lessonlib.data import STOP, Vocabulary, split, windows

BIRDS = Path(__file__).parent.parent / "content" / "birds.txt"  # its provenance stands in content/README.md
FEWEST = 10  # words: each of training, validation and test needs one
LONGEST = 1000  # characters; a longer line is a page of text, not a word
MOST = 250_000  # characters to predict: more would not fit into the minute that the whole lesson has
SELDOM = 30  # times that a character comes: below that it is worth a sentence
CHOSEN_BY = 42  # the seed of the choice, where there are more

# What no reader sees. Joiners (U+200C, U+200D) stay: Persian words and many emoji are made with them.
UNSEEN = re.compile("[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u2060\ufeff]")
CHANGES = (
    ("had accents in pieces; they are composed, so that one letter is one character", unicodedata.normalize),
    ("held characters that nobody sees; those are gone", lambda word: UNSEEN.sub("", word)),
    ("had blanks around them or several in a row; one blank between two parts remains", lambda w: " ".join(w.split())),
    (f"held a '{STOP}', which marks the end of a word here; it is left out", lambda word: word.replace(STOP, "")),
    ("had capitals; they are in lower case (lower=False keeps them)", str.lower),
)


@dataclass(frozen=True, eq=False)
class WordList:
    """Distinct words in the order of their first appearance, and what was done to the lines they come from."""

    words: list[str] = field(repr=False)
    name: str
    lines: int
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.words)

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.words)

    @functools.cached_property
    def parts(self) -> dict[str, list[str]]:
        """The words, shuffled by a fixed seed and cut 80/10/10: training, validation, test."""
        return dict(zip(("training", "validation", "test"), split(self.words), strict=True))

    @functools.cached_property
    def characters(self) -> Counter:
        """How often each character comes, the commonest first."""
        return Counter(dict(Counter("".join(self.words)).most_common()))

    @functools.cached_property
    def lengths(self) -> list[int]:
        """The lengths of the words, the shortest first."""
        return sorted(map(len, self.words))

    @property
    def targets(self) -> int:
        """How many characters there are to predict: those of the words, and an end for each."""
        return sum(self.lengths) + len(self.lengths)

    def examples(self, part: str, block_size: int):
        """The windows of a part: X (N, block_size) and Y (N,); cut once, then kept."""
        kept = self.__dict__.setdefault("_examples", {})
        if (part, block_size) not in kept:
            kept[part, block_size] = windows(self.parts[part], block_size, self.vocabulary)
        return kept[part, block_size]

    def rare(self) -> list[str]:
        """The characters that come only once: nothing can be learned about them."""
        return [character for character, times in self.characters.items() if times == 1]

    def __repr__(self) -> str:
        return "\n".join([f"{self.name}: {len(self):,} different words from {self.lines:,} lines", *self.facts()])

    def facts(self) -> list[str]:
        """The list in a few lines: lengths, characters, what was changed, and what to expect of it."""
        shortest, middle, longest = self.lengths[0], self.lengths[len(self) // 2], self.lengths[-1]
        common = ", ".join(f"{'blank' if c == ' ' else c} {n:,}" for c, n in list(self.characters.items())[:6])
        return [
            f"lengths: {shortest} to {longest} characters, half of the words up to {middle}",
            f"characters: {len(self.characters):,} different ones; the commonest are {common}",
            f"split: {', '.join(f'{len(words):,} {part}' for part, words in self.parts.items())}",
            *(f"changed: {note}" for note in self.notes),
            *(f"expect: {sentence}" for sentence in self.expect()),
        ]

    def expect(self) -> list[str]:
        """Honest words about what a list of this size can teach, and how closely its loss can be known."""
        held_out = sum(len(word) + 1 for word in self.parts["test"])
        blur = 1.5 / math.sqrt(held_out)  # the losses of single characters spread by about 1.5 nats
        known = (
            f"the {held_out:,} characters of the test words pin a loss down to about ±{blur:.2f} nats at best; "
            "read no more than that into it"
        )
        expected = [_size_sentence(self.targets), known]
        if len(self.rare()) > len(self.characters) / 4:
            expected.append(
                f"{len(self.rare()):,} of the characters come only once: nothing can be learned about those"
            )
        if (each := self.targets / len(self.characters)) < SELDOM:
            expected.append(f"a character occurs {each:.0f} times on average: that is all there is to learn it from")
        return expected


def read(source: str | Path | Iterable[str] | None = None, lower: bool = True, name: str = "") -> WordList:
    """A word list from a file with a word a line (UTF-8 or UTF-16 with its mark), or from words; without one, birds.

    Raises FileNotFoundError or ValueError, in words, for what is missing, is no text, or holds too few words.
    """
    if source is None:
        source, name = BIRDS, name or "birds of North America"
    if isinstance(source, str | Path):
        name = name or Path(source).stem
        lines = _text(Path(source)).splitlines()
    else:
        lines = [_a_text(line) for line in source]
    words, notes = tidy(lines, lower)
    if len(words) < FEWEST:
        few = "1 different word is" if len(words) == 1 else f"{len(words)} different words are"
        raise ValueError(
            f"{few} too few: at least {FEWEST} are needed, so that training, validation and test get one each. "
            f"{_lines(lines)} came" + (f"; {'; '.join(notes)}." if notes else ".")
        )
    chosen = _within_budget(words)
    if len(chosen) < len(words):
        why = "more would not fit into a minute; the choice is by a fixed seed"
        notes.append(f"{len(chosen):,} of the {len(words):,} words were taken at random: {why}")
    return WordList(chosen, name or "your words", len(lines), tuple(notes))


def tidy(lines: Iterable[str], lower: bool = True) -> tuple[list[str], list[str]]:
    """The different words of some lines, and a note on each kind of change, with how many and the first of them."""
    changes = [(says, functools.partial(change, "NFC") if change is unicodedata.normalize else change)
               for says, change in CHANGES if lower or change is not str.lower]  # fmt: skip
    words, noted = {}, {}
    for line in lines:
        word = line
        for says, change in changes:
            before, word = word, change(word)
            if word != before:
                noted.setdefault(says, []).append(before)
        if len(word) > LONGEST:
            noted.setdefault(f"had more than {LONGEST:,} characters and {{was}} left out", []).append(f"{word[:30]}…")
        elif not word:
            noted.setdefault("{was} empty", []).append("")
        elif word in words:
            noted.setdefault("came again and {counts} once", []).append(word)
        else:
            words[unicodedata.normalize("NFC", word)] = None  # lower case may fall apart: İ becomes i and a dot
    return list(words), [_note(says, found) for says, found in noted.items()]


def _note(says, found):
    example = f" (as {found[0].strip()[:40]!r})" if found[0].strip() else ""
    one = len(found) == 1
    says = says.replace("{was}", "was" if one else "were").replace("{counts}", "counts" if one else "count")
    return f"{_lines(found)}{example} {says}"


def _lines(found):
    return f"{len(found):,} line{'s' * (len(found) != 1)}"


def _size_sentence(targets):
    """What so many characters can teach; the steps are of a factor of ten, not a law."""
    if targets < 500:
        return (
            "this few words can be learned by heart and little else. You will see training work; whether the tree has "
            "understood anything, a handful of held-out words cannot tell"
        )
    if targets < 5_000:
        return "letters that often follow each other, common endings; which of two models is better will hardly show"
    if targets < 50_000:
        return "syllables and whole parts of words; only large differences between models will stand out"
    return "as much as the names of this course teach, and differences of a few hundredths of a nat"


def _within_budget(words):
    """All words, or a random choice of them with at most MOST characters to predict, in their old order."""
    if sum(len(word) + 1 for word in words) <= MOST:
        return words
    order, left, taken = list(range(len(words))), MOST, []
    random.Random(CHOSEN_BY).shuffle(order)
    for i in order:
        left -= len(words[i]) + 1
        if left < 0:
            break
        taken.append(i)
    return [words[i] for i in sorted(taken)]


def _text(file):
    if not file.is_file():
        raise FileNotFoundError(
            f"There is no word list at {file}. Give the path of a text file with one word per line."
        )
    data = file.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} is not UTF-8: byte {error.start} cannot be read. Save the file as UTF-8 in your text editor."
        ) from None


def _a_text(line):
    if not isinstance(line, str):
        raise TypeError(f"A word list holds texts, but {line!r} came, of type {type(line).__name__}.")
    return line
