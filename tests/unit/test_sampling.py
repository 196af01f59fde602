"""Letting a model write."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lessonlib.data import Vocabulary
from lessonlib.layers import BatchNorm1d
from lessonlib.models import flat_mlp, tree
from lessonlib.sampling import next_probabilities, sample

WORDS = ["ab", "ba", "abc"]
VOCABULARY = Vocabulary(WORDS)  # . a b c


class Fixed:
    """Gives the same logits whatever it sees, and notes how it was used."""

    block_size = 3

    def __init__(self, logits):
        self.logits = torch.tensor(logits)
        self.training = True
        self.seen, self.modes = [], []

    def __call__(self, x):
        self.seen.append(x.clone())
        self.modes.append(self.training)
        return self.logits.expand(len(x), -1)

    def train(self, mode=True):
        self.training = mode

    def eval(self):
        self.train(False)


def drawn(seed=0, model=None, **options):
    model = model or Fixed([1.0, 2, 0.5, -1])
    return sample(model, VOCABULARY, n=12, generator=torch.Generator().manual_seed(seed), **options)


def test_the_same_generator_gives_the_same_words_and_leaves_the_global_one_alone():
    state = torch.get_rng_state()
    assert drawn(1) == drawn(1) != drawn(2)
    assert torch.equal(state, torch.get_rng_state())


def test_without_a_generator_the_global_seed_decides():
    words = []
    for _ in range(2):
        torch.manual_seed(7)
        words.append(sample(Fixed([1.0, 2, 0.5, -1]), VOCABULARY))
    assert words[0] == words[1]
    assert len(words[0]) == 20


def test_words_hold_no_stop_and_only_known_characters():
    words = drawn()
    assert len(words) == 12
    assert set("".join(words)) <= set("abc")


def test_the_context_is_the_end_of_what_was_written():
    logits = torch.full((1, 4), -50.0).tolist()[0]
    logits[1] = 50.0  # always 'a'
    model = Fixed(logits)
    assert sample(model, VOCABULARY, n=2, max_length=5) == ["aaaaa"] * 2
    assert [x[0].tolist() for x in model.seen] == [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1], [1, 1, 1]]


def test_words_that_have_ended_are_not_computed_again():
    model = Fixed([0.0, 0, 0, 0])
    drawn(model=model)
    sizes = [len(x) for x in model.seen]
    assert sizes[0] == 12
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 12


@given(max_length=st.integers(0, 9))
def test_words_are_cut_at_the_longest_length(max_length):
    words = drawn(model=Fixed([-50.0, 1, 1, 1]), max_length=max_length)
    assert [len(word) for word in words] == [max_length] * 12


def test_no_words_are_none():
    for model in (tree(4, 2, 3, 2), flat_mlp(4, 3, 2, 3)):
        assert sample(model, VOCABULARY, n=0) == []


def test_a_first_stop_is_an_empty_word():
    assert sample(Fixed([50.0, -50, -50, -50]), VOCABULARY, n=3) == ["", "", ""]


# Temperature


def test_a_low_temperature_takes_the_likeliest_character():
    assert drawn(model=Fixed([0.0, 1, 0, 0]), temperature=0.01, max_length=4) == ["aaaa"] * 12


def test_a_high_temperature_makes_characters_equally_likely():
    model, vocabulary = Fixed([-4.0, 4, 0, 0]), VOCABULARY
    shares = [next_probabilities(model, vocabulary, "", t) for t in (0.5, 1.0, 2.0, 1e6)]
    assert all(p.sum().item() == pytest.approx(1) for p in shares)
    largest = [p.max().item() for p in shares]
    assert largest == sorted(largest, reverse=True)
    torch.testing.assert_close(shares[1], torch.tensor([-4.0, 4, 0, 0]).softmax(0))
    torch.testing.assert_close(shares[3], torch.full((4,), 0.25), atol=1e-4, rtol=0)


def test_samples_follow_the_probabilities():
    model = Fixed([0.0, 1, 2, -1])
    words = sample(model, VOCABULARY, n=4000, max_length=1, temperature=2.0)
    counts = torch.tensor([sum(word == character for word in words) for character in ["", "a", "b", "c"]])
    expected = next_probabilities(model, VOCABULARY, "", temperature=2.0)
    torch.testing.assert_close(counts / 4000, expected, atol=0.03, rtol=0)


@pytest.mark.parametrize("temperature", [0, -1.0])
def test_a_temperature_of_zero_or_less_is_refused(temperature):
    for ask in (
        lambda: drawn(temperature=temperature),
        lambda: next_probabilities(Fixed([0.0] * 4), VOCABULARY, "", temperature),
    ):
        with pytest.raises(ValueError, match=f"temperature is {temperature}, but it must be above 0"):
            ask()


# Mode and context length


@pytest.mark.parametrize("mode", [True, False], ids=["training", "evaluation"])
def test_the_model_is_used_in_evaluation_and_its_mode_is_put_back(mode):
    model = tree(4, 2, 3, 2).train(mode)
    norms = [layer for layer in model.layers if isinstance(layer, BatchNorm1d)]
    before = [norm.running_mean for norm in norms]
    for use in (lambda: drawn(model=model), lambda: next_probabilities(model, VOCABULARY, "ab")):
        use()
        assert all(layer.training is mode for layer in [model, *model.layers])
        assert all(a is b.running_mean for a, b in zip(before, norms, strict=True))
        assert not model.out.requires_grad


def test_the_mode_comes_back_when_sampling_fails():
    model = Fixed([0.0] * 9)  # more characters than the vocabulary has
    with pytest.raises(IndexError):
        sample(model, VOCABULARY, n=50)
    assert model.training
    assert not any(model.modes)


def test_the_context_length_is_the_models_or_the_one_given():
    model = Fixed([0.0] * 4)
    drawn(model=model)
    drawn(model=model, block_size=5)
    assert {x.shape[1] for x in model.seen} == {3, 5}
    module = nn.Sequential(nn.Embedding(4, 2), nn.Flatten(), nn.Linear(4, 4))
    assert len(drawn(model=module, block_size=2)) == 12


def test_an_unknown_context_length_is_asked_for():
    module = nn.Sequential(nn.Embedding(4, 2), nn.Flatten(), nn.Linear(4, 4))
    for ask in (lambda: drawn(model=module), lambda: next_probabilities(module, VOCABULARY, "a")):
        with pytest.raises(ValueError, match="How many characters does this model see"):
            ask()


@pytest.mark.parametrize(
    ("context", "ids"), [("", [0, 0, 0]), ("b", [0, 0, 2]), ("abcab", [3, 1, 2]), (".a", [0, 0, 1])]
)
def test_a_typed_context_is_cut_or_padded_on_the_left(context, ids):
    model = Fixed([0.0] * 4)
    assert next_probabilities(model, VOCABULARY, context).shape == (4,)
    assert model.seen[0].tolist() == [ids]


def test_a_typed_character_that_is_unknown_is_named():
    with pytest.raises(ValueError, match="'B' in 'aB' is not in this vocabulary"):
        next_probabilities(Fixed([0.0] * 4), VOCABULARY, "aB")
