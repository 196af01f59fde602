"""The learner's progress: one small JSON file on this machine, never lost and never sent anywhere.

It lies at .course/progress.json in the repository; the environment variable LESSONLIB_PROGRESS moves it.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
WAIT = 5.0  # seconds to wait for another notebook that is writing


def path() -> Path:
    """Where the progress file lies."""
    return Path(os.environ.get("LESSONLIB_PROGRESS") or REPOSITORY / ".course" / "progress.json")


def load() -> dict:
    """All that is recorded, {} when there is nothing yet. A file that cannot be read is kept under a dated name."""
    try:
        data = json.loads(path().read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
    except FileNotFoundError:
        return {}
    except (ValueError, OSError):
        pass
    _set_aside()
    return {}


def update(change: Callable[[dict], None]) -> dict:
    """Read the record, let `change` alter it in place, and write it back in one piece; returns the new record.

    Two notebooks may do so at the same time: each waits for its turn.
    """
    with _turn():
        data = load()
        change(data)
        _write(data)
    return data


def lessons_begun() -> list[str]:
    """The lessons in which a prediction was compared or a check was run, for example ["01", "04"]."""
    record = load()
    compared = {id[:2] for id, entry in record.get("predictions", {}).items() if "actual" in entry}
    checked = {entry["lesson"] for entry in record.get("checks", {}).values() if "lesson" in entry}
    return sorted(compared | checked)


def _write(data: dict) -> None:
    """Write beside the file, then rename: a crash leaves the old record or the new one, never half of one."""
    handle, name = tempfile.mkstemp(dir=path().parent, prefix=".progress-")
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        json.dump(data, f, indent=1, ensure_ascii=False)
        f.flush()
        os.fsync(f.fileno())
    Path(name).replace(path())


def _set_aside() -> None:
    kept = path().with_name(f"progress-unreadable-{datetime.now():%Y-%m-%d-%H%M%S}.json")
    try:
        path().replace(kept)
    except OSError:
        return
    print(f"The progress file could not be read. It is kept as {kept.name}, and a new one is begun.")


@contextmanager
def _turn():
    """Hold the lock file while writing; a lock older than WAIT was left behind by a crash and is taken over."""
    path().parent.mkdir(parents=True, exist_ok=True)
    lock = path().with_name(path().name + ".lock")
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            _remove_if_stale(lock)
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _remove_if_stale(lock: Path) -> None:
    try:
        if time.time() - lock.stat().st_mtime > WAIT:
            lock.unlink(missing_ok=True)
    except FileNotFoundError:
        pass
