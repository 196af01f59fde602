"""`python3 course.py update`: a newer course, with what you wrote carried over.

Everything is prepared beside the course first; then file after file is moved into its place (files.py). Cut off
before that, nothing has changed; cut off while files move, the next `course.py` of any kind finishes it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from lessonlib.course import ROOT, Problem, build, files, lock, notebooks
from lessonlib.course.files import digest
from lessonlib.course.lock import one_at_a_time
from lessonlib.course.merge import is_misplaced, merge
from lessonlib.course.sources import Clone, File, Tree, folder

WITH_WORK = ("notebooks/", "exercises/", "solutions/")  # notebooks in which a learner may have worked
NUMBERED = re.compile(r"\d\d_.+\.ipynb$")
NO_CLONE = (
    "This folder is not a git clone (or git is not installed), so there is nowhere to fetch from. Download the newer "
    "course, unpack it, and name its folder: python3 course.py update --from FOLDER"
)


def main(argv: list[str]) -> int:
    """Update the course in place and say what was done."""
    parser = argparse.ArgumentParser(
        prog="course.py update", description="Fetch a newer course, and carry your answers over into it."
    )
    parser.add_argument("--from", dest="newer", type=Path, metavar="FOLDER", help="take it from here, not from git")
    options = parser.parse_args(argv)
    with one_at_a_time(ROOT / ".course" / "update.lock", "Another update is running; waiting for it."):
        for line in update(ROOT, options.newer):
            print(line)
    return 0


def update(root: Path, newer: Path | None = None) -> list[str]:
    """Bring the course at `root` up to date, from its git remote or from the folder `newer`; returns what was done."""
    stage = root / ".course" / "update"
    if stage.exists():
        _in_place(stage)
    clone, commit = Clone.at(root), None
    if newer is not None:
        new, base = folder(newer, root), clone.began() if clone else None
    elif clone:
        commit, new, base = clone.fetch()
    else:
        raise Problem(NO_CLONE)
    plan = prepare(root, new, base)
    said = _apply(stage, plan) if plan.put or plan.remove else ["The course is up to date. Nothing was changed."]
    if commit:
        clone.move_to(commit)
    return said


def settle(root: Path) -> list[str]:
    """Put answers in their places that an earlier update has left beside them; returns what was done, in words.

    That of version 0.2.0 does not know a notebook or an answer under a new name: it keeps them as files and cells of
    your own. Where there is nothing of the kind, nothing is touched.
    """
    made, plan = _made_again(root), Plan()
    for path, file in made.items():
        if (former := _former(root, path, made, None)) is not None:
            _decide_moved(plan, root, former, path, file, file)
        elif (root / path).is_file() and _is_misplaced((root / path).read_bytes(), file.data):
            _decide(plan, root, path, file, file)
    if not plan.put:
        return []
    with one_at_a_time(root / ".course" / "update.lock", "An update is at work; waiting for it."):
        said = _apply(root / ".course" / "update", plan)
    return ["Answers of an earlier version of the course are in their places now.", *said[1:]]


def _is_misplaced(now: bytes, course: bytes) -> bool:
    try:
        return not _same(now, course) and is_misplaced(notebooks.parse(now, ""), notebooks.parse(course, ""))
    except Problem:
        return False


# --- deciding ---


@dataclass
class Plan:
    """What an update will do: files to put in place, files to remove, and what to say about it.

    `known` is the digest of each file that may go without being kept: it is as the course made it. A notebook in
    `away` goes too, and is kept: what was in it is carried over to another name.
    """

    put: Tree = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def prepare(root: Path, new: Tree, base: Tree | None) -> Plan:
    """Compare the course at `root` with the `new` one and decide about each file. Nothing is written.

    `base` is the course that the learner began with; where nobody knows it, the exercises at least can be made again.
    """
    base = _made_again(root) if base is None else base
    plan = Plan()
    for path, file in sorted(new.items(), key=lambda item: _order(item[0])):
        former = _former(root, path, new, _began(base, path))
        if former is None:
            _decide(plan, root, path, file, _began(base, path))
        else:
            _decide_moved(plan, root, former, path, file, _began(base, former))
    for path, file in base.items():
        if path not in new and path not in plan.away and (root / path).is_file():
            if _same((root / path).read_bytes(), file.data):
                plan.remove.append(path)
                plan.known[path] = digest(file.data)
            else:
                plan.words[path] = "is no longer part of the course; yours stays."
    return plan


def _made_again(root: Path) -> Tree:
    made = build.exercises(root)
    return {f"exercises/{name}": File(notebooks.dumps(notebook)) for name, notebook in made.items()}


def _order(path: str) -> tuple[bool, str]:
    """Notebooks first: whoever is cut off then has them whole, and code that still runs."""
    return not path.startswith(WITH_WORK), path


def _began(base: Tree, path: str) -> File | None:
    """The file as the course had it when the learner began: a notebook under whatever number it had then."""
    if path in base or not path.startswith(WITH_WORK):
        return base.get(path)
    folder, _, name = path.partition("/")
    return next(
        (file for other, file in base.items() if re.fullmatch(rf"{folder}/\d\d{re.escape(name[2:])}", other)), None
    )


def _former(root: Path, path: str, new: Tree, began: File | None) -> str | None:
    """The name that a notebook has here, where the new course shows it under another number; else None.

    Where both are there, the one that somebody has worked in counts.
    """
    here = root / path
    if not path.startswith(WITH_WORK) or not NUMBERED.match(here.name):
        return None
    if here.is_file() and not any(_same(here.read_bytes(), file.data) for file in (new[path], began) if file):
        return None
    others = (root / path).parent.glob(f"[0-9][0-9]{Path(path).name[2:]}")
    names = (other.relative_to(root).as_posix() for other in others)
    return next((name for name in names if name not in new), None)


def _decide_moved(plan: Plan, root: Path, former: str, path: str, file: File, began: File | None) -> None:
    now = (root / former).read_bytes()
    if (root / path).is_file():
        plan.known[path] = digest((root / path).read_bytes())
    if began is not None and _same(now, began.data):
        plan.put[path] = file  # the old file is removed with all that is no longer part of the course
        return
    plan.put[path] = File(_carried(plan, path, now, file.data, began))
    plan.away.append(former)


def _decide(plan: Plan, root: Path, path: str, file: File, began: File | None) -> None:
    here = root / path
    if not here.is_file():
        plan.put[path] = file
        return
    now = here.read_bytes()
    if _same(now, file.data):
        return
    if began is not None and _same(now, began.data):
        plan.known[path] = digest(now)
    elif path.endswith(".ipynb") and path.startswith(WITH_WORK):
        file = File(_carried(plan, path, now, file.data, began))
    if not _same(now, file.data):
        plan.put[path] = file


def _carried(plan: Plan, path: str, now: bytes, new: bytes, began: File | None) -> bytes:
    """The new notebook with the learner's work in it."""
    try:
        mine = notebooks.parse(now, path)
    except Problem:
        plan.words[path] = "could not be read, so nothing of it is carried over."
        return new
    merged = merge(mine, notebooks.parse(new, path), notebooks.parse(began.data, path) if began else None)
    plan.words[path] = merged.summary()
    return notebooks.dumps(merged.notebook)


