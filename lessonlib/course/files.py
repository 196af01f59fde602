"""Files, replaced in one piece: write, keep, and put a prepared update in place.

Standard library alone, and nothing of lessonlib: an update that was interrupted half-way carries a copy of this
file, and `course.py` runs that copy, whichever half of lessonlib is new by then.
"""

import hashlib
import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from uuid import uuid4

KEPT = "kept"  # beside exercises/ and notebooks/, so that links inside a kept notebook still lead somewhere


def write(path: Path, data: bytes) -> None:
    """Write beside the file, then rename: whoever is interrupted leaves the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}-{uuid4().hex[:8]}")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def keep(root: Path, path: Path) -> Path:
    """Copy `path`, a file of the course at `root`, under a dated name into kept/; returns the copy."""
    flat = path.relative_to(root).as_posix().replace("/", "_").removesuffix(path.suffix)
    stem = f"{flat}_{datetime.now():%Y-%m-%d_%H%M%S}"
    copy, count = root / KEPT / f"{stem}{path.suffix}", 1
    while copy.exists():
        count += 1
        copy = root / KEPT / f"{stem}_{count}{path.suffix}"
    write(copy, path.read_bytes())
    return copy


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
    for path in plan["remove"]:
        old = root / path
        if old.exists() and digest(old.read_bytes()) == plan["known"][path]:
            old.unlink()
    done = stage.with_name("update.done")
    shutil.rmtree(done, ignore_errors=True)
    stage.rename(done)
    shutil.rmtree(done, ignore_errors=True)
    return kept


if __name__ == "__main__":
    print("An update was cut off. Finishing it now.")
    try:
        for path, copy in finish(Path(__file__).resolve().parent).items():
            print(f"{path}: what was there is kept as {copy}.")
    except OSError as error:
        print(f"It could not be finished: {error}. Mend that, then run: python3 course.py update")
