"""The table of costs is a formula; the models themselves are the truth."""

import pytest
import torch

from lessonlib.models import flat_mlp, tree
from lessonlib.shapes import trace
from lessonlib.widgets.costs import costs


@pytest.mark.parametrize("levels", [1, 2, 3, 5])
@pytest.mark.parametrize("sizes", [(10, 68), (24, 128)])
def test_it_counts_what_the_models_have(levels, sizes):
    n_embd, n_hidden = sizes
    x = torch.zeros(1, 2**levels, dtype=torch.long)
    flat, tall, conv = costs(2**levels, n_embd=n_embd, n_hidden=n_hidden)
    for cost, model in (
        (flat, flat_mlp(27, 2**levels, n_embd, n_hidden)),
        (tall, tree(27, n_embd, n_hidden, levels)),
    ):
        traced = trace(model, x)
        assert (cost.parameters, cost.multiply_adds) == (traced.parameters, traced.multiply_adds)
    assert conv.parameters == tall.parameters
    assert (flat.width, tall.width) == (2**levels * n_embd, 2 * n_embd)


def test_the_convolution_makes_one_fusion_a_level():
    eight, sixteen = costs(8)[2], costs(16)[2]
    assert sixteen.multiply_adds - eight.multiply_adds == 2 * 128 * 128


def test_the_course_s_own_tree():
    assert costs(8)[1].parameters == 76_579


def test_a_context_that_no_number_of_levels_reaches():
    with pytest.raises(ValueError, match="12"):
        costs(12)
