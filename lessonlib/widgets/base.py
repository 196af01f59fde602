"""What every widget shares: its files, and what it leaves behind where there is no kernel and no JavaScript."""

import base64
from pathlib import Path
from typing import ClassVar

import anywidget
import traitlets

from lessonlib import style

HERE = Path(__file__).parent
MIME = "application/vnd.lessonlib.v1+json"  # marks our outputs for the save hook and for `course.py export`


def script(*names: str) -> str:
    """The JavaScript of a widget, which defines `widget`: the shared helpers, then its own files. No build step."""
    return "".join((HERE / f"{name}.js").read_text("utf-8") for name in ("common", *names))


def stylesheet(name: str) -> str:
    """The CSS of a widget: the course's colours, the shared rules, then its own."""
    return _colours() + (HERE / "common.css").read_text("utf-8") + (HERE / f"{name}.css").read_text("utf-8")


def _colours() -> str:
    """The palette of `style` as CSS variables, so that figures and widgets cannot drift apart."""
    axes = {axis.lower(): look["colour"] for axis, look in style.AXES.items()}
    levels = {f"level-{i}": look["colour"] for i, look in enumerate(style.LEVELS)}
    lines = {f"line-{i}": look["color"] for i, look in enumerate(style.LINES)}
    return ".ll{" + "".join(f"--ll-{name}:{colour};" for name, colour in (axes | levels | lines).items()) + "}\n"


class LessonWidget(anywidget.AnyWidget):
    """A widget that can also be read: `static_text` and `static_figure` say and draw what it shows.

    A subclass sets `scripts`, the names of its JavaScript files, and `_css`, and in `view_state` the traits that a
    copy without a kernel needs to stay alive on an exported page. Without them the exported page shows the picture.
    """

    scripts: ClassVar[tuple[str, ...]] = ()
    view_state: ClassVar[tuple[str, ...]] = ()
    live = traitlets.Bool(True).tag(sync=True)  # False on an exported page: there is no Python to ask

    def __init_subclass__(cls, **kwargs):
        if "scripts" in vars(cls):
            cls._esm = script(*cls.scripts) + "export default widget;\n"  # as a module, for a notebook
        super().__init_subclass__(**kwargs)

    def static_text(self) -> str:
        """What the widget shows, as text: the same for the same state, on every machine."""
        raise NotImplementedError

    def static_figure(self) -> style.Picture:
        """What the widget shows, as a picture for the notebook file."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.static_text()

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        text = self.static_text()
        picture = self.static_figure()
        image = base64.b64encode(picture.png()).decode()
        data = {**data, "text/plain": text, "image/png": image, MIME: self._copy()}
        return data, {**metadata, **picture.metadata(text)}

    def _copy(self) -> dict:
        """What `course.py export` needs to rebuild the widget without Python."""
        kind = f"{type(self).__module__}:{type(self).__name__}"
        return {"class": kind, "state": {name: getattr(self, name) for name in self.view_state}}

    @classmethod
    def revived(cls, state: dict) -> dict:
        """The state of a stored copy, made whole for an exported page."""
        return state

    @classmethod
    def page_state(cls, copy: dict) -> dict | None:
        """The state with which a stored copy lives on a page without Python; None where it needs one."""
        state = copy.get("state")
        return cls.revived(state) if state else None
