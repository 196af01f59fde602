"""What stands below a check cell: the result as a card with buttons, or a few words.

Both show themselves where they are made, so that a call below them in the same cell hides nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from . import show
from .result import Result, State

Answer = Callable[[], "Words"]


def kernel():
    """The notebook's IPython, or None: a plain Python, a terminal, or nbgrader, which reads a cell's last value."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None


class Shown:
    """Something that is shown at once, and not a second time by being a cell's last value."""

    _shown_in: int | None = None  # the number of the execution that has shown it

    def shown(self):
        """Show it in the running cell, where there is a notebook; returns itself."""
        if shell := kernel():
            self._shown_in = shell.execution_count
            self._display()
        return self

    def _ipython_display_(self) -> None:
        shell = kernel()
        if shell is None:
            raise NotImplementedError  # IPython then asks for _repr_mimebundle_
        if self._shown_in != shell.execution_count:
            self.shown()

    def _display(self) -> None:
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)


class Words(Shown):
    """A few sentences, or code, that show themselves in a notebook."""

    def __init__(self, text: str, code: bool = False):
        self.text, self.code = text, code

    def __repr__(self) -> str:
        return self.text

    def html(self) -> str:
        """Sentences as a paragraph; code with its words marked by Pygments' classes."""
        if not self.code:
            return f"<p>{show.inline(self.text)}</p>"
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer

        return highlight(self.text, PythonLexer(), HtmlFormatter(cssclass="ll-code"))

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        if self.code:  # as Markdown it is highlighted in the colours of whatever shows it, light or dark
            return {"text/plain": self.text, "text/markdown": f"```python\n{self.text}\n```"}
        return {"text/plain": self.text, "text/html": self.html()}


class Card(Shown):
    """A result, with buttons for a hint, the solution and another check: each does what the typed call does."""

    def __init__(
        self,
        result: Result,
        hint: Answer | None = None,
        solution: Answer | None = None,
        again: Callable[[], Result | Words] | None = None,
    ):
        self.result = result
        self._answers = {"hint": hint, "solution": solution}
        self._again = again
        self._view = self._handle = None

    def __repr__(self) -> str:
        return show.text(self.result)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """nbgrader takes the points from text/plain, and full points when that is no number: so be one there."""
        graded = bool(os.environ.get("NBGRADER_EXECUTION"))
        return {
            "text/plain": f"{self.result.score:g}" if graded else repr(self),
            "text/html": show.html(self.result),
        }

    def _display(self) -> None:
        from IPython.display import display

        from lessonlib.widgets.verdict import Verdict

        self._view = Verdict(show.html(self.result, typed=False), self._buttons(), self.press)
        self._handle = display(self._bundle(), raw=True, display_id=True)

    def _bundle(self) -> dict:
        return self._view.beside(self._repr_mimebundle_())

    def _buttons(self) -> list[str]:
        return ["again", "solution"] if self.result.state == State.CORRECT else ["hint", "solution", "again"]

    def press(self, button: str) -> None:
        """Do what a button of the card says; what it tells stands in the card."""
        found = self._answers[button]() if button in self._answers else self._again()
        if isinstance(found, Words):
            with self._view.hold_sync():
                self._view.said = found.html()
                self._view.times += 1
            return
        self.result = found
        with self._view.hold_sync():
            self._view.html = show.html(found, typed=False)
            self._view.buttons = self._buttons()
            self._view.said = ""
            self._view.times += 1
        self._handle.update(self._bundle(), raw=True)  # the notebook's file keeps the new result
