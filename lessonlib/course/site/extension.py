"""What Sphinx does for the site beside its own: formulas without a script, anchors, link previews."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    app.add_config_value("site_about", "", "html")
    app.connect("config-inited", _static)
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _static(app: Sphinx, config) -> None:
    config.html_static_path = [str(app.srcdir / "_static")]


def slug(text: str) -> str:
    """The anchor of a heading, as JupyterLab makes it: the words with hyphens between them, capitals kept."""
    return "-".join(text.split())


def _inline(writer, node) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(writer, node) -> None:
    writer.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode
