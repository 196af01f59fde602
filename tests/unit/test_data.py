"""Words in, examples out: reading a list, numbering its characters, splitting and cutting it."""

import hashlib
import random
import re
import unicodedata
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessonlib import data
from lessonlib.data import Vocabulary, load_words, split, windows

LETTERS = "abcxyzABZéÅßжя中9-'\u0301"  # the last is an accent that joins the letter before it
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=15)


@pytest.fixture(scope="module")
def names():
    return load_words()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("words")


def write(folder: Path, content: bytes) -> Path:
    path = folder / "words.txt"
    path.write_bytes(content)
    return path


# The embedded list


def test_the_embedded_list_is_the_one_its_provenance_describes(names):
    stated = (data.NAMES.parent / "README.md").read_text("utf-8")
    assert hashlib.sha256(data.NAMES.read_bytes()).hexdigest() in stated
    assert f"{len(names):,}" in stated
    assert f"{len(set(names)):,} distinct" in stated


def test_names_are_kept_in_order_with_their_repeats(names):
    assert names == data.NAMES.read_text("ascii").split("\n")[:-1]


def test_window_counts_of_the_embedded_list(names):
    vocabulary = Vocabulary(names)
    counts = [len(windows(part, 8, vocabulary)[0]) for part in split(names)]
    assert counts == [183_802, 22_949, 23_053]


def test_an_eighth_of_the_validation_names_are_also_training_names(names):
    train, val, _ = split(names)
    known = set(train)
    assert sum(name in known for name in val) / len(val) == pytest.approx(0.126, abs=0.0005)


# Reading a list


LISTS = {
    "plain": (b"emma\nava\n", ["emma", "ava"]),
    "no last line end": (b"emma\nava", ["emma", "ava"]),
    "BOM and CRLF": (b"\xef\xbb\xbfemma\r\nava\r\n", ["emma", "ava"]),
    "CR": (b"emma\rava\r", ["emma", "ava"]),
    "outer blanks": (b"  emma \t\n\n   \nava\n\n", ["emma", "ava"]),
    "inner blanks": (b"New York\nSt Ives\n", ["New York", "St Ives"]),
    "case and repeats": (b"Emma\nemma\nEmma\n", ["Emma", "emma", "Emma"]),
    "NFC": ("Ze\u0301\nA\u030angström\n".encode(), ["Z\u00e9", "\u00c5ngstr\u00f6m"]),
    "marks in any order": ("\u1e69ki\ns\u0323\u0307ki\ns\u0307\u0323ki\n".encode(), ["\u1e69ki"] * 3),
    "letters that only look alike": ("ﬁnn\nH²O\n".encode(), ["ﬁnn", "H²O"]),
}


@pytest.mark.parametrize(("content", "words"), LISTS.values(), ids=LISTS)
def test_load_words_keeps_words_and_drops_what_is_not(tmp_path, content, words):
    assert load_words(write(tmp_path, content)) == words
    assert load_words(str(write(tmp_path, content))) == words


@given(words=WORDS, end=st.sampled_from(["\n", "\r\n", "\r"]), bom=st.booleans())
def test_any_list_that_is_written_is_read_back(folder, words, end, bom):
    path = write(folder, end.join(words).encode("utf-8-sig" if bom else "utf-8"))
    assert load_words(path) == [unicodedata.normalize("NFC", word) for word in words]


UNUSABLE = {
    "empty": (b"", r"holds no words\. Put one word on each line"),
    "blank lines only": (b"\n \r\n\t\n", r"holds no words\. Put one word on each line"),
    "a stop inside": (b"emma\nAcme Inc.\n", r"Line 2 of .* is 'Acme Inc\.': '\.' marks the end of a word here"),
    "latin-1": ("José\n".encode("latin-1"), r"is not UTF-8: byte 3 cannot be read\. Save the file as UTF-8"),
    "utf-16": ("emma\n".encode("utf-16"), r"is not UTF-8: byte 0 cannot be read\. Save the file as UTF-8"),
}


