"""What each lesson makes people wait for: processor seconds, of the whole lesson and of its longest cell.

Nothing is stored: the lessons are executed as they stand. Beside the seconds stands how many times as long as the
reference this machine took for a step of training, before and after; the bounds (lessonlib/course/clock.py) are for
the reference.
"""

from benchmarks.lines import Setting, line
from lessonlib import lessons
from lessonlib.checks import budget
from lessonlib.course import ROOT, execute, notebooks
from lessonlib.records import Record


def measure(setting: Setting) -> list[Record]:
    """Two lines a lesson; the names do not matter here."""
    found = []
    for lesson in lessons.lessons():
        found += _of(lesson)
    return found


def _of(lesson: lessons.Lesson) -> list[Record]:
    file = ROOT / "notebooks" / lesson.file
    before = budget.slowness()
    clock = execute.run(notebooks.without_outputs(notebooks.read(file)), file)
    slowness = (before + budget.slowness()) / 2
    cell, seconds = clock.longest
    return [
        line(lesson.slug, "processor time", "s", [clock.seconds], slowness=slowness),
        line(lesson.slug, "longest cell", "s", [seconds], slowness=slowness, cell=cell),
    ]
