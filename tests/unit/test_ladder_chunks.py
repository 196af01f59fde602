"""Chunks that several windows share: fewer rows on every level, the same numbers, the same gradients."""

import itertools
import random

import pytest
import torch
import torch.nn.functional as F

from lessonlib import data, models, training
from lessonlib.ladder.chunks import Chunks, OnChunks, chunk_batches
from lessonlib.ladder.soft_targets import soft_targets


def prepared(words, levels=3):
    """The windows of the words, their soft targets, their chunks, and a tree that has learned a bit."""
    vocabulary = data.Vocabulary(words)
    X, Y = data.windows(words, 2**levels, vocabulary)
    tree = models.tree(len(vocabulary), n_embd=5, n_hidden=7, levels=levels)
    training.train(tree, training.minibatches(X, Y, 5), torch.optim.SGD(tree.parameters(), 0.3), 20, progress=False)
    return tree.eval(), X, soft_targets(X, Y, len(vocabulary)), Chunks(X, len(vocabulary))


def random_words(seed):
    """Words of two letters only, some longer than the context, so that much repeats, and in odd ways."""
    draw = random.Random(seed)
    return ["".join(draw.choices("ab", k=draw.randint(1, 14))) for _ in range(30)]


def test_what_windows_have_in_common_is_kept_once():
    _, X, _, chunks = prepared(["mia", "lia"], levels=2)  # ....  ...m ..mi .mia  and  ...l ..li .lia
    assert len(X) == 8 and len(chunks.first) == 7, "'....' occurs twice"
    rows = chunks.rows(torch.arange(7))
    assert len(rows.characters) == 5, ". a i l m"
    assert [len(pairs) for pairs in rows.pairs] == [6, 7], ".. .m mi ia .l li; then the windows"


@pytest.mark.parametrize("words", [["mia", "mila", "milo"], ["a"] * 12, *map(random_words, range(4))], ids=str)
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_every_window_keeps_its_logits(words, levels):
    tree, X, _, chunks = prepared(words, levels)
    assert torch.equal(X[chunks.first][chunks.window], X)
    shared = OnChunks(tree)(chunks.rows(torch.arange(len(chunks.first))))
    torch.testing.assert_close(shared[chunks.window], tree(X), rtol=0, atol=1e-5)


def test_some_of_the_windows_need_their_own_chunks_alone():
    tree, X, _, chunks = prepared(random_words(7))
    few = torch.randperm(len(chunks.first))[:4]
    rows = chunks.rows(few)
    assert len(rows.pairs[-1]) == 4 and len(rows.pairs[0]) < len(chunks.levels[0])
    torch.testing.assert_close(OnChunks(tree)(rows), tree(X[chunks.first[few]]), rtol=0, atol=1e-5)


def test_the_loss_and_its_gradients_are_those_of_all_windows():
    tree, X, targets, chunks = prepared(random_words(5))
    rows, weighted = next(chunk_batches(chunks, targets, len(X)))
    losses = [F.cross_entropy(tree(X), targets), F.cross_entropy(OnChunks(tree)(rows), weighted)]
    assert losses[1].item() == pytest.approx(losses[0].item(), abs=1e-5)
    for one, other in zip(*(torch.autograd.grad(loss, tree.parameters()) for loss in losses), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_batches_are_those_of_windows_merged():
    _, X, targets, chunks = prepared(random_words(3))
    plain = training.minibatches(X, targets, 20, generator=torch.Generator().manual_seed(3))
    merged = chunk_batches(chunks, targets, 20, torch.Generator().manual_seed(3))
    for (x, _), (rows, weighted) in itertools.islice(zip(plain, merged, strict=True), 5):
        different = len(x.unique(dim=0))
        assert len(rows.pairs[-1]) == len(weighted) == different < 20
        assert weighted.sum().item() == pytest.approx(different, rel=1e-5)  # the mean weight is 1


def test_odd_windows_and_odd_trees_are_refused():
    for T in (1, 3, 12):
        with pytest.raises(ValueError, match=rf"so {T} characters do not do; 2, 4, 8"):
            Chunks(torch.zeros(5, T, dtype=torch.long), 27)
    tree = models.tree(27, 4, 5)
    tree.layers[1].n = 4
    with pytest.raises(ValueError, match="fuses 4 neighbours at once"):
        OnChunks(tree)
