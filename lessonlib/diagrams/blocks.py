"""What flows through a block: boxes for what is computed, arrows for tensors, a plus where two of them are added."""

from itertools import pairwise

from matplotlib.patches import FancyBboxPatch

from lessonlib import style

PLAIN = {"facecolor": "#F2F2F2", "edgecolor": style.BLACK}
FILTER = {"facecolor": "#CFE8F7", "edgecolor": style.BLACK}
GATE = {"facecolor": "#FDF3DC", "edgecolor": style.BLACK, "hatch": "//"}
MAIN = {"color": style.GREEN, "linewidth": 3.4}  # the way along which x and its gradient pass unchanged
SIDE = {"color": style.BLACK, "linewidth": 1.4}


@style.drawing
def residual_block(channels: int, skip_channels: int, dilation: int) -> style.Picture:
    """One residual block of a WaveNet: the pair, both halves of the gated unit, and its two ways out."""
    fig, ax = _canvas(
        f"A residual block, from left to right. x, {channels} channels, goes two ways. One goes straight on to a plus "
        f"sign, unchanged (thick). The other goes into a pair with the position {dilation} to the left, then into one "
        "matrix whose output is cut in two: one half through tanh, the other, the gate, through sigmoid. Their product "
        f"is z. z leaves twice: through a Linear to the plus sign, where it is added to x, and through another Linear "
        f"to the end, {skip_channels} channels, where the skips of all blocks are added up.",
        height=3.9,
    )
    _way(ax, [(0.5, 3.2), (10.15, 3.2)], **MAIN)
    _way(ax, [(10.45, 3.2), (11.8, 3.2)], **MAIN)
    _way(ax, [(1.0, 3.2), (1.0, 1.4), (1.5, 1.4)])
    _box(ax, 2.2, 1.4, f"pair\n{dilation} apart")
    _way(ax, [(2.9, 1.4), (3.4, 1.4)])
    _box(ax, 4.2, 1.4, "Linear\nBatchNorm", width=1.6)
    _way(ax, [(5.0, 1.4), (5.3, 1.4), (5.3, 2.0), (5.6, 2.0)])
    _way(ax, [(5.0, 1.4), (5.3, 1.4), (5.3, 0.8), (5.6, 0.8)])
    _box(ax, 6.3, 2.0, "tanh\nwhat", FILTER)
    _box(ax, 6.3, 0.8, "sigmoid\nhow much", GATE)
    _way(ax, [(7.0, 2.0), (7.5, 2.0), (7.5, 1.58)])
    _way(ax, [(7.0, 0.8), (7.5, 0.8), (7.5, 1.22)])
    _sign(ax, 7.5, 1.4, "×")
    _way(ax, [(7.65, 1.4), (8.6, 1.4)])
    ax.text(8.0, 1.52, "z", ha="center", va="bottom", style="italic")
    _way(ax, [(8.2, 1.4), (8.2, 0.1), (8.6, 0.1)])
    _box(ax, 9.25, 1.4, "Linear", width=1.2)
    _box(ax, 9.25, 0.1, "Linear", width=1.2)
    _way(ax, [(9.85, 1.4), (10.3, 1.4), (10.3, 3.02)])
    _sign(ax, 10.3, 3.2, "+")
    _way(ax, [(9.85, 0.1), (11.8, 0.1)])
    ax.text(0.4, 3.2, "x", ha="right", va="center", style="italic")
    ax.text(5.5, 3.32, "x passes unchanged", ha="center", va="bottom", color=style.GREEN, weight="bold")
    ax.text(11.9, 3.2, f"to the next block\n({channels} channels)", va="center")
    ax.text(11.9, 0.1, f"skip: to the end\n({skip_channels} channels)", va="center")
    ax.set_xlim(0, 14.3)
    ax.set_ylim(-0.5, 3.8)
    style.label(ax, "A residual block: a gate, an addition, and two ways out")
    return fig


@style.drawing
def transformer_block(channels: int, heads: int) -> style.Picture:
    """One block of a transformer: what is found elsewhere is added, then what is made of it is added."""
    fig, ax = _canvas(
        f"A transformer block, from left to right. x, {channels} channels a position, runs straight through (thick) "
        f"and passes two plus signs. Before the first, a copy goes through LayerNorm and attention of "
        f"{heads} heads, where positions hear from each other, and is added. Before the second, a copy goes through "
        "LayerNorm and an MLP, each position by itself, and is added.",
        height=2.8,
    )
    _way(ax, [(0.5, 2.2), (5.15, 2.2)], **MAIN)
    _way(ax, [(5.45, 2.2), (10.15, 2.2)], **MAIN)
    _way(ax, [(10.45, 2.2), (11.6, 2.2)], **MAIN)
    for start, name, note in (
        (1.0, f"attention\n{heads} heads", "positions hear from each other"),
        (6.0, "MLP", "each position by itself"),
    ):
        _way(ax, [(start, 2.2), (start, 0.8), (start + 0.3, 0.8)])
        _box(ax, start + 1.0, 0.8, "LayerNorm")
        _way(ax, [(start + 1.7, 0.8), (start + 2.1, 0.8)])
        _box(ax, start + 2.85, 0.8, name, FILTER, width=1.5)
        _way(ax, [(start + 3.6, 0.8), (start + 4.3, 0.8), (start + 4.3, 2.02)])
        _sign(ax, start + 4.3, 2.2, "+")
        ax.text(start + 1.9, 0.15, note, ha="center", va="center", fontsize=9)
    ax.text(0.4, 2.2, "x", ha="right", va="center", style="italic")
    ax.text(11.7, 2.2, "same shape\nas x", va="center")
    ax.set_xlim(0, 13.4)
    ax.set_ylim(-0.1, 2.8)
    style.label(ax, "A block adds twice: what it found elsewhere, and what it makes of it")
    return fig


@style.drawing
def _canvas(alt, height):
    fig, ax = style.figure(alt, width=8.4, height=height)
    ax.set_axis_off()
    ax.grid(False)
    return fig, ax


def _box(ax, x, y, text, look=PLAIN, width=1.4):
    """A box around (x, y); a hatch stands back so that the words can be read."""
    shape = "round,pad=0.02,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch((x - width / 2, y - 0.42), width, 0.84, boxstyle=shape, linewidth=1, **look))
    ground = {"facecolor": look["facecolor"], "edgecolor": "none", "pad": 1.5}
    ax.text(x, y, text, ha="center", va="center", fontsize=9, bbox=ground)


def _sign(ax, x, y, text):
    """A circle with + or × in it."""
    ax.plot([x], [y], "o", markersize=15, markerfacecolor="white", markeredgecolor=style.BLACK, zorder=3)
    ax.text(x, y, text, ha="center", va="center", fontsize=13, zorder=4)


def _way(ax, points, color=style.BLACK, linewidth=1.4):
    """A line through points, with an arrow at its end."""
    for (x0, y0), (x1, y1) in pairwise(points[:-1]):
        ax.plot([x0, x1], [y0, y1], color=color, linewidth=linewidth, solid_capstyle="butt", zorder=1)
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": linewidth, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", points[-1], points[-2], arrowprops=arrow, zorder=1)
