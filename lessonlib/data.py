"""Words in, training examples out: load a word list, number its characters, split it, cut it into windows."""

import random
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

NAMES = Path(__file__).parent / "content" / "names.txt"  # its provenance stands in content/README.md
STOP = "."  # one symbol for both ends of a word; always index 0


def load_words(path: str | Path | None = None) -> list[str]:
    """Read a UTF-8 file with one word a line; without a path, the 32,257 names that come with the course.

    Order, case and duplicates are kept. Dropped are a byte-order mark, line ends of any kind, blanks around
    a word, and empty lines; accents are composed (Unicode NFC), so that one letter is one character.

    Raises FileNotFoundError or ValueError, in words, for a file that is missing, empty or not UTF-8, and for
    a word that contains the stop character '.'.
    """
    path = NAMES if path is None else Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no word list at {path}. Give the path of a text file with one word per line."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8: byte {error.start} cannot be read. Save the file as UTF-8 in your text editor."
        ) from None
    lines = unicodedata.normalize("NFC", text).splitlines()
    for number, line in enumerate(lines, 1):
        if STOP in line:
            raise ValueError(
                f"Line {number} of {path} is {line!r}: '{STOP}' marks the end of a word here, so no word may hold one. "
                "Remove or replace it."
            )
    words = [word for line in lines if (word := line.strip())]
    if not words:
        raise ValueError(f"{path} holds no words. Put one word on each line.")
    return words


class Vocabulary:
    """The characters of a word list, numbered: 0 is '.', both start and end; then the rest in sorted order."""

    def __init__(self, words: Iterable[str]):
        self.characters = [STOP, *sorted(set("".join(words)) - {STOP})]
        self._index = {character: i for i, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> list[int]:
        """The index of each character of `text`; adds no '.' of its own."""
        try:
            return [self._index[character] for character in text]
        except KeyError as error:
            raise ValueError(
                f"{error.args[0]!r} in {text!r} is not in this vocabulary of {len(self)} characters: "
                f"{''.join(self.characters)}"
            ) from None

    def decode(self, ids: Iterable[int]) -> str:
        """The text for a list or a 1-D tensor of indices."""
        return "".join(self.characters[i] for i in ids)


def split(words: Sequence[str], seed: int = 42) -> tuple[list[str], list[str], list[str]]:
    """Shuffle a copy of the words, then cut it 80/10/10 into training, validation and test words."""
    if len(words) < 10:
        raise ValueError(
            f"{len(words)} words are too few to split: at least 10 are needed, so that each of training, validation "
            "and test gets one."
        )
    shuffled = list(words)
    random.Random(seed).shuffle(shuffled)
    first, second = int(0.8 * len(shuffled)), int(0.9 * len(shuffled))
    return shuffled[:first], shuffled[first:second], shuffled[second:]


def windows(words: Iterable[str], block_size: int, vocabulary: Vocabulary) -> tuple[torch.Tensor, torch.Tensor]:
    """Every place where a character follows up to `block_size` others: X (N, block_size) and Y (N,), int64.

    Each word ends with '.', and what stands before its first character is '.' too:
    with block_size 3, "ann" gives ...→a, ..a→n, .an→n, ann→.
    """
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, but a window needs at least 1 character.")
    contexts, targets = [], []
    for word in words:
        ids = [0] * block_size + vocabulary.encode(word) + [0]
        for end in range(block_size, len(ids)):
            contexts += ids[end - block_size : end]  # one long list: torch reads it faster than a list of lists
            targets.append(ids[end])
    if not targets:
        raise ValueError("There are no words to cut windows from.")
    return torch.tensor(contexts).view(-1, block_size), torch.tensor(targets)
