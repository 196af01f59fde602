"""The still picture of the receptive-field explorer."""

from lessonlib import style

CROWDED = 64  # above this many characters, letters and the edges of nodes that are not chosen are left out


@style.drawing
def draw(field) -> style.Picture:
    """What the explorer `field` shows: the chosen node's tree, strong, before all the others, faint."""
    picture, ax = style.figure(field.static_text(), height=1.2 + 0.55 * field.levels)
    lit = field.lit()
    for level in range(1, field.levels + 1):
        _edges(ax, field, level, lit[level])
        _nodes(ax, field, level, lit[level])
    width = len(field.characters)
    if width <= CROWDED:
        _letters(ax, field.characters, lit[0])
    ax.set(xlim=(-0.2, width + 0.2), ylim=(-0.7, field.levels + 0.5), xticks=[])
    ax.set_yticks(range(1, field.levels + 1), [f"level {k}" for k in range(1, field.levels + 1)])
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    seen = "".join(field.characters[i] for i in sorted(lit[0]))
    how = "measured" if field.computed else "drawn"
    style.label(ax, f"The chosen node sees {len(seen)} of {width} characters ({how}): {short(seen)}")
    return picture


def _edges(ax, field, level, lit):
    floor = 0.05 if level == 1 else level - 1
    for index in range(field.nodes(level)):
        if index not in lit and len(field.characters) > CROWDED:
            continue
        look = {"linewidth": 2, "alpha": 1} if index in lit else {"linewidth": 0.7, "alpha": 0.35}
        x = field.place(level, index)
        for below in field.below(level, index):
            ax.plot([x, field.place(level - 1, below)], [level, floor], color=style.level(level)["colour"], **look)


def _nodes(ax, field, level, lit):
    look = style.level(level)
    size = 6 if len(field.characters) <= CROWDED else 2
    for chosen in (False, True):
        xs = [field.place(level, i) for i in range(field.nodes(level)) if (i in lit) == chosen]
        strength = {"markersize": 1.4 * size, "alpha": 1} if chosen else {"markersize": size, "alpha": 0.45}
        ax.plot(xs, [level] * len(xs), look["mark"], color=look["colour"], zorder=3, **strength)


def _letters(ax, characters, seen):
    for i, character in enumerate(characters):
        face, edge, weight = ("#CFE3F2", style.BLUE, "bold") if i in seen else ("white", style.LIGHT, "normal")
        box = {"boxstyle": "square,pad=0.25", "facecolor": face, "edgecolor": edge}
        ax.text(i + 0.5, -0.05, character, ha="center", va="top", family="monospace", weight=weight, bbox=box)


def short(text: str) -> str:
    """A long text by its two ends."""
    return text if len(text) <= 24 else f"{text[:10]}…{text[-10:]}"
