"""Tracing: shapes, parameters, multiply-adds and reach, on our layers and on torch.nn's, without touching the model."""

import copy
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lessonlib.layers import BatchNorm1d, Embedding, Flatten, FlattenConsecutive, Linear, Sequential, Tanh
from lessonlib.models import flat_mlp, tree
from lessonlib.shapes import trace


def tokens(*shape):
    return torch.randint(0, 27, shape)


def column(traced, name):
    return [getattr(row, name) for row in traced.rows]


class CausalConv(nn.Module):
    """Characters to logits (B, C, T), with a dilated causal convolution, a gate and a residual a level."""

    def __init__(self, channels=6, dilations=(1, 2, 4)):
        super().__init__()
        self.embedding = nn.Embedding(27, channels)
        self.filters = nn.ModuleList(nn.Conv1d(channels, channels, 2, dilation=d) for d in dilations)
        self.gates = nn.ModuleList(nn.Conv1d(channels, channels, 2, dilation=d) for d in dilations)
        self.norm = nn.BatchNorm1d(channels)
        self.head = nn.Conv1d(channels, 27, 1)

    def forward(self, ix):
        x = self.embedding(ix).transpose(1, 2)
        for filter, gate in zip(self.filters, self.gates, strict=True):
            padded = nn.functional.pad(x, (filter.dilation[0], 0))
            x = x + torch.tanh(filter(padded)) * torch.sigmoid(gate(padded))
        return self.head(self.norm(x))


class SmallTransformer(nn.Module):
    """Characters to logits (B, T, C): positions are embedded first, rounds share layers, one is called by keyword."""

    def __init__(self, channels=8, rounds=2):
        super().__init__()
        self.positions = nn.Embedding(16, channels)
        self.characters = nn.Embedding(27, channels)
        self.attn = nn.MultiheadAttention(channels, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(channels, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, channels))
        self.head = nn.Linear(channels, 27)
        self.rounds = rounds
        self.attention = None

    def forward(self, ix):
        T = ix.shape[1]
        x = self.positions(torch.arange(T)) + self.characters(ix)
        future = torch.ones(T, T, dtype=torch.bool).triu(1)
        for _ in range(self.rounds):
            looked, self.attention = self.attn(query=x, key=x, value=x, attn_mask=future)
            x = x + looked
            x = x + self.mlp(x)
        return self.head(x)


# The tree, row by row


def test_every_row_of_a_small_tree():
    rows = [
        (r.name, r.shape_in, r.shape_out, r.parameters, r.multiply_adds, r.reach)
        for r in trace(tree(27, 10, 6, 2), tokens(5, 4)).rows
    ]
    assert rows == [
        ("Embedding", (5, 4), (5, 4, 10), 270, 0, 1),
        ("FlattenConsecutive(2)", (5, 4, 10), (5, 2, 20), 0, 0, 1),
        ("Linear", (5, 2, 20), (5, 2, 6), 120, 240, 2),
        ("BatchNorm1d", (5, 2, 6), (5, 2, 6), 12, 0, 2),
        ("Tanh", (5, 2, 6), (5, 2, 6), 0, 0, 2),
        ("FlattenConsecutive(2)", (5, 2, 6), (5, 12), 0, 0, 2),
        ("Linear", (5, 12), (5, 6), 72, 72, 4),
        ("BatchNorm1d", (5, 6), (5, 6), 12, 0, 4),
        ("Tanh", (5, 6), (5, 6), 0, 0, 4),
        ("Linear", (5, 6), (5, 27), 189, 162, 4),
    ]


def test_the_scaled_tree_has_the_published_parameters_and_the_measured_multiply_adds():
    traced = trace(tree(27, 24, 128, 3), tokens(4, 8))
    assert traced.parameters == sum(column(traced, "parameters")) == 76_579
    assert traced.multiply_adds == 126_336


@settings(max_examples=10)
@given(batch=st.integers(1, 5), levels=st.integers(1, 5))
def test_reach_doubles_on_each_level_for_any_batch(batch, levels):
    traced = trace(tree(27, 2, 3, levels), tokens(batch, 2**levels))
    reach = [row.reach for row in traced.rows if row.name == "Linear"]
    assert reach == [2**k for k in range(1, levels + 1)] + [2**levels]
    assert traced.multiply_adds == trace(tree(27, 2, 3, levels), tokens(1, 2**levels)).multiply_adds


