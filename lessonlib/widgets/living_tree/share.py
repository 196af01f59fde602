"""Share a tree: one page that opens from a file on any machine, with the living tree on your own weights."""

import base64
import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

import torch

from lessonlib import own_pages
from lessonlib.data import Vocabulary
from lessonlib.widgets.base import script
from lessonlib.widgets.living_tree.description import Description
from lessonlib.widgets.living_tree.reading import read
from lessonlib.widgets.living_tree.widget import LivingTree, example

HERE = Path(__file__).parent
BODY = Template((HERE / "page.html").read_text("utf-8"))
MARK = '<meta name="generator" content="lessonlib share">'  # a page of ours may be written over by another of ours
FULL = 600_000  # bytes of a page; where float32 would need more, weights go as float16
LIMIT = 2_500_000  # bytes; about 900,000 parameters as float16
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
STATE = re.compile(r'<script type="application/json" id="tree">(.*?)</script>', re.DOTALL)
DTYPES = {16: torch.float16, 32: torch.float32}
TOOLS = ["write", "inside", "attribution", "temperature"]


def share(
    model,
    vocabulary: Vocabulary,
    file: str | Path,
    title: str = "My tree",
    about: str = "",
    include_words: bool = False,
    words: Sequence[str] | None = None,
    overwrite: bool = False,
    block_size: int | None = None,
) -> None:
    """Write the page `file` (.html): the living tree on the weights of `model`, a title, and a line `about` training.

    The page holds the weights, the characters and the title; nothing typed in it leaves it. The words that the model
    learned from are not in it, unless you hand them in and say include_words=True: then names that it writes are
    marked as new or known. A page above 600 KB keeps its weights as float16; above 2.5 MB it is refused.

    Raises ValueError for a model that is no tree or too large, FileExistsError for a file that is no such page.
    """
    file = own_pages.target(file, MARK, "shared tree", overwrite)
    if include_words and words is None:
        raise ValueError("include_words=True needs the words themselves: share(…, include_words=True, words=words).")
    if words is not None and not include_words:
        raise ValueError("words were given, but include_words is False: say include_words=True to publish them.")
    described = read(model, vocabulary, block_size)
    if include_words:
        print(f"This publishes the {len(words):,} words themselves: whoever opens the page can read them.")
    page = _page(described, title, about, list(words or []))
    own_pages.write(file, page)
    rest = f"{len(words):,} words" if include_words else "no words"
    print(
        f"{file.name}: {len(page) / 1000:,.0f} KB, with the weights, {len(vocabulary)} characters, the title, {rest}."
    )
    print("A model can have memorised some of the words it learned from, and write them.")


def _page(described: Description, title: str, about: str, words: list[str]) -> bytes:
    """The whole page; weights in the finest form that keeps it small."""
    for precision, most in ((32, FULL), (16, LIMIT)):
        if len(described.numbers(DTYPES[precision])) * 4 // 3 < most:
            written = page(described, title, about, words, precision).encode("utf-8")
            if len(written) <= most:
                return written
    raise ValueError(
        f"This tree has {described.parameters:,} parameters: even as float16 its page would be larger than "
        f"{LIMIT / 1e6:.1f} MB. Share a smaller one." + (" The words that are included count too." if words else "")
    )


def page(described: Description, title: str, about: str = "", words: Sequence[str] = (), precision: int = 32) -> str:
    """The page itself, its weights as float32 or float16 (`precision`); no text in it can become code."""
    state = {
        "trees": [kept(described, precision)], "text": "", "example": example(described), "temperature": 1.0,
        "tools": TOOLS, "opened": 0, "focus": True, "words": list(words),
    }  # fmt: skip
    code = script(*LivingTree.scripts)
    code += (HERE / "page.js").read_text("utf-8")
    look = LivingTree._css + (HERE / "page.css").read_text("utf-8")
    rounded = " Weights are rounded to half precision." if precision == 16 else ""
    facts = (
        f"{described.parameters:,} parameters, {len(described.characters)} characters, of which it sees "
        f"{described.context} at a time.{rounded}"
    )
    about = f"<p>{html.escape(about)}</p>" if about else ""
    body = BODY.substitute(title=html.escape(title), about=about, facts=facts, state=_inside(state), code=code)
    return own_pages.framed(MARK, title, body, look, code)


def kept(described: Description, precision: int) -> dict:
    """The tree as a page holds it; `rebuilt.rebuilt` makes a description of it again."""
    numbers = base64.b64encode(described.numbers(DTYPES[precision])).decode()
    return {"label": "", "outline": described.outline(), "numbers": numbers, "precision": precision}


def read_page(text: str) -> tuple[str, dict]:
    """The title of such a page, and its tree as the page holds it. Raises ValueError for any other page."""
    title, state = TITLE.search(text), STATE.search(text)
    if MARK not in text[:2000] or not title or not state:
        raise ValueError("This is not a page that `share` has written.")
    try:
        tree = json.loads(state[1])["trees"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        raise ValueError("The tree in this page cannot be read. Write the page again with `share`.") from None
    return html.unescape(title[1]), tree


def _inside(state) -> str:
    """JSON for a script element: no text in it may end the element."""
    return json.dumps(state, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
