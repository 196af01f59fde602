"""A copy of the course in JupyterLab, and a browser to look at it, for what is measured as a learner meets it."""

import secrets
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lessonlib.course import ROOT, committed
from lessonlib.course.automatic import fresh_surroundings
from lessonlib.course.browsers import chromium


@contextmanager
def browser() -> Iterator[object | None]:
    """A headless Chromium under Playwright; None, and a sentence, where one of the two is missing."""
    where = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        where = None
    if where is None:
        print("  left out: it needs a Chromium and what requirements-test.txt names", file=sys.stderr)
        yield None
        return
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-gpu"])


@contextmanager
def course() -> Iterator[tuple[list[str], dict[str, str], str]]:
    """A fresh copy of the course: the command that serves it, its environment, and the address of a path on it.

    The copy is in the folder `course` of the environment's HOME.
    """
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


def wait_for(url, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
