"""What stands below a check cell: the result as a card, or a few words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape

from . import show
from .result import Result


@dataclass(frozen=True, repr=False)
class Card:
    """A result that shows itself in a notebook, as HTML or as text."""

    result: Result

    def __repr__(self) -> str:
        return show.text(self.result)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """nbgrader takes the points from text/plain, and full points when that is no number: so be one there."""
        graded = bool(os.environ.get("NBGRADER_EXECUTION"))
        return {
            "text/plain": f"{self.result.score:g}" if graded else repr(self),
            "text/html": show.html(self.result),
        }


@dataclass(frozen=True)
class Words:
    """A few sentences, or code, that show themselves in a notebook."""

    text: str
    code: bool = False

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        html = f"<pre>{escape(self.text)}</pre>" if self.code else f"<p>{show.inline(self.text)}</p>"
        return {"text/plain": self.text, "text/html": html}
