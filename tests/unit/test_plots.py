"""Figures: each returns a Picture with a title, labels and words, and never shows itself."""

import inspect
import sys

import pytest
import torch

from lessonlib import plots, style
from lessonlib.layers import Embedding, Flatten, Linear, Sequential, Tanh
from lessonlib.models import tree
from lessonlib.training import History

LOSSES = [3.3 - 0.02 * i for i in range(100)]
STOPPED = History(list(range(100)), LOSSES, [0.1] * 100, stopped="stopped at step 100 of 900")
MATRIX = torch.arange(6.0).view(2, 3)

EXAMPLES = {
    "loss_curve": lambda: plots.loss_curve(LOSSES, k=10),
    "loss_curves": lambda: plots.loss_curves({"slow": LOSSES, "fast": LOSSES[::2]}, k=10),
    "curves": lambda: plots.curves([1, 2, 4], {"flat": [1.0, 2, 3], "tree": [1.0, 1, 2]}, "Cost", "characters", "ms"),
    "histograms": lambda: plots.histograms({"a": [1.0, 2, 2], "b": [0.0, 5, 1]}, "Spread", "value"),
    "activations": lambda: plots.activations(tree(27, 4, 5, 2), torch.randint(0, 27, (8, 4))),
    "embedding_map": lambda: plots.embedding_map(torch.randn(4, 3, requires_grad=True), list(".abe")),
    "lookup": lambda: plots.lookup("aba", list(".ab"), torch.randn(3, 2, requires_grad=True)),
    "bars": lambda: plots.bars({"flat": 2.027, "tree": 1.993}, "Validation loss", "nats per character"),
    "dots": lambda: plots.dots({"flat": [2.041, 2.046], "tree": [2.006, 2.009, 2.007]}, "Seeds", "nats per character"),
    "heatmap": lambda: plots.heatmap(MATRIX, "ab", "xyz", "A matrix", "column", "row", "Two rows of three numbers."),
}
UNLABELLED = {"lookup"}  # a drawing without axes
NAMED_ROWS = {"bars", "dots"}  # the rows' names stand where the label of y would


def test_every_function_of_plots_has_an_example_here():
    public = [name for name, f in inspect.getmembers(plots, inspect.isfunction) if f.__module__ == plots.__name__]
    assert sorted(EXAMPLES) == sorted(name for name in public if not name.startswith("_"))


