"""Every page of the site in a browser that has no network: what fails, what is too wide, what nobody could read.

with Visits(folder, browser, View(390, "dark")) as visits:
    troubles = visits.look("notebooks/05_tree.html", axe=True)
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

SETTLED = """async () => {
    for (let i = 0; i < 200 && document.querySelector('.alive .still'); i++)
        await new Promise((done) => setTimeout(done, 30));
}"""
AXE = {"preload": False, "resultTypes": ["violations"]}  # to list what passes as well takes twice as long
# What is wider than the screen and does not scroll in a frame of its own.
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth + 1
    ? [...document.querySelectorAll('article *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 3).map((e) => e.outerHTML.slice(0, 90)) : []"""


class View(NamedTuple):
    """How a page is looked at: width in pixels, and light or dark."""

    width: int
    theme: str

    @property
    def height(self) -> int:
        return 844 if self.width < 600 else 900


VIEWS = tuple(View(width, theme) for width in (390, 1280) for theme in ("light", "dark"))


def pages(site: Path) -> list[str]:
    """The names of all pages, as "notebooks/05_tree.html"."""
    return sorted(file.relative_to(site).as_posix() for file in site.rglob("*.html"))


class Visits:
    """A tab of one view, in which pages of the site are opened one after another; `troubles` says what went wrong."""

    def __init__(self, site: Path, browser: Browser, view: View):
        self.site, self.view, self.name = site, view, ""
        size = {"width": view.width, "height": view.height}
        self.context = browser.new_context(viewport=size, color_scheme=view.theme, offline=True)
        self.troubles: list[str] = []
        self.tab = self.context.new_page()
        self.tab.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.tab.on("console", lambda said: self._note(f"console: {said.text}") if said.type == "error" else None)
        self.tab.on("requestfailed", lambda request: self._note(f"request failed: {request.url}"))

    def __enter__(self) -> Visits:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def open(self, name: str) -> Page:
        """The tab with this page in it, its widgets alive."""
        self.name = name
        self.tab.goto((self.site / name).as_uri())
        self.tab.evaluate(SETTLED)
        return self.tab

    def look(self, name: str, axe: bool = False) -> list[str]:
        """The troubles of this page, a sentence each."""
        before, tab = len(self.troubles), self.open(name)
        for wide in tab.evaluate(TOO_WIDE):
            self._note(f"wider than the screen: {wide}")
        if tab.locator(".alive .still").count():
            self._note("a widget did not come alive")
        found = self.troubles[before:]  # axe reads stylesheets in a way that a page from a file may not: after the rest
        if axe:
            for broken in Axe().run(tab, options=AXE).response["violations"]:
                nodes = [node["html"][:120] for node in broken["nodes"][:2]]
                found.append(f"{self._place()}: {broken['id']} ({len(broken['nodes'])}): {nodes}")
        return found

    def _place(self) -> str:
        return f"{self.name} ({self.view.width}, {self.view.theme})"

    def _note(self, what: str) -> None:
        self.troubles.append(f"{self._place()}: {what}")


# --- links ---


class _Reader(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self):
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = {""}

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.anchors.update(value for name in ("id", "name") if (value := found.get(name)))
        self.links += [value for name in ("href", "src") if (value := found.get(name))]


def dead_links(site: Path) -> list[str]:
    """A sentence for each link of a page that leads to no file of the site, or to no place on it."""
    read = {}
    for name in pages(site):
        read[name] = _Reader()
        read[name].feed((site / name).read_text(encoding="utf-8"))
    found = []
    for name, page in read.items():
        for link in page.links:
            if link.startswith(("http://", "https://", "data:", "mailto:")):
                continue
            path, anchor = urldefrag(link.partition("?")[0] if "#" not in link else link)
            target = ((site / name).parent / unquote(path.partition("?")[0])).resolve() if path else (site / name)
            inside = target.relative_to(site.resolve()).as_posix() if target.is_relative_to(site.resolve()) else ""
            if not target.is_file():
                found.append(f"{name}: {link} leads nowhere")
            elif inside in read and unquote(anchor) not in read[inside].anchors:
                found.append(f"{name}: {link} names a place that is not there")
    return found
