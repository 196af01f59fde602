"""The living tree: from a key to what it paints, and from `course.py lab` to the first name that is completed."""

import io
import subprocess
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

from benchmarks.in_lab import browser, course, wait_for
from benchmarks.lines import Setting, line
from lessonlib.records import Record
from lessonlib.weights import pretrained
from lessonlib.widgets import LivingTree, share

KEYS, STARTS, REDRAWS = 120, 3, 5
FIRST_PAGE = "lab/tree/notebooks/00_start_here.ipynb"

# From a key, at any moment between two frames, until after the frame that shows its prediction has been painted.
# Animations go on meanwhile, as they do under a person's fingers.
TYPE = """async (keys) => {
    const field = document.querySelector(".ll-tree-name"), text = "charlottemaximilianaannabel", times = [];
    const painted = () => new Promise((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
    }));
    for (let i = 0; i < keys; i++) {
        await new Promise((done) => setTimeout(done, 120 + (i * 7) % 17));
        field.value = text.slice(0, 1 + i % text.length);
        const begin = performance.now();
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await painted();
        times.push(performance.now() - begin);
    }
    return times;
}"""


def measure(setting: Setting) -> list[Record]:
    """Wall milliseconds of a key, seconds of a start; the names do not matter here."""
    with browser() as chrome:
        return [*_keys(chrome), *_starts(chrome)] if chrome else []


def _keys(chrome):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tree.html"
        with redirect_stdout(io.StringIO()):
            share(*pretrained(), file)
        page = chrome.new_page()
        page.goto(file.as_uri())
        keys = page.evaluate(TYPE, KEYS)
        page.close()
    widget, redraws = LivingTree(text="charl"), []
    for _ in range(REDRAWS):
        begin = time.perf_counter()
        widget.static_figure().png()
        redraws.append(1000 * (time.perf_counter() - begin))
    at = {"what": "76,579 parameters"}
    return [
        line("key", "delay", "ms", keys, figure="median", at=at),
        line("redraw", "delay", "ms", redraws, figure="median", at=at),
    ]


def _starts(chrome):
    seconds = [_start(chrome) for _ in range(STARTS)]
    return [line("start", "delay", "s", seconds, figure="median", at={"what": "a first visit"})]


def _start(chrome):
    """Seconds from the command until the page shows what may follow a name that was typed; no click."""
    with course() as (command, environment, address), chrome.new_context() as context:
        begin = time.perf_counter()
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(address.format("api/status"))
            page = context.new_page()
            page.goto(address.format(FIRST_PAGE))
            page.wait_for_function("() => document.activeElement?.classList.contains('ll-tree-name')")
            page.keyboard.type("char")
            page.wait_for_function(
                "() => document.querySelector('.ll-tree-sentence').textContent.includes('after “char”')"
            )
            return time.perf_counter() - begin
        finally:
            server.terminate()
            server.wait()