def axes_of(fig):
    return [ax for ax in fig.axes if ax.get_label() != "<colorbar>"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_figure_has_title_labels_and_words_and_is_only_returned(name, capsys):
    fig = EXAMPLES[name]()
    assert isinstance(fig, style.Picture)
    axes = axes_of(fig)
    assert axes[0].get_title(loc="left")
    if name not in UNLABELLED:
        assert axes[-1].get_xlabel()
        assert all(ax.get_ylabel() for ax in axes) or name in NAMED_ROWS
    assert len(fig.alt) > 20
    assert fig.alt.endswith(".")
    assert fig.png().startswith(b"\x89PNG")
    assert capsys.readouterr() == ("", "")


def test_pyplot_which_shows_figures_on_its_own_is_not_used():
    assert "matplotlib.pyplot" not in sys.modules


# Loss curves


def test_a_loss_curve_draws_each_step_and_the_mean_of_every_k():
    fig = plots.loss_curve(LOSSES, k=10)
    raw, means = fig.axes[0].lines
    assert list(raw.get_ydata()) == LOSSES
    assert list(means.get_xdata()) == [5 + 10 * i for i in range(10)]
    torch.testing.assert_close(torch.tensor(means.get_ydata()), torch.tensor(LOSSES).view(-1, 10).mean(1))
    assert "100 single-step losses" in fig.alt
    assert "means over 10 steps go from 3.210 to 1.410" in fig.alt


def test_a_stopped_run_says_so_in_its_figures():
    curve = plots.loss_curve(STOPPED, k=10)
    assert curve.axes[0].get_title(loc="left") == "Training loss (stopped at step 100 of 900)"
    assert "Training stopped at step 100 of 900." in curve.alt
    both = plots.loss_curves({"first": STOPPED, "second": LOSSES}, k=10)
    names = [text.get_text() for text in both.axes[0].get_legend().get_texts()]
    assert names == ["first (stopped at step 100 of 900)", "second"]
    assert "stopped at step 100 of 900" in both.alt


@pytest.mark.parametrize("n", [1, 5])
def test_a_short_run_is_smoothed_over_what_there_is(n):
    for fig in (plots.loss_curve(LOSSES[:n]), plots.loss_curves({"a": LOSSES, "b": LOSSES[:n]})):
        assert len(fig.axes[0].lines[1].get_ydata()) == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("good", [0, 50])
def test_a_run_that_went_to_infinity_can_be_drawn(bad, good):
    fig = plots.loss_curve(LOSSES[:good] + [bad] * 50, k=10)
    assert fig.png()


def test_no_losses_are_said():
    with pytest.raises(ValueError, match="no losses to draw yet: train for at least one step"):
        plots.loss_curve(History())


# The others


def test_lines_can_have_an_x_each_and_are_told_apart_without_colour():
    fig = plots.curves({"a": [1, 2], "b": [3, 4, 5]}, {"a": [1.0, 2], "b": [1.0, 2, 3]}, "T", "x", "y", "Words.")
    a, b = fig.axes[0].lines
    assert list(b.get_xdata()) == [3, 4, 5]
    assert a.get_linestyle() != b.get_linestyle()
    assert a.get_marker() != b.get_marker()
    assert fig.alt == "Words."


def test_a_log_axis_names_the_places_that_were_measured():
    fig = plots.curves([8, 64, 1024], {"a": [1.0, 2, 3]}, "T", "x", "y", xscale="log")
    assert [text.get_text() for text in fig.axes[0].get_xticklabels()] == ["8", "64", "1024"]


def test_a_log_axis_is_labelled_with_numbers_and_no_formulas():
    x = [10.0**i for i in range(-4, 10)]
    (ax,) = plots.curves(x, {"a": x}, "T", "x", "y", xscale="log", yscale="log").axes
    ax.figure.png()
    labels = [text.get_text() for axis in (ax.xaxis, ax.yaxis) for text in axis.get_ticklabels(which="both")]
    assert "0.0001" in labels
    assert not [label for label in labels if "$" in label]


def test_histograms_share_one_axis():
    fig = plots.histograms({"narrow": [0.0, 1.0], "wide": [-10.0, 10.0]}, "T", "x")
    assert fig.axes[0].get_xlim() == fig.axes[1].get_xlim()
    assert "wide: mean 0.000, std 14.142, from -10.000 to 10.000" in fig.alt


def test_activations_find_nested_tanh_layers_and_leave_the_model_alone():
    model = Sequential([Embedding(5, 3), Flatten(), Sequential([Linear(6, 4), Tanh()]), Linear(4, 4), Tanh()])
    x = torch.randint(0, 5, (7, 2))
    model(x)
    before = [layer.out for layer in model.layers]
    fig = plots.activations(model, x)
    assert len(fig.axes) == 2
    assert "tanh 1 " in fig.alt
    assert "tanh 2 " in fig.alt
    assert all(a is layer.out for a, layer in zip(before, model.layers, strict=True))
    assert model.training


def test_saturated_units_are_counted():
    model = Sequential([Linear(1, 4), Tanh()])
    with torch.no_grad():
        model.layers[0].weight.copy_(torch.tensor([[100.0, -100, 0, 0]]))
    assert "tanh 1 50.0%" in plots.activations(model, torch.ones(3, 1)).alt


def test_vowels_are_bold_on_the_embedding_map_and_nothing_else():
    fig = plots.embedding_map(torch.randn(6, 4), [".", "a", "b", "u", "ei", "A"])
    assert {text.get_text() for text in fig.axes[0].texts if text.get_weight() == "bold"} == {"a", "u"}


def test_what_a_figure_says_unasked_tells_where_a_line_turns_and_where_a_table_is_highest():
    valley = plots.curves([1, 2, 3], {"loss": [3.0, 2.5, 2.8]}, "A search", "rate", "nats")
    assert "loss: from 3.000 to 2.800, lowest 2.500 at 2." in valley.alt
    assert "lowest" not in plots.curves([1, 2], {"loss": [3.0, 2.5]}, "A search", "rate", "nats").alt
    table = plots.heatmap(torch.tensor([[0.2, 0.8], [1.0, 0.0]]), "ab", "xy", "Weights", "looked at", "looking")
    assert (
        "2 rows (looking) by 2 columns (looked at), from 0.00 to 1.00; the highest in each row: a: y, b: x."
        in table.alt
    )
