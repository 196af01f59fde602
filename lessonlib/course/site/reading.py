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
from lessonlib.course.saving import OURS
from lessonlib.course.site import HERE, living
from lessonlib.lessons import Lesson
from lessonlib.widgets import content

WHERE = "about.md#Start"  # the page that says where one can run the course
FOLDED, WITHOUT = "hide-input", "remove-input"  # myst-nb's tags for code behind a fold, and for none
ASKING = {"Quiz", "Flashcards", "DelayedTest"}  # widgets whose code says nothing to a reader


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


def exercise(notebook: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """The tasks for reading: what is asked and what is given, without the cells that check.

    Of the `solved` notebook it takes what the given cells show, as a drawing to read; nothing that hangs on an answer.
    """
    shown = {cell.id: cell.outputs for cell in solved.cells if _is_given(cell) and not _checks(cell)}
    for cell in notebook.cells:
        if cell.id in shown:
            cell.outputs = shown[cell.id]
    notebook.cells = [cell for cell in map(_read, notebook.cells) if cell is not None and not _checks(cell)]
    notebook.cells.insert(1, new_markdown_cell(EXERCISES, id="on-this-page"))
    living.revive(notebook)
    return notebook


def _is_given(cell: NotebookNode) -> bool:
    """Whether the course wrote the cell and nobody changes it."""
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and marks.get("locked", False) and not marks.get("solution")


EXERCISES = f"""{{.on-this-page}}
Work these out on paper or in your own editor. Where the course runs ([where to run it](../{WHERE})), each task has a
check that says at once what is right, what is not yet, and why; hints and solutions are there when you ask."""


def _read(cell: NotebookNode) -> NotebookNode | None:
    """The cell for reading; None where it is left out."""
    if cell.id in rules()["cells"]:
        return None
    if cell.cell_type == "code":
        return _code(cell)
    cell.source = _reworded(cell.source).strip()
    return cell if cell.source else None


def _reworded(text: str) -> str:
    for find, put in rules()["words"]:
        text = find.sub(put, text)
    return text


def _code(cell: NotebookNode) -> NotebookNode | None:
    called, alive = _called(cell.source), living.is_alive(cell)
    if called & set(rules()["calls"]) and not alive:
        return None
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if OURS in data and "text/html" in data:  # a prediction, which says why
            data["text/html"] = _reworded(data["text/html"])
    brings = cell.source.startswith(("import ", "from ")) and not cell.get("outputs")
    tag = WITHOUT if alive and called & ASKING else FOLDED if brings or _is_folded(cell) else ""
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), *filter(None, [tag])]
    return cell


def _is_folded(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


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
    there = [_count(asked, "prediction")] if asked else []
    there += [f"[{_count(len(exercises), 'exercise')}](../exercises/{about.file})"] if exercises else []
    there += [_count(len(questions), "quiz question")] if questions else []
    return f"{{.on-this-page}}\n{' · '.join([*there, f'[Where to run it](../{WHERE})'])}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def idle_rules(notebooks: Iterable[NotebookNode]) -> list[str]:
    """The rules of reading.toml that fit nothing in these notebooks, which were not read yet: they can go."""
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    ids, texts = {cell.id for cell in cells}, [cell.source for cell in cells if cell.cell_type == "markdown"]
    idle = [name for name in rules()["cells"] if name not in ids]
    return idle + [find.pattern for find, _ in rules()["words"] if not any(find.search(text) for text in texts)]
