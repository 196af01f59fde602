"""Nobody waits long in a lesson: the newest record of `course.py bench waiting` keeps the bounds.

What a changed lesson takes is told by `course.py execute`, which fails where it is too long; the record is what was
measured of all of them in one run.
"""

import pytest

from lessonlib import lessons, records
from lessonlib.course import clock


def seconds(lesson: lessons.Lesson, quantity: str) -> float:
    """Seconds on the reference machine."""
    record = records.latest("waiting", lesson.slug, quantity)
    return record.value / record.detail["slowness"]


@pytest.mark.parametrize("lesson", lessons.lessons(), ids=lambda each: each.slug)
def test_a_lesson_and_its_longest_cell_keep_to_their_seconds(lesson):
    assert seconds(lesson, "processor time") <= clock.LESSON
    assert seconds(lesson, "longest cell") <= clock.CELL


def test_all_lessons_together_keep_to_theirs():
    assert sum(seconds(lesson, "processor time") for lesson in lessons.lessons()) <= clock.COURSE
