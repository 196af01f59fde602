"""The learner's progress: one small JSON file on this machine, never lost and never sent anywhere.

It lies at .course/progress.json in the repository; the environment variable LESSONLIB_PROGRESS moves it.
"""

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from lessonlib import lessons, progress_form

REPOSITORY = Path(__file__).resolve().parent.parent
WAIT = 5.0  # seconds to wait for another notebook that is reading or writing


def path() -> Path:
    """Where the progress file lies."""
    return Path(os.environ.get("LESSONLIB_PROGRESS") or REPOSITORY / ".course" / "progress.json")


def load() -> dict:
    """All that is recorded, {} when there is nothing yet. A file that cannot be read is kept under a dated name."""
    if not path().exists():
        return {}
    try:
        with _turn():
            return _read()
    except OSError:  # no lock is to be had, as in a folder that cannot be written: what is there can still be read
        try:
            return _read(set_aside=False)
        except OSError:  # not even that
            return {}


def update(change: Callable[[dict], None]) -> dict:
    """Read the record, let `change` alter it in place, and write it back in one piece; returns the new record.

    Two notebooks may do so at the same time: each waits for its turn. Where nothing can be written, that is said,
    and the lesson goes on.
    """
    data = {}
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        with _turn():
            data = _read()
            change(data)
            _write(data)
    except OSError as error:
        print(f"Your progress was not kept: {error}. Everything else goes on.")
    return data


def lessons_begun() -> list[str]:
    """The slugs of the lessons in which a prediction was compared or a check was run, in the order of the course."""
    told = load()
    compared = {lessons.of_key(id) for id, entry in told.get("predictions", {}).items() if "actual" in entry}
    checked = {entry["lesson"] for entry in told.get("checks", {}).values() if "lesson" in entry}
    return [each.slug for each in lessons.lessons() if each in compared or each.slug in checked]


def _turn() -> FileLock:
    """One process at a time; the system frees the lock when its holder ends, even in a crash."""
    return FileLock(f"{path()}.lock", timeout=WAIT)


def _read(set_aside: bool = True) -> dict:
    """What the file holds, as far as it has the form of a record. What has not is set aside first."""
    try:
        data = None if path().is_dir() else json.loads(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):  # not JSON, or not UTF-8, or lists in lists without end
        data = None
    kept = progress_form.sound(data)
    if kept != data and set_aside:
        _set_aside(kept)
    return _with_permanent_keys(kept)


def _set_aside(kept: dict) -> None:
    """Keep the file under a dated name. Where something of it is `kept`, it stays in use as well."""
    stem, count = f"progress-unreadable-{datetime.now():%Y-%m-%d-%H%M%S}", 1
    name = f"{stem}.json"
    while path().with_name(name).exists():
        count += 1
        name = f"{stem}-{count}.json"
    if kept:
        shutil.copyfile(path(), path().with_name(name))
        _write(kept)
        print(f"Parts of the progress file could not be read. It is kept as {name}; all else in it counts as before.")
        return
    path().replace(path().with_name(name))
    print(f"The progress file could not be read. It is kept as {name}, and a new one is begun.")


def _with_permanent_keys(data: dict) -> dict:
    """A record of version 0.2.0, whose keys begin with a lesson's number, under the keys that stay."""
    for part in ("predictions", "quiz"):
        if isinstance(data.get(part), dict):
            data[part] = {lessons.permanent(key): entry for key, entry in data[part].items()}
    checks = data.get("checks")
    for entry in checks.values() if isinstance(checks, dict) else ():
        if isinstance(entry, dict) and "lesson" in entry:
            entry["lesson"] = lessons.permanent(f"{entry['lesson']}-x").removesuffix("-x")
    return data


def _write(data: dict) -> None:
    """Write beside the file, then rename: a crash leaves the old record or the new one, never half of one."""
    text, fresh = json.dumps(data, indent=1), path().with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path())
