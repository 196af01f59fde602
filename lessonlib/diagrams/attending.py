"""Attention, drawn for one position of a name: its query meets each key, the mask, the weights, the values."""

import torch
from matplotlib.patches import Rectangle

from lessonlib import style

QUERY = {"facecolor": "#CFE8F7", "edgecolor": style.BLACK}
KEY = {"facecolor": "#F2F2F2", "edgecolor": style.BLACK}
MASKED = {"facecolor": "white", "edgecolor": style.GREY, "hatch": "////", "linestyle": "--"}


@style.drawing
def attention(name: str, scores: torch.Tensor, weights: torch.Tensor, position: int) -> style.Picture:
    """What position `position` of `name` takes from whom: its rows of the `scores` (T, T) and of the `weights` (T, T).

    The scores are those before the mask, already divided by the root of d.
    """
    T = len(name)
    if scores.shape != (T, T) or weights.shape != (T, T) or not 0 <= position < T:
        raise ValueError(
            f"{name!r} has {T} characters, so scores and weights must be ({T}, {T}) and the position 0 to {T - 1}; "
            f"they are {tuple(scores.shape)}, {tuple(weights.shape)} and {position}."
        )
    row, taken = scores[position].tolist(), weights[position].tolist()
    told = "; ".join(f"{name[s]!r} scores {row[s]:.2f} and gets {taken[s]:.0%}" for s in range(position + 1))
    hidden = f" The {T - 1 - position} to its right are masked and get nothing." if position < T - 1 else ""
    fig, ax = style.figure(
        f"How {name[position]!r}, position {position} of {name!r}, looks at the name. Its query meets each key: {told}."
        f"{hidden} Its output is the mean of the values, so weighted.",
        width=8.4,
        height=4.2,
    )
    ax.set_axis_off()
    ax.grid(False)
    for s in range(T):
        _column(ax, s, name[s], row[s], taken[s], looks=s == position, masked=s > position)
    for y, words in (
        (4.5, "query of"),
        (3.5, "meets key of"),
        (2.5, "score"),
        (1.1, "softmax: weight"),
        (-0.15, "times value of"),
    ):
        ax.text(-0.7, y, words, ha="right", va="center")
    ax.text(T - 0.2, -0.15, f"added up: the output of {name[position]!r}", va="center")
    ax.set_xlim(-2.4, T + 2.6)
    ax.set_ylim(-0.6, 5.0)
    style.label(ax, f"{name[position]!r} looks at {name!r}: nothing to its right")
    return fig


def _column(ax, s, character, score, weight, looks, masked):
    look = MASKED if masked else KEY
    colour = style.GREY if masked else style.BLACK
    if looks:
        _cell(ax, s, 4.5, character, QUERY)
    _cell(ax, s, 3.5, character, look)
    _cell(ax, s, 2.5, "−∞" if masked else f"{score:.2f}", look, colour)
    ax.add_patch(Rectangle((s - 0.3, 0.45), 0.6, weight * 1.3, facecolor=style.BLUE, edgecolor=style.BLACK))
    ax.text(s, 0.5 + weight * 1.3, "0" if masked else f"{weight:.2f}", ha="center", va="bottom", fontsize=9)
    _cell(ax, s, -0.15, character, look, colour)


def _cell(ax, x, y, text, look, colour=style.BLACK):
    ax.add_patch(Rectangle((x - 0.4, y - 0.35), 0.8, 0.7, **look))
    ground = {"facecolor": look["facecolor"], "edgecolor": "none", "pad": 1}
    ax.text(x, y, text, ha="center", va="center", color=colour, fontsize=10, bbox=ground)
