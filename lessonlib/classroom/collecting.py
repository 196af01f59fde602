"""Collect what was handed in: each submission for the account that owns it, at the time that the file system tells.

In the exchange's inbound folder a student may put whatever they like: a folder in another's name, a date of their
choice, a link to the solutions, which the instructor's copy would follow. So the name of a folder counts only where
its owner bears it; the time is when the system last changed anything in it, which nobody can set; and of what is there
only ordinary files of the owner's are copied. Whatever is wrong with one submission stops no other.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import pwd
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect

from lessonlib.classroom.hub.accounts import is_demonstration

TIME, SECRET = "timestamp.txt", "submission_secret.txt"
MOST_FILES, DEEPEST = 200, 5
KB = 1000


class Refused(Exception):
    """Why a submission is not taken."""


@dataclass(frozen=True)
class Record:
    """A folder in the inbound folder whose owner bears the name in front of it."""

    path: Path
    student: str
    uid: int
    time: datetime


class OwnedCollect(ExchangeCollect):
    """nbgrader's collector, for what belongs to whom it says."""

    def init_src(self) -> None:
        """Find the records of each student, the one to take first."""
        if not self.coursedir.course_id:
            self.fail("No course id is set.")
        self.inbound_path = str(Path(self.root) / self.coursedir.course_id / "inbound")
        try:
            entries = sorted(os.scandir(self.inbound_path), key=lambda entry: entry.name)
        except OSError as error:
            self.fail(f"{self.inbound_path} cannot be read: {error.strerror}. Is an assignment released?")
        self.records: dict[str, list[Record]] = {}
        for entry in entries:
            if record := self._record(entry):
                self.records.setdefault(record.student, []).append(record)
        due = self._due() if self.before_duedate else None
        for records in self.records.values():
            records.sort(key=lambda record: (due is None or record.time <= due, record.time), reverse=True)

    def _due(self) -> datetime | None:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
            try:
                return book.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                return None

    def _record(self, entry: os.DirEntry) -> Record | None:
        """The submission in this folder; None where it is none, or not its owner's."""
        claim = re.fullmatch(rf"(.+)\+{re.escape(self.coursedir.assignment_id)}\+[^+]*(\+[^+]*)?", entry.name, re.S)
        if not claim:
            return None
        try:
            uid = entry.stat(follow_symlinks=False).st_uid
            owner = pwd.getpwuid(uid).pw_name
            if claim[1] != owner or not entry.is_dir(follow_symlinks=False):
                self.log.warning(
                    "%r is left out: it is not a folder, or belongs to %s and not to %s.", entry.name, claim[1], owner
                )
            elif is_demonstration(owner):
                self.log.warning("%r is left out: %s is an account of a trial, open to all.", entry.name, owner)
            elif self.coursedir.student_id in ("*", "", owner):
                return Record(Path(entry.path), owner, uid, _changed(Path(entry.path)))
        except KeyError:
            self.log.warning("%r is left out: it belongs to an account that is gone.", entry.name)
        except OSError as error:
            self.log.warning("%r cannot be looked at (%s), and is left out.", entry.name, error)
        return None

    def copy_files(self) -> None:
        """Take each student's first record that can be taken, where it is not here yet."""
        if not self.records:
            self.log.warning("Nobody has submitted %r.", self.coursedir.assignment_id)
        for student, records in self.records.items():
            for record in records:
                try:
                    self._take(record)
                    break
                except (Refused, OSError) as error:
                    self.log.warning("%r of %s is not taken: %s", record.path.name, student, error)

    def _take(self, record: Record) -> None:
        student, assignment = record.student, self.coursedir.assignment_id
        place = Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment))
        is_here = place.is_dir()
        before = self.coursedir.get_existing_timestamp(str(place)) if is_here else None
        if is_here and not (self.update or self.before_duedate):
            return self.log.info("%s is here already; --update looks for a newer one.", student)
        if is_here and before is not None and (before == record.time or (self.update and before > record.time)):
            return self.log.info("Nothing newer of %s.", student)
        new = place.with_name(f".{place.name}-new")
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir(parents=True, mode=0o700)
            self._copy(record, new)
            if is_here:
                shutil.rmtree(place)
            new.rename(place)
        finally:
            shutil.rmtree(new, ignore_errors=True)
            with contextlib.suppress(OSError):
                place.parent.rmdir()  # where nothing of theirs could be taken
        return self.log.info("%s of %s.", "A newer submission" if is_here else "The submission", student)

    def _copy(self, record: Record, target: Path) -> None:
        limits = Limits(self.coursedir.max_dir_size * KB, self.coursedir.max_file_size * KB, self.coursedir.ignore)
        folder = os.open(record.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        for left_out in copy(folder, target, record.uid, limits):
            self.log.warning("%s: %r is left out: no ordinary file of theirs, or too large.", record.student, left_out)
        if limits.files == 0:
            raise Refused("there is no file in it")
        if _changed(record.path) != record.time:
            raise Refused("it was changed while it was copied; collect again")
        (target / TIME).write_text(f"{record.time:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="utf-8")
        secret = target / SECRET  # it names the feedback for who handed this in
        if not secret.exists() or not re.fullmatch(rb"\w{16,200}", secret.read_bytes()):
            secret.write_text(secrets.token_hex(64), encoding="utf-8")


def _changed(folder: Path) -> datetime:
    """When the system last changed the folder or a file directly in it: UTC without a zone, as nbgrader has times."""
    with os.scandir(folder) as entries:
        times = [entry.stat(follow_symlinks=False).st_ctime for entry in entries]
    latest = max([*times, folder.lstat().st_ctime])
    return datetime.fromtimestamp(latest, UTC).replace(tzinfo=None)


@dataclass
class Limits:
    """How much a submission may hold; counted as it is copied."""

    left: int
    largest: int
    ignore: list[str]
    files: int = 0


def copy(folder: int, target: Path, uid: int, limits: Limits, depth: int = 0) -> list[str]:
    """Copy the ordinary files of `uid` in the open folder, and close it; returns the names of what was left out.

    No link is followed: each name is opened as it stands in the folder that is already open. Raises Refused where a
    limit is passed.
    """
    left_out = []
    try:
        for name in sorted(os.listdir(folder)):
            if any(fnmatch.fnmatch(name, pattern) for pattern in limits.ignore):
                continue
            try:
                file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            except OSError:  # a link, a socket, or not to be read
                left_out.append(name)
                continue
            about = os.fstat(file)
            if stat.S_ISDIR(about.st_mode):
                if about.st_uid == uid and depth < DEEPEST:
                    (target / name).mkdir(mode=0o700)
                    left_out += copy(file, target / name, uid, limits, depth + 1)
                else:
                    os.close(file)
                    left_out.append(name)
                continue
            with os.fdopen(file, "rb") as reader:
                if stat.S_ISREG(about.st_mode) and about.st_uid == uid and about.st_size <= limits.largest:
                    _copy_file(reader, target / name, limits)
                else:
                    left_out.append(name)
    finally:
        os.close(folder)
    return left_out


def _copy_file(reader: object, target: Path, limits: Limits) -> None:
    data = reader.read(min(limits.left, limits.largest) + 1)
    limits.left -= len(data)
    limits.files += 1
    if limits.left < 0 or len(data) > limits.largest or limits.files > MOST_FILES:
        raise Refused("it is too large")
    target.write_bytes(data)
    target.chmod(0o600)
