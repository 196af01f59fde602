"""What is mended in the pages that Sphinx and the theme have written, so that everybody can use them."""

import re
from pathlib import Path
from urllib.parse import urljoin

CHANGES = (
    # The theme's headings of the contents say that they are headings, and not of which level.
    (re.compile(r'<p class="caption" role="heading">'), '<p class="caption" role="heading" aria-level="2">'),
    # Two landmarks of one kind need names.
    (re.compile(r'<aside class="sidebar-drawer">'), '<aside class="sidebar-drawer" aria-label="All pages">'),
    (re.compile(r'<aside class="toc-drawer'), '<aside aria-label="On this page" class="toc-drawer'),
    # A heading's own anchor belongs to the heading, not to the link to it in the contents.
    (re.compile(r'(<a class="reference internal" href="[^"]*">)<a id="[^"]*"></a>'), r"\1"),
    # A header cell with nothing in it heads nothing.
    (re.compile(r"<th\b([^>]*)>((?:<p></p>)?)\s*</th>"), r"<td\1>\2</td>"),
)

NOT_FOUND = "404.html"
LINK = re.compile(r'\b(href|src|action|data-content_root)="(?!#)([^"]*)"')


def mend(pages: Path, url: str = "") -> None:
    """Mend every page below this folder, which will be published at `url` if that is known."""
    for file in pages.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        for find, put in CHANGES:
            text = find.sub(put, text)
        file.write_text(text, encoding="utf-8")
    if url:
        from_anywhere(pages / NOT_FOUND, url)


def from_anywhere(page: Path, url: str) -> None:
    """Let each link of this page name its whole address: a server shows the page at addresses of any depth."""
    text, folder = page.read_text(encoding="utf-8"), f"{url.rstrip('/')}/"
    page.write_text(LINK.sub(lambda link: f'{link[1]}="{urljoin(folder, link[2])}"', text), encoding="utf-8")
