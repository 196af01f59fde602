"""The tree as a convolution: the same numbers at every position, and names that do not leak into each other."""

import pytest
import torch
import torch.nn.functional as F

from lessonlib import convolution, data, models, sampling, training, wavenet
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
    text, targets = convolution.concatenate(WORDS, VOCABULARY)
    assert torch.equal(targets, Y)
    torch.testing.assert_close(convolution.dilated(tree)(text), tree(X), rtol=0, atol=1e-5)


def test_a_context_may_run_over_many_names():
    tree = trained_tree()
    text, _ = convolution.concatenate(WORDS, VOCABULARY)
    windows = text.unfold(0, 8, 1)
    out = convolution.dilated(tree, restart=False)(text)
    torch.testing.assert_close(out[7:], tree(windows), rtol=0, atol=1e-5)


def test_gradients_equal_the_trees():
    tree = trained_tree()
    X, Y = data.windows(WORDS, 8, VOCABULARY)
    text, _ = convolution.concatenate(WORDS, VOCABULARY)
    losses = [F.cross_entropy(out, Y) for out in (tree(X), convolution.dilated(tree)(text))]
    for one, other in zip(*(torch.autograd.grad(loss, tree.parameters()) for loss in losses), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_the_left_edge_is_what_dots_become_and_not_zero():
    conv = convolution.dilated(trained_tree())
    text, _ = convolution.concatenate(["emma"], VOCABULARY)
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
    text, targets = convolution.concatenate(WORDS, VOCABULARY)
    rows = 17
    batches = convolution.packed_batches(text, targets, rows, torch.Generator().manual_seed(1))
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
    text, targets = convolution.concatenate(WORDS, VOCABULARY)
    batches = convolution.packed_batches(text, targets, len(text))
    assert len({tuple(next(batches)[0].tolist()) for _ in range(4)}) == 4


@pytest.mark.parametrize("rows", [5, 10_000])
def test_a_batch_that_cannot_be_filled_is_refused(rows):
    text, targets = convolution.concatenate(WORDS, VOCABULARY)
    with pytest.raises(ValueError, match="longest name"):
        next(convolution.packed_batches(text, targets, rows))


def test_step_by_step_gives_the_same_logits():
    conv = convolution.dilated(trained_tree())
    names = ["bartholomew", "constantine"]
    text, _ = convolution.concatenate(names, VOCABULARY)
    expected = conv(text).view(2, 12, -1)
    decoder = convolution.IncrementalDecoder(conv)
    columns = text.view(2, 12).T
    out = torch.stack([decoder(column) for column in columns[:6]], dim=1)
    torch.testing.assert_close(out, expected[:, :6], rtol=0, atol=1e-5)
    decoder.select(torch.tensor([1]))
    rest = torch.stack([decoder(column[1:]) for column in columns[6:]], dim=1)
    torch.testing.assert_close(rest, expected[1:, 6:], rtol=0, atol=1e-5)


def test_step_by_step_looks_into_nested_layers():
    """The pairs of a wavenet stand in blocks, and the blocks in a stack."""
    model = wavenet.wavenet(len(VOCABULARY), 6, 5, (1, 2, 4, 1, 2)).eval()
    text, _ = convolution.concatenate(["bartholomew"], VOCABULARY)
    decoder = convolution.IncrementalDecoder(model)
    with torch.no_grad():
        one_by_one = torch.cat([decoder(character[None]) for character in text])
        torch.testing.assert_close(one_by_one, model(text), rtol=0, atol=1e-5)
    assert [len(queue) for queue in decoder.queues.values()] == [1, 2, 4, 1, 2]
    assert len(set(convolution.generate(model, VOCABULARY, 20))) > 5


def test_a_tree_on_windows_is_no_incremental_decoder():
    with pytest.raises(ValueError, match=r"dilated\(tree\).*got a Sequential"):
        convolution.IncrementalDecoder(trained_tree())


@pytest.mark.parametrize("temperature", [0, -1.0, float("nan")])
def test_a_temperature_of_zero_or_less_is_refused(temperature):
    with pytest.raises(ValueError, match=f"temperature is {temperature}, but it must be above 0"):
        convolution.generate(convolution.dilated(trained_tree()), VOCABULARY, 2, temperature=temperature)


def test_writing_step_by_step_draws_the_same_words():
    tree = trained_tree()
    ours = convolution.generate(convolution.dilated(tree), VOCABULARY, 30, generator=torch.Generator().manual_seed(5))
    theirs = sampling.sample(tree, VOCABULARY, 30, generator=torch.Generator().manual_seed(5))
    assert ours == theirs and len(set(ours)) > 5
    assert max(map(len, convolution.generate(convolution.dilated(tree), VOCABULARY, 30, max_length=3))) <= 3
    assert convolution.generate(convolution.dilated(tree), VOCABULARY, 2, max_length=0) == ["", ""]
