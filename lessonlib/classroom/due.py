"""When an assignment is due, as an instructor writes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

from dateutil.parser import ParserError, parse

from lessonlib.course import Problem

LAST = time(23, 59)  # a date without a time means the whole of that day
DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s*\d{1,2}\.")  # 18.12.2026; a year in front stays one


def understood(said: str) -> datetime:
    """The time that was meant, in the time zone of this machine. Raises Problem where it is none."""
    day_first, midnight = bool(DAY_FIRST.match(said)), datetime.combine(datetime.now(), time())
    try:
        early, late = (
            parse(said, dayfirst=day_first, default=datetime.combine(midnight, of_day)) for of_day in (time(), LAST)
        )
        has_time = early.hour == late.hour
        return (early if has_time else late).astimezone()
    except (ParserError, OverflowError):
        raise Problem(f'{said!r} is not a date. Write one like "2026-12-18 23:59".') from None


def for_nbgrader(due: datetime) -> str:
    """The date as nbgrader takes it."""
    return f"{due.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def in_words(due: datetime) -> str:
    """The date for people: Friday, 18 December 2026, 23:59 CET."""
    return f"{due:%A}, {due.day} {due:%B %Y, %H:%M %Z}"
