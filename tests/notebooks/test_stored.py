"""What every stored notebook keeps to, lessons and solutions alike, as committed.

Each rule gives a sentence for each place that breaks it, so that a failure reads as a list of what to mend.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from lessonlib import lessons
from lessonlib.course.execute import METADATA

MEGABYTES = 2.0  # of one stored notebook: a clone stays small, and a code host still shows it
LINK = re.compile(r"(!?)\[([^]]*)\]\(([^)\s]+)\)")
A_MACHINES_PATH = re.compile(r"(?<![\w.])(/home/|/root/|/Users/|/tmp/|[A-Z]:\\)")


class Notebook:
    """A stored notebook and the file it came from."""

    def __init__(self, file: Path):
        self.file, self.name = file, f"{file.parent.name}/{file.name}"
        self.notebook = nbformat.read(file, as_version=4)

    def code(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.notebook.cells if cell.cell_type == "code" and cell.source.strip()]

    def markdown(self) -> list[nbformat.NotebookNode]:
        """The cells of text, without what stands in them as code."""
        cells = [nbformat.from_dict(cell) for cell in self.notebook.cells if cell.cell_type == "markdown"]
        for cell in cells:
            cell.source = re.sub(r"```.*?```|`[^`\n]*`", "", cell.source, flags=re.DOTALL)
        return cells


@pytest.fixture(scope="module", params=["notebooks", "solutions"])
def stored(request, committed_course) -> list[Notebook]:
    return [Notebook(file) for file in sorted((committed_course / request.param).glob("*.ipynb"))]


def test_there_are_some(stored):
    assert stored


def test_they_are_it_executed_from_the_top_without_an_error(stored):
    def broken() -> Iterator[str]:
        for it in stored:
            counts = [cell.execution_count for cell in it.code()]
            if counts != list(range(1, len(counts) + 1)):
                yield f"{it.name} was not executed from the top: python3 course.py execute {it.name}"
            for cell in it.code():
                if any(output.output_type == "error" for output in cell.outputs):
                    yield f"{it.name}, {cell.id}: an error is stored"

    assert list(broken()) == []


def test_their_metadata_is_the_courses_alone(stored):
    assert [it.name for it in stored if it.notebook.metadata != METADATA] == []


def test_every_cell_has_an_id_that_can_be_read_and_is_used_once(stored):
    def broken() -> Iterator[str]:
        for it in stored:
            lesson = lessons.find(it.file.name)
            begin = rf"(ex|chk|q)?({lesson.was or lesson.slug}|{lesson.slug})"  # an id is for good, as a slug is
            for id, times in Counter(cell.id for cell in it.notebook.cells).items():
                if times > 1:
                    yield f"{it.name}: {times} cells are called {id}"
                if not re.fullmatch(rf"{begin}(-[a-z0-9]+)+", id):
                    yield f"{it.name}: {id} does not read like {lesson.slug}-what-it-is-about"

    assert list(broken()) == []


def test_links_lead_somewhere_in_the_course_or_to_the_web(stored, committed_course):
    def broken() -> Iterator[str]:
        for it in stored:
            for cell in it.markdown():
                for _, text, target in LINK.findall(cell.source):
                    if target.startswith(("https://", "#", "attachment:")):
                        continue
                    file = (it.file.parent / target.partition("#")[0]).resolve()
                    inside = file.is_relative_to(committed_course.resolve())
                    if target.startswith("/") or not inside or not file.exists():
                        yield f"{it.name}, {cell.id}: [{text}]({target})"

    assert list(broken()) == []


def test_nothing_tells_of_a_machine(stored):
    def broken() -> Iterator[str]:
        for it in stored:
            for cell in it.notebook.cells:
                shown = [cell.source]
                for output in cell.get("outputs", []):
                    shown += [output.get("text", ""), *_texts(output)]
                if found := next(filter(None, map(A_MACHINES_PATH.search, shown)), None):
                    yield f"{it.name}, {cell.id}: {found[0]}"

    assert list(broken()) == []


def _texts(output: nbformat.NotebookNode) -> list[str]:
    return [str(value) for kind, value in output.get("data", {}).items() if kind not in ("image/png", "image/jpeg")]


def test_they_are_small(stored):
    sizes = {it.name: it.file.stat().st_size / 1e6 for it in stored}
    assert {name: size for name, size in sizes.items() if size > MEGABYTES} == {}


def test_headings_are_in_order(stored):
    def broken() -> Iterator[str]:
        for it in stored:
            headings = [
                (len(marks), title)
                for cell in it.markdown()
                for marks, title in re.findall(r"^(#+) (.+)$", cell.source, flags=re.MULTILINE)
            ]
            if not headings or headings[0][0] != 1 or [level for level, _ in headings].count(1) != 1:
                yield f"{it.name}: one title, first of all"
            for (before, _), (level, title) in pairwise(headings):
                if level > before + 1:
                    yield f"{it.name}: {title!r} skips a level"

    assert list(broken()) == []


def test_every_picture_says_in_words_what_it_shows(stored):
    def broken() -> Iterator[str]:
        for it in stored:
            for cell in it.markdown():
                for mark, text, target in LINK.findall(cell.source):
                    if mark and not text.strip():
                        yield f"{it.name}, {cell.id}: {target}"
            for cell in it.code():
                for output in cell.outputs:
                    if "image/png" in output.get("data", {}) and not output.metadata.get("image/png", {}).get("alt"):
                        yield f"{it.name}, {cell.id}: a figure without alt text"

    assert list(broken()) == []


def test_no_model_writes_what_no_class_should_read(stored):
    """A model that puts letters together may hit upon a word: then another seed is as good."""
    unfit = re.compile(r"fuck|cunt|nigg(er|a)|faggot", re.IGNORECASE)

    def words(output) -> str:
        data = output.get("data", {})
        page = re.sub(r"base64,[\w+/=]+", "", data.get("text/html", ""))
        return "\n".join([output.get("text", ""), data.get("text/plain", ""), page])

    written = {it.name: "\n".join(words(output) for cell in it.code() for output in cell.outputs) for it in stored}
    assert {name: found[0] for name, text in written.items() if (found := unfit.search(text))} == {}
