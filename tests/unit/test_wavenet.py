"""Gated units, residual blocks and the skip stack: what they compute, and how far they see."""

import pytest
import torch

from lessonlib import convolution, data, shapes, training, wavenet
from lessonlib.convolution import LeftNeighbours

WORDS = ["emma", "olivia", "ava", "isabella", "sophia", "bartholomew", "al", "x", "mia", "ann", "constantine", "jo"]
VOCABULARY = data.Vocabulary(WORDS)


def test_a_gated_unit_is_tanh_times_sigmoid():
    unit = wavenet.GatedUnit(6, 4)
    x = torch.randn(20, 6)
    linear, norm = unit.layers
    a, b = norm.eval()(linear(x)).split(4, dim=1)
    torch.testing.assert_close(unit.eval()(x), a.tanh() / (1 + (-b).exp()))


def test_a_residual_block_adds_to_what_came_in():
    block = wavenet.ResidualBlock(6, 3, dilation=1)
    to_residual = block.layers[2]
    with torch.no_grad():
        to_residual.weight.zero_()
    x = torch.randn(5, 6)
    out, skip = block(x, LeftNeighbours(torch.zeros(5, dtype=torch.long)))
    assert torch.equal(out, x) and skip.shape == (5, 3)


def test_the_sum_of_the_skips_leaves_the_stack():
    stack = wavenet.SkipStack([wavenet.ResidualBlock(4, 3, d) for d in (1, 2)])
    stack(torch.randn(9, 4), LeftNeighbours(torch.zeros(9, dtype=torch.long)))
    skips = [block.layers[-1].out for block in stack.layers]
    assert torch.equal(stack.out, skips[0] + skips[1])


@pytest.mark.parametrize(("dilations", "reach"), [((1,), 2), ((1, 2, 4), 8), ((1, 2, 4, 8), 16)])
def test_the_reach_is_one_more_than_the_dilations(dilations, reach):
    model = wavenet.wavenet(len(VOCABULARY), 6, 5, dilations, restart=False)
    text = torch.randint(0, len(VOCABULARY), (40,))
    embedding = model.eval().layers[0]
    logits = model(text)
    grad = torch.autograd.grad(logits[30].sum(), embedding.out)[0]
    seen = (grad != 0).any(1).nonzero()[:, 0]
    assert seen.tolist() == list(range(31 - reach, 31))


def test_no_name_sees_another():
    model = wavenet.wavenet(len(VOCABULARY), 6, 5, (1, 2, 4, 8)).eval()
    alone, _ = convolution.concatenate(WORDS[:1], VOCABULARY)
    after, _ = convolution.concatenate(WORDS[3::-1], VOCABULARY)
    torch.testing.assert_close(model(after)[-len(alone) :], model(alone))


def test_it_trains_saves_and_traces(tmp_path):
    model = wavenet.wavenet(len(VOCABULARY), 6, 5)
    text, targets = convolution.concatenate(WORDS, VOCABULARY)
    batches = convolution.packed_batches(text, targets, batch_size=32)
    history = training.train(model, batches, torch.optim.AdamW(model.parameters(), lr=0.02), 60, progress=False)
    assert history.losses[-1] < 0.8 * history.losses[0]
    training.save(model, tmp_path / "wavenet.pt")
    other = wavenet.wavenet(len(VOCABULARY), 6, 5)
    training.load(other, tmp_path / "wavenet.pt")
    assert torch.equal(other.eval()(text), model.eval()(text))
    assert shapes.trace(model, text).parameters == sum(p.numel() for p in model.parameters())
