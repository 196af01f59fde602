"""A result in words and in HTML.

JupyterLab strips style sheets from notebooks it does not trust, so the HTML has plain inline styles. It must read
on light and on dark ground: text takes the theme's own colour; only the state stands on a ground it brings along
(white on it has a contrast of at least 4.5 to 1). Every colour goes with a word and a mark.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from html import escape

from . import draw
from .exercise import Mistake
from .misconceptions import misconceptions
from .result import Line, Mark, Result, State

MARKS = {  # in HTML, in text
    Mark.PASSED: ("✓", "[ok]"),
    Mark.NOT_YET: ("✗", "[no]"),
    Mark.OPEN: ("○", "[  ]"),
    Mark.UNSEEN: ("·", "[  ]"),
    Mark.BROKEN: ("!", "[!!]"),
}
STATES = {  # mark, ground
    State.CORRECT: ("✓", "#1a6e3c"),
    State.NOT_YET: ("✗", "#9a4a00"),
    State.NOT_ATTEMPTED: ("○", "#595959"),
    State.BROKEN: ("!", "#6b3fa0"),
}


def sentences(mistake: Mistake) -> list[tuple[str, str]]:
    """What to say about a mistake: (label, sentence) pairs; the label may be empty."""
    known = misconceptions().get(mistake.misconception)
    said = [("", mistake.says)]
    if known:
        said.append((f"Known mistake: {known.name}.", known.words))
    advice = mistake.next or (known.next if known else "")
    if advice:
        said.append(("Try next:", advice))
    return said


def ending(result: Result, typed: bool = True, on_page: bool = False) -> str:
    """The last sentence: where to go from here, or why it is right.

    `typed` where there is no button for a hint; `on_page` where there is no notebook around it.
    """
    exercise = result.exercise
    if result.state == State.NOT_ATTEMPTED:
        if on_page:
            return f"Not answered yet: fill in `{exercise.name}` in the notebook and run the check below it."
        return f"Fill in `{exercise.name}`, run its cell, then run this one again."
    if result.state == State.NOT_YET:
        return f'`check.hint("{exercise.id}")` gives a hint.' if typed else ""
    return exercise.why if result.state == State.CORRECT else ""


def text(result: Result) -> str:
    """Lines of at most about 100 characters, for terminals, screen readers and nbval."""
    head = f"{result.exercise.title}: {result.state}, {_points(result)}"
    body = []
    if result.state != State.NOT_ATTEMPTED:
        for line in _without_repeats(result.lines):
            body.append(f"  {MARKS[line.mark][1]} {line.title}{_aside(line)}")
            if line.mistake:
                body += [_wrapped(" ".join(pair).strip()) for pair in sentences(line.mistake)]
                body += [f"       {row}" for row in draw.text(line.mistake.picture)]
    body += list(result.notes)
    if result.printed:
        body += ["Your code printed:", *(f"  | {row}" for row in result.printed.rstrip().splitlines()[:20])]
    last = [textwrap.fill(ending(result), 100, break_long_words=False)] if ending(result) else []
    return "\n".join([head, *body, *last])


def _wrapped(sentence: str) -> str:
    return textwrap.fill(sentence, 100, initial_indent=" " * 7, subsequent_indent=" " * 7, break_long_words=False)


def html(result: Result, typed: bool = True, on_page: bool = False) -> str:
    """The result as HTML, with its title; `on_page` under a heading that is the title already."""
    mark, ground = STATES[result.state]
    state = (
        f'<span style="background-color: {ground}; color: #ffffff; padding: 2px 8px; font-weight: bold">'
        f"{mark} {result.state}</span>"
    )
    title = "" if on_page else f" <strong>{inline(result.exercise.title)}</strong>,"
    parts = [f"<p>{state}{title} {_points(result)}</p>"]
    if result.state != State.NOT_ATTEMPTED:
        parts += [_case(line) for line in _without_repeats(result.lines)]
    parts += [f"<p>{inline(note)}</p>" for note in result.notes]
    if result.printed:
        parts.append(f"<details><summary>What your code printed</summary><pre>{escape(result.printed)}</pre></details>")
    if last := ending(result, typed, on_page):
        parts.append(f"<p>{inline(last)}</p>")
    return (
        f'<div style="border-left: 4px solid {ground}; padding: 4px 12px; max-width: 56em">' + "".join(parts) + "</div>"
    )


def _case(line: Line) -> str:
    words = f"{MARKS[line.mark][0]} {inline(line.title)}{escape(_aside(line))}"
    if not line.mistake:
        return f'<div style="margin: 2px 0">{words}</div>'
    said = "".join(
        f'<div style="margin: 4px 0 4px 20px">{f"<strong>{inline(label)}</strong> " if label else ""}'
        f"{inline(sentence)}</div>"
        for label, sentence in sentences(line.mistake)
    )
    picture = draw.html(line.mistake.picture)
    return f'<div style="margin: 2px 0">{words}{said}{picture}</div>'


def _aside(line: Line) -> str:
    """Points and, in words, what the mark says."""
    if line.mark == Mark.PASSED:
        return f" ({_count(line.points)})" + (f": {line.note}" if line.note else "")
    return f" ({line.mark}, {_count(line.points)})" + (f": {line.note}" if line.note else "")


def _points(result: Result) -> str:
    return f"{result.score} of {_count(result.points)}"


def _count(points: int) -> str:
    return f"{points} point" if points == 1 else f"{points} points"


def _without_repeats(lines: tuple[Line, ...]) -> list[Line]:
    """The same words about several parts are said once; after that, what came and their name."""
    seen, kept = set(), []
    for line in lines:
        said = tuple(sentences(line.mistake)) if line.mistake else None
        kept.append(replace(line, mistake=_as_above(line.mistake)) if said in seen else line)
        seen.add(said) if said else None
    return kept


def _as_above(mistake: Mistake) -> Mistake:
    known = misconceptions().get(mistake.misconception)
    return Mistake(f"{mistake.says} Known mistake, as above: {known.name}." if known else "The same as above.")


def inline(words: str) -> str:
    """Escaped, with `code` set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words))
