"""The living tree where nothing runs: the tree over a text, its numbers as strips, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyBboxPatch

from lessonlib import style

if TYPE_CHECKING:
    from lessonlib.widgets.living_tree.description import Description
    from lessonlib.widgets.living_tree.widget import LivingTree

COLOURS = LinearSegmentedColormap.from_list("strip", ["#cc621c", "#f5f4f1", "#1868ae"])
FEW = 8


@style.drawing
def draw(widget: LivingTree) -> style.Picture:
    """One row for each tree: the nodes with their strips on the left, the likeliest characters on the right.

    With the tool "convolution", a row more: the tree in two places of its text.
    """
    trees = widget.descriptions
    slides = "convolution" in widget.tools
    levels = max(len(tree.groups) for tree in trees)
    count = len(trees) + slides
    fig, axes = style.figure(
        widget.static_text(), width=9.0, height=(1.2 + 0.75 * levels) * count, nrows=count, ncols=2,
        squeeze=False, width_ratios=[3, 1],
    )  # fmt: skip
    for (left, right), tree, entry in zip(axes, trees, widget.trees, strict=False):
        _canopy(left, tree, widget.shown)
        title = f"A living tree reads “{widget.shown}”"
        style.label(left, f"{entry['label']}: {title}" if entry["label"] else title)
        _bars(right, tree, tree.chances(widget.shown, widget.temperature))
    if slides:
        _slide(axes[-1, 0], trees[0], widget.shown)
        axes[-1, 1].axis("off")
    return fig


def _slide(ax, tree, text):
    """The window that ends at the last character, in the grid of all that can be computed: a value a place."""
    ax.axis("off")
    letters, top = "." + text, len(tree.groups)
    reach = [1]
    for n in tree.groups:
        reach.append(reach[-1] * n)
    here, used = {len(text)}, []
    for k in range(top, 0, -1):
        used.append(here)
        below = {(i, max(0, i - j * reach[k - 1])) for i in here for j in range(tree.groups[k - 1])}
        for i, child in below:
            start = k - 1 + (0.25 if k == 1 else 0)
            ax.plot([child, i], [start, k], color=style.level(k)["colour"], linewidth=1.6, zorder=1)
        here = {child for _, child in below}
    for k, places in zip(range(top, 0, -1), used, strict=True):
        look = style.level(k)
        others = [i for i in range(len(letters)) if i not in places]
        ax.scatter(others, [k] * len(others), s=18, color=style.GREY, zorder=2)
        ax.scatter(list(places), [k] * len(places), s=110, marker=look["mark"], color=look["colour"],
                   edgecolor="black", zorder=3)  # fmt: skip
    for i, letter in enumerate(letters):
        ax.text(i, 0, letter, ha="center", va="center", fontsize=12)
    ax.set_xlim(-0.6, len(letters) - 0.4)
    ax.set_ylim(-0.4, top + 0.4)
    style.label(ax, "The same tree along the text: a value for each level and place")


def rows(tree: Description, text: str) -> list[list[np.ndarray]]:
    """The vector of every node, a list for each level: characters first."""
    index = {c: i for i, c in enumerate(tree.characters)}
    ids = ([0] * tree.context + [index[c] for c in text])[-tree.context :]
    found, level = [], None
    last = max(i for i, step in enumerate(tree.steps) if step.op == "linear")
    for step, x in zip(tree.steps[:last], tree.run(torch.tensor([ids])), strict=False):
        if step.op == "group" and level is not None:
            found.append(level)
        level = x[0].numpy()
    return [*found, level]


def _canopy(ax, tree, text):
    ax.axis("off")
    levels, context = rows(tree, text), tree.context
    shown = ("·" * context + text)[-context:]
    below: list[float] = []
    for k, vectors in enumerate(levels):
        reach = context // len(vectors)
        here = [(i + 0.5) * reach for i in range(len(vectors))]
        half = min(reach / 2 - 0.06, 1.7)
        for i, (x, vector) in enumerate(zip(here, vectors, strict=True)):
            ax.add_patch(FancyBboxPatch((x - half, k - 0.3), 2 * half, 0.6, boxstyle="round,pad=0,rounding_size=0.06",
                                        facecolor="white", edgecolor=style.GREY, zorder=2))  # fmt: skip
            ax.text(x, k + 0.07, shown[i * reach : (i + 1) * reach], ha="center", va="center", fontsize=11, zorder=4)
            scale = np.abs(levels[0]).max() if k == 0 else 1
            ax.imshow(vector[None] / scale, cmap=COLOURS, vmin=-1, vmax=1, aspect="auto", zorder=3,
                      extent=(x - half + 0.03, x + half - 0.03, k - 0.26, k - 0.13))  # fmt: skip
        for j, x in enumerate(below):
            up = here[j * len(here) // len(below)]
            ax.plot([x, up], [k - 0.7, k - 0.3], color=style.level(k)["colour"], linewidth=1.6, zorder=1)
        below = here
    ax.set_xlim(-0.1, context + 0.1)
    ax.set_ylim(-0.4, len(levels) - 0.6)


def _bars(ax, tree, chances):
    likely, which = chances.topk(min(FEW, len(chances)))
    names = ["end" if i == 0 else tree.characters[i] for i in which.tolist()]
    ax.barh(range(len(names)), likely.tolist(), color=style.SKY, edgecolor=style.BLACK, linewidth=0.5)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    style.label(ax, "What comes next", "probability")
