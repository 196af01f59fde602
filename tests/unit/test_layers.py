"""The layers against torch.nn, in both modes; and what every layer of the course promises."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lessonlib.layers import (
    BatchNorm1d,
    Embedding,
    Flatten,
    FlattenConsecutive,
    Layer,
    Linear,
    Sequential,
    Tanh,
)

SIZES = st.integers(1, 6)
SHAPES = [(5, 3), (4, 7, 3)]
MEMORY = {
    "contiguous": lambda *shape: torch.randn(shape),
    "transposed": lambda *shape: torch.randn(shape[::-1]).permute(*reversed(range(len(shape)))),
    "every second": lambda *shape: torch.randn(shape[0] * 2, *shape[1:])[::2],
    "reversed steps": lambda *shape: torch.randn(*shape[:-1], shape[-1] * 2)[..., ::2],
}
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
each_memory = pytest.mark.parametrize("make", MEMORY.values(), ids=MEMORY)


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


def backward(layer, x):
    """The output of `layer`, and the gradients of one loss with unequal weights: of x, then of each parameter."""
    x = x.detach().requires_grad_()
    out = layer(x)
    loss = (out * torch.linspace(-1, 2, out.numel()).view(out.shape)).sum()
    return out, torch.autograd.grad(loss, [x, *layer.parameters()])


def torch_linear(ours):
    fan_in, fan_out = ours.weight.shape
    theirs = nn.Linear(fan_in, fan_out, bias=ours.bias is not None)
    with torch.no_grad():
        theirs.weight.copy_(ours.weight.T)
        if ours.bias is not None:
            theirs.bias.copy_(ours.bias)
    return theirs


class ChannelsLast(nn.Module):
    """torch.nn.BatchNorm1d, which wants (B, C, T), on (B, T, C)."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        return self.norm(x) if x.ndim == 2 else self.norm(x.transpose(1, 2)).transpose(1, 2)


def both_norms(dim, **options):
    """Our BatchNorm1d and torch.nn's, with the same gamma and beta, neither of them 1 or 0."""
    ours, norm = BatchNorm1d(dim, **options), nn.BatchNorm1d(dim, **options)
    with torch.no_grad():
        norm.weight.copy_(ours.gamma.copy_(torch.linspace(0.5, 2, dim)))
        norm.bias.copy_(ours.beta.copy_(torch.linspace(-1, 1, dim)))
    return ours, ChannelsLast(norm)


# Linear


@each_shape
@each_memory
@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_torchs(shape, make, bias):
    ours = Linear(3, 4, bias=bias)
    if bias:
        ours.bias.data = torch.randn(4)
    x = make(*shape)
    out, (gx, gw, *gb) = backward(ours, x)
    expected, (tx, tw, *tb) = backward(torch_linear(ours), x)
    close(out, expected)
    close([gx, gw.T, *gb], [tx, tw, *tb])


def test_linear_begins_with_outputs_about_as_wide_as_its_inputs():
    layer = Linear(400, 300)
    assert layer.weight.shape == (400, 300)
    assert layer.weight.std().item() == pytest.approx(1 / 20, rel=0.02)
    assert layer.bias.tolist() == [0.0] * 300
    assert layer(torch.randn(200, 400)).std().item() == pytest.approx(1, rel=0.05)


def test_linear_without_bias_has_one_parameter():
    layer = Linear(3, 4, bias=False)
    assert layer.bias is None
    assert [p.shape for p in layer.parameters()] == [(3, 4)]


# BatchNorm1d


@each_shape
@each_memory
@pytest.mark.parametrize("options", [{}, {"eps": 0.1, "momentum": 0.4}], ids=["defaults", "options"])
def test_batchnorm_is_torchs_through_training_and_evaluation(shape, make, options):
    ours, theirs = both_norms(3, **options)
    for _ in range(3):
        x = 3 * make(*shape) + 5
        close(*(backward(layer, x) for layer in (ours, theirs)))
        close(ours.running_mean, theirs.norm.running_mean)
        close(ours.running_var, theirs.norm.running_var)
    ours.eval()
    theirs.eval()
    x = 2 * make(*shape) - 1
    close(*(backward(layer, x) for layer in (ours, theirs)))


