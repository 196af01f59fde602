"""`course.py execute`: the same file from the same notebook, and nothing of the machine or the learner in it."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lessonlib.course import ROOT, Problem, clock, execute
from lessonlib.course.saving import VIEW


def notebook(folder: Path, *sources: str) -> Path:
    """A notebook of code cells, its metadata and outputs as an editor may have left them."""
    cells = [
        new_code_cell(source, id=f"cell-{i}", execution_count=9, metadata={"tags": ["kept"], "scrolled": True})
        for i, source in enumerate(sources)
    ]
    made = new_notebook(cells=[new_markdown_cell("# Title", id="title"), *cells], metadata={"widgets": {}, "mine": 1})
    file = folder / "lesson.ipynb"
    nbformat.write(made, file)
    return file


def outputs(file: Path) -> list[str]:
    """The text of each output, in order."""
    cells = nbformat.read(file, 4).cells
    found = [output for cell in cells for output in cell.get("outputs", [])]
    return [o.get("text", "") or o.data["text/plain"] for o in found]


@pytest.mark.slow
def test_it_stores_the_same_bytes_each_time(tmp_path):
    file = notebook(
        tmp_path,
        "import sys\nprint('one')\nprint('aside', file=sys.stderr)\nprint('two')",
        "print(set('abcdef'))",
        "print('10 %\\r20 %\\r100 %')\nprint('\\x1b[31mred\\x1b[0m')",
        f"from IPython.display import display\ndisplay({{'text/plain': 'a widget', {VIEW!r}: {{}}}}, raw=True)",
    )
    assert execute.main([str(file)]) == 0
    first = file.read_bytes()
    execute.execute(file)
    assert file.read_bytes() == first
    assert [text for text in outputs(file) if not text.startswith("{")] == [
        "one\ntwo\n",
        "aside\n",
        "100 %\nred\n",
        "a widget",
    ]
    stored = nbformat.read(file, 4)
    assert stored.metadata == execute.METADATA
    assert [cell.execution_count for cell in stored.cells[1:]] == [1, 2, 3, 4]
    assert stored.cells[1].metadata == {"tags": ["kept"]}
    assert VIEW not in stored.cells[4].outputs[0].data


def test_it_runs_in_the_notebooks_folder_with_nobodys_settings(tmp_path, monkeypatch):
    (tmp_path / "neighbour.txt").write_text("beside the notebook")
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "mine.json"))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    code = (
        "import os\nfrom lessonlib import progress\nprogress.update(lambda record: record.update(x=1))\n"
        "print(open('neighbour.txt').read(), os.environ.get('PYTHONWARNINGS'), os.environ['OMP_NUM_THREADS'])"
    )
    file = notebook(tmp_path, code)
    execute.execute(file)
    assert outputs(file) == ["beside the notebook None 1\n"]
    assert not (tmp_path / "mine.json").exists()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("1 / 0", "ZeroDivisionError"), ("import os\nprint(os.getcwd())", "an output of cell 'cell-0' names a place")],
)
def test_what_must_not_be_stored_is_refused_and_the_file_stays(tmp_path, source, sentence):
    file = notebook(tmp_path, source)
    before = file.read_bytes()
    with pytest.raises(Problem, match=sentence):
        execute.execute(file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["lesson.ipynb"]


def test_a_place_is_found_in_text_and_html_and_not_in_the_bytes_of_a_picture():
    place = str(ROOT / "x")
    told = execute.place_told(new_output("stream", text=f"saved to {place}"))
    assert told and place.startswith(told)  # the course itself, or a folder that it lies in
    assert execute.place_told(new_output("display_data", {"text/html": f"<p>{Path.home() / 'x'}</p>"}))
    assert execute.place_told(new_output("display_data", {"image/png": place, "text/plain": "a figure"})) is None


def test_a_file_that_is_no_notebook_is_told_in_a_sentence(tmp_path):
    with pytest.raises(Problem, match="cannot be read: No such file"):
        execute.execute(tmp_path / "nothing.ipynb")
    (tmp_path / "text.ipynb").write_text("hello")
    with pytest.raises(Problem, match="not a notebook"):
        execute.execute(tmp_path / "text.ipynb")


def test_the_starters_environment_is_left_as_it_was(tmp_path):
    before = dict(os.environ)
    execute.execute(notebook(tmp_path, "1 + 1"))
    assert dict(os.environ) == before


@pytest.mark.slow
def test_a_lesson_that_makes_people_wait_is_stored_and_told(tmp_path, monkeypatch, capsys):
    work = "import time\nbegun = time.process_time()\nwhile time.process_time() < begun + 0.5:\n    pass"
    file = notebook(tmp_path, "1 + 1", work)
    monkeypatch.setattr(clock, "CELL", 0.3)
    monkeypatch.setattr(execute.budget, "slowness", lambda: 1.0)
    assert execute.main([str(file)]) == 1
    assert re.search(r"the cell cell-1 takes 0\.\d s, 0\.3 are the most", capsys.readouterr().out)
    assert outputs(file) == ["2"]


def test_a_slower_machine_has_more_seconds():
    taken = clock.Clock({"a": 10.0, "b": 6.0, "c": 28.0})
    assert "the cell c takes 28.0 s, 8 are the most; the lesson takes 44.0 s, 35 are" in taken.too_long(lambda: 1.0)
    assert "lesson" not in taken.too_long(lambda: 2.0)
    assert taken.too_long(lambda: 4.0) == ""
    assert clock.Clock({"a": 1.0}).too_long(lambda: 1 / 0) == clock.Clock().too_long(lambda: 1 / 0) == ""
