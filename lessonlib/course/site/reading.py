"""A notebook as a reader of the site sees it: nothing that needs a kernel, and nothing of whoever ran it."""

import ast
import functools
import re
import tomllib
from collections.abc import Iterable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from lessonlib import predictions
from lessonlib.checks import registry
from lessonlib.course import Problem
from lessonlib.course.site import HERE, living
from lessonlib.lessons import Lesson
from lessonlib.widgets import content

FOLDED = "hide-input"  # myst-nb's tag for code behind a fold


@functools.cache
def rules() -> dict:
    """The file reading.toml, with its patterns compiled."""
    found = tomllib.loads((HERE / "reading.toml").read_text(encoding="utf-8"))
    words = [(re.compile(each["find"], re.MULTILINE | re.DOTALL), each["put"]) for each in found["words"]]
    return {**found, "words": words}


def lesson(notebook: NotebookNode, about: Lesson) -> NotebookNode:
    """The lesson for reading: under its heading a line that says what there is to do, and where one can run it."""
    notebook.cells = [cell for cell in map(_read, notebook.cells) if cell is not None]
    notebook.cells.insert(1, new_markdown_cell(_line(about), id="on-this-page"))
    living.revive(notebook)
    return notebook


def exercise(notebook: NotebookNode, about: Lesson) -> NotebookNode:
    """The tasks for reading: what is asked and what is given, without the cells that check."""
    notebook.cells = [cell for cell in map(_read, notebook.cells) if cell is not None and not _checks(cell)]
    notebook.cells.insert(1, new_markdown_cell(EXERCISES, id="on-this-page"))
    return notebook


EXERCISES = """```{admonition} Tasks to think about
:class: tip
Solve these on paper or in your own editor. Where the course runs ([where to run it](../about.md#start)), a check
below each task says at once what is right, what is not yet, and why, and there are hints.
```"""


def _read(cell: NotebookNode) -> NotebookNode | None:
    """The cell for reading; None where it is left out."""
    if cell.id in rules()["cells"]:
        return None
    if cell.cell_type == "code":
        return _code(cell)
    text = cell.source
    for find, put in rules()["words"]:
        text = find.sub(put, text)
    cell.source = text.strip()
    return cell if cell.source else None


def _code(cell: NotebookNode) -> NotebookNode | None:
    if _called(cell.source) & set(rules()["calls"]) and not living.is_alive(cell):
        return None
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), FOLDED]
    return cell


def _called(source: str) -> set[str]:
    """The names of the functions that the cell calls."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


def _checks(cell: NotebookNode) -> bool:
    """Whether the cell asks for a verdict or shows the points."""
    if cell.cell_type != "code":
        return False
    last = ast.parse(cell.source).body[-1]
    return bool(re.match(r"check\b", ast.unparse(last)))


def _line(about: Lesson) -> str:
    """What the lesson has to do, as links, and where one can run it."""
    asked = len(predictions.of_lesson(about.slug))
    exercises = [each for each in registry.exercises().values() if each.lesson == about.slug]
    questions = [each for each in content.questions() if each.lesson == about.slug]
    there = [f"{about.minutes} minutes"]
    there += [_count(asked, "prediction")] if asked else []
    there += [f"[{_count(len(exercises), 'exercise')}](../exercises/{about.file})"] if exercises else []
    there += [_count(len(questions), "quiz question")] if questions else []
    return f"{' · '.join(there)} · [Where to run it](../about.md#start)"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def check_rules(notebooks: Iterable[NotebookNode]) -> None:
    """Raise a Problem where a rule of reading.toml fits nothing in these notebooks, which were not read yet."""
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    ids, texts = {cell.id for cell in cells}, [cell.source for cell in cells if cell.cell_type == "markdown"]
    idle = [name for name in rules()["cells"] if name not in ids]
    idle += [find.pattern for find, _ in rules()["words"] if not any(find.search(text) for text in texts)]
    if idle:
        raise Problem(f"site/reading.toml has a rule that fits no cell of the course any more: {idle[0]!r}.")
