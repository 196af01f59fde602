# Fetches the course; where it is already there, this does nothing.
import importlib.util
import os
import subprocess
import sys

SOURCE = "…"
COMMIT = "…"
LINKS = "…"
if importlib.util.find_spec("lessonlib") is None:
    at = ["git", "-C", "course", "rev-parse", "HEAD"]
    if subprocess.run(at, capture_output=True, text=True).stdout.strip() != COMMIT:
        subprocess.run(["git", "init", "-q", "course"], check=True)
        subprocess.run(["git", "-C", "course", "fetch", "-q", "--depth", "1", SOURCE, COMMIT], check=True)
        subprocess.run(["git", "-C", "course", "checkout", "-q", "FETCH_HEAD"], check=True)
    sys.path.insert(0, os.path.abspath("course"))  # noqa: PTH100
    from lessonlib.course import guest

    guest.settle(LINKS)