def test_the_flat_model_sees_all_at_once():
    assert [row.reach for row in trace(flat_mlp(27, 8, 10, 20), tokens(4, 8)).rows] == [1, 1, 8, 8, 8, 8]


# Other models


def test_layers_in_a_sequential_in_a_sequential_and_a_layer_used_twice():
    shared = Sequential([Linear(4, 4), Tanh()])
    model = Sequential([Embedding(27, 2), FlattenConsecutive(2), shared, Sequential([shared]), Flatten()])
    traced = trace(model, tokens(3, 4))
    assert column(traced, "name") == [
        "Embedding",
        "FlattenConsecutive(2)",
        "Linear",
        "Tanh",
        "Linear",
        "Tanh",
        "Flatten",
    ]
    assert column(traced, "parameters") == [54, 0, 20, 0, 20, 0, 0]
    assert traced.parameters == 74  # shared parameters count once


def test_a_block_that_lists_its_layers_and_calls_them_in_its_own_way():
    class Residual(Sequential):
        def __init__(self, dim):
            self.linear, self.tanh = Linear(dim, dim), Tanh()
            super().__init__([self.linear, self.tanh])

        def __call__(self, x):
            return x + self.tanh(self.linear(x))

    traced = trace(Sequential([Embedding(27, 4), Residual(4), Flatten()]), tokens(3, 2))
    assert column(traced, "name") == ["Embedding", "Linear", "Tanh", "Flatten"]
    assert column(traced, "reach") == [1, 1, 1, 1]


def test_a_single_layer_is_a_model_too():
    for layer in (Linear(3, 2), nn.Linear(3, 2)):
        (row,) = trace(layer, torch.randn(5, 3)).rows
        assert (row.name, row.shape_in, row.shape_out, row.multiply_adds, row.reach) == (
            "Linear",
            (5, 3),
            (5, 2),
            6,
            None,
        )


def test_torch_layers_in_a_sequential_are_counted_like_ours():
    theirs = nn.Sequential(
        nn.Embedding(27, 10),
        nn.Flatten(),
        nn.Linear(30, 20, bias=False),
        nn.BatchNorm1d(20),
        nn.Tanh(),
        nn.Linear(20, 27),
    )
    ours = flat_mlp(27, 3, 10, 20)
    assert trace(theirs, tokens(4, 3)) == trace(ours, tokens(4, 3))


def test_convolutions_with_channels_in_the_middle():
    traced = trace(CausalConv(), tokens(4, 12))
    convs = [row for row in traced.rows if row.name == "Conv1d"]
    assert [row.reach for row in convs] == [2, 2, 4, 4, 8, 8, 8]
    assert [row.shape_in for row in convs[:5:2]] == [(4, 6, 13), (4, 6, 14), (4, 6, 16)]
    assert [row.multiply_adds for row in convs] == [12 * 6 * 12] * 6 + [12 * 6 * 27]
    assert traced.rows[0].reach == 1


def test_attention_sees_the_whole_context_in_its_first_round():
    traced = trace(SmallTransformer(), tokens(3, 5))
    assert [(row.name, row.reach) for row in traced.rows] == [
        ("Embedding", 0),  # positions know no character
        ("Embedding", 1),
        *[("MultiheadAttention", 5), ("Linear", 5), ("ReLU", 5), ("Dropout", 5), ("Linear", 5)] * 2,
        ("Linear", 5),
    ]
    assert traced.parameters == sum(p.numel() for p in SmallTransformer().parameters())


