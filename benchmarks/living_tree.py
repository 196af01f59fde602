"""The living tree: from a key to what it paints, and from `course.py lab` to the first name that is completed."""

import io
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from benchmarks.lines import Setting, line
from lessonlib.course import ROOT, committed
from lessonlib.course.automatic import fresh_surroundings
from lessonlib.course.browsers import chromium
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
    browser = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        browser = None
    if browser is None:
        print("  left out: it needs a Chromium and what requirements-test.txt names", file=sys.stderr)
        return []
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        return [*_keys(chrome), *_starts(chrome)]


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
    with _course() as (command, environment, address), chrome.new_context() as context:
        begin = time.perf_counter()
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(address.format("api/status"))
            page = context.new_page()
            page.goto(address.format(FIRST_PAGE))
            page.wait_for_function("() => document.activeElement?.classList.contains('ll-tree-name')")
            page.keyboard.type("char")
            page.wait_for_function(
                "() => document.querySelector('.ll-tree-sentence').textContent.startsWith('After “char”')"
            )
            return time.perf_counter() - begin
        finally:
            server.terminate()
            server.wait()


@contextmanager
def _course() -> Iterator[tuple[list[str], dict[str, str], str]]:
    """A fresh copy of the course: the command that serves it, its environment, and the address of a path on it."""
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with fresh_surroundings() as environment, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "course"
        committed.unpack(ROOT, root)
        command = [
            sys.executable, "-P", "-m", "lessonlib", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
            f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}",
        ]  # fmt: skip
        yield command, environment | {"HOME": folder}, f"http://127.0.0.1:{port}/{{}}?token={token}"


def _wait(url, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
