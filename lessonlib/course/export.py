"""`python3 course.py export NOTEBOOK`: write a notebook as one page that opens from a file, its widgets alive.

Nothing is fetched: pictures, styles and the widgets' own modules are inside the page, formulas are MathML.
"""

import argparse
import html
import json
import re
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from lessonlib import widgets
from lessonlib.course import ROOT, Problem, notebooks, targets
from lessonlib.course.saving import OURS, VIEW
from lessonlib.widgets.base import script

SHIM = "\n".join((Path(__file__).parent / name).read_text("utf-8") for name in ("stand_in.js", "export.js"))
CODE = re.compile(r"(```.*?```|`[^`]*`)", re.DOTALL)  # a $ in code is a $
PLACE = re.compile(r"@@formula-\d+@@")
# As in JupyterLab, \\$ is a $, and so is one beside a digit that follows: "$5 or $6" is money.
FORMULA = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|(?<!\\)\$(?!\s)((?:\\.|[^$\\\n])+?)(?<![\s\\])\$(?!\d)", re.DOTALL)


def main(argv: list[str]) -> int:
    """Write each notebook's page and say where it is."""
    parser = argparse.ArgumentParser(
        prog="course.py export", description="Write a notebook as a page that opens from a file, without a server."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="NOTEBOOK")
    parser.add_argument(
        "--to", type=Path, default=ROOT / "exported", metavar="FOLDER", help="where to put it (exported/)"
    )
    arguments = parser.parse_args(argv)
    targets.try_folder(arguments.to)
    for file in arguments.files:
        target = arguments.to / f"{file.stem}.html"
        notebooks.write(target, export(file).encode("utf-8", "replace"))
        print(f"{file}: written as {target}")
    return 0


def export(file: Path) -> str:
    """The notebook in `file` as an HTML page. Raises Problem where it is no notebook, or was never run."""
    notebook = nbformat.reads(notebooks.dumps(notebooks.read(file)).decode(), as_version=4)  # long texts in one piece
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    if code and not any(cell.outputs for cell in code):
        raise Problem(f"{file} has no outputs yet. Run it in JupyterLab and save it, then export it.")
    formulas = _lift_formulas(notebook)
    _revive_widgets(notebook)
    exporter = HTMLExporter(embed_images=True, mathjax_url="", require_js_url="", mermaid_js_url="")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": file.stem}})
    return PLACE.sub(lambda match: formulas.get(match[0], match[0]), page)


def _lift_formulas(notebook: NotebookNode) -> dict[str, str]:
    """Put a placeholder for each $…$ in Markdown; what each stands for, as MathML, which needs no script to draw.

    (Written into the Markdown, MathML would be taken apart on the way to HTML.)
    """
    found: dict[str, str] = {}

    def lift(match: re.Match) -> str:
        try:
            drawn = convert(match[1], display="block") if match[1] else convert(match[2])
        except Exception:  # the converter fails in many ways at what is no TeX: then what was typed is shown
            drawn = f"<code>{html.escape(match[0])}</code>"
        place = f"@@formula-{len(found)}@@"
        found[place] = drawn
        return place

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts = CODE.split(cell.source)
            parts[::2] = [FORMULA.sub(lift, part) for part in parts[::2]]
            cell.source = "".join(parts)
    return found


def _revive_widgets(notebook: NotebookNode) -> None:
    """Turn a widget's output into its picture, and beside it the module that puts the living thing in its place."""
    for index, cell in enumerate(notebook.cells):
        for number, output in enumerate(cell.get("outputs", [])):
            data = output.get("data", {})
            data.pop(VIEW, None)
            if OURS in data and "text/html" in data:  # a prediction: on paper nothing can be opened
                data["text/html"] = data["text/html"].replace("<details>", "<details open>")
            elif OURS in data:
                output.data, output.metadata = {"text/html": _alive(data, f"widget-{index}-{number}")}, {}


def _alive(data: dict, place: str) -> str:
    """The HTML of one widget; where it needs Python or scripts, what is to be seen without them."""
    kind, state, still = stored(data)
    picture = f'<div id="{place}">{still}</div>'
    if state is None:
        return picture
    state = json.dumps({**state, "live": False}).replace("<", "\\u003c")  # no text may end the script
    call = f'show(widget, {state}, document.getElementById("{place}"));'
    return f'{picture}<style>{kind._css}</style><script type="module">{script(*kind.scripts)}\n{SHIM}\n{call}</script>'


def stored(data: dict) -> tuple[type | None, dict | None, str]:
    """Of a stored widget its class, the state in which it lives on a page, and what stands there without scripts.

    The class is None where it is none of ours, the state None where the widget cannot do without Python.
    """
    words = html.escape(data.get("text/plain", ""), quote=True)
    kind = widget_class(data[OURS])
    state = kind.page_state(data[OURS]) if kind else None
    still = kind.html_of(data[OURS]) if hasattr(kind, "html_of") else None
    return kind, state, still or f'<img alt="{words}" src="data:image/png;base64,{data.get("image/png", "")}">'


def widget_class(copy: dict) -> type | None:
    """The widget of ours that an output names; what a notebook names otherwise is not looked for."""
    module, _, name = str(copy.get("class", "")).partition(":")
    kind = getattr(widgets, name, None) if name in widgets.__all__ else None
    return kind if kind is not None and kind.__module__ == module else None
