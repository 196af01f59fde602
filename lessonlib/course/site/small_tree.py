"""A tree over a few letters, drawn as small as a phone is wide: its words keep their size, and follow the theme."""

import html

from lessonlib import style

LEFT, STEP, BOX, TOP, ROOM = 62, 34, 26, 22, 54  # in the drawing's own pixels
ROWS = ("letters", "pairs", "fours", "the eight")
CANVAS = '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{words}">'
MARKS = {
    "o": '<circle cx="{x}" cy="{y}" r="9" fill="{c}"/>',
    "s": '<rect x="{l}" y="{t}" width="18" height="18" fill="{c}"/>',
    "^": '<path d="M{x} {t}l11 19h-22z" fill="{c}"/>',
}


def drawn(text: str) -> str:
    """The drawing of a tree of three levels over eight characters, as HTML. Raises ValueError for another length."""
    levels = len(ROWS) - 1
    if len(text) != 2**levels:
        raise ValueError(f"{text!r} has {len(text)} characters; the drawing is of {2**levels}.")
    height = TOP + levels * ROOM + BOX
    places = [(LEFT + STEP * (i + 0.5), height - BOX / 2 - 2) for i in range(len(text))]
    lines, nodes = [], [_letter(letter, *place) for letter, place in zip(text, places, strict=True)]
    names = [_name(ROWS[0], places[0][1])]
    for level in range(1, levels + 1):
        look = style.level(level)
        above = [((a[0] + b[0]) / 2, a[1] - ROOM) for a, b in zip(places[::2], places[1::2], strict=True)]
        for (x, y), (to, up) in zip(places, [each for each in above for _ in range(2)], strict=True):
            low = y - BOX / 2 if level == 1 else y
            lines.append(f'<path d="M{x:g} {low:g}L{to:g} {up:g}" stroke="{look["colour"]}" stroke-width="2.5"/>')
        nodes += [MARKS[look["mark"]].format(x=x, y=y, l=x - 9, t=y - 9, c=look["colour"]) for x, y in above]
        names.append(_name(ROWS[level], above[0][1]))
        places = above
    words = html.escape(_words(text), quote=True)
    canvas = CANVAS.format(width=LEFT + STEP * len(text), height=height, words=words)
    return f'<p class="figure">{canvas}{"".join(lines + nodes + names)}</svg></p>'


def _letter(letter: str, x: float, y: float) -> str:
    box = f'<rect x="{x - BOX / 2:g}" y="{y - BOX / 2:g}" width="{BOX}" height="{BOX}" rx="4" class="letter"/>'
    return f'{box}<text x="{x:g}" y="{y + 5:g}" text-anchor="middle">{html.escape(letter)}</text>'


def _name(words: str, y: float) -> str:
    return f'<text x="0" y="{y + 5:g}">{words}</text>'


def _words(text: str) -> str:
    pairs = ", ".join(text[i : i + 2] for i in range(0, 8, 2))
    return (
        f"A tree over the eight characters {text}. Level 1, circles, joins neighbours: {pairs}. Level 2, squares, "
        f"joins the pairs: {text[:4]} and {text[4:]}. Level 3, a triangle, joins the two fours."
    )
