"""The widgets of a page, alive in it: what they need stands in shared files, and only their state in the page.

A browser that runs no scripts shows what the notebook stores: a picture, or a list that opens.
"""

import json
import re
from pathlib import Path

from nbformat import NotebookNode

from lessonlib import widgets
from lessonlib.course.export import stored, widget_class
from lessonlib.course.files import write
from lessonlib.course.saving import OURS, VIEW
from lessonlib.widgets import PredictionPrompt
from lessonlib.widgets.base import LessonWidget, script
from lessonlib.widgets.living_tree.widget import course_tree

PREDICTION = re.compile(r'\bpredict\(\s*"([a-z0-9-]+)"')
TO_LESSON = re.compile(r'(href="[^"#]*)\.ipynb(?=["#])')


def revive(notebook: NotebookNode) -> None:
    """Put into each output what the site shows of it."""
    for cell in notebook.cells:
        keys = iter(PREDICTION.findall(cell.source))
        for number, output in enumerate(cell.get("outputs", [])):
            data = output.get("data", {})
            data.pop(VIEW, None)
            place = f"{cell.id}-{number}"
            if OURS not in data:
                shown = data.get("text/html")
            elif "text/html" not in data:
                shown = _output(data, place)
            elif widget_class(data[OURS]) is PredictionPrompt:
                shown = alive(PredictionPrompt, PredictionPrompt.asking(next(keys)), data["text/html"], place)
            else:
                shown = data["text/html"]
            if shown is not None:
                output.data, output.metadata = {"text/html": TO_LESSON.sub(r"\1.html", shown)}, {}


def is_alive(cell: NotebookNode) -> bool:
    """Whether the cell shows a widget that one can use on the site."""
    shown = [output.data for output in cell.get("outputs", []) if OURS in output.get("data", {})]
    return any(stored(data)[1] is not None for data in shown)


def _output(data: dict, place: str) -> str:
    """The HTML of a stored widget."""
    kind, state, still = stored(data)
    return still if state is None else alive(kind, state, still, place)


def embedded(widget: LessonWidget, place: str) -> str:
    """The HTML of a widget made here, in one line, so that it can stand in Markdown."""
    return _output(widget._repr_mimebundle_()[0], place).replace("\n", "&#10;")


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
