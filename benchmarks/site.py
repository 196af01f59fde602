"""The site: how soon each page paints, how large it all is, and whether every page holds in every view."""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.in_lab import browser
from benchmarks.lines import Setting, line
from lessonlib.course import ROOT
from lessonlib.course.site import command
from lessonlib.records import Record

ROUNDS = 3
PAINTED = """() => new Promise((done) => {
    const told = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const look = () => told() ? done(told()) : setTimeout(look, 10);
    look();
})"""


def measure(setting: Setting) -> list[Record]:
    """Wall milliseconds to the first paint of each page, from a file; megabytes; pages with a trouble in any view."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser() as chrome:
        if chrome is None:
            return []
        begin = time.perf_counter()
        site = command.build(ROOT, Path(folder))
        seconds = time.perf_counter() - begin
        size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) / 1e6
        return [
            line("build", "time", "s", [seconds]),
            line("all", "size", "MB", [size]),
            *_paints(site, chrome),
            _troubles(site),
        ]


def _paints(site, chrome):
    """The median of each page's turns; the figure is the slowest page."""
    from benchmarks.site_pages import View, Visits, pages

    for width in (390, 1280):
        with Visits(site, chrome, View(width, "light")) as visits:
            times = {name: [] for name in pages(site)}
            for _ in range(ROUNDS):
                for name, found in times.items():
                    tab = visits.context.new_page()
                    tab.goto((site / name).as_uri())
                    found.append(tab.evaluate(PAINTED))
                    tab.close()
        medians = {name: statistics.median(found) for name, found in times.items()}
        print(f"  slowest at {width}: {max(medians, key=medians.get)}", file=sys.stderr)
        at = {"width": width}
        yield line("page", "first paint", "ms", medians.values(), figure="slowest", at=at)
        yield line("half", "first paint", "ms", medians.values(), figure="median", at=at)


def _troubles(site):
    """How many pages have a trouble in any view; each is printed."""
    from benchmarks.site_pages import VIEWS, dead_links

    found = dead_links(site)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        for troubles in pool.map(_troubles_in, [site] * len(VIEWS), VIEWS):
            found += troubles
    for trouble in found:
        print(f"  {trouble}", file=sys.stderr)
    return line("troubles", "pages", "", [len({trouble.partition(" ")[0] for trouble in found})])


def _troubles_in(site, view):
    """The troubles of all pages in one view, in a browser of its own."""
    from benchmarks.site_pages import Visits, pages

    with browser() as chrome, Visits(site, chrome, view) as visits:
        return [trouble for name in pages(site) for trouble in visits.look(name, axe=True)]
