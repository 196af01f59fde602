"""The whole way with another word list: companies, with blanks, digits, accents, hyphens and upper case."""

import math
import random
import unicodedata

import pytest
import torch

from lessonlib.data import Vocabulary, load_words, split, windows
from lessonlib.models import flat_mlp, tree
from lessonlib.sampling import next_probabilities, sample
from lessonlib.shapes import trace
from lessonlib.training import evaluate, load, minibatches, save, train

FIRST = [
    "Café",
    "Zürich",
    "Ångström",
    "Nord-Süd",
    "O'Hara",
    "Crème",
    "Łódź",
    "24/7",
    "Blue",
    "ACME",
    "Ñandú",
    "9 Lives",
]
SECOND = ["Works", "& Söhne", "Systems", "Bäckerei", "GmbH", "Data 2000", "Logistique", "Labs", "Co", "Été"]


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    """120 names as a Windows editor might save them: BOM, CRLF, accents as separate marks."""
    names = [f"{first} {second}" for first in FIRST for second in SECOND]
    random.Random(0).shuffle(names)
    path = tmp_path_factory.mktemp("words") / "companies.txt"
    path.write_bytes(unicodedata.normalize("NFD", "\r\n".join(names)).encode("utf-8-sig"))
    return path, names


def unigram_loss(words, vocabulary):
    """What knowing only how often each character comes is worth, in nats per character."""
    counts = torch.bincount(torch.tensor([i for word in words for i in [*vocabulary.encode(word), 0]])).float()
    shares = counts[counts > 0] / counts.sum()
    return -(shares * shares.log()).sum().item()


def test_companies_from_file_to_new_names(companies, tmp_path):
    path, names = companies
    words = load_words(path)
    assert words == names
    vocabulary = Vocabulary(words)
    assert set("é24/&'- ÅŁ").issubset(vocabulary.characters)
    assert "\u0301" not in vocabulary.characters
    parts = split(words)
    assert [len(part) for part in parts] == [96, 12, 12]
    (X, Y), (X_val, Y_val), _ = (windows(part, 8, vocabulary) for part in parts)

    torch.manual_seed(42)
    model = tree(len(vocabulary), 8, 32, levels=3)
    assert evaluate(model, X_val, Y_val) == pytest.approx(math.log(len(vocabulary)), abs=0.05)
    history = train(model, minibatches(X, Y, 64), torch.optim.AdamW(model.parameters(), lr=0.01), 250)
    assert history.stopped is None
    assert evaluate(model, X_val, Y_val) < unigram_loss(words, vocabulary) / 2

    assert trace(model, X_val).rows[-1].reach == 8
    assert next_probabilities(model, vocabulary, "Bäckere").argmax().item() == vocabulary.encode("i")[0]
    written = sample(model, vocabulary, n=50, generator=torch.Generator().manual_seed(1))
    assert set("".join(written)) <= set(vocabulary.characters)
    assert any(name in names for name in written)  # it has learned some by heart
    assert any(name not in names for name in written)  # and made some up
    assert max(map(len, written)) > 8  # longer than its context

    save(model, tmp_path / "companies.pt")
    load(other := tree(len(vocabulary), 8, 32, levels=3), tmp_path / "companies.pt")
    assert evaluate(other, X_val, Y_val) == evaluate(model, X_val, Y_val)


def test_ten_words_are_enough_for_the_whole_way():
    words = ["Ü", "東京", "Llanfairpwllgwyngyll", "a b", "x1", "x2", "x3", "x4", "x5", "x5"]
    vocabulary = Vocabulary(words)
    train_words, val_words, test_words = split(words)
    assert (len(val_words), len(test_words)) == (1, 1)
    X, Y = windows(train_words, 1, vocabulary)
    model = flat_mlp(len(vocabulary), 1, 4, 8)
    train(model, minibatches(X, Y, len(X)), torch.optim.SGD(model.parameters(), lr=0.1), 5)
    assert math.isfinite(evaluate(model, *windows(val_words, 1, vocabulary)))
    assert len(sample(model, vocabulary, n=5, max_length=4)) == 5
