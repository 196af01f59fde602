"""All pages of the site as the sources that Sphinx reads, in a folder of their own."""

import shutil
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from lessonlib import lessons
from lessonlib.course import build, committed, notebooks
from lessonlib.course.site import HERE, contents, descriptions, living, looked_up, reading, shared_trees, stuck


def gather(root: Path, folder: Path) -> list[str]:
    """Write the sources of the course at `root` into `folder`; returns the notebooks that are taken as committed.

    Nobody's outputs, answers or progress come along: lessons are read as their last commit has them, exercises are
    made from their solutions, and what is kept of a learner is left out.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="course-site-", ignore_cleanup_errors=True) as scratch:
        course = Path(scratch) / "course"
        changed = [name for name in committed.unpack(root, course) if name.startswith("notebooks/")]
        _notebooks(course, folder)
        looked_up.write(course, folder)
    contents.write(HERE / "pages", folder)
    shutil.copytree(HERE / "static", folder / "_static", dirs_exist_ok=True)
    shutil.copy(HERE.parent / "stand_in.js", folder / "_static")  # exported pages have it, too
    shared_trees.write(folder / "_extra" / "trees")
    living.write_modules(folder / "_static" / "widgets")
    descriptions.put(folder)
    return changed


def _notebooks(course: Path, folder: Path) -> None:
    """The lessons and the exercises, each under its own name, so that the links between them hold."""
    exercises = build.exercises(course)
    there = {lesson: _whole(notebooks.read(course / "notebooks" / lesson.file)) for lesson in lessons.lessons()}
    for rule in reading.idle_rules([*there.values(), *exercises.values()]):
        print(f"site/reading.toml has a rule that fits nothing any more: {rule}")
    for lesson, notebook in there.items():
        _put(folder / "notebooks", reading.lesson(notebook, lesson), lesson)
        if lesson.file in exercises:
            solved = _whole(notebooks.read(course / "solutions" / lesson.file))
            _put(folder / "exercises", reading.exercise(exercises[lesson.file], solved), lesson)


def _put(folder: Path, notebook: NotebookNode, lesson: lessons.Lesson) -> None:
    """Write the notebook, and at its end the way to ask."""
    about = lesson.heading if folder.name == "notebooks" else f"{lesson.heading}: {folder.name}"
    notebook.cells.append(new_markdown_cell(stuck.line(about), id="stuck"))
    notebooks.write(folder / lesson.file, notebooks.dumps(notebook))


def _whole(notebook: NotebookNode) -> NotebookNode:
    """The notebook with its long texts in one piece."""
    return nbformat.reads(notebooks.dumps(notebook).decode(), as_version=4)
