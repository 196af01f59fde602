"""The tree in torch.nn's modules computes what ours computes, once it has the same weights."""

import pytest
import torch

from lessonlib import models, torch_nn


def twins(levels):
    """The tree twice, with the same parameters; the running statistics of both are those they begin with."""
    ours, theirs = models.tree(27, 5, 6, levels), torch_nn.tree(27, 5, 6, levels)
    with torch.no_grad():
        for layer, module in zip(ours.layers, theirs, strict=True):
            for p, q in zip(layer.parameters(), module.parameters(), strict=True):
                q.copy_(p.T if isinstance(module, torch.nn.Linear) and p.ndim == 2 else p)
    return ours, theirs


@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("batch", [2, 50])
def test_both_trees_agree_in_training_and_in_evaluation(levels, batch):
    ours, theirs = twins(levels)
    for mode in (True, False):
        x = torch.randint(0, 27, (batch, 2**levels))
        expected = ours.train(mode)(x)
        assert expected.shape == (batch, 27)
        torch.testing.assert_close(theirs.train(mode)(x), expected, rtol=1e-4, atol=1e-5)


def test_one_example_stays_a_batch_of_one():
    ours, theirs = twins(2)
    x = torch.randint(0, 27, (1, 4))
    torch.testing.assert_close(theirs.eval()(x), ours.eval()(x), rtol=1e-4, atol=1e-5)


def test_the_scaled_tree_has_the_published_parameters():
    assert sum(p.numel() for p in torch_nn.tree(27, 24, 128).parameters()) == 76_579
