"""One look for every figure and widget: a colour-blind-safe palette, a mark for B, T and C, and Picture."""

import base64
import functools
import html
import io
import itertools
import re
import warnings
from collections.abc import Iterable

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image

# Okabe and Ito, 2008: eight colours that people with any common colour vision can tell apart.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILION, SKY, YELLOW, BLACK = "#D55E00", "#56B4E9", "#F0E442", "#000000"
GREY, LIGHT = "#6B6B6B", "#D9D9D9"

# The axes of a tensor keep their colour and their mark everywhere.
AXES = {
    "B": {"name": "batch", "colour": GREY, "hatch": "..", "mark": "B"},
    "T": {"name": "time", "colour": BLUE, "hatch": "//", "mark": "T"},
    "C": {"name": "channels", "colour": ORANGE, "hatch": "", "mark": "C"},
}

# Lines are told apart by colour, by dash and by marker, never by colour alone.
LINES = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILION, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PURPLE, "linestyle": ":", "marker": "D"},
    {"color": BLACK, "linestyle": (0, (5, 1, 1, 1)), "marker": "v"},
)

# Each kind of model keeps its look in every figure of every lesson; a label is known by the name that it begins with.
MODELS = {
    "deep flat": {"color": PURPLE, "linestyle": ":", "marker": "D"},
    "flat": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "tree": {"color": GREEN, "linestyle": "-.", "marker": "^"},
    "convolution": {"color": VERMILION, "linestyle": "--", "marker": "s"},
    "wavenet": {"color": BLACK, "linestyle": (0, (5, 1, 1, 1)), "marker": "v"},
    "transformer": {"color": ORANGE, "linestyle": (0, (1, 1)), "marker": "P"},
}
HOLLOW = {"markerfacecolor": "white", "linestyle": (0, (6, 3))}  # a model's second line in one figure

# Each level of the tree has weights of its own, so each has a colour and a mark of its own.
LEVELS = (
    {"colour": BLUE, "mark": "o"},
    {"colour": VERMILION, "mark": "s"},
    {"colour": GREEN, "mark": "^"},
    {"colour": PURPLE, "mark": "D"},
    {"colour": ORANGE, "mark": "v"},
    {"colour": SKY, "mark": "P"},
)

RC = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "figure.facecolor": "white",  # on purpose in dark themes too: a picture brings its own ground
    "savefig.facecolor": "white",
    "svg.hashsalt": "lessonlib",
    "text.parse_math": False,  # a word may have two $ in it
}
# Fonts with letters that matplotlib's own has not, in the order of preference; those that a system has are used.
FURTHER_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Yu Gothic",
    "MS Gothic", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans Devanagari", "Noto Sans Arabic", "Noto Sans Hebrew",
    "Noto Sans Thai", "Arial Unicode MS", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Emoji", "Symbola",
)  # fmt: skip
# Settings of a session, not of a look.
NO_STYLE = (
    "backend", "webagg", "interactive", "toolbar", "tk.", "macosx.", "savefig.directory", "docstring", "date.epoch",
    "timezone", "figure.max_open_warning", "figure.raise_window",
)  # fmt: skip
MISSING = re.compile(r"Glyph (\d+) .*missing from")


@functools.cache
def settings() -> dict:
    """The course's style on top of matplotlib's defaults: nobody's own matplotlibrc changes or breaks a figure."""
    kept = [name for name in matplotlib.rcParamsDefault if not name.startswith(NO_STYLE)]
    there = {font.name for font in font_manager.fontManager.ttflist}
    fonts = ["DejaVu Sans", *(name for name in FURTHER_FONTS if name in there)]
    return {**{name: matplotlib.rcParamsDefault[name] for name in kept}, **RC, "font.family": fonts}


def drawing(draw):
    """Decorates whatever draws a figure: all that it adds to one is in the course's style."""

    @functools.wraps(draw)
    def drawn(*arguments, **options):
        with warnings.catch_warnings(), matplotlib.rc_context():
            warnings.simplefilter("ignore", matplotlib.MatplotlibDeprecationWarning)
            matplotlib.rcParams.update(settings())
            return draw(*arguments, **options)

    return drawn


def level(k: int) -> dict:
    """Colour and mark of level k, counted from 1; they repeat after six levels."""
    return LEVELS[(k - 1) % len(LEVELS)]


def line(i: int) -> dict:
    """Colour, dash and marker of the i-th line of a plot, counted from 0."""
    return LINES[i % len(LINES)]


def looks(names: Iterable[str]) -> list[dict]:
    """The look of each line or group of a figure: a model's own, where the name begins with one; otherwise a free one.

    A model that is named twice keeps its colour and its marker; the second time it is hollow and dashed.
    """
    names = list(names)
    models = [next((model for model in MODELS if name.lower().startswith(model)), None) for name in names]
    taken = {MODELS[model]["marker"] for model in models if model}
    free = itertools.cycle([each for each in LINES if each["marker"] not in taken] or LINES)
    return [
        {**MODELS[model], **(HOLLOW if model in models[:i] else {})} if model else next(free)
        for i, model in enumerate(models)
    ]


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook with alt text, and with a caption everyone can read.

    JupyterLab does not pass on the alt text of an image, so the same words stand below it.
    """

    alt = ""
    lacking = ""  # characters that no font here has; known once it was drawn
    turns_dark = True  # whether a dark theme may turn its ground dark; not where shades or colours are the data

    def png(self) -> bytes:
        """The figure as a PNG of 128 colours: a third of the size, and nothing in it that differs between runs."""
        drawn, small = io.BytesIO(), io.BytesIO()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            self._save(drawn)
        found = [MISSING.match(str(each.message)) for each in said]
        self.lacking = "".join(sorted({chr(int(match[1])) for match in found if match}))
        few = Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        few.save(small, format="png", optimize=True)
        return small.getvalue()

    @drawing
    def _save(self, file: io.BytesIO) -> None:
        self.savefig(file, format="png", dpi=96)

    @property
    def caption(self) -> str:
        """What is to be seen, in words, and what could not be drawn."""
        if not self.lacking:
            return self.alt
        return f"{self.alt} (No font on this computer has {' '.join(self.lacking)}: boxes stand for them.)"

    def metadata(self, alt: str | None = None) -> dict:
        """What an output says beside the PNG: the alt text, and, for JupyterLab's style sheet, what its ground is."""
        ground = {"needs_background": "light"} if self.turns_dark else {}
        return {"image/png": {"alt": alt or self.alt}, **ground}

    def _ipython_display_(self):
        from IPython.display import display

        image = base64.b64encode(self.png()).decode()
        words = self.caption
        display({"image/png": image, "text/plain": words}, metadata=self.metadata(words), raw=True)
        display({"text/html": f"<p><small>{html.escape(words)}</small></p>", "text/plain": words}, raw=True)


@drawing
def figure(alt: str, width: float = 7.0, height: float = 3.4, nrows: int = 1, ncols: int = 1, **subplots):
    """A Picture in the course's style with its axes, as (picture, axes); `alt` says in words what is to be seen.

    What calls it is decorated with `drawing`, so that what it adds is in the same style.
    """
    picture = Picture(figsize=(width, height), layout="constrained")
    axes = picture.subplots(nrows, ncols, **subplots)
    picture.alt = alt
    return picture, axes


def label(ax, title: str, xlabel: str = "", ylabel: str = "") -> None:
    """Give one set of axes its title, on the left and bold, and the names of what is measured, with units."""
    if title:
        ax.set_title(title, loc="left", weight="bold")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