@given(B=st.integers(2, 6), T=SIZES, C=SIZES, mean=st.floats(-50, 50), std=st.floats(0.1, 50))
def test_batchnorm_gives_each_channel_mean_0_and_variance_1(B, T, C, mean, std):
    x = mean + std * torch.randn(B, T, C, generator=torch.Generator().manual_seed(1))
    out = BatchNorm1d(C, eps=0.0)(x).flatten(0, 1)
    torch.testing.assert_close(out.mean(0), torch.zeros(C), rtol=0, atol=1e-3)
    torch.testing.assert_close(out.var(0, correction=0), torch.ones(C), rtol=0, atol=1e-3)


@each_shape
def test_batchnorm_keeps_one_statistic_a_channel_whatever_the_shape(shape):
    layer = BatchNorm1d(3)
    layer(torch.randn(shape))
    assert layer.running_mean.shape == layer.running_var.shape == (3,)


def test_batchnorm_leaves_its_statistics_alone_in_evaluation():
    layer = BatchNorm1d(3)
    layer(torch.randn(8, 3) + 4)
    before = layer.running_mean.clone(), layer.running_var.clone()
    layer.eval()(torch.randn(8, 3) - 9)
    close((layer.running_mean, layer.running_var), before)


def test_batchnorm_keeps_no_graph_in_its_statistics():
    layer = BatchNorm1d(3)
    layer(torch.randn(8, 3, requires_grad=True))
    assert not layer.running_mean.requires_grad
    assert not layer.running_var.requires_grad
    assert len(layer.parameters()) == 2


@pytest.mark.parametrize("shape", [(1, 3), (1, 1, 3), (0, 3), (3,)], ids=str)
def test_batchnorm_in_training_refuses_fewer_than_two_values_a_channel(shape):
    layer = BatchNorm1d(3)
    with pytest.raises(ValueError, match=r"no variance. In training it needs at least two; call \.eval\(\)") as refused:
        layer(torch.randn(shape))
    assert str(shape) in str(refused.value)
    assert layer.running_mean.tolist() == [0, 0, 0]
    assert layer.eval()(torch.randn(shape)).shape == shape


def test_batchnorm_takes_one_example_of_several_positions():
    assert BatchNorm1d(3)(torch.randn(1, 2, 3)).shape == (1, 2, 3)


# Tanh, Embedding, Flatten


@each_shape
@each_memory
def test_tanh_is_torchs(shape, make):
    x = make(*shape)
    close(backward(Tanh(), x), backward(nn.Tanh(), x))


@pytest.mark.parametrize("shape", [(6,), (5, 8), (2, 3, 4)], ids=str)
def test_embedding_is_torchs_with_repeated_indices(shape):
    ours = Embedding(7, 3)
    theirs = nn.Embedding.from_pretrained(ours.weight.detach().clone(), freeze=False)
    ix = torch.randint(0, 7, shape)
    close(ours(ix), theirs(ix))
    factors = torch.randn(*shape, 3)
    grads = [torch.autograd.grad((layer(ix) * factors).sum(), layer.weight)[0] for layer in (ours, theirs)]
    close(*grads)


def test_embedding_is_a_one_hot_product():
    layer, ix = Embedding(7, 3), torch.randint(0, 7, (5, 8))
    close(layer(ix), nn.functional.one_hot(ix, 7).float() @ layer.weight)


@each_memory
def test_flatten_is_torchs(make):
    x = make(4, 7, 3)
    close(backward(Flatten(), x), backward(nn.Flatten(), x))


# FlattenConsecutive


@given(B=SIZES, groups=SIZES, n=SIZES, C=SIZES, how=st.sampled_from(list(MEMORY)))
def test_flatten_consecutive_lays_neighbours_side_by_side(B, groups, n, C, how):
    x = MEMORY[how](B, groups * n, C)
    out = FlattenConsecutive(n)(x)
    assert out.shape == ((B, groups, n * C) if groups > 1 else (B, n * C))
    neighbours = torch.cat([x[:, i::n] for i in range(n)], dim=2)  # (B, groups, n * C)
    assert torch.equal(out.view(B, groups, n * C), neighbours)


@given(B=SIZES, T=SIZES, C=SIZES)
def test_all_positions_at_once_is_flatten(B, T, C):
    x = torch.randn(B, T, C)
    assert torch.equal(FlattenConsecutive(T)(x), Flatten()(x))


def test_two_pairings_are_one_group_of_four():
    x = torch.randn(3, 8, 5)
    pair = FlattenConsecutive(2)
    assert torch.equal(pair(pair(x)), FlattenConsecutive(4)(x))


