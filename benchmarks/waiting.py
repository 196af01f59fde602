"""What each lesson makes people wait for: processor seconds, of the whole lesson and of its longest cell.

Nothing is stored: the lessons are executed as they stand. Beside the seconds stands how many times as long as the
reference this machine took meanwhile for a step of training, since a processor that is shared takes longer for the
same work. The bounds (lessonlib/course/clock.py) are for the reference.
"""

import statistics
import threading

from benchmarks.lines import Setting, line
from lessonlib import lessons
from lessonlib.checks import budget
from lessonlib.course import ROOT, execute, notebooks
from lessonlib.records import Record

EVERY = 1.0  # seconds between two looks at the machine


def measure(setting: Setting) -> list[Record]:
    """Two lines a lesson; the names do not matter here."""
    return [record for lesson in lessons.lessons() for record in _of(lesson)]


def _of(lesson: lessons.Lesson) -> list[Record]:
    file = ROOT / "notebooks" / lesson.file
    with Watch() as watch:
        clock = execute.run(notebooks.without_outputs(notebooks.read(file)), file)
    cell, seconds = clock.longest
    slowness = watch.slowness()
    return [
        line(lesson.slug, "processor time", "s", [clock.seconds], slowness=slowness),
        line(lesson.slug, "longest cell", "s", [seconds], slowness=slowness, cell=cell),
    ]


class Watch:
    """Looks at the machine once a second while a block runs."""

    def __enter__(self) -> "Watch":
        self.times, self._over = [], threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        with budget.one_thread():
            while True:
                budget.work()  # after a pause the first one finds nothing in the caches, unlike a step of training
                self.times.append(budget.work())
                if self._over.wait(EVERY):
                    return

    def slowness(self) -> float:
        """How many times as long as the reference a step took, at least 1."""
        return max(1.0, statistics.median(self.times) / budget.REFERENCE)
