"""Stuck? A link that opens the form for questions, with the lesson and the version filled in, and nothing else."""

import functools
from urllib.parse import urlencode

from lessonlib import __version__, lessons
from lessonlib.course import Problem, address

FORM = "stuck.yml"  # in .github/ISSUE_TEMPLATE: its fields have the names that are filled in here
UNKNOWN = (
    "This copy of the course does not know where it is published. Ask whoever gave it to you, and say which lesson you "
    f"are in and that this is version {__version__}."
)


@functools.cache
def _home() -> str | None:
    """Where the course is published; None where nothing tells it."""
    try:
        return address.repository()
    except Problem:
        return None


def link(about: str, page: str = "stuck.html") -> str:
    """The address of the form for a question `about` a lesson; `page` is where to go while there is no such form."""
    if not (home := _home()):
        return page
    filled = {"template": FORM, "title": f"{about}: ", "lesson": about, "version": __version__}
    return f"{home}/issues/new?{urlencode(filled)}"


def line(about: str) -> str:
    """The last line of a lesson or of its exercises, a folder below the first page, as Markdown."""
    where = link(about) if _home() else "../stuck.md"
    return f"**Stuck?** [Ask about this page]({where}). Say where you are, and leave answers out: others will read it."


def choices() -> str:
    """A link for each lesson."""
    if not _home():
        return f"<p>{UNKNOWN}</p>"
    items = "".join(f'<li><a href="{link(each.heading)}">{each.heading}</a></li>' for each in lessons.lessons())
    said = (
        "Choose the lesson. A form opens with the lesson and the version filled in. Say where you are stuck and what "
        "you have tried; leave your answers out, since others will read it."
    )
    return f'<p>{said}</p><ul class="ask">{items}</ul>'


def gallery_form() -> str:
    """Where the form of a record is described."""
    if not (home := _home()):
        return "`gallery/README.md` in the course's folder has the steps, and what a reviewer looks at."
    return f"[Its README]({home}/tree/HEAD/gallery#readme) has the steps, and what a reviewer looks at."
