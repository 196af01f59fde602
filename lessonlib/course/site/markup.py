"""What is mended in the pages that Sphinx and the theme have written, so that everybody can use them."""

import re
from pathlib import Path

CHANGES = (
    # The theme's headings of the contents say that they are headings, and not of which level.
    (re.compile(r'<p class="caption" role="heading">'), '<p class="caption" role="heading" aria-level="2">'),
    # Two landmarks of one kind need names.
    (re.compile(r'<aside class="sidebar-drawer">'), '<aside class="sidebar-drawer" aria-label="All pages">'),
    (re.compile(r'<aside class="toc-drawer'), '<aside aria-label="On this page" class="toc-drawer'),
    # A header cell with nothing in it heads nothing.
    (re.compile(r"<th\b([^>]*)>((?:<p></p>)?)\s*</th>"), r"<td\1>\2</td>"),
)


def mend(pages: Path) -> None:
    """Mend every page below this folder."""
    for file in pages.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        for find, put in CHANGES:
            text = find.sub(put, text)
        file.write_text(text, encoding="utf-8")
