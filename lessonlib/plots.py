"""Figures of what was measured. Each function returns a Picture: title, labelled axes, and words for what it shows."""

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from matplotlib.patches import Rectangle

from lessonlib import style
from lessonlib.shapes import layer_calls
from lessonlib.training import History, smooth


@style.drawing
def loss_curve(history: History | Sequence[float], k: int = 1000, title: str = "Training loss") -> style.Picture:
    """Each step's loss, and the mean of every k steps: the noise, and what it hides. Loss in nats per character."""
    losses = history.losses if isinstance(history, History) else list(history)
    if not losses:
        raise ValueError("There are no losses to draw yet: train for at least one step.")
    stopped = getattr(history, "stopped", None)
    k = min(k, len(losses))
    means = smooth(losses, k)
    fig, ax = style.figure(
        f"{title}: {len(losses):,} single-step losses as a thin noisy line; their means over {k} steps go from "
        f"{means[0]:.3f} to {means[-1]:.3f} nats per character." + (f" Training {stopped}." if stopped else "")
    )
    ax.plot(losses, color="#BBBBBB", linewidth=0.6, label="each step")
    centres = [(i + 0.5) * k for i in range(len(means))]
    ax.plot(centres, means, color=style.BLUE, linewidth=2, marker="o", markersize=3, label=f"mean of {k} steps")
    style.label(ax, f"{title} ({stopped})" if stopped else title, "step", "loss (nats per character)")
    shown = [v for v in [*means.tolist(), losses[len(losses) // 20]] if math.isfinite(v)]
    if shown:  # a run that went to infinity at once has nothing to scale the axis by
        ax.set_ylim(min(shown) - 0.35, max(shown) + 0.5)
    ax.legend(frameon=False)
    return fig


@style.drawing
def loss_curves(
    runs: Mapping[str, History | Sequence[float]], k: int = 50, title: str = "Training loss"
) -> style.Picture:
    """Several named runs in one figure, each as the mean of every k steps. Losses in nats per character."""
    losses = {}
    for name, run in runs.items():
        stopped = getattr(run, "stopped", None)
        losses[f"{name} ({stopped})" if stopped else name] = run.losses if isinstance(run, History) else list(run)
    k = min(k, *map(len, losses.values()))
    means = {name: smooth(run, k) for name, run in losses.items()}
    centres = {name: [(i + 0.5) * k for i in range(len(m))] for name, m in means.items()}
    return curves(centres, means, title, "step", f"loss, mean of {k} steps (nats)")


@style.drawing
def curves(
    x: Sequence[float] | Mapping[str, Sequence[float]],
    lines: Mapping[str, Sequence[float]],
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str | None = None,
    xscale: str = "linear",
    yscale: str = "linear",
) -> style.Picture:
    """Named lines over a shared x, or over an x of their own each; told apart by colour, dash and marker."""
    told = "; ".join(_course(name, x[name] if isinstance(x, Mapping) else x, y) for name, y in lines.items())
    fig, ax = style.figure(alt or f"{title}, as lines of {ylabel} over {xlabel}. {told}.")
    for look, (name, y) in zip(style.looks(lines), lines.items(), strict=True):
        xs = x[name] if isinstance(x, Mapping) else x
        ax.plot(xs, y, label=name, linewidth=1.8, markersize=5, markevery=max(1, len(y) // 12), **look)
    ax.set_xscale(xscale)
    ax.set_yscale(yscale)
    for axis, scale in ((ax.xaxis, xscale), (ax.yaxis, yscale)):
        if scale == "log":  # 0.001 and not a formula, which would need mathematical type
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter("")
    places = sorted({float(v) for xs in (x.values() if isinstance(x, Mapping) else [x]) for v in xs})
    if xscale == "log" and len(places) <= 12:  # name the places that were measured, in full
        ax.set_xticks(places, [f"{place:g}" for place in places])
        ax.minorticks_off()
    style.label(ax, title, xlabel, ylabel)
    if len(lines) > 1:
        ax.legend(frameon=False)
    return fig


def _course(name: str, xs: Sequence[float], y: Sequence[float]) -> str:
    """How a line runs, in words: its ends, and where it turns in between."""
    ys = [float(v) for v in y]
    form = ".3f" if max(map(abs, ys)) >= 0.01 else ".2g"  # 0.000 would say nothing of a small one
    told = f"{name}: from {ys[0]:{form}} to {ys[-1]:{form}}"
    for word, extreme in (("lowest", min(ys)), ("highest", max(ys))):
        if extreme not in (ys[0], ys[-1]):
            told += f", {word} {extreme:{form}} at {float(xs[ys.index(extreme)]):.4g}"
    return told


@style.drawing
def histograms(
    samples: Mapping[str, Sequence[float]], title: str, xlabel: str, alt: str | None = None, bins=30
) -> style.Picture:
    """One small histogram for each named sample, all on the same axis, so that their widths can be compared."""
    values = {name: torch.as_tensor(sample, dtype=torch.float) for name, sample in samples.items()}
    low, high = min(v.min() for v in values.values()).item(), max(v.max() for v in values.values()).item()
    told = "; ".join(f"{_spread(name, v)}, from {v.min():.3f} to {v.max():.3f}" for name, v in values.items())
    fig, axes = style.figure(
        alt or f"{title}: a histogram for each, on one axis. {told}.",
        height=1.3 + 1.1 * len(samples),
        nrows=len(samples),
        sharex=True,
        squeeze=False,
    )
    for i, (ax, (name, v)) in enumerate(zip(axes[:, 0], values.items(), strict=True)):
        ax.hist(v.numpy(), bins=bins, range=(low, high), color=style.line(i)["color"], alpha=0.8)
        ax.axvline(v.mean().item(), color=style.BLACK, linewidth=1)
        ax.set_title(_spread(name, v), loc="right", fontsize=9, weight="normal")
        style.label(ax, title if i == 0 else "", xlabel if i == len(values) - 1 else "", "count")
    return fig


@style.drawing
def activations(model, x: torch.Tensor, title: str = "Activations of each tanh layer") -> style.Picture:
    """How the outputs of each Tanh are spread over (-1, 1) for inputs x (B, T); near the ends a unit is saturated."""
    outs = [out for layer, _, out in layer_calls(model, x) if type(layer).__name__ == "Tanh"]
    samples = {f"tanh {i}": out.detach().flatten() for i, out in enumerate(outs, 1)}
    saturated = ", ".join(f"{name} {(v.abs() > 0.97).float().mean():.1%}" for name, v in samples.items())
    alt = f"{title}: a histogram for each layer between -1 and 1. Share of values beyond 0.97 in size: {saturated}."
    return histograms(samples, title, "activation", alt, bins=50)


@style.drawing
def embedding_map(
    weight: torch.Tensor, labels: Sequence[str], title="The embedding, in two dimensions"
) -> style.Picture:
    """Each row of `weight` (V, C) as its label, placed by the two directions in which the rows differ most (PCA)."""
    centred = weight.detach() - weight.detach().mean(0)
    _, s, v = torch.linalg.svd(centred, full_matrices=False)
    points, kept = centred @ v[:2].T, (s[:2] ** 2).sum() / (s**2).sum()
    fig, ax = style.figure(
        f"{title}: {len(labels)} labelled points on a plane that keeps {kept:.0%} of their variance; a, e, i, o "
        "and u are drawn bold.",
        width=6.0,
        height=5.0,
    )
    ax.set_xlim(*_padded(points[:, 0]))
    ax.set_ylim(*_padded(points[:, 1]))
    for (px, py), label in zip(points.tolist(), labels, strict=True):
        vowel = label in tuple("aeiou")
        ax.text(px, py, label, ha="center", va="center", weight="bold" if vowel else "normal",
                color=style.VERMILION if vowel else style.BLACK, fontsize=12)  # fmt: skip
    style.label(ax, title, f"first direction ({s[0] ** 2 / (s**2).sum():.0%} of variance)",
           f"second direction ({s[1] ** 2 / (s**2).sum():.0%})")  # fmt: skip
    return fig


@style.drawing
def lookup(text: str, characters: Sequence[str], weight: torch.Tensor) -> style.Picture:
    """The rows of `weight` (V, C) that `text` looks up, as the product of its one-hot rows (T, V) and the weight."""
    ix = torch.tensor([characters.index(character) for character in text])
    one_hot = F.one_hot(ix, len(weight)).float()
    fig, ax = style.figure(
        f"A lookup as a product: a row for each character of {text!r}, all 0 but one 1, shape {tuple(one_hot.shape)}; "
        f"times the embedding, shape {tuple(weight.shape)}, whose looked-up rows are framed; gives these rows, shape "
        f"{(len(text), weight.shape[1])}.",
        width=8.4,
        height=4.6,
    )
    V, C, T = *weight.shape, len(text)
    middle, second, third = (V - T) / 2, V + 4, V + C + 8
    _shades(ax, 0, middle, one_hot, "Greys", f"one-hot {tuple(one_hot.shape)}")
    _shades(ax, second, 0, weight.detach(), "PuOr", f"weight {tuple(weight.shape)}")
    _shades(ax, third, middle, weight[ix].detach(), "PuOr", f"looked up {(T, C)}")
    for x, sign in ((V + 1.4, "@"), (third - 2.2, "=")):
        ax.text(x, V / 2, sign, ha="center", va="center", fontsize=16)
    for row, character in enumerate(characters):
        wanted = character in text
        boldness = "bold" if wanted else "normal"
        ax.text(second - 0.3, row + 0.5, character, ha="right", va="center", fontsize=8, weight=boldness)
        if wanted:
            ax.add_patch(Rectangle((second, row), C, 1, fill=False, linewidth=1.5))
    for row, character in enumerate(text):
        for x in (-0.3, third - 0.3):
            ax.text(x, middle + row + 0.5, character, ha="right", va="center", fontsize=8, weight="bold")
    ax.set_xlim(-1.2, third + C + 0.5)
    ax.set_ylim(V + 0.5, -2.2)
    ax.set_aspect("equal")
    ax.axis("off")
    style.label(ax, "An embedding looks rows up; so does a one-hot product")
    return fig


@style.drawing
def bars(
    values: Mapping[str, float], title: str, xlabel: str, alt: str | None = None, form: str = "{:.3f}"
) -> style.Picture:
    """One horizontal bar a name, with its number written at its end."""
    numbers = {name: form.format(value) for name, value in values.items()}
    told = "; ".join(f"{name} {number}" for name, number in numbers.items())
    fig, ax = style.figure(alt or f"{title}, as bars of {xlabel}: {told}.", height=1.2 + 0.4 * len(values))
    names = list(values)[::-1]
    drawn = ax.barh(names, [values[n] for n in names], color=style.SKY, edgecolor=style.BLACK, linewidth=0.6)
    ax.bar_label(drawn, [numbers[n] for n in names], padding=4)
    ax.margins(x=0.15)
    style.label(ax, title, xlabel, "")
    return fig


@style.drawing
def dots(groups: Mapping[str, Sequence[float]], title: str, xlabel: str, alt: str | None = None) -> style.Picture:
    """One dot a run, one line of dots a group, and a bar at each group's mean: is the gap wider than the spread?"""
    means = {name: sum(v) / len(v) for name, v in groups.items()}
    told = "; ".join(_range(name, v, means[name]) for name, v in groups.items())
    fig, ax = style.figure(alt or f"{title}, as dots of {xlabel}: {told}.", height=1.2 + 0.45 * len(groups))
    for i, (look, (name, v)) in enumerate(zip(style.looks(groups), groups.items(), strict=True)):
        face = look.get("markerfacecolor", look["color"])
        edge = look["color"] if "markerfacecolor" in look else style.BLACK
        ax.scatter(v, [i] * len(v), s=60, color=face, marker=look["marker"], edgecolor=edge, zorder=3)
        if len(v) > 1:
            ax.plot([means[name]] * 2, [i - 0.25, i + 0.25], color=style.BLACK, linewidth=2)
        ax.annotate(f"{means[name]:.3f}", (means[name], i - 0.28), ha="center", va="bottom", fontsize=9)
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set_ylim(len(groups) - 0.5, -0.8)
    ax.margins(x=0.08)
    style.label(ax, title, xlabel, "")
    return fig


@style.drawing
def heatmap(
    values: torch.Tensor, rows: Sequence[str], columns: Sequence[str], title, xlabel, ylabel, alt: str | None = None
) -> style.Picture:
    """A table of numbers (R, C) as shades from white (low) to dark (high), with a scale; a small one shows numbers."""
    highest = ", ".join(f"{row}: {columns[i]}" for row, i in zip(rows, values.argmax(1).tolist(), strict=True))
    told = f"{title}: {len(rows)} rows ({ylabel}) by {len(columns)} columns ({xlabel}), from {values.min():.2f} to "
    told += f"{values.max():.2f}; the highest in each row: {highest}."
    fig, ax = style.figure(alt or told, width=6.0, height=1.4 + 0.42 * len(rows))
    fig.turns_dark = False
    shown = ax.imshow(values.detach().numpy(), cmap="Blues", aspect="auto")
    ax.grid(False)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    if values.numel() <= 150:
        middle = (values.max() + values.min()) / 2
        for i, row in enumerate(values):
            for j, v in enumerate(row):
                ax.text(
                    j,
                    i,
                    f"{v:.2f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if v > middle else "black",
                )
    fig.colorbar(shown, ax=ax, fraction=0.04)
    style.label(ax, title, xlabel, ylabel)
    return fig


def _shades(ax, x, y, values, cmap, name):
    """A matrix as shades, one unit a cell, its top left corner at (x, y), its name above."""
    rows, columns = values.shape
    limit = values.abs().max().item()
    low = 0 if values.min() >= 0 else -limit
    ax.imshow(values.numpy(), cmap=cmap, vmin=low, vmax=limit, extent=(x, x + columns, y + rows, y))
    ax.add_patch(Rectangle((x, y), columns, rows, fill=False, linewidth=0.8, edgecolor=style.GREY))
    ax.hlines(y + torch.arange(1, rows), x, x + columns, color=style.GREY, linewidth=0.3)
    ax.text(x + columns / 2, y - 0.5, name, ha="center", va="bottom")


def _spread(name, v):
    return f"{name}: mean {v.mean():.3f}, std {v.std():.3f}"


def _range(name, v, mean):
    return f"{name} {mean:.3f}" if len(v) == 1 else f"{name} from {min(v):.3f} to {max(v):.3f}, mean {mean:.3f}"


def _padded(v):
    low, high = v.min().item(), v.max().item()
    pad = 0.08 * (high - low)
    return low - pad, high + pad
