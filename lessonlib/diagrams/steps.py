"""What a training recipe does: steps that tremble and settle, examples drawn and dealt out, directions made even."""

from collections.abc import Sequence

import torch

from lessonlib import style

CURVATURE = torch.tensor([0.25, 2.0])  # of the valley: wide one way, narrow the other


@style.drawing
def valley(steps: int = 60, lr: float = 0.7, noise: float = 0.7, seed: int = 3) -> style.Picture:
    """Noisy gradient descent in a valley, twice with the same noise: at one rate, and with a rate that decays to 0."""
    generator = torch.Generator().manual_seed(seed)
    pushes = noise * torch.randn(steps, 2, generator=generator)
    ways = {
        "the rate stays": _descend(pushes, [lr] * steps),
        "the rate decays": _descend(pushes, [lr * min(1, 2 * (1 - i / steps)) for i in range(steps)]),
    }
    ends = {name: way[-15:].norm(dim=1).mean().item() for name, way in ways.items()}
    fig, axes = style.figure(
        "The path of noisy gradient descent in a valley, seen from above, twice with the same noise. In both it runs "
        "down to the middle. "
        + " ".join(
            f"Where {name}, its last 15 steps are {end:.2f} from the lowest point." for name, end in ends.items()
        ),
        width=8.4,
        height=3.0,
        ncols=2,
        sharex=True,
        sharey=True,
    )
    x, y = torch.meshgrid(torch.linspace(-4.2, 2.2, 80), torch.linspace(-2.2, 2.2, 80), indexing="xy")
    for ax, (name, way) in zip(axes, ways.items(), strict=True):
        ax.contour(x, y, (CURVATURE[0] * x**2 + CURVATURE[1] * y**2) / 2, levels=9, colors=style.LIGHT, linewidths=1)
        ax.plot(way[:, 0], way[:, 1], color=style.BLUE, marker="o", markersize=3, linewidth=0.8)
        ax.plot(way[-15:, 0], way[-15:, 1], "s", color=style.VERMILION, markersize=5)
        ax.plot([0], [0], "+", color=style.BLACK, markersize=14, markeredgewidth=2)
        ax.grid(False)
        style.label(ax, f"{name}: ends {ends[name]:.2f} away", "one weight", "another weight")
    return fig


def _descend(pushes, rates):
    way = [torch.tensor([-4.0, 1.8])]
    for push, rate in zip(pushes, rates, strict=True):
        way.append(way[-1] - rate * (CURVATURE * way[-1] + push))
    return torch.stack(way)


@style.drawing
def draws(examples: int = 40, seed: int = 1) -> style.Picture:
    """How often each of some examples comes up in as many draws: drawn with replacement, and dealt out."""
    drawn = torch.randint(0, examples, (examples,), generator=torch.Generator().manual_seed(seed))
    counts = {
        "drawn at random": drawn.bincount(minlength=examples),
        "dealt out": torch.ones(examples, dtype=torch.long),
    }
    never = {name: int((count == 0).sum()) for name, count in counts.items()}
    fig, axes = style.figure(
        f"How often each of {examples} examples comes up in {examples} draws. "
        + " ".join(f"{name.capitalize()}: {n} never, at most {counts[name].max()} times." for name, n in never.items()),
        width=8.4,
        height=2.6,
        nrows=2,
        sharex=True,
        sharey=True,
    )
    for ax, (name, count) in zip(axes, counts.items(), strict=True):
        colours = [style.SKY if n else style.VERMILION for n in count]
        ax.bar(range(examples), count.tolist(), color=colours, edgecolor=style.BLACK, linewidth=0.6)
        ax.plot((count == 0).nonzero()[:, 0], [0.25] * never[name], "x", color=style.VERMILION)
        ax.set_yticks(range(int(count.max()) + 1))
        style.label(ax, name, "", "times")
    axes[-1].set_xlabel("example (a cross: it never came up)")
    return fig


@style.drawing
def directions(pushes: Sequence[float] = (1.0, 0.15), evened: Sequence[float] = (1.0, 1.0)) -> style.Picture:
    """What a step does to a circle of directions: `pushes` are a gradient's singular values, `evened` those of Muon."""
    turn = torch.linspace(0, 2 * torch.pi, 200)
    circle = torch.stack([turn.cos(), turn.sin()])
    axis = torch.tensor([[0.8, -0.6], [0.6, 0.8]])  # any two directions at right angles
    fig, axes = style.figure(
        f"How far a step moves a matrix in each direction, as a curve around a point. A gradient step: {pushes[0]:g} "
        f"one way and {pushes[1]:g} across it, a flat ellipse. The same step after Muon: {evened[0]:g} and "
        f"{evened[1]:g}, a circle. The directions are the same.",
        width=8.4,
        height=3.2,
        ncols=2,
        sharex=True,
        sharey=True,
    )
    for ax, name, sizes in ((axes[0], "a gradient step", pushes), (axes[1], "the same step, after Muon", evened)):
        stretched = axis @ torch.diag(torch.tensor(sizes)) @ circle
        ax.plot(*stretched, color=style.BLUE, linewidth=2)
        for i, size in enumerate(sizes):
            look, tip = style.line(i + 1), axis[:, i] * size
            ax.plot([0, tip[0]], [0, tip[1]], color=look["color"], linestyle=look["linestyle"], linewidth=2)
            ax.plot([tip[0]], [tip[1]], look["marker"], color=look["color"], label=f"direction {i + 1}: {size:g}")
        ax.set_aspect("equal")
        ax.set_xlim(-1.25, 1.25)
        ax.set_ylim(-1.75, 1.25)  # room for the legend below the circle
        ax.legend(frameon=False, loc="lower center", ncols=2, fontsize=8)
        style.label(ax, name, "step, along one axis", "step, along another")
    return fig
