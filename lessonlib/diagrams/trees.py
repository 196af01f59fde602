"""Drawings of the tree and of the shapes inside it: fusions, trees, pairs, brackets, statistics."""

import math
from collections.abc import Sequence

import torch
from matplotlib.patches import Rectangle

from lessonlib import style
from lessonlib.shapes import Trace

UNSEEN = {"facecolor": "white", "edgecolor": style.GREY, "linestyle": "--"}
SEEN = {"facecolor": "#F2F2F2", "edgecolor": style.BLACK}
LEFT = {"facecolor": "#CFE8F7", "edgecolor": style.BLACK}
RIGHT = {"facecolor": "#FDF3DC", "edgecolor": "#E8CE94", "hatch": "////"}  # a light hatch: numbers stand on it


@style.drawing
def fusion(left: torch.Tensor, right: torch.Tensor, weight: torch.Tensor) -> style.Picture:
    """Two neighbours (C,) and (C,) laid end to end, times `weight` (2 * C, D), then tanh, in numbers."""
    both = torch.cat([left, right])
    linear = both @ weight
    out = torch.tanh(linear)
    fig, ax = _canvas(
        f"One fusion: the left neighbour {_row(left)} and the right neighbour {_row(right)} are laid end to end; times "
        f"a weight of shape {tuple(weight.shape)} that gives {_row(linear)}; tanh makes it {_row(out)}.",
        width=8.4,
        height=3.2,
    )
    c, d = len(left), weight.shape[1]
    inputs = [LEFT] * c + [RIGHT] * c
    _numbers(ax, 0, left[:, None], [LEFT] * c, "left", y=c)
    _numbers(ax, 0, right[:, None], [RIGHT] * c, "right", below=True)
    _numbers(ax, 2, both[:, None], inputs, f"concatenate\n({2 * c},)")
    _numbers(ax, 4, weight, inputs, f"weight\n({2 * c}, {d})")
    last = 5 + d
    _numbers(ax, last, linear[:, None], [SEEN] * d, f"linear\n({d},)", y=c - d / 2)
    _numbers(ax, last + 2, out[:, None], [SEEN] * d, f"tanh\n({d},)", y=c - d / 2)
    for x, sign in ((1.5, "→"), (3.5, "@"), (last - 0.5, "="), (last + 1.5, "→")):
        ax.text(x, c, sign, ha="center", va="center", fontsize=15)
    ax.set_xlim(-0.2, last + 3.2)
    ax.set_ylim(-0.9, 2 * c + 1.3)
    style.label(ax, "One fusion: two neighbours in, one vector out")
    return fig


@style.drawing
def tree(text: str, levels: int) -> style.Picture:
    """The tree of `levels` levels over the last characters of `text`; a level shares one colour and one mark."""
    width, reach = len(text), 2**levels
    _check_tree(width, levels)
    sharing = "; ".join(f"level {k} makes {_times(2 ** (levels - k), 'fusion')} with one weight" for k in _upto(levels))
    fig, ax = _canvas(
        f"A tree of {_times(levels, 'level')} over {text!r}, drawn from the characters up: {sharing}. Its top has "
        f"reached the last {reach} of {width} characters.",
        width=8.4,
        height=1.6 + 0.85 * levels,
    )
    _draw_tree(ax, text, levels)
    for k in _upto(levels):
        ax.text(width - 0.2, k, f"level {k}: one weight, used {_often(2 ** (levels - k))}", va="center")
    ax.text(width - 0.2, 0, "characters, embedded", va="center")
    ax.set_xlim(-0.6, width + max(3.2, 0.42 * width))
    style.label(ax, "Same mark, same weights: shared across a level, not between levels")
    return fig


