"""What Sphinx does for the site beside its own: formulas without a script, anchors, link previews."""

import json

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

from lessonlib.course.site import ABOUT, DESCRIPTIONS


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    app.connect("config-inited", _static)
    app.connect("html-page-context", _preview)
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _static(app: Sphinx, config) -> None:
    config.html_static_path = [str(app.srcdir / "_static")]
    config.html_extra_path = [str(app.srcdir / "_extra")]


def _preview(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """What the templates say of a page to search engines and link previews; pictures need the site's address."""
    known = json.loads((app.srcdir / DESCRIPTIONS).read_text(encoding="utf-8"))
    about = known.get(page, {"description": ABOUT, "picture": "course"})
    picture = f"_static/previews/{about['picture']}.png"
    home = app.config.html_baseurl
    context["description"] = about["description"]
    context["picture"] = f"{home.rstrip('/')}/{picture}" if home else context["pathto"](picture, resource=True)


def slug(text: str) -> str:
    """The anchor of a heading, as JupyterLab makes it: the words with hyphens between them, capitals kept."""
    return "-".join(text.split())


def _inline(writer, node) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(writer, node) -> None:
    writer.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode
