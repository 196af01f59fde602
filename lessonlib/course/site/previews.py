"""What a link to a page shows of it elsewhere: a sentence, and a picture with the lesson's name beside a small tree."""

import io
import textwrap
from functools import cache
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from lessonlib import style
from lessonlib.course.site import ABOUT, TITLE
from lessonlib.lessons import Lesson

SIZE = (1200, 630)  # what link previews show without cutting
INK, GROUND = "#1b1b1b", "#ffffff"
LEFT, LEAVES, GAP = 80, 8, 58
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def of_lesson(lesson: Lesson) -> bytes:
    """The picture of a lesson and of its exercises, as PNG."""
    return _card(lesson.heading, lesson.idea)


def of_course() -> bytes:
    """The picture of every other page, as PNG."""
    return _card(TITLE, ABOUT.partition(":")[2].strip())


def _card(heading: str, words: str) -> bytes:
    picture = _tree().copy()
    pen = ImageDraw.Draw(picture)
    if heading != TITLE:
        pen.text((LEFT, 70), TITLE, INK, _font(30))
    name = textwrap.fill(heading, 15)
    pen.multiline_text((LEFT, 160), name, INK, _font(72, bold=True), spacing=12)
    below = pen.multiline_textbbox((LEFT, 160), name, _font(72, bold=True), spacing=12)[3] + 36
    pen.multiline_text((LEFT, below), textwrap.fill(words, 32), INK, _font(34), spacing=10)
    file = io.BytesIO()
    picture.quantize(32, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
    return file.getvalue()


@cache
def _tree() -> Image.Image:
    """The ground of every card: eight leaves joined in pairs, each level in its colour."""
    picture = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(picture)
    places = [(SIZE[0] - LEFT - GAP * (LEAVES - 1 - i), 520.0) for i in range(LEAVES)]
    for level in range(1, LEAVES.bit_length()):
        colour = style.level(level)["colour"]
        above = [((a[0] + b[0]) / 2, a[1] - 130) for a, b in zip(places[::2], places[1::2], strict=True)]
        for below, place in zip(places, [each for each in above for _ in range(2)], strict=True):
            pen.line([below, place], colour, 7)
        for x, y in places:
            pen.ellipse((x - 15, y - 15, x + 15, y + 15), INK if level == 1 else style.level(level - 1)["colour"])
        places = above
    ((x, y),) = places
    pen.ellipse((x - 15, y - 15, x + 15, y + 15), style.level(LEAVES.bit_length() - 1)["colour"])
    return picture


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"DejaVuSans{'-Bold' * bold}.ttf"), size)
