"""The card below a check, alive: the verdict, and buttons for a hint, the solution and another check."""

from collections.abc import Callable

import anywidget
import traitlets

from lessonlib.widgets.base import MIME, script, stylesheet


class Verdict(anywidget.AnyWidget):
    """Shows `html` and `buttons` ("hint", "solution", "again"); `press(button)` is called when one is pressed.

    What a button tells is put into `said`. It knows nothing of checks: the card that owns it does.
    """

    _esm = script("verdict") + "export default widget;\n"
    _css = stylesheet("verdict")

    html = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    buttons = traitlets.List(traitlets.Unicode()).tag(sync=True)
    times = traitlets.Int(0).tag(sync=True)  # how often a button was answered
    focus = traitlets.Unicode("").tag(sync=True)  # the button that was pressed last: a view drawn anew goes back to it

    def __init__(self, html: str, buttons: list[str], press: Callable[[str], None]):
        super().__init__(html=html, buttons=buttons)
        self.on_msg(lambda _, message, __: press(message["press"]))

    def beside(self, bundle: dict[str, str]) -> dict:
        """`bundle` with the live view added; the mark lets the save hook drop that view from the file."""
        made = super()._repr_mimebundle_()
        data = made[0] if isinstance(made, tuple) else made
        return {**(data or {}), **bundle, MIME: {"class": "", "state": {}}}
