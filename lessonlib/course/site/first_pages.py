"""What stands in the places of the pages for somebody who has never seen the course: the idea, the gallery, Stuck?"""

import html
from collections.abc import Callable

from lessonlib.course import gallery
from lessonlib.course.site import living, practice, small_tree, stuck
from lessonlib.weights import pretrained
from lessonlib.widgets import Flashcards, Quiz, ReceptiveField
from lessonlib.widgets.costs import costs
from lessonlib.widgets.living_tree.reading import read
from lessonlib.widgets.living_tree.widget import likeliest

CONTEXTS, EMBEDDED, WIDTH = (8, 64, 1024), 10, 68  # of the table of costs: the sizes of the lesson on the tree


def cost_table() -> str:
    """Weights and multiplications of the flat model and of the tree, for one guess."""
    rows = []
    for letters in CONTEXTS:
        flat, tree, _ = costs(letters, n_embd=EMBEDDED, n_hidden=WIDTH)
        numbers = (flat.parameters, tree.parameters, flat.multiply_adds, tree.multiply_adds)
        cells = "".join(f"<td>{number:,}</td>" for number in numbers)
        rows.append(f'<tr><th scope="row">{letters:,}</th>{cells}</tr>')
    head = (
        '<tr><th rowspan="2" scope="col">letters</th><th colspan="2" scope="colgroup">parameters</th>'
        '<th colspan="2" scope="colgroup">multiplications</th></tr>'
        f"<tr>{2 * '<th scope=col>flat</th><th scope=col>tree</th>'}</tr>"
    )
    said = f"What one guess costs; both models are {WIDTH} numbers wide."
    return (
        f'<div class="table-wrapper"><table class="numbers"><caption>{said}</caption><thead>{head}</thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def listed() -> str:
    """All trees of the gallery, each with what it has read and some words of its own."""
    return f'<ul class="trees">{"".join(map(_entry, gallery.shared()))}</ul>'


def _entry(tree: gallery.Shared) -> str:
    said = {key: html.escape(getattr(tree, key)) for key in ("title", "by", "about", "what", "source", "licence")}
    words = ", ".join(f"<q>{html.escape(word)}</q>" for word in tree.writes)
    return (
        f'<li><h2><a href="trees/{tree.name}.html">{said["title"]}</a></h2>'
        f'<p>It writes {words}.</p><p>{said["about"]}</p><p class="small">Shared by {said["by"]}. Has read '
        f'<a href="{said["source"]}" rel="nofollow noopener">{said["what"]}</a> ({said["licence"]}). '
        f"{tree.tree.parameters:,} parameters.</p></li>"
    )


def _after(text: str) -> str:
    return likeliest(read(*pretrained()), text)


PLACES: dict[str, Callable[[], str]] = {
    "after-hann": lambda: _after("hann"),
    "tree": lambda: small_tree.drawn("..hannah"),
    "fusion-example": practice.example,
    "fusion-practice": practice.fusion,
    "depth-practice": practice.depth,
    "explorer": lambda: living.embedded(ReceptiveField("hippopotamus", levels=3, needed=12), "explorer"),
    "costs": cost_table,
    "tree-quiz": lambda: living.embedded(Quiz("tree"), "tree-quiz"),
    "tree-cards": lambda: living.embedded(Flashcards("tree"), "tree-cards"),
    "gallery": listed,
    "gallery-form": stuck.gallery_form,
    "ask": stuck.choices,
}