def _same(a: bytes, b: bytes) -> bool:
    return a == b or digest(a) == digest(b)


# --- doing ---


def _apply(stage: Path, plan: Plan) -> list[str]:
    """Lay everything ready beside the course, then put it in place; returns what was done, in words."""
    ready = stage.with_name("update.new")
    try:
        shutil.rmtree(ready, ignore_errors=True)
        for path, file in plan.put.items():
            files.write(ready / "files" / path, file.data)
            if file.executable:
                (ready / "files" / path).chmod(0o755)
        told = {"put": list(plan.put), "remove": plan.remove, "away": plan.away, "known": plan.known}
        files.write(ready / "plan.json", json.dumps(told, indent=1).encode())
        files.write(ready / "lock.py", Path(lock.__file__).read_bytes())
        files.write(ready / "finish.py", Path(files.__file__).read_bytes())
        ready.rename(stage)
    except OSError as error:
        shutil.rmtree(ready, ignore_errors=True)
        raise Problem(f"The update could not be prepared: {error.strerror}. Nothing was changed.") from None
    return _told(plan, _in_place(stage))


def _in_place(stage: Path) -> dict[str, str]:
    try:
        return files.finish(stage)
    except OSError as error:
        raise Problem(
            f"The update was cut off: {error.filename}: {error.strerror}. What you wrote is all there. "
            "Fix that, then run python3 course.py update again: it picks up where it stopped."
        ) from None


def _told(plan: Plan, kept: dict[str, str]) -> list[str]:
    gone = len(plan.remove) + len(plan.away)
    said = [f"The course is updated: {len(plan.put)} files are new, {gone} are gone."]
    for path in sorted({*plan.words, *kept}):
        copy = f"What was there is kept as {kept[path]}." if path in kept else ""
        if words := " ".join(filter(None, [plan.words.get(path, ""), copy])):
            said.append(f"{path}: {words}")
    if any(path.startswith(WITH_WORK) for path in plan.put):
        said.append("Is a notebook open in JupyterLab? File, Reload Notebook from Disk, before you save it there.")
    if any(path.startswith(("requirements", "constraints")) for path in plan.put):
        said.append("The next start of course.py installs what the new course asks for.")
    return said
