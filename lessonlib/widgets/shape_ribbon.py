"""The shape ribbon: what happens to a tensor on its way through a model, as blocks with the sides B, T and C."""

import math
from dataclasses import dataclass

import torch
import traitlets

from lessonlib import shapes, style
from lessonlib.widgets.base import LessonWidget, stylesheet

SAID = {
    "Embedding": "Each character is looked up and becomes a vector of channels.",
    "FlattenConsecutive": "Neighbours are laid side by side.",
    "Flatten": "All positions are laid side by side.",
    "Linear": "One matrix for every position mixes its channels.",
    "Conv1d": "One kernel slides along time.",
    "BatchNorm1d": "Each channel gets mean 0 and variance 1.",
    "Tanh": "Every number is squeezed into (-1, 1).",
}


@dataclass(frozen=True)
class Block:
    """A tensor between layers: the layers that made it (those that keep the shape come last), and its sides."""

    layers: tuple[shapes.Row, ...]
    shape: tuple[int, ...]
    sides: dict[str, int]  # sizes of B, T and C; an axis that the shape lacks is left out
    said: str

    @property
    def label(self) -> str:
        return ", ".join(row.name for row in self.layers) or "characters"

    def as_dict(self) -> dict:
        """What the browser needs."""
        reaches = [row.reach for row in self.layers if row.reach]
        return {
            "layers": [row.name for row in self.layers] or ["characters"],
            "shape": f"({', '.join(map(str, self.shape))})",
            "sides": self.sides,
            "said": self.said,
            "parameters": sum(row.parameters for row in self.layers),
            "multiply_adds": sum(row.multiply_adds for row in self.layers),
            "reach": reaches[-1] if reaches else 1,
        }


class ShapeRibbon(LessonWidget):
    """Step through a model's tensors with the arrow keys: ShapeRibbon(model, x) for x (B, T).

    Takes the course's layers and any torch.nn.Module, like `shapes.trace`, whose table it draws.
    """

    scripts = ("shape_ribbon",)
    _css = stylesheet("shape_ribbon")
    view_state = ("blocks", "selected", "parameters", "multiply_adds")

    blocks = traitlets.List().tag(sync=True)
    selected = traitlets.Int(0).tag(sync=True)
    parameters = traitlets.Int().tag(sync=True)
    multiply_adds = traitlets.Int().tag(sync=True)

    def __init__(self, model, x: torch.Tensor):
        self.trace = shapes.trace(model, x)
        blocks = blocks_of(self.trace, tuple(x.shape))
        self._shown = blocks
        super().__init__(
            blocks=[block.as_dict() for block in blocks],
            parameters=self.trace.parameters,
            multiply_adds=self.trace.multiply_adds,
        )

    def static_text(self) -> str:
        return str(self.trace)

    @style.drawing
    def static_figure(self) -> style.Picture:
        words = " → ".join(block.as_dict()["shape"] for block in self._shown)
        picture, ax = style.figure(f"Shapes through the model: {words}.", width=9.5, height=3.0)
        scale = _scale(self._shown)
        for place, block in enumerate(self._shown):
            _draw_block(ax, place, block, scale)
        ax.set(xlim=(-0.6, len(self._shown) - 0.35), ylim=(-0.75, 1.2))
        ax.set_aspect("auto")
        ax.axis("off")
        total = f"{self.parameters:,} parameters, {self.multiply_adds:,} multiply-adds for one example"
        style.label(ax, f"Shapes on the way through the model ({total})")
        return picture


def blocks_of(trace: shapes.Trace, shape: tuple[int, ...]) -> list[Block]:
    """The tensors of a trace: a layer that keeps the shape joins the block before it."""
    blocks = [Block((), shape, dict(zip("BT", shape, strict=False)), "Whole numbers: one for each character.")]
    order = "BTC"
    for row in trace.rows:
        order = "BCT" if row.name.startswith("Conv1d") else order
        before = blocks[-1]
        if row.shape_out == before.shape and before.layers:
            blocks[-1] = Block((*before.layers, row), before.shape, before.sides, f"{before.said} {_words(row)}")
            continue
        sides = _sides(row.shape_out, order)
        blocks.append(Block((row,), row.shape_out, sides, f"{_words(row)} {_change(before, row, sides)}"))
    return blocks


def _sides(shape, order):
    """Sizes by axis: (B, C) has no T left."""
    names = order if len(shape) == 3 else "BC"
    return dict(sorted(zip(names, shape, strict=False), key=lambda side: "BTC".index(side[0])))


def _words(row):
    return SAID.get(row.name.partition("(")[0], f"{row.name}.")


def _change(before, row, sides):
    """Which sides changed, from what to what; and whether the numbers are still the same ones."""
    old = before.sides
    changed = [f"{name} {old[name]} → {sides[name]}" for name in sides if name in old and old[name] != sides[name]]
    gone = [f"{name} is gone" for name in old if name not in sides]
    new = [f"{name} is new: {sides[name]}" for name in sides if name not in old]
    sentence = ", ".join(changed + new + gone) + "."
    numbers = math.prod(row.shape_out)
    same = numbers == math.prod(before.shape) and row.parameters == 0
    return sentence + (f" The same {numbers:,} numbers in another shape." if same else "")


# The still picture


def _scale(blocks):
    """Width of one position and height of one channel, the same in all blocks, so that equal areas are equal counts."""
    widest = max(block.sides.get("T", 1) for block in blocks)
    highest = max(block.sides.get("C", 1) for block in blocks)
    return 0.5 / widest, 1.0 / highest


def _draw_block(ax, place, block, scale):
    width = block.sides.get("T", 1) * scale[0]
    height = max(0.03, block.sides.get("C", 1) * scale[1])
    depth = 0.09
    left, right = place - width / 2 - 0.05, place + width / 2 - 0.05
    back = [left, right, right + depth, left + depth]
    b, t, c = (style.AXES[name] for name in "BTC")
    ax.fill(
        back, [height, height, height + depth, height + depth], facecolor="white", edgecolor=b["colour"], hatch="..."
    )
    ax.fill([right, right, right + depth, right + depth], [0, height, height + depth, depth], facecolor="white",
            edgecolor=b["colour"], hatch="...")  # fmt: skip
    ax.fill(
        [left, right, right, left], [0, 0, height, height], facecolor="#F4F4F4", edgecolor=style.BLACK, linewidth=0.8
    )
    for k in range(1, block.sides.get("T", 1) if block.sides.get("T", 1) <= 64 else 1):
        ax.plot([left + k * scale[0]] * 2, [0, height], color="#999999", linewidth=0.6)
    ax.plot([left, right], [0, 0], color=t["colour"], linewidth=4, solid_capstyle="butt")
    ax.plot([left, left], [0, height], color=c["colour"], linewidth=4, solid_capstyle="butt")
    info = block.as_dict()
    ax.text(place, -0.1, info["shape"], ha="center", va="top", weight="bold", fontsize=9)
    ax.text(place, -0.24, "\n".join(_wrapped(name) for name in info["layers"]), ha="center", va="top", fontsize=7.5)


def _wrapped(name):
    return name.replace("FlattenConsecutive", "Flatten-\nConsecutive")
