"""The widgets of a page, alive in it: what they need stands in shared files, and only their state in the page.

A browser that runs no scripts shows what the notebook stores: a picture, or a list that opens.
"""

import html
import json
import re
from pathlib import Path

from nbformat import NotebookNode

from lessonlib import widgets
from lessonlib.course.export import widget_class
from lessonlib.course.files import write
from lessonlib.course.saving import OURS, VIEW
from lessonlib.widgets.base import LessonWidget, script
from lessonlib.widgets.living_tree.widget import course_tree

TO_LESSON = re.compile(r'(href="[^"#]*)\.ipynb(?=["#])')


def revive(notebook: NotebookNode) -> None:
    """Put into each output what the site shows of it."""
    for cell in notebook.cells:
        for number, output in enumerate(cell.get("outputs", [])):
            data = output.get("data", {})
            data.pop(VIEW, None)
            if OURS in data and "text/html" not in data:
                output.data, output.metadata = {"text/html": _output(data, f"{cell.id}-{number}")}, {}
            elif "text/html" in data:
                output.data = {"text/html": TO_LESSON.sub(r"\1.html", data["text/html"])}


def is_alive(cell: NotebookNode) -> bool:
    """Whether the cell shows a widget that one can use on the site."""
    shown = [output.data[OURS] for output in cell.get("outputs", []) if OURS in output.get("data", {})]
    return any((kind := widget_class(copy)) and kind.page_state(copy) for copy in shown)


def _output(data: dict, place: str) -> str:
    """The HTML of a stored widget."""
    words = html.escape(data.get("text/plain", ""), quote=True)
    picture = f'<img alt="{words}" src="data:image/png;base64,{data.get("image/png", "")}">'
    kind, copy = widget_class(data[OURS]), data[OURS]
    state = kind.page_state(copy) if kind else None
    still = (hasattr(kind, "html_of") and kind.html_of(copy)) or picture
    return still if state is None else alive(kind, state, still, place)


def embedded(widget: LessonWidget, place: str) -> str:
    """The HTML of a widget made here, for a page that is written by hand."""
    return _output(widget._repr_mimebundle_()[0], place)


def alive(kind: type[LessonWidget], state: dict, still: str, place: str) -> str:
    """A place that shows `still` until site.js has put the living widget there."""
    text = (
        json.dumps({**_shared(state), "live": False}, ensure_ascii=False)
        .replace("<", "\\u003c")
        .replace("&", "\\u0026")
    )
    return (
        f'<div class="alive" id="{place}" data-module="{_module(kind).__name__}"><div class="still">{still}</div>'
        f'<script type="application/json">{text}</script></div>'
    )


def _shared(state: dict) -> dict:
    """The state without the weights of the course's own tree, which all pages share."""
    if not (trees := state.get("trees")):
        return state
    own = course_tree()["numbers"]
    return {**state, "trees": [{**tree, "numbers": None} if tree["numbers"] == own else tree for tree in trees]}


def _module(kind: type[LessonWidget]) -> type[LessonWidget]:
    """The class whose files a widget uses: its own, or those of the one that it derives from."""
    return next(each for each in kind.__mro__ if "scripts" in vars(each))


def write_modules(folder: Path) -> None:
    """Write a script and a stylesheet for each widget, and the weights of the course's tree."""
    kinds = [getattr(widgets, name) for name in widgets.__all__]
    for kind in {_module(each) for each in kinds if isinstance(each, type) and issubclass(each, LessonWidget)}:
        name = kind.__name__
        code = f"(window.courseWidgets ??= {{}}).{name} = (() => {{\n{script(*kind.scripts)}\nreturn widget;\n}})();\n"
        write(folder / f"{name}.js", code.encode("utf-8"))
        write(folder / f"{name}.css", kind._css.encode("utf-8"))
    tree = json.dumps(course_tree())
    write(folder / "course_tree.js", f"window.courseTree = {tree};\n".encode())
