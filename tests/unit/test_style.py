"""The course's look: the palette, the marks, and a picture that shows itself with its words."""

import ast
import base64
import io
import itertools
from pathlib import Path

import matplotlib
import pytest
from PIL import Image

from lessonlib import style
from lessonlib.training import History

ALT = "A line that rises from 1 to 3 & <ends>."


def picture():
    fig, ax = style.figure(ALT)
    ax.plot([1, 2, 3], **style.line(0))
    style.label(ax, "A title", "step", "loss (nats)")
    return fig


def test_a_picture_shows_a_png_with_alt_text_and_a_caption_that_can_be_read(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options)))
    picture()._ipython_display_()
    (image, options), (caption, others) = shown
    assert options == {"metadata": {"image/png": {"alt": ALT}, "needs_background": "light"}, "raw": True}
    assert others == {"raw": True}
    assert Image.open(io.BytesIO(base64.b64decode(image["image/png"]))).size == (672, 326)
    assert caption["text/html"] == "<p><small>A line that rises from 1 to 3 &amp; &lt;ends&gt;.</small></p>"
    assert image["text/plain"] == caption["text/plain"] == ALT


def test_a_picture_is_the_same_at_every_run():
    assert picture().png() == picture().png()


def test_a_picture_has_a_white_ground_and_few_colours():
    image = Image.open(io.BytesIO(picture().png()))
    assert image.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert len(image.convert("RGB").getcolors(1000)) <= 128


def test_figures_have_titles_on_the_left_and_labels():
    (ax,) = picture().axes
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == ("A title", "step", "loss (nats)")


def test_several_axes_can_be_asked_for():
    fig, axes = style.figure("two", nrows=2, sharex=True)
    assert axes.shape == (2,)
    assert fig.alt == "two"


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(colour, ground="#FFFFFF"):
    high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_batch_time_and_channels_differ_in_colour_and_in_mark():
    assert list(style.AXES) == ["B", "T", "C"]
    for what in ("colour", "hatch", "mark", "name"):
        assert len({look[what] for look in style.AXES.values()}) == 3


@pytest.mark.parametrize(
    ("looks", "marks"), [(style.LINES, ("color", "linestyle", "marker")), (style.LEVELS, ("colour", "mark"))]
)
def test_no_two_lines_or_levels_share_a_colour_or_a_mark(looks, marks):
    for one, other in itertools.combinations(looks, 2):
        assert all(one[mark] != other[mark] for mark in marks)


def test_lines_and_levels_repeat_after_the_last():
    assert style.line(0) == style.line(len(style.LINES)) == style.LINES[0]
    assert style.level(1) == style.level(1 + len(style.LEVELS)) == style.LEVELS[0]


def test_lines_stand_out_from_white_and_grey_can_be_read_on_it():
    assert all(contrast(look["color"]) >= 3 for look in style.LINES if look["color"] != style.PURPLE)
    assert contrast(style.GREY) >= 4.5


def test_a_model_keeps_its_mark_whatever_stands_beside_it():
    alone, beside = style.looks(["tree"]), style.looks(["flat", "deep flat, 2 seeds", "Tree on windows", "a guess"])
    assert alone[0] == beside[2] == style.MODELS["tree"]
    assert beside[1] == style.MODELS["deep flat"]
    assert len({look["marker"] for look in beside}) == 4


def test_a_model_named_twice_is_hollow_the_second_time():
    first, second = style.looks(["tree: parameters", "tree: work"])
    assert (first["color"], first["marker"]) == (second["color"], second["marker"])
    assert first["linestyle"] != second["linestyle"]
    assert second["markerfacecolor"] == "white"


def test_every_model_s_mark_and_colour_are_its_own():
    for part in ("marker", "color"):
        assert len({look[part] for look in style.MODELS.values()}) == len(style.MODELS)


USERS_OWN = {
    "text.usetex": True, "axes.facecolor": "black", "text.color": "white", "lines.linewidth": 9.0,
    "axes.prop_cycle": matplotlib.cycler(color=["white"]), "font.family": ["No Such Font"], "figure.dpi": 30,
    "axes.labelcolor": "white", "xtick.color": "white", "image.cmap": "gray", "savefig.bbox": "tight",
}  # fmt: skip


def test_a_matplotlibrc_of_ones_own_changes_no_figure():
    from lessonlib import diagrams, plots
    from lessonlib.widgets import ReceptiveField

    def drawn():
        drawings = (
            lambda: plots.loss_curve(History(steps=[1, 2, 3], losses=[3.0, 2.0, 1.0])),
            lambda: plots.bars({"a": 1.0, "b": 2.0}, "Two bars", "size"),
            lambda: diagrams.tree("anna", 2),
            lambda: ReceptiveField("anna", levels=2).static_figure(),
        )
        return [draw().png() for draw in drawings]

    before = drawn()
    with matplotlib.rc_context(USERS_OWN):
        assert drawn() == before
        assert matplotlib.rcParams["lines.linewidth"] == 9.0


def test_whatever_draws_is_in_the_courses_style():
    """Every function that makes a figure is decorated, or what it adds would follow the user's own settings."""
    bare = []
    for file in Path(style.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or file.name in ("base.py", "style.py"):
                continue
            calls = [c for c in ast.walk(node) if isinstance(c, ast.Call) and ast.unparse(c.func) == "style.figure"]
            if calls or (node.returns and ast.unparse(node.returns) == "style.Picture"):
                decorators = [ast.unparse(each) for each in node.decorator_list]
                if "style.drawing" not in decorators:
                    bare.append(f"{file.name}: {node.name}")
    assert bare == []


def test_dollars_are_dollars_and_what_no_font_has_is_said():
    @style.drawing
    def draw(title):
        picture, ax = style.figure("One title.")
        style.label(ax, title, "$x", "y$")
        return picture

    picture = draw("a$b_c$d")
    picture.png()
    assert picture.caption == "One title."
    picture = draw("\U000f0000")  # a character that nobody's font has
    picture.png()
    assert "No font on this computer has \U000f0000" in picture.caption


def test_a_font_of_the_system_is_used_where_it_has_more_letters(monkeypatch):
    class Font:
        name = "Noto Sans CJK SC"

    monkeypatch.setattr(style.font_manager.fontManager, "ttflist", [Font])
    style.settings.cache_clear()
    try:
        assert style.settings()["font.family"] == ["DejaVu Sans", "Noto Sans CJK SC"]
    finally:
        style.settings.cache_clear()
