"""The sentence that search engines and link previews show of each page, and the picture beside it."""

import json
import re
from pathlib import Path

from lessonlib import lessons
from lessonlib.checks import registry
from lessonlib.course.files import write
from lessonlib.course.site import ABOUT, DESCRIPTIONS, previews

OF_ITS_OWN = re.compile(r"\A---\n(?:.*\n)*?description: (.+)\n(?:.*\n)*?---\n")
LOOKED_UP = {
    "cheat_sheet": "The whole course on one page: fusions, levels, reach, shapes, costs.",
    "notebooks/glossary": "The words of the course, each with the lesson that explains it.",
    "about": ABOUT,
    "teaching": "For instructors: the course with a class, from nothing to the first page of feedback.",
    "records": "Every measurement of speed and loss behind the course, with its machine, seeds and spread.",
    "changelog": "What changed from version to version of the course.",
    "contributing": "How to add a lesson, an exercise, a benchmark or a widget to the course.",
    "licence": "Code under the MIT licence, text under CC BY 4.0, and where the data comes from.",
}


def put(folder: Path) -> None:
    """Write the descriptions of the pages in `folder`, and the pictures that they name."""
    found = {name: {"description": text, "picture": "course"} for name, text in LOOKED_UP.items()}
    pictures = {"course": previews.of_course()}
    for page in sorted(folder.glob("*.md")):
        if own := OF_ITS_OWN.match(page.read_text(encoding="utf-8")):
            found[page.stem] = {"description": own[1].strip(), "picture": "course"}
    for lesson in lessons.lessons():
        file, tasks = lesson.file.removesuffix(".ipynb"), _tasks(lesson)
        found[f"notebooks/{file}"] = {"description": f"{lesson.title}: {lesson.idea}.", "picture": lesson.slug}
        found[f"exercises/{file}"] = {"description": tasks, "picture": lesson.slug}
        pictures[lesson.slug] = previews.of_lesson(lesson)
    for name, data in pictures.items():
        write(folder / "_static" / "previews" / f"{name}.png", data)
    write(folder / DESCRIPTIONS, json.dumps(found, ensure_ascii=False).encode("utf-8"))


def _tasks(lesson: lessons.Lesson) -> str:
    titles = [each.title for each in registry.exercises().values() if each.lesson == lesson.slug]
    return f"Exercises on {lesson.title}: {'; '.join(titles)}."
