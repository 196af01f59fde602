"""Exercises on a code host: the folder that a classroom's repositories begin with, and the workflow that grades them.

The form is GitHub Classroom's: a step for each exercise, which gets all of its points when its command ends with 0.
Any other runner can use the same commands. Students can change what is in their repository, the workflow too: what
counts is graded again by the instructor, with `course.py grade` and the commits as handed in.
"""

from __future__ import annotations

import json
from pathlib import Path

from nbformat import NotebookNode

from lessonlib.checks.exercise import Exercise
from lessonlib.classroom import packed
from lessonlib.course import files

LEARNING = ("notebooks", "images", ".gitignore")
SHEETS = Path(".github") / "classroom"
WORKFLOW = Path(".github") / "workflows" / "classroom.yml"
TIMEOUT = 10  # minutes for a step
README = """# From the flat MLP to the tree

Begin with [the first page](notebooks/00_start_here.ipynb): with Python 3.11 or newer, in this folder,

```sh
python3 course.py lab
```

Your exercises are in [exercises/](exercises/). Each time you push, every exercise is graded in a step of its own, and
its step says what is wrong.
"""
HEAD = (Path(__file__).parent / "scripts" / "classroom.yml").read_text("utf-8")  # what comes before the exercises


def pack(course: Path, sheets: dict[str, NotebookNode], target: Path) -> str:
    """Make the folder; returns a sentence."""
    packed.copy(course, target, packed.GRADING + LEARNING)
    packed.hand_out(target / "exercises", sheets)
    packed.hand_out(target / SHEETS, sheets)
    files.write(target / "README.md", README.encode())
    files.write(target / WORKFLOW, workflow(packed.exercises(target / SHEETS)).encode())
    made = f"{target}: {', '.join(sheets)} for a classroom."
    return f"{made} Make a repository of it, and use that as an assignment's template."


def workflow(exercises: dict[str, tuple[Exercise, ...]]) -> str:
    """The workflow for these exercises, by notebook."""
    every = [(file, exercise) for file, several in exercises.items() for exercise in several]
    steps = "".join(_step(file, exercise) for file, exercise in every)
    results = "".join(
        f"        {each.id.upper()}_RESULTS: {json.dumps('${{ steps.' + each.id + '.outputs.result }}')}\n"
        for _, each in every
    )
    return (
        f"{HEAD}{steps}"
        "    - name: Autograding Reporter\n"
        "      uses: classroom-resources/autograding-grading-reporter@v1\n"
        f"      env:\n{results}"
        f"      with:\n        runners: {','.join(each.id for _, each in every)}\n"
    )


def _step(file: str, exercise: Exercise) -> str:
    """One exercise's step. A text in JSON's quotes is one in YAML's, too."""
    return (
        f"    - name: {json.dumps(exercise.title, ensure_ascii=False)}\n"
        f"      id: {exercise.id}\n"
        "      uses: classroom-resources/autograding-command-grader@v1\n"
        "      with:\n"
        f"        test-name: {json.dumps(exercise.title, ensure_ascii=False)}\n"
        "        setup-command: ''\n"
        f"        command: {command(file, exercise)}\n"
        f"        timeout: {TIMEOUT}\n"
        f"        max-score: {exercise.points}\n"
    )


def command(file: str, exercise: Exercise) -> str:
    """What grades one exercise, and ends with 0 where it has all its points."""
    return (
        f"python3 course.py grade exercises/{file} --sheets {SHEETS.as_posix()} --only {exercise.id} --expect-full "
        f"--to graded/{exercise.id}"
    )