@style.drawing
def groups(text: str, sizes: Sequence[int]) -> style.Picture:
    """A tree over all of `text` whose level k joins sizes[k] vectors in one; only the product of the sizes fits.

    Unlike `tree` it does not say how many meet in a mark: that is to be read from it.
    """
    if math.prod(sizes) != len(text):
        raise ValueError(f"Levels of {_list(sizes)} reach {math.prod(sizes)} characters, but the text has {len(text)}.")
    left = [len(text) // math.prod(sizes[:k]) for k in _upto(len(sizes))]
    marks = "; ".join(f"level {k} has {_times(n, 'mark')}" for k, n in enumerate(left, 1))
    fig, ax = _canvas(
        f"A tree over the {len(text)} characters of {text!r}, drawn from the characters up: {marks}. All marks of a "
        "level join equally many of what is below.",
        width=8.4,
        height=1.6 + 0.85 * len(sizes),
    )
    _draw_groups(ax, text, sizes)
    for k in _upto(len(sizes)):
        ax.text(len(text) - 0.2, k, f"level {k}", va="center")
    for i in range(len(text)):
        ax.text(i, -0.55, str(i), ha="center", va="top", fontsize=9)
    ax.set_xlim(-0.6, len(text) + 1.6)
    ax.set_ylim(-1.1, len(sizes) + 0.6)
    style.label(ax, "A tree with other groups: one mark, one fusion")
    return fig


@style.drawing
def to_read() -> style.Picture:
    """The drawing of an exercise: which groups its levels have is the question."""
    return groups("alexandriafromhere", [2, 3, 3])


@style.drawing
def dilated(text: str, levels: int = 3) -> style.Picture:
    """The dilated causal convolution over `text`, moved on by its last character: what is new, what was there already.

    The picture of van den Oord and others, 2016: level k joins each position with the one 2**(k-1) to its left.
    """
    width, reach = len(text), 2**levels
    _check_tree(width, levels)
    dilations = ", ".join(str(2 ** (k - 1)) for k in _upto(levels))
    fig, ax = _canvas(
        f"A dilated causal convolution of {_times(levels, 'level')} over {text!r}, dilations {dilations}. Each level "
        "has one value at each position, made from the value below it and the one a dilation to its left. The last "
        f"one sees {reach} characters. When {text[-1]!r} is added, {_times(levels, 'value')} are new, one a level "
        "(filled); all others were computed before (hollow).",
        width=8.4,
        height=1.6 + 0.85 * levels,
    )
    seen = _path_to_the_last(width, levels)
    for k in _upto(levels):
        _draw_dilated(ax, width, k, seen[k])
        ax.text(width - 0.2, k, f"level {k}: dilation {2 ** (k - 1)}, 1 new", va="center")
    for x, character in enumerate(text):
        look = SEEN if x in seen[0] else UNSEEN
        ax.add_patch(Rectangle((x - 0.35, -0.3), 0.7, 0.6, zorder=3, **look))
        weight = "bold" if x == width - 1 else "normal"
        ax.text(x, 0, character, ha="center", va="center", zorder=4, fontsize=12, weight=weight)
    ax.text(width - 0.2, 0, "characters; the last is new", va="center")
    ax.set_xlim(-0.6, width + max(3.2, 0.42 * width))
    ax.set_ylim(-0.6, levels + 0.6)
    style.label(ax, f"One character on: {_times(levels, 'new value')}, filled; the rest was there already")
    return fig


def _draw_dilated(ax, width: int, k: int, seen: set[int]) -> None:
    """Level k of a dilated convolution; what the last value of the top is made from is strong, the new one filled."""
    look, dilation = style.level(k), 2 ** (k - 1)
    floor = k - 1 + (0.3 if k == 1 else 0)
    for x in range(width):
        strong = x in seen
        for below in [x] if x < dilation else [x, x - dilation]:
            strength = {"linewidth": 2.2} if strong else {"linewidth": 0.6, "alpha": 0.35}
            ax.plot([x, below], [k, floor], color=look["colour"], zorder=1, **strength)
        face = look["colour"] if x == width - 1 else "white"
        size = 230 if strong else 90
        ax.scatter([x], [k], s=size, marker=look["mark"], color=face, edgecolor=look["colour"], linewidth=1.6, zorder=3)


def _path_to_the_last(width: int, levels: int) -> list[set[int]]:
    """For each row, characters first, the positions that the last value of the top level is made from."""
    seen = [{width - 1}]
    for k in range(levels, 0, -1):
        dilation = 2 ** (k - 1)
        seen.insert(0, {below for x in seen[0] for below in (x, x - dilation) if below >= 0})
    return seen


@style.drawing
def wall(text: str, levels: Sequence[int]) -> style.Picture:
    """One small tree for each number of levels, and whether it reaches the first character of `text`, the target."""
    fig, axes = style.figure(
        f"Trees over the same {len(text)} characters, whose first one is to be found: "
        + "; ".join(f"with {_times(k, 'level')} the tree sees the last {2**k}" for k in levels)
        + ". What no line reaches is drawn dashed.",
        width=8.4,
        height=2.9,
        ncols=len(levels),
        squeeze=False,
    )
    for ax, k in zip(axes[0], levels, strict=True):
        _check_tree(len(text), k)
        _bare(ax)
        _draw_tree(ax, text, k)
        ax.text(0, -0.75, "target", ha="center", va="center")
        ax.set_xlim(-0.7, len(text) - 0.3)
        ax.set_ylim(-1.1, max(levels) + 0.7)
        style.label(ax, f"{_times(k, 'level')}: sees {2**k}")
    return fig


@style.drawing
def brackets(text: str, channels: int, sizes: Sequence[int]) -> style.Picture:
    """The numbers of an embedded `text` as they lie in memory, grouped by n characters for each n in `sizes`."""
    T, total = len(text), len(text) * channels
    shapes = [(T // n, channels * n) for n in sizes]
    fig, ax = _canvas(
        f"The same row of {total} numbers, {channels} for each of {text!r}, bracketed into groups: "
        + "; ".join(f"n = {n} gives shape ({t}, {c})" for n, (t, c) in zip(sizes, shapes, strict=True))
        + ". No number moves.",
        width=8.4,
        height=0.7 + 0.75 * len(sizes),
    )
    for row, (n, (t, c)) in enumerate(zip(sizes, shapes, strict=True)):
        y = -1.5 * row
        for i in range(total):
            group = i // c
            _cell(ax, i, y, LEFT if group % 2 == 0 else RIGHT, f"{text[i // channels]}{i % channels}", fontsize=8)
        for group in range(t):
            ax.add_patch(Rectangle((group * c, y), c, 1, fill=False, linewidth=2))
        ax.text(-0.4, y + 0.5, f"n = {n}", ha="right", va="center")
        ax.text(total + 0.4, y + 0.5, f"T = {t}, C = {c}", ha="left", va="center")
    ax.set_xlim(-3.2, total + 5)
    ax.set_ylim(-1.5 * len(sizes) + 1.2, 1.3)
    style.label(ax, "One row of numbers; FlattenConsecutive(n) only moves the brackets")
    return fig


@style.drawing
def beside(text: str) -> style.Picture:
    """Who lies beside whom, with letters in place of vectors: neighbours, and the two halves of `text`."""
    half = len(text) // 2
    if len(text) % 2 or not text:
        raise ValueError(f"{text!r} has {len(text)} characters; an even number is needed to lay them side by side.")
    ways = {
        "neighbours": [(i, i + 1) for i in range(0, len(text), 2)],
        "halves": [(i, i + half) for i in range(half)],
    }
    told = {name: " ".join(text[a] + text[b] for a, b in pairs) for name, pairs in ways.items()}
    fig, axes = style.figure(
        f"The characters of {text!r} laid side by side in two ways, with lines from where each stood. "
        + " ".join(f"By {name}: {pairs}." for name, pairs in told.items())
        + " Both have the same shape.",
        width=8.4,
        height=2.5,
        ncols=2,
    )
    for ax, (name, pairs) in zip(axes, ways.items(), strict=True):
        _bare(ax)
        for place, pair in enumerate(pairs):
            for side, (i, look) in enumerate(zip(pair, (LEFT, RIGHT), strict=True)):
                x = 2.3 * place + side
                _cell(ax, 1.15 * i, 2, look, text[i])
                _cell(ax, x, 0, look, text[i])
                ax.plot([1.15 * i + 0.5, x + 0.5], [2, 1], color=style.GREY, linewidth=1, zorder=0)
        style.label(ax, f"{name}: {told[name]}")
        ax.set_xlim(-0.3, 1.15 * len(text) + 0.3)
        ax.set_ylim(-0.2, 3.2)
    return fig


@style.drawing
def halving(trace: Trace) -> style.Picture:
    """The shapes (T, C) on the way through a traced model: T as width, C as height, one block for each change."""
    stages = _stages(trace)
    fig, ax = _canvas(
        "Blocks as wide as T and as high as C: "
        + ", then ".join(f"{name} T = {t}, C = {c}" for name, t, c in stages)
        + ". Each FlattenConsecutive makes the block narrower and higher, each Linear sets its height.",
        width=8.4,
        height=3.4,
    )
    highest, x = max(c for _, _, c in stages), 0.0
    for name, t, c in stages:
        _block(ax, x, t, c / highest * 8)
        label = f"{name}\nT = {t}\nC = {c}".replace("FlattenC", "Flatten-\nC")
        ax.text(x, -1.5, label, ha="left", va="top", fontsize=8)
        x += max(t, 5.6) + 1.2
    ax.set_xlim(-0.8, x)
    ax.set_ylim(-4.4, 8.6)
    style.label(ax, "T halves, C doubles; each Linear sets C anew")
    return fig


@style.drawing
def statistics(batch: int, positions: int, over: Sequence[tuple[int, ...]]) -> style.Picture:
    """One channel of a (B, T, C) tensor as a B x T grid: cells with the same number share one mean, for each `dim`."""
    counts = [positions if dims == (0,) else 1 for dims in over]
    fig, axes = style.figure(
        "One channel as a grid of examples by positions. "
        + " ".join(
            f"Averaged over {_dims(dims)}: {_times(n, 'mean')}, each of {batch * positions // n} values."
            for dims, n in zip(over, counts, strict=True)
        ),
        width=7.0,
        height=1.2 + 0.32 * batch,
        ncols=len(over),
        squeeze=False,
    )
    for ax, dims, n in zip(axes[0], over, counts, strict=True):
        _bare(ax)
        for b in range(batch):
            for t in range(positions):
                group = t % n
                shade = style.level(group + 1)["colour"] + "55"
                _cell(ax, t, -b - 1, {"facecolor": shade}, str(group + 1))
        ax.text(positions / 2, -batch - 0.3, "T, positions", ha="center", va="top")
        ax.text(-0.3, -batch / 2, "B, examples", ha="right", va="center", rotation=90)
        ax.set_xlim(-1, positions + 0.2)
        ax.set_ylim(-batch - 1.2, 0.1)
        style.label(ax, f"mean over {_dims(dims)}: {_times(n, 'mean')}")
    return fig


def _draw_tree(ax, text, levels):
    """Over the last 2**levels characters of `text`; those before them are drawn as unseen."""
    _draw_groups(ax, text, [2] * levels)


def _draw_groups(ax, text, sizes):
    width, first = len(text), len(text) - math.prod(sizes)
    for i, character in enumerate(text):
        look = SEEN if i >= first else UNSEEN
        ax.add_patch(Rectangle((i - 0.35, -0.3), 0.7, 0.6, zorder=3, **look))
        ax.text(i, 0, character, ha="center", va="center", zorder=4, fontsize=12)
    below = [float(i) for i in range(first, width)]
    for k, size in enumerate(sizes, 1):
        met = [below[i : i + size] for i in range(0, len(below), size)]
        look, here = style.level(k), [sum(group) / size for group in met]
        start = k - 1 + (0.3 if k == 1 else 0)
        for x, group in zip(here, met, strict=True):
            for end in group:
                ax.plot([x, end], [k, start], color=look["colour"], linewidth=2, zorder=1)
        ax.scatter(here, [k] * len(here), s=230, marker=look["mark"], color=look["colour"], edgecolor="black", zorder=2)
        below = here
    ax.set_ylim(-0.6, len(sizes) + 0.6)


def _stages(trace):
    kept = []
    for row in trace.rows:
        shape = row.shape_out
        t, c = (shape[1], shape[2]) if len(shape) == 3 else (1, shape[1])
        if not kept or kept[-1][1:] != (t, c):
            kept.append((row.name, t, c))
    return kept


def _block(ax, x, t, height):
    ax.add_patch(Rectangle((x, 0), t, height, **SEEN))
    for i in range(1, t):
        ax.plot([x + i] * 2, [0, height], color=style.GREY, linewidth=0.8)
    T, C = style.AXES["T"], style.AXES["C"]
    ax.add_patch(Rectangle((x, -0.75), t, 0.5, facecolor=T["colour"], hatch=T["hatch"], edgecolor="white"))
    ax.add_patch(Rectangle((x - 0.6, 0), 0.4, height, facecolor=C["colour"], edgecolor=style.BLACK, linewidth=0.5))


def _numbers(ax, x, values, looks, label, y=0.0, below=False):
    """A table of numbers (R, D), first row on top, its lower left corner at (x, y); `looks` has one look a row."""
    rows, columns = values.shape
    for i, look in enumerate(looks):
        for j in range(columns):
            _cell(ax, x + j, y + rows - 1 - i, look, f"{values[i, j].item():.3g}")
    middle = x + columns / 2
    if below:
        ax.text(middle, y - 0.15, label, ha="center", va="top")
    else:
        ax.text(middle, y + rows + 0.15, label, ha="center", va="bottom")


def _cell(ax, x, y, look, text, **font):
    """A unit square with its lower left corner at (x, y) and a text in its middle."""
    ax.add_patch(Rectangle((x, y), 1, 1, linewidth=0, **look))
    ax.add_patch(Rectangle((x, y), 1, 1, linewidth=0.6, fill=False))
    ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", **font)


@style.drawing
def _canvas(alt, width, height):
    fig, ax = style.figure(alt, width=width, height=height)
    _bare(ax)
    return fig, ax


def _bare(ax):
    ax.set_axis_off()
    ax.grid(False)


def _check_tree(width, levels):
    if levels < 1 or 2**levels > width:
        raise ValueError(
            f"A tree of {levels} levels needs 2**{levels} = {2**levels} characters, but the text has {width}."
        )


def _row(vector):
    return "(" + ", ".join(f"{v:.3g}" for v in vector.tolist()) + ")"


def _dims(dims):
    return f"dim {dims[0]}" if len(dims) == 1 else f"dims {dims}"


def _list(sizes):
    return ", ".join(map(str, sizes))


def _times(n, thing):
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _often(n):
    return "once" if n == 1 else f"{n} times"


def _upto(levels):
    return range(1, levels + 1)