def test_a_batch_of_one_stays_a_batch():
    assert FlattenConsecutive(2)(torch.randn(1, 2, 3)).shape == (1, 6)
    assert FlattenConsecutive(2)(torch.randn(1, 4, 3)).shape == (1, 2, 6)
    assert FlattenConsecutive(2)(torch.randn(0, 2, 3)).shape == (0, 6)


@pytest.mark.parametrize(
    ("shape", "T", "n"), [((4, 7, 3), 7, 2), ((4, 8, 3), 8, 3), ((4, 2, 3), 2, 4), ((4, 6), 1, 2)], ids=str
)
def test_positions_that_do_not_divide_are_refused_with_t_and_n(shape, T, n):
    with pytest.raises(
        ValueError, match=f"T = {T} does not divide into groups of n = {n}. Choose a context"
    ) as refused:
        FlattenConsecutive(n)(torch.randn(shape))
    assert str(shape) in str(refused.value)


# Sequential, and what all layers promise


def small_model():
    inner = Sequential([Linear(6, 5, bias=False), BatchNorm1d(5), Tanh()])
    return Sequential([Embedding(9, 3), FlattenConsecutive(2), inner, Flatten(), Linear(10, 4)])


def every_layer(layer):
    return [layer, *(leaf for child in getattr(layer, "layers", []) for leaf in every_layer(child))]


def test_sequential_calls_its_layers_in_order():
    linear, tanh = Linear(3, 2), Tanh()
    x = torch.randn(4, 3)
    assert torch.equal(Sequential([linear, tanh])(x), torch.tanh(x @ linear.weight))
    assert torch.equal(Sequential([])(x), x)


def test_a_nested_sequential_is_torchs():
    ours, x = small_model(), torch.randint(0, 9, (6, 4))
    embedding, _, (linear, norm, _), _, last = (getattr(layer, "layers", layer) for layer in ours.layers)
    theirs = nn.Sequential(
        nn.Embedding.from_pretrained(embedding.weight.detach(), freeze=False),
        nn.Unflatten(1, (2, 2)),
        nn.Flatten(2),
        nn.Sequential(torch_linear(linear), ChannelsLast(nn.BatchNorm1d(5)), nn.Tanh()),
        nn.Flatten(),
        torch_linear(last),
    )
    for mode in (True, False):
        results = [model.train(mode)(x) for model in (ours, theirs)]
        close(*results)
        for result in results:
            result.logsumexp(1).sum().backward()  # gradients of both modes add up
    close(embedding.weight.grad, theirs[0].weight.grad)
    close(linear.weight.grad.T, theirs[3][0].weight.grad)
    close(norm.gamma.grad, theirs[3][1].norm.weight.grad)
    close(last.weight.grad.T, theirs[5].weight.grad)
    close(norm.running_var, theirs[3][1].norm.running_var)


def test_both_modes_reach_every_layer():
    model = small_model()
    layers = every_layer(model)
    assert len(layers) == 9
    assert all(layer.training for layer in layers)
    assert model.eval() is model
    assert not any(layer.training for layer in layers)
    assert model.train() is model
    assert all(layer.training for layer in layers)


def test_layers_made_later_are_in_training_whatever_the_others_do():
    Tanh().eval()
    assert Tanh().training


def test_parameters_come_in_order_and_can_be_trained():
    model = small_model()
    parameters = model.parameters()
    assert [tuple(p.shape) for p in parameters] == [(9, 3), (6, 5), (5,), (5,), (10, 4), (4,)]
    assert all(p.requires_grad and p.is_leaf for p in parameters)


def test_every_layer_keeps_its_last_output():
    model = small_model()
    assert all(layer.out is None for layer in every_layer(model))
    logits = model(torch.randint(0, 9, (6, 4)))
    assert model.out is logits
    assert model.layers[-1].out is logits
    shapes = [tuple(layer.out.shape) for layer in model.layers]
    assert shapes == [(6, 4, 3), (6, 2, 6), (6, 2, 5), (6, 10), (6, 4)]


@pytest.mark.parametrize(
    "layer", [Tanh(), Flatten(), FlattenConsecutive(2), Sequential([])], ids=lambda x: type(x).__name__
)
def test_layers_that_learn_nothing_have_no_parameters(layer):
    assert isinstance(layer, Layer)
    assert layer.parameters() == []
