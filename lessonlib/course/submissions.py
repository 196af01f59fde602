"""From a file that somebody sent to the answers in it. Of a submission, only the source of answer cells is taken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.checks import registry
from lessonlib.checks.exercise import IMPORTS, Exercise
from lessonlib.course import Problem, build, notebooks

LONGEST = 100_000  # characters of one answer


@dataclass(frozen=True)
class Sheet:
    """One exercise notebook of the course: what it asks, and its cells as the learner gets them, by grade_id."""

    file: str
    exercises: tuple[Exercise, ...]
    cells: dict[str, NotebookNode]

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    def stub(self, exercise: Exercise) -> str:
        return self.cells[exercise.grade_id].source


@dataclass(frozen=True)
class Submission:
    """The answers in one file, by grade_id; `sheet` is the course's notebook that they belong to."""

    path: Path
    sheet: Sheet
    answers: dict[str, str]

    def given(self, exercise: Exercise) -> list[str]:
        """The sources that run before the answer: the imports, and the cells that the exercise is given."""
        return [IMPORTS, *(self.sheet.cells[id].source for id in exercise.given)]

    def is_untouched(self, exercise: Exercise) -> bool:
        """Whether the answer is still the stub."""
        return self.answers[exercise.grade_id].split() == self.sheet.stub(exercise).split()


def sheets(root: Path) -> list[Sheet]:
    """The exercise notebooks of the course at `root`, made afresh from its solutions."""
    found = []
    for file, notebook in build.exercises(root).items():
        exercises = tuple(e for e in registry.exercises().values() if e.lesson == file[:2])
        cells = {notebooks.grade_id(cell): cell for cell in notebook.cells if notebooks.grade_id(cell)}
        found.append(Sheet(file, exercises, cells))
    return found


def read(path: Path, course: list[Sheet]) -> Submission:
    """The answers in `path`. Raises Problem with a sentence where there are none."""
    if path.is_symlink():  # it might lead to the solutions
        raise Problem(f"{path} is a link, not a file. Put the notebook itself there.")
    sources: dict[str, list[str]] = {}
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "code" and notebooks.grade_id(cell):
            sources.setdefault(notebooks.grade_id(cell), []).append(cell.source)
    asked = {exercise.grade_id: sheet for sheet in course for exercise in sheet.exercises}
    # A cell that was split in two has its name twice: the parts run one after the other, as in the notebook.
    answers = {id: "\n".join(parts) for id, parts in sources.items() if id in asked}
    if not answers:
        raise Problem(f"{path} has no answer cell of this course. Was another notebook meant?")
    (file, _), *_ = Counter(asked[id].file for id in answers).most_common(1)
    return Submission(path, next(sheet for sheet in course if sheet.file == file), answers)


def files(paths: list[Path]) -> list[Path]:
    """The files that a command line means, each once: a folder stands for the notebooks directly in it."""
    found = []
    for path in paths:
        found += sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
    return list({path.absolute(): path for path in found}.values())


def report_names(paths: list[Path]) -> dict[Path, str]:
    """A file name for each report, no two alike: where two submissions have one name, the folder's name helps."""
    stems = Counter(_safe(path.stem).casefold() for path in paths)
    names, taken = {}, set()
    for path in paths:
        name = _safe(path.stem)
        if stems[name.casefold()] > 1:
            name = f"{_safe(path.absolute().parent.name)}_{name}"
        unique, count = name, 1
        while unique.casefold() in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique.casefold())
        names[path] = unique
    return names


def readable(text: str) -> str:
    """The text without what a terminal would obey or could not show: file names may hold anything."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _safe(name: str) -> str:
    """The name without what a file system or a spreadsheet may take for something else."""
    return re.sub(r"[^\w-]+", "_", name)[:80].strip("_-") or "submission"
