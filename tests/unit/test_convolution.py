"""The tree as a convolution: the same numbers at every position, and names that do not leak into each other."""

import pytest
import torch
import torch.nn.functional as F

from lessonlib import convolution, data, models, sampling, training
from lessonlib.layers import Flatten, FlattenConsecutive, Sequential

WORDS = ["emma", "olivia", "ava", "isabella", "sophia", "bartholomew", "al", "x", "mia", "ann", "constantine", "jo"]
VOCABULARY = data.Vocabulary(WORDS)


def trained_tree(levels=3):
    """A tree whose running statistics are not those it was born with, in evaluation mode."""
    tree = models.tree(len(VOCABULARY), n_embd=6, n_hidden=10, levels=levels)
    batches = training.minibatches(*data.windows(WORDS, 2**levels, VOCABULARY), batch_size=32)
    training.train(tree, batches, torch.optim.SGD(tree.parameters(), lr=0.5), steps=20, progress=False)
    return tree.eval()


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_every_position_equals_the_tree_on_its_window(levels):
    tree = trained_tree(levels)
    X, Y = data.windows(WORDS, 2**levels, VOCABULARY)
    text, targets = convolution.end_to_end(WORDS, VOCABULARY)
    assert torch.equal(targets, Y)
    torch.testing.assert_close(convolution.dilated(tree)(text), tree(X), rtol=0, atol=1e-5)


def test_a_context_may_run_over_many_names():
    tree = trained_tree()
    text, _ = convolution.end_to_end(WORDS, VOCABULARY)
    windows = text.unfold(0, 8, 1)
    out = convolution.dilated(tree, restart=False)(text)
    torch.testing.assert_close(out[7:], tree(windows), rtol=0, atol=1e-5)


def test_gradients_equal_the_trees():
    tree = trained_tree()
    X, Y = data.windows(WORDS, 8, VOCABULARY)
    text, _ = convolution.end_to_end(WORDS, VOCABULARY)
    losses = [F.cross_entropy(out, Y) for out in (tree(X), convolution.dilated(tree)(text))]
    for one, other in zip(*(torch.autograd.grad(loss, tree.parameters()) for loss in losses), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_the_left_edge_is_what_dots_become_and_not_zero():
    conv = convolution.dilated(trained_tree())
    text, _ = convolution.end_to_end(["emma"], VOCABULARY)
    padded = torch.cat([torch.zeros(7, dtype=torch.long), text])  # each '.' begins anew
    torch.testing.assert_close(conv(padded)[7:], conv(text), rtol=0, atol=1e-6)


def test_the_layers_are_shared():
    tree = trained_tree()
    conv = convolution.dilated(tree)
    assert [id(p) for p in conv.parameters()] == [id(p) for p in tree.parameters()]
    conv.train()
    assert all(layer.training for layer in tree.layers if hasattr(layer, "gamma"))


@pytest.mark.parametrize("layer", [Flatten(), FlattenConsecutive(4)], ids=["no pairs", "fours"])
def test_what_is_no_tree_of_pairs_is_refused(layer):
    with pytest.raises(ValueError, match="pairs"):
        convolution.dilated(Sequential([layer]))


def test_batches_hold_whole_names_and_each_row_once_an_epoch():
    text, targets = convolution.end_to_end(WORDS, VOCABULARY)
    rows = 17
    batches = convolution.name_batches(text, targets, rows, torch.Generator().manual_seed(1))
    names = {f".{word}." for word in WORDS}
    seen = []
    for _ in range(3):
        x, y = next(batches)
        assert len(x) == len(y) == rows and x[0] == 0
        whole = VOCABULARY.decode(x) + VOCABULARY.decode(y[-1:])
        *complete, last = whole.split(".")[1:]
        assert {f".{name}." for name in complete} <= names
        assert any(name.startswith("." + last) for name in names)
        seen += complete
    assert len(seen) == len(set(seen)) and set(seen) <= set(WORDS)


def test_batches_without_end_are_shuffled_anew():
    text, targets = convolution.end_to_end(WORDS, VOCABULARY)
    batches = convolution.name_batches(text, targets, len(text))
    assert len({tuple(next(batches)[0].tolist()) for _ in range(4)}) == 4


@pytest.mark.parametrize("rows", [5, 10_000])
def test_a_batch_that_cannot_be_filled_is_refused(rows):
    text, targets = convolution.end_to_end(WORDS, VOCABULARY)
    with pytest.raises(ValueError, match="longest name"):
        next(convolution.name_batches(text, targets, rows))


def test_step_by_step_gives_the_same_logits():
    conv = convolution.dilated(trained_tree())
    names = ["bartholomew", "constantine"]
    text, _ = convolution.end_to_end(names, VOCABULARY)
    expected = conv(text).view(2, 12, -1)
    reader = convolution.StepByStep(conv)
    columns = text.view(2, 12).T
    out = torch.stack([reader(column) for column in columns[:6]], dim=1)
    torch.testing.assert_close(out, expected[:, :6], rtol=0, atol=1e-5)
    reader.keep(torch.tensor([1]))
    rest = torch.stack([reader(column[1:]) for column in columns[6:]], dim=1)
    torch.testing.assert_close(rest, expected[1:, 6:], rtol=0, atol=1e-5)


def test_a_text_model_answers_for_windows():
    tree = trained_tree()
    X, _ = data.windows(WORDS, 8, VOCABULARY)
    asked = convolution.OnWindows(convolution.dilated(tree), block_size=8)
    torch.testing.assert_close(asked(X), tree(X), rtol=0, atol=1e-5)


def test_writing_step_by_step_draws_the_same_words():
    tree = trained_tree()
    ours = convolution.write(convolution.dilated(tree), VOCABULARY, 30, generator=torch.Generator().manual_seed(5))
    theirs = sampling.sample(tree, VOCABULARY, 30, generator=torch.Generator().manual_seed(5))
    assert ours == theirs and len(set(ours)) > 5
    assert max(map(len, convolution.write(convolution.dilated(tree), VOCABULARY, 30, max_length=3))) <= 3
    assert convolution.write(convolution.dilated(tree), VOCABULARY, 2, max_length=0) == ["", ""]