@pytest.mark.parametrize(("content", "sentence"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_list_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, content, sentence):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=sentence) as refused:
        load_words(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_no_such_file_is_said_with_its_path(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=r"There is no word list at .*Give the path of a text file") as refused:
        load_words(tmp_path / name)
    assert str(tmp_path / name) in str(refused.value)


# Numbering characters


def test_a_vocabulary_is_the_stop_then_the_characters_in_order():
    vocabulary = Vocabulary(["Zoë", "abba 9"])
    assert vocabulary.characters == [".", " ", "9", "Z", "a", "b", "o", "ë"]
    assert len(vocabulary) == 8
    assert vocabulary.encode("abba") == [4, 5, 5, 4]
    assert vocabulary.decode([0, 4, 5, 0]) == ".ab."


def test_the_embedded_alphabet_has_27_characters(names):
    assert "".join(Vocabulary(names).characters) == ".abcdefghijklmnopqrstuvwxyz"


def test_the_stop_stays_first_and_single_when_it_comes_in_a_word():
    assert Vocabulary(["!a.b"]).characters == [".", "!", "a", "b"]


@given(words=WORDS)
def test_what_is_encoded_is_decoded(words):
    vocabulary = Vocabulary(iter(words))
    for word in words:
        ids = vocabulary.encode(word)
        assert len(ids) == len(word)
        assert 0 not in ids
        assert vocabulary.decode(ids) == word
        assert vocabulary.decode(torch.tensor(ids)) == word


def test_encode_adds_no_stop_of_its_own():
    vocabulary = Vocabulary(["ab"])
    assert vocabulary.encode("") == []
    assert vocabulary.encode("a.") == [1, 0]


def test_a_character_that_is_not_in_the_vocabulary_is_named():
    sentence = re.escape("'E' in 'Emma' is not in this vocabulary of 4 characters: .aem")
    with pytest.raises(ValueError, match=sentence):
        Vocabulary(["emma"]).encode("Emma")


# Splitting


def test_split_is_the_published_one():
    words = [f"w{i}" for i in range(57)]
    shuffled = list(words)
    random.Random(42).shuffle(shuffled)
    assert split(words) == (shuffled[:45], shuffled[45:51], shuffled[51:])


@given(words=st.lists(st.text(LETTERS, max_size=2), min_size=10, max_size=60), seed=st.integers(0, 9))
def test_split_keeps_every_word_once_and_leaves_the_list_alone(words, seed):
    before = list(words)
    parts = split(words, seed)
    assert words == before
    assert sorted(parts[0] + parts[1] + parts[2]) == sorted(words)
    assert all(parts)
    assert len(parts[0]) == int(0.8 * len(words))
    assert parts == split(words, seed)


def test_another_seed_gives_another_split():
    words = [str(i) for i in range(100)]
    assert split(words, seed=1) != split(words, seed=2)


@pytest.mark.parametrize("n", [0, 1, 9])
def test_fewer_than_ten_words_are_too_few(n):
    with pytest.raises(ValueError, match=f"{n} words are too few to split: at least 10 are needed"):
        split(["a"] * n)


# Windows


def test_windows_of_one_word_by_hand():
    X, Y = windows(["ann"], 3, Vocabulary(["ann"]))
    assert X.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 2], [1, 2, 2]]
    assert Y.tolist() == [1, 2, 2, 0]


@given(words=WORDS, block_size=st.integers(1, 9))
def test_a_window_holds_what_came_before_its_target(words, block_size):
    vocabulary = Vocabulary(words)
    X, Y = windows(words, block_size, vocabulary)
    assert X.shape == (sum(len(word) + 1 for word in words), block_size)
    assert X.shape[:1] == Y.shape
    assert X.dtype == Y.dtype == torch.int64
    rows = iter(zip(X, Y, strict=True))
    for word in words:
        text = "." * block_size + word + "."
        for end in range(block_size, len(text)):
            x, y = next(rows)
            assert vocabulary.decode(x) == text[end - block_size : end]
            assert vocabulary.decode([y]) == text[end]


@pytest.mark.parametrize("block_size", [0, -3])
def test_a_context_of_no_characters_is_refused(block_size):
    with pytest.raises(ValueError, match=f"block_size is {block_size}, but a window needs at least 1 character"):
        windows(["ab"], block_size, Vocabulary(["ab"]))


def test_no_words_give_no_windows():
    with pytest.raises(ValueError, match="There are no words to cut windows from"):
        windows([], 3, Vocabulary(["ab"]))
