"""Files, replaced in one piece: write, keep, and put a prepared update in place.

Standard library alone, and nothing of lessonlib: an update that was interrupted half-way carries a copy of this
file, and `course.py` runs that copy, whichever half of lessonlib is new by then.
"""

import hashlib
import json
import os
import shutil
import time
from datetime import datetime
from pathlib import Path
from uuid import uuid4

UNFINISHED = ".course-new"  # the end of the name of a file that is being written
LONG_AGO = 600.0  # seconds after which nobody is writing it any more
KEPT = "kept"  # beside exercises/ and notebooks/, so that links inside a kept notebook still lead somewhere


def write(path: Path, data: bytes) -> None:
    """Write beside the file, then rename: whoever is interrupted leaves the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(path.parent)
    new = path.with_name(f".{path.name}-{uuid4().hex[:8]}{UNFINISHED}")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _remove_unfinished(folder: Path) -> None:
    """Remove what a writer left that was killed, so that it is not there for ever."""
    for file in folder.glob(f".*{UNFINISHED}"):
        try:
            if time.time() - file.stat().st_mtime > LONG_AGO:
                file.unlink()
        except OSError:  # another has just removed it, or it is not ours to remove
            continue


def keep(root: Path, path: Path) -> Path:
    """Copy `path`, a file of the course at `root`, under a dated name into kept/; returns the copy."""
    flat = path.relative_to(root).as_posix().replace("/", "_").removesuffix(path.suffix)
    stem = f"{flat}_{datetime.now():%Y-%m-%d_%H%M%S}"
    data, copy, count = path.read_bytes(), root / KEPT / f"{stem}{path.suffix}", 1
    copy.parent.mkdir(parents=True, exist_ok=True)
    while not _reserve(copy):
        count += 1
        copy = root / KEPT / f"{stem}_{count}{path.suffix}"
    write(copy, data)
    return copy


def _reserve(path: Path) -> bool:
    """Make the file, empty, unless it is there: two that keep at the same moment get a name each."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def digest(data: bytes) -> str:
    """What tells one content from another; Windows may have changed line ends, which is no difference."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def finish(stage: Path) -> dict[str, str]:
    """Put the update prepared in `stage` in place; returns what was kept: {path of the course: path of the copy}.

    `stage` holds plan.json and, under files/, each new file. Every step can be cut off and done again: a file
    that is in its place has left files/; one that is not what the plan knew is kept before it is replaced.
    """
    root = stage.parent.parent
    plan = json.loads((stage / "plan.json").read_text(encoding="utf-8"))
    kept = {}
    for path in plan["put"]:
        new, old = stage / "files" / path, root / path
        if not new.exists():
            continue
        if old.exists() and digest(old.read_bytes()) != plan["known"].get(path):
            kept[path] = str(keep(root, old).relative_to(root))
        old.parent.mkdir(parents=True, exist_ok=True)
        new.replace(old)
    for path in plan.get("away", []):
        if (root / path).exists():
            kept[path] = str(keep(root, root / path).relative_to(root))
            (root / path).unlink()
    for path in plan["remove"]:
        old = root / path
        if old.exists() and digest(old.read_bytes()) == plan["known"][path]:
            old.unlink()
    done = stage.with_name("update.done")
    shutil.rmtree(done, ignore_errors=True)
    stage.rename(done)
    shutil.rmtree(done, ignore_errors=True)
    return kept


def main(stage: Path) -> None:
    """Finish the update in `stage`, when nobody else is at it, and say what was kept."""
    from lock import one_at_a_time  # which lies beside this file then

    with one_at_a_time(stage.with_name("update.lock"), "Another update is at work; waiting for it."):
        if not stage.exists():
            return
        print("An update was cut off. Finishing it now.", flush=True)
        for path, copy in finish(stage).items():
            print(f"{path}: what was there is kept as {copy}.")


if __name__ == "__main__":
    try:
        main(Path(__file__).resolve().parent)
    except OSError as error:
        print(f"It could not be finished: {error}. Fix that, then run: python3 course.py update")
