"""A prediction as a page holds it without a kernel: the question, and the answer in a closed fold.

`<details>` opens at a click wherever notebooks are shown, needs no script and no style, and passes the sanitiser
of an untrusted notebook.
"""

import base64
import html
import re

from lessonlib.predictions import Kind, Prediction
from lessonlib.style import Picture
from lessonlib.widgets import content

HEAD = "Predict before you look"
SUMMARY = "Show what came out"
ASIDE = {Kind.CURVE: "Sketch it on paper", Kind.CHOICE: "Pick one", Kind.TRUTH: "Yes or no"}


def words(prediction: Prediction, actual: object) -> str:
    """An answer as it is said: 11,897 · (4, 80) · yes · 2, 1, -1."""
    if prediction.kind is Kind.TRUTH:
        return "yes" if actual else "no"
    if prediction.kind is Kind.SHAPE:
        return str(tuple(actual))
    if isinstance(actual, tuple | list):
        return " ".join(actual) if prediction.kind is Kind.WORDS else ", ".join(map(_number, actual))
    return _number(actual) if isinstance(actual, float | int) else str(actual)


def _number(value: float) -> str:
    """At most four digits behind the point, and thousands set apart."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}" if abs(value) >= 1 else f"{value:.3g}"


def typed(prediction: Prediction, yours: str) -> str:
    """A guess as it was typed, its thousands set apart as those of the answer are: 12,000 for 12000."""
    if prediction.kind is not Kind.NUMBER:
        return yours
    return re.sub(r"(?<![\w.,])\d{4,}(?![\w,])", lambda found: f"{int(found[0]):,}", yours)


def opened(prediction: Prediction, actual: str, printed: str, shown: tuple) -> str:
    """What the fold holds, as HTML: what came out, why, what was printed, and what is shown with it."""
    unit = f" {prediction.unit}" if prediction.unit else ""
    said = f"<p>What came out: <strong>{html.escape(actual + unit)}</strong>.</p>"
    because = content.rich(prediction.because)
    return "".join([said, because, _pre(printed), *(_shown(each) for each in shown)])


def _pre(text: str) -> str:
    return f"<pre>{html.escape(text.rstrip())}</pre>" if text.strip() else ""


def _shown(thing: object) -> str:
    if isinstance(thing, Picture):
        image, alt = base64.b64encode(thing.png()).decode(), html.escape(thing.alt, quote=True)
        ground = ' class="jp-needs-light-background"' if thing.turns_dark else ""  # as Lab marks a picture of its own
        return f'<p><img{ground} src="data:image/png;base64,{image}" alt="{alt}"></p><p><small>{alt}</small></p>'
    own = getattr(thing, "_repr_html_", None)
    return (own and own()) or _pre(str(thing))


def closed(prediction: Prediction, answer: str) -> str:
    """The stored form: the question, the choices, and the answer in a fold that is closed."""
    options = [f"<li>{html.escape(choice)}</li>" for choice in prediction.choices]
    listed = f"<ul>{''.join(options)}</ul>" if options else ""
    question = content.rich_line(prediction.question)
    inside = f"<details><summary>{SUMMARY}</summary>{answer}</details>" if answer else ""
    return f"<p><small>{HEAD}</small><br><strong>{question}</strong></p>{listed}{inside}"


def plain(prediction: Prediction) -> str:
    """The stored form as text, without the answer."""
    lines = [f"{HEAD}: {content.plain(prediction.question)}", *(f"  ( ) {choice}" for choice in prediction.choices)]
    return "\n".join([*lines, "Run the cell to guess; the answer opens after it."])