def test_reach_counts_what_is_connected_and_not_what_is_there():
    class LastTwo(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.linear = nn.Embedding(27, 3), nn.Linear(6, 4)

        def forward(self, ix):
            return self.linear(self.embedding(ix)[:, -2:].flatten(1))

    assert column(trace(LastTwo(), tokens(2, 9)), "reach") == [1, 2]


def test_a_frozen_embedding_has_a_reach():
    embedding = nn.Embedding.from_pretrained(torch.randn(27, 3), freeze=True)
    model = nn.Sequential(embedding, nn.Flatten(), nn.Linear(12, 4).requires_grad_(False))
    assert column(trace(model, tokens(2, 4)), "reach") == [1, 1, 4]
    assert not any(p.requires_grad for p in model.parameters())


def test_a_dead_unit_at_the_end_does_not_hide_the_reach():
    model = nn.Sequential(nn.Embedding(27, 2), nn.Flatten(), nn.Linear(8, 3), nn.ReLU())
    with torch.no_grad():
        model[2].bias.copy_(torch.tensor([100.0, 0, -100]))
    assert column(trace(model, tokens(2, 4)), "reach") == [1, 1, 4, 4]


def test_characters_in_one_long_row():
    model = nn.Sequential(nn.Embedding(27, 4), nn.Linear(4, 3))
    assert [(row.shape_out, row.reach) for row in trace(model, tokens(20)).rows] == [((20, 4), 1), ((20, 3), 1)]


def test_tracing_works_without_gradients_around_it():
    with torch.no_grad():
        assert column(trace(tree(27, 2, 3, 1), tokens(2, 2)), "reach") == [1, 1, 2, 2, 2, 2]


# The model is left alone


def used(model, x):
    """The model after a training step and a call: gradients are there, and outputs that hang on a graph."""
    model(x).logsumexp(-1).sum().backward()
    model(x)
    return model


def tensors(model):
    layers = model.modules() if isinstance(model, nn.Module) else [model, *model.layers]
    kept = [value for layer in layers for value in vars(layer).values() if isinstance(value, torch.Tensor)]
    buffers = list(model.buffers()) if isinstance(model, nn.Module) else []
    return [*kept, *buffers, *model.parameters(), *(p.grad for p in model.parameters())]


@pytest.mark.parametrize("mode", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize(
    "build", [lambda: tree(27, 3, 4, 2), CausalConv, SmallTransformer], ids=["ours", "conv", "transformer"]
)
def test_a_model_that_was_trained_is_traced_and_left_as_it_was(build, mode):
    x = tokens(6, 4)
    model = used(build(), x).train(mode)
    kind = type(model)
    before = tensors(model)
    values = [t.clone() for t in before]
    state = torch.get_rng_state()
    assert trace(model, x) == trace(model, x)
    after = tensors(model)
    assert all(a is b for a, b in zip(before, after, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(values, after, strict=True))
    assert model.training is mode
    assert type(model) is kind
    assert torch.equal(state, torch.get_rng_state())
    assert not any(module._forward_hooks for module in getattr(model, "modules", list)())


def test_each_layer_keeps_its_own_mode():
    model = tree(27, 3, 4, 2)
    norms = [layer for layer in model.layers if isinstance(layer, BatchNorm1d)]
    norms[0].eval()
    trace(model, tokens(2, 4))
    assert [norm.training for norm in norms] == [False, True]


def test_one_example_is_enough_and_statistics_stay():
    model = tree(27, 3, 4, 2)
    before = copy.deepcopy([layer.running_var for layer in model.layers if isinstance(layer, BatchNorm1d)])
    trace(model, tokens(1, 4))
    assert all(torch.equal(a, b.running_var) for a, b in zip(before, [model.layers[3], model.layers[7]], strict=True))


# As text and as a table


def test_a_trace_prints_as_an_aligned_table_with_a_total():
    text = str(trace(tree(27, 10, 68, 3), tokens(4, 8)))
    lines = text.split("\n")
    assert lines[0].split() == ["layer", "shape", "in", "shape", "out", "parameters", "multiply-adds", "reach"]
    assert len({len(line) for line in lines[:-1]}) == 1
    assert re.fullmatch(r"total +22,397 +35,020", lines[-1])
    assert repr(trace(tree(27, 10, 68, 3), tokens(4, 8))) == text


def test_a_trace_shows_as_a_table_with_the_same_cells():
    traced = trace(tree(27, 10, 68, 3), tokens(4, 8))
    page = traced._repr_html_()
    cells = re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", page)
    assert cells == ["layer", "shape in", "shape out", "parameters", "multiply-adds", "reach"] + [
        cell for row in traced.rows for cell in row.cells()
    ] + ["total", "", "", "22,397", "35,020", ""]
    assert "<caption>" in page
    assert not re.search(r"<style|colou?r|class=", page)  # it takes the notebook's own colours, in both themes


def test_names_are_escaped_in_the_table():
    odd = type("A<b>&", (Tanh,), {})
    assert "A&lt;b&gt;&amp;" in trace(Sequential([odd()]), torch.randn(2, 3))._repr_html_()
