"""Prefixes shared by names that begin alike: fewer rows, the same numbers, the same gradients."""

import itertools
import random

import pytest
import torch
import torch.nn.functional as F

from lessonlib import convolution, data, models, training
from lessonlib.ladder.prefixes import Ancestors, OnPrefixes, merge_prefixes, prefix_batches
from lessonlib.ladder.soft_targets import context_ids, soft_targets


def prepared(words, levels=3):
    """The words as text, what follows each row, a number for what each row sees, and a tree that has learned a bit."""
    vocabulary = data.Vocabulary(words)
    X, Y = data.windows(words, 2**levels, vocabulary)
    tree = models.tree(len(vocabulary), n_embd=5, n_hidden=7, levels=levels)
    training.train(tree, training.minibatches(X, Y, 10), torch.optim.SGD(tree.parameters(), 0.3), 20, progress=False)
    text, _ = convolution.concatenate(words, vocabulary)
    return tree.eval(), text, soft_targets(X, Y, len(vocabulary)), context_ids(X, len(vocabulary))


def random_words(seed):
    """Words of two letters only, some longer than the context, so that much repeats, and in odd ways."""
    draw = random.Random(seed)
    return ["".join(draw.choices("ab", k=draw.randint(1, 14))) for _ in range(30)]


def test_what_names_have_in_common_is_kept_once():
    _, text, targets, contexts = prepared(["mia", "mila", "milo"])
    (characters, left), weighted = merge_prefixes(text, contexts, targets)
    assert len(characters) == len(left) == len(weighted) == 7  # . m mi mia mil mila milo
    assert left[characters == 0].item() == (characters == 0).nonzero().item()  # the '.' is its own left neighbour
    assert weighted.sum().item() == pytest.approx(7)  # the mean weight is 1
    assert weighted[characters == 0].sum().item() == pytest.approx(3 * 7 / 14)  # it stands for 3 of 14 rows


@pytest.mark.parametrize("words", [["mia", "mila", "milo"], ["a"] * 12, *map(random_words, range(4))], ids=str)
@pytest.mark.parametrize("levels", [1, 3])
def test_every_row_keeps_its_logits(words, levels):
    tree, text, targets, contexts = prepared(words, levels)
    rows, _ = merge_prefixes(text, contexts, targets)
    which = contexts.unique(return_inverse=True)[1]
    shared = OnPrefixes(convolution.dilated(tree))(rows)
    torch.testing.assert_close(shared[which], convolution.dilated(tree)(text), rtol=0, atol=1e-5)


def test_the_loss_and_its_gradients_are_those_of_all_rows():
    tree, text, targets, contexts = prepared(random_words(5))
    rows, weighted = merge_prefixes(text, contexts, targets)
    losses = [
        F.cross_entropy(convolution.dilated(tree)(text), targets),
        F.cross_entropy(OnPrefixes(convolution.dilated(tree))(rows), weighted),
    ]
    assert losses[1].item() == pytest.approx(losses[0].item(), abs=1e-5)
    for one, other in zip(*(torch.autograd.grad(loss, tree.parameters()) for loss in losses), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_any_distance_can_be_asked_for():
    _, text, targets, contexts = prepared(["abcdefgh", "xy"])
    rows, _ = merge_prefixes(text, contexts, targets)
    characters, parent = rows
    assert len(characters) == 11
    ancestors = Ancestors(parent)
    for d in (2, 3, 5, 7):
        one_by_one = torch.arange(len(characters))
        for _ in range(d):
            one_by_one = parent[one_by_one]
        assert torch.equal(ancestors.at(d), one_by_one)


def test_batches_are_those_of_whole_names_shared():
    words = ["mia", "mila", "milo", "ann", "anna", "anne", "jo", "joe", "joan", "al"]
    _, text, targets, contexts = prepared(words)
    plain = convolution.packed_batches(text, targets, 20, torch.Generator().manual_seed(3))
    shared = prefix_batches(text, targets, contexts, 20, torch.Generator().manual_seed(3))
    for (x, _), ((characters, _), weighted) in itertools.islice(zip(plain, shared, strict=True), 5):
        assert set(characters.tolist()) == set(x.tolist())
        assert len(characters) < 20
        assert weighted.sum().item() == pytest.approx(len(characters), rel=1e-5)
