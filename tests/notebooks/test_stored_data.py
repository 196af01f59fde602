"""What a lesson has stored is not older than the data it shows: quizzes, cards, pages of content, records, samples."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from IPython.utils.capture import capture_output

from lessonlib import lessons
from lessonlib.widgets import Flashcards, Quiz
from lessonlib.widgets.content import cheat_sheet

LESSONS = [each.slug for each in lessons.lessons()]


def code_cells(folder: Path, slug: str) -> list:
    notebook = nbformat.read(folder / "notebooks" / lessons.find(slug).file, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(cell) -> str:
    """The plain text of all that a cell has stored."""
    return "\n".join(each.get("text", "") or each.get("data", {}).get("text/plain", "") for each in cell.outputs)


@pytest.mark.parametrize("slug", LESSONS)
def test_stored_quizzes_and_cards_are_those_of_the_content(slug, committed_course):
    for cell in code_cells(committed_course, slug):
        for name, widget in (("Quiz", Quiz), ("Flashcards", Flashcards)):
            if call := re.fullmatch(rf'{name}\((?:(before=)?"([^"]+)")?\)', cell.source.strip()):
                now = widget(before=call[2]) if call[1] else widget(call[2])
                assert said(cell).strip() == now.static_text().strip(), f"{cell.id}: execute the lesson"


def test_the_stored_cheat_sheet_is_that_of_the_content(committed_course):
    (cell,) = [cell for cell in code_cells(committed_course, "review") if "cheat_sheet())" in cell.source]
    assert cell.outputs[0].data["text/markdown"].strip() == cheat_sheet().strip()


def from_records_alone(cells: list) -> list:
    """The cells that read records, and need only imports and one another."""
    known, found = {"records", "plots", "print", "zip", "len", "sum", "min", "max", "list", "predict"}, []
    for cell in cells:
        if not re.search(r"\brecords\.|\brecorded\(", cell.source) or "predict(" in cell.source:
            continue
        names = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)]
        made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        made |= {node.name for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef)}
        arguments = {node.arg for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.arg)}
        if {node.id for node in names} <= known | made | arguments:
            known |= made
            found.append(cell)
    return found


@pytest.mark.parametrize("slug", LESSONS)
def test_what_is_stored_of_records_is_what_they_say_now(slug, committed_course):
    names = {}
    exec("from lessonlib import plots, records", names)
    for cell in from_records_alone(code_cells(committed_course, slug)):
        with capture_output() as now:
            exec(cell.source, names)
        stored = "\n".join(each.get("text", "") for each in cell.outputs)
        assert stored.strip() == now.stdout.strip(), f"{cell.id}: execute the lesson"


def test_there_are_cells_that_read_records(committed_course):
    found = {cell.id for slug in LESSONS for cell in from_records_alone(code_cells(committed_course, slug))}
    assert {"06-fair-record", "06-fair-sweep", "05-pays-record", "12-record-code"} <= found


def test_examples_quoted_from_what_a_model_wrote_are_in_it(committed_course):
    path = committed_course / "notebooks" / lessons.find("flat-mlp").file
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    quoted = re.findall(r"`([a-z]{3,})`", cells["01-samples-reading"].source)
    assert quoted
    assert all(example in said(cells["01-samples"]) for example in quoted)
