"""Figures of what was measured. Each function returns a Picture: title, labelled axes, and words for what it shows."""

from collections.abc import Mapping, Sequence

import torch

from lessonlib import style
from lessonlib.training import History, smooth


def loss_curve(history: History | Sequence[float], k: int = 1000, title: str = "Training loss") -> style.Picture:
    """Each step's loss, and the mean of every k steps: the noise, and what it hides. Loss in nats per character."""
    losses = history.losses if isinstance(history, History) else list(history)
    stopped = getattr(history, "stopped", None)
    k = max(1, min(k, len(losses)))
    means = smooth(losses, k)
    fig, ax = style.figure(
        f"{title}: {len(losses):,} single-step losses as a thin noisy line; their means over {k} steps go from "
        f"{means[0]:.3f} to {means[-1]:.3f} nats per character." + (f" Training {stopped}." if stopped else "")
    )
    ax.plot(losses, color="#BBBBBB", linewidth=0.6, label="each step")
    centres = [(i + 0.5) * k for i in range(len(means))]
    ax.plot(centres, means, color=style.BLUE, linewidth=2, marker="o", markersize=3, label=f"mean of {k} steps")
    style.label(ax, f"{title} ({stopped})" if stopped else title, "step", "loss (nats per character)")
    low, high = min(means), max(max(means), *losses[len(losses) // 20 :][:1])
    ax.set_ylim(float(low) - 0.35, float(high) + 0.5)
    ax.legend(frameon=False)
    return fig


def curves(
    x: Sequence[float] | Mapping[str, Sequence[float]],
    lines: Mapping[str, Sequence[float]],
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str,
    xscale: str = "linear",
    yscale: str = "linear",
) -> style.Picture:
    """Named lines over a shared x, or over an x of their own each; told apart by colour, dash and marker."""
    fig, ax = style.figure(alt)
    for i, (name, y) in enumerate(lines.items()):
        xs = x[name] if isinstance(x, Mapping) else x
        ax.plot(xs, y, label=name, linewidth=1.8, markersize=4, markevery=max(1, len(y) // 12), **style.line(i))
    ax.set_xscale(xscale, **({"base": 2} if xscale == "log" and _powers_of_two(x) else {}))
    ax.set_yscale(yscale)
    style.label(ax, title, xlabel, ylabel)
    if len(lines) > 1:
        ax.legend(frameon=False)
    return fig


def histograms(samples: Mapping[str, Sequence[float]], title: str, xlabel: str, alt: str, bins=30) -> style.Picture:
    """One small histogram for each named sample, all on the same axis, so that their widths can be compared."""
    fig, axes = style.figure(alt, height=1.3 + 1.1 * len(samples), nrows=len(samples), sharex=True, squeeze=False)
    values = {name: torch.as_tensor(sample, dtype=torch.float) for name, sample in samples.items()}
    low, high = min(v.min() for v in values.values()).item(), max(v.max() for v in values.values()).item()
    for i, (ax, (name, v)) in enumerate(zip(axes[:, 0], values.items(), strict=True)):
        colour = style.line(i)["color"]
        ax.hist(v.numpy(), bins=bins, range=(low, high), color=colour, alpha=0.8)
        ax.axvline(v.mean().item(), color=style.BLACK, linewidth=1)
        ax.text(
            0.99,
            0.9,
            f"{name}: mean {v.mean():.3f}, std {v.std():.3f}",
            transform=ax.transAxes,
            ha="right",
            va="top",
        )
        ax.set_ylabel("count")
    style.label(axes[0, 0], title)
    style.label(axes[-1, 0], "", xlabel, "count")
    return fig


def activations(model, x: torch.Tensor, title: str = "Activations of each tanh layer") -> style.Picture:
    """How the outputs of each Tanh are spread over (-1, 1) for inputs x (B, T); near the ends a unit is saturated."""
    was_training = model.training
    with torch.no_grad():
        model.eval()(x)
    model.train(was_training)
    tanhs = [layer for layer in model.layers if type(layer).__name__ == "Tanh"]
    samples = {f"tanh {i}": layer.out.detach().flatten() for i, layer in enumerate(tanhs, 1)}
    shares = ", ".join(f"{name} {(v.abs() > 0.97).float().mean():.1%}" for name, v in samples.items())
    alt = f"{title}: a histogram for each layer between -1 and 1. Share of values beyond 0.97 in size: {shares}."
    return histograms(samples, title, "activation", alt, bins=50)


def embedding_map(
    weight: torch.Tensor, labels: Sequence[str], title="The embedding, in two dimensions"
) -> style.Picture:
    """Each row of `weight` (V, C) as its label, placed by the two directions in which the rows differ most (PCA)."""
    centred = weight.detach() - weight.detach().mean(0)
    _, s, v = torch.linalg.svd(centred, full_matrices=False)
    points, share = centred @ v[:2].T, (s[:2] ** 2).sum() / (s**2).sum()
    fig, ax = style.figure(
        f"{title}: {len(labels)} labelled points on a plane that keeps {share:.0%} of their variance; a, e, i, o "
        "and u are drawn bold.",
        width=6.0,
        height=5.0,
    )
    ax.set_xlim(*_padded(points[:, 0]))
    ax.set_ylim(*_padded(points[:, 1]))
    for (px, py), label in zip(points.tolist(), labels, strict=True):
        vowel = label in "aeiou"
        ax.text(px, py, label, ha="center", va="center", weight="bold" if vowel else "normal",
                color=style.VERMILION if vowel else style.BLACK, fontsize=12)  # fmt: skip
    style.label(ax, title, f"first direction ({s[0] ** 2 / (s**2).sum():.0%} of variance)",
           f"second direction ({s[1] ** 2 / (s**2).sum():.0%})")  # fmt: skip
    return fig


def bars(values: Mapping[str, float], title: str, xlabel: str, alt: str, form: str = "{:.3f}") -> style.Picture:
    """One horizontal bar a name, with its number written at its end."""
    fig, ax = style.figure(alt, height=1.2 + 0.4 * len(values))
    names = list(values)[::-1]
    drawn = ax.barh(names, [values[n] for n in names], color=style.SKY, edgecolor=style.BLACK, linewidth=0.6)
    ax.bar_label(drawn, [form.format(values[n]) for n in names], padding=4)
    ax.margins(x=0.15)
    style.label(ax, title, xlabel, "")
    return fig


def matrix(
    values: torch.Tensor, rows: Sequence[str], columns: Sequence[str], title, xlabel, ylabel, alt
) -> style.Picture:
    """A table of numbers (R, C) as shades from white (low) to dark (high), with a scale; a small one shows numbers."""
    fig, ax = style.figure(alt, width=6.0, height=1.4 + 0.42 * len(rows))
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


def _padded(v):
    low, high = v.min().item(), v.max().item()
    pad = 0.08 * (high - low)
    return low - pad, high + pad


def _powers_of_two(x):
    xs = x if not isinstance(x, Mapping) else [v for values in x.values() for v in values]
    return all(isinstance(v, int) and v > 0 and v & (v - 1) == 0 for v in xs)
