"""Where a Chromium is, if this machine has one. Standard library alone."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


def chromium() -> str | None:
    """The path of a Chromium, or of a browser built on it, for the browser tests and for printing."""
    found = (path for path in map(shutil.which, NAMES) if path)
    return next(found, None) or next((path for path in PLACES if os.access(path, os.X_OK)), None)
