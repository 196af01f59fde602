"""Figures of small images: a row of them, what reaches a place, and the patches that drive a channel."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.patches import Rectangle

from lessonlib import style


@style.drawing
def row(images: torch.Tensor, names: Sequence[str], title: str, alt: str) -> style.Picture:
    """Images (N, H, W) side by side, 0 white and 1 black, each under its name."""
    fig, axes = style.figure(alt, width=min(8.4, 0.9 * len(images) + 1), height=1.7, ncols=len(images), squeeze=False)
    for ax, image, name in zip(axes[0], images, names, strict=True):
        _image(ax, image)
        ax.set_title(name, fontsize=10)
    fig.suptitle(title, x=0.01, ha="left", weight="bold", fontsize=11)
    return fig


@style.drawing
def reach(image: torch.Tensor, seen: Mapping[str, torch.Tensor], title: str, alt: str) -> style.Picture:
    """One image (H, W) for each name, with a frame round every pixel of `seen[name]` (H, W) the rest crossed out."""
    fig, axes = style.figure(alt, width=2.2 * len(seen), height=2.7, ncols=len(seen), squeeze=False)
    for k, (ax, (name, mask)) in enumerate(zip(axes[0], seen.items(), strict=True), 1):
        _image(ax, image)
        for y, x in mask.nonzero().tolist():
            ax.add_patch(
                Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False, linewidth=2, edgecolor=style.level(k)["colour"])
            )
        for y, x in (~mask).nonzero().tolist():
            ax.plot([x - 0.2, x + 0.2], [y - 0.2, y + 0.2], color=style.GREY, linewidth=0.7)
        ax.set_title(f"{name}: {int(mask.sum())} pixels", fontsize=10)
    fig.suptitle(title, x=0.01, ha="left", weight="bold", fontsize=11)
    return fig


@style.drawing
def patches(found: Mapping[str, torch.Tensor], title: str, alt: str) -> style.Picture:
    """A row of patches (n, size, size) for each named channel, the strongest on the left."""
    n = max(map(len, found.values()))
    fig, axes = style.figure(
        alt, width=0.75 * n + 1.6, height=0.6 + 0.75 * len(found), nrows=len(found), ncols=n, squeeze=False
    )
    for line, (name, images) in zip(axes, found.items(), strict=True):
        for ax, image in zip(line, images, strict=True):
            _image(ax, image)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    fig.suptitle(title, x=0.01, ha="left", weight="bold", fontsize=11)
    return fig


def _image(ax, image):
    ax.imshow(image.numpy(), cmap="Greys", vmin=0, vmax=1)
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(True)
        side.set_color(style.GREY)
