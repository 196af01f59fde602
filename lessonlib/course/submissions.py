"""From a file that somebody sent to the answers in it. Of a submission, only the source of answer cells is taken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.checks import registry
from lessonlib.checks.exercise import IMPORTS, Exercise
from lessonlib.checks.probes import syntax
from lessonlib.course import Problem, answers, build, notebooks

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
    """The answers in one file, by grade_id; `sheet` is the course's notebook that they belong to.

    An answer is the sources of its cells, in order; of one that is still the stub there is none.
    """

    path: Path
    sheet: Sheet
    answers: dict[str, tuple[str, ...]]
    notes: dict[str, str]

    def given(self, exercise: Exercise) -> list[str]:
        """The sources that run before the answer: the imports, and the cells that the exercise is given."""
        return [IMPORTS, *(self.sheet.cells[id].source for id in exercise.given_ids)]

    def is_untouched(self, exercise: Exercise) -> bool:
        """Whether the answer is still the stub."""
        return not self.answers[exercise.grade_id]

    def length(self, exercise: Exercise) -> int:
        """Characters of the answer."""
        return sum(map(len, self.answers[exercise.grade_id]))


def sheets(root: Path) -> list[Sheet]:
    """The exercise notebooks of the course at `root`, made afresh from its solutions.

    After them the earlier forms of those in which exercises were replaced: who handed in such a one gets its points.
    Raises Problem where there are no solutions.
    """
    now = [_sheet(file, made, registry.exercises()) for file, made in build.exercises(root).items()]
    if not now:
        raise Problem(
            f"{root} has no solutions to make the exercises from. Name the folder of the exercise notebooks as they "
            "were handed out with --sheets."
        )
    before = [
        _sheet(f"earlier/{path.name}", build.exercise(notebooks.read(path)), _every())
        for path in notebooks.numbered(root / "solutions" / "earlier")
    ]
    return now + before


def handed_out(folder: Path) -> list[Sheet]:
    """The exercise notebooks in `folder`, as they were handed out: enough to grade by, where no solutions may be.

    Raises Problem where there is none, or where somebody has worked in one.
    """
    found = {path: notebooks.read(path) for path in notebooks.numbered(folder)}
    for path, notebook in found.items():
        if filled := [notebooks.grade_id(cell) for cell in notebook.cells if notebooks.is_filled_in(cell)]:
            raise Problem(
                f"{path} is not as it was handed out: {', '.join(filled)} is filled in. What stands in these notebooks "
                "counts as not attempted, so they must be fresh ones."
            )
    if not found:
        raise Problem(f"{folder} has no exercise notebooks. Their names are those of the course, as 02_layers.ipynb.")
    return [_sheet(path.name, notebook, _every()) for path, notebook in found.items()]


def only(course: list[Sheet], ids: list[str]) -> list[Sheet]:
    """The sheets with these exercises alone. Raises Problem where there is no such exercise."""
    known = {exercise.id for sheet in course for exercise in sheet.exercises}
    if unknown := [id for id in ids if id not in known]:
        raise Problem(f"There is no exercise {', '.join(unknown)}. There are: {', '.join(sorted(known))}.")
    kept = [replace(sheet, exercises=tuple(e for e in sheet.exercises if e.id in ids)) for sheet in course]
    return [sheet for sheet in kept if sheet.exercises]


def _every() -> dict[str, Exercise]:
    return registry.exercises() | registry.earlier()


def sheet(solution: Path) -> Sheet:
    """The exercise notebook that one solution gives."""
    return _sheet(solution.name, build.exercise(notebooks.read(solution)), registry.exercises())


def _sheet(file: str, notebook: NotebookNode, known: dict[str, Exercise]) -> Sheet:
    cells = {notebooks.grade_id(cell): cell for cell in notebook.cells if notebooks.grade_id(cell)}
    return Sheet(file, tuple(e for e in known.values() if e.grade_id in cells), cells)


def read(path: Path, course: list[Sheet]) -> Submission:
    """The answers in `path`. Raises Problem with a sentence where there are none."""
    if path.is_symlink():  # it might lead to the solutions
        raise Problem(f"{path} is a link, not a file. Put the notebook itself there.")
    if path.suffix.lower() == ".zip":
        raise Problem(f"{path} is an archive. Unpack it first, and grade the folder that it gives.")
    cells = notebooks.read(path).cells
    sheet, found = max(((sheet, answer_cells(cells, sheet)) for sheet in course), key=_share, default=(None, {}))
    if not found:
        raise Problem(f"{path} has no answer cell of this course. Was another notebook meant?")
    stubs = {id: sheet.cells[id].source for id in found}
    sources = {id: answers.working([cell.source for cell in parts], stubs[id]) for id, parts in found.items()}
    return Submission(path, sheet, sources, {id: _note(parts, sources[id]) for id, parts in found.items()})


def answer_cells(cells: list[NotebookNode], sheet: Sheet) -> dict[str, list[NotebookNode]]:
    """The cells that answer this sheet's exercises, by grade_id."""
    given = {cell.source for cell in sheet.cells.values() if not notebooks.is_answer(cell)}
    theirs = [cell for cell in cells if cell.source not in given]
    return answers.find(theirs, {e.grade_id: sheet.stub(e) for e in sheet.exercises})


def _share(of: tuple[Sheet, dict]) -> tuple[int, float]:
    """How well a sheet fits: answers known by their marks or ids count first."""
    sheet, found = of
    marked = sum(notebooks.name(parts[0]) == id for id, parts in found.items())
    return marked, len(found) / max(1, len(sheet.exercises))


def _note(parts: list[NotebookNode], sources: tuple[str, ...]) -> str:
    """What a learner should know about how their cell was taken."""
    told = []
    if sources and any(part.cell_type != "code" for part in parts):
        told.append("The cell of this answer was no code cell any more. Its text was graded as code.")
    if marks := [mark for source in sources for mark in syntax.for_notebooks_only(source)]:
        marks = ", ".join(f"`{mark}`" for mark in dict.fromkeys(marks))
        told.append(f"{marks} is for notebooks alone: what it measures, shows or starts is left out when graded.")
    return " ".join(told)


def files(paths: list[Path]) -> list[Path]:
    """The files that a command line means, each once: a folder stands for the notebooks directly in it."""
    found = []
    for path in paths:
        found += sorted(filter(_is_meant, path.glob("*.ipynb"))) if path.is_dir() else [path]
    return list({path.absolute(): path for path in found}.values())


def _is_meant(path: Path) -> bool:
    """Not a hidden file, as macOS puts beside each file on a foreign disk (`._name.ipynb`)."""
    return not path.name.startswith(".")


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
