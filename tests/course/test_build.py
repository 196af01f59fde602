"""The exercises are what the solutions give, byte for byte as nbgrader would make them, and nobody's work is lost."""

import re

import pytest
from small_course import cell, edit, solution_notebook

from lessonlib.course import ROOT, Problem, build, notebooks

SOLUTIONS = notebooks.numbered(ROOT / "solutions")


def exercise(course):
    return course / "exercises" / "01_adding.ipynb"


def test_answers_become_stubs_and_the_rest_stays():
    made = build.exercise(solution_notebook())
    assert cell(made, "flat-mlp-add").source == "def add(a, b):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert cell(made, "flat-mlp-double").source.count("raise NotImplementedError()") == 2
    assert "self.times = times" not in notebooks.dumps(made).decode()
    assert [c.id for c in made.cells] == [c.id for c in solution_notebook().cells]


def test_outputs_go_and_cells_are_sealed():
    made = build.exercise(solution_notebook())
    assert all(not c.outputs and c.execution_count is None for c in made.cells if c.cell_type == "code")
    assert cell(made, "chk01-add").metadata.editable is False
    assert "editable" not in cell(made, "flat-mlp-add").metadata
    assert cell(made, "flat-mlp-add").metadata.deletable is False


def test_the_stub_is_not_filled_in_and_an_answer_is():
    made = build.exercise(solution_notebook())
    stub = cell(made, "flat-mlp-add")
    assert not notebooks.is_filled_in(stub)
    stub.source = "def add(a, b):\n    return a + b"
    assert notebooks.is_filled_in(stub)


@pytest.mark.parametrize(
    ("source", "solution"),
    [("x = 1", True), ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", False), ("x = 1\n### END SOLUTION", True)],
)
def test_regions_and_metadata_must_agree(source, solution):
    notebook = solution_notebook()
    broken = cell(notebook, "flat-mlp-add")
    broken.source, broken.metadata.nbgrader.solution = source, solution
    with pytest.raises(Problem, match="flat-mlp-add"):
        build.exercise(notebook)


def test_check_is_green_after_a_build_and_red_after_a_change(course, capsys):
    assert build.run(course, course / "exercises", check=True) == 0
    notebook = notebooks.read(course / "solutions" / "01_adding.ipynb")
    cell(notebook, "01-short").source = "## In short\nTwo."
    notebooks.write(course / "solutions" / "01_adding.ipynb", notebooks.dumps(notebook))
    assert build.run(course, course / "exercises", check=True) == 1
    assert "not what its solution gives" in capsys.readouterr().out
    assert build.run(course, course / "exercises") == 0
    assert build.run(course, course / "exercises", check=True) == 0


def test_check_does_not_mind_outputs(course):
    notebook = notebooks.read(exercise(course))
    cell(notebook, "chk01-add").execution_count = 4
    notebooks.write(exercise(course), notebooks.dumps(notebook))
    assert build.run(course, course / "exercises", check=True) == 0


@pytest.mark.parametrize("check", [True, False])
def test_a_filled_in_cell_is_named_and_left_alone(course, capsys, check):
    edit(exercise(course), flat_mlp_add="def add(a, b):\n    return b + a")
    before = exercise(course).read_bytes()
    assert build.run(course, course / "exercises", check) == 1
    said = capsys.readouterr().out
    assert "flat-mlp-add is filled in" in said
    assert "course.py reset adding" in said
    assert exercise(course).read_bytes() == before


def test_a_missing_file_and_one_without_a_solution_are_named(course, capsys):
    exercise(course).rename(exercise(course).with_name("09_left.ipynb"))
    assert build.run(course, course / "exercises", check=True) == 1
    said = capsys.readouterr().out
    assert "01_adding.ipynb is missing" in said
    assert "09_left.ipynb has no solution" in said


def test_a_damaged_file_is_left_alone(course, capsys):
    exercise(course).write_text("{ half a noteb")
    assert build.run(course, course / "exercises") == 1
    assert "damaged" in capsys.readouterr().out
    assert exercise(course).read_text() == "{ half a noteb"


def test_cells_of_your_own_are_kept_under_a_dated_name(course):
    notebook = notebooks.read(exercise(course))
    notebook.cells.append(
        notebooks.parse(b'{"nbformat":4,"cells":[{"cell_type":"code","source":"mine"}]}', "").cells[0]
    )
    notebooks.write(exercise(course), notebooks.dumps(notebook))
    assert build.run(course, course / "exercises") == 0
    (kept,) = (course / "kept").iterdir()
    assert re.fullmatch(r"exercises_01_adding_\d{4}-\d\d-\d\d_\d{6}\.ipynb", kept.name)
    assert notebooks.read(kept).cells[-1].source == "mine"


# --- the course's own exercises ---


def test_the_committed_exercises_are_sound(tmp_path):
    """On a copy in which somebody has worked too: what is tested is a fresh build."""
    assert build.run(ROOT, tmp_path) == 0
    for path in notebooks.numbered(tmp_path):
        text = path.read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text
        ids = [notebooks.grade_id(c) for c in notebooks.read(path).cells if notebooks.grade_id(c)]
        assert len(ids) == len(set(ids)), f"{path.name}: a grade_id twice"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_build_equals_nbgraders(path):
    made = nbgraders_own(path)
    assert made == build.exercise(notebooks.read(path))


def test_the_small_course_equals_nbgraders(course):
    assert nbgraders_own(course / "solutions" / "01_adding.ipynb") == build.exercise(solution_notebook())


def nbgraders_own(path):
    """The exercise as nbgrader makes it: its own preprocessors, in its order, without its database."""
    preprocessors = pytest.importorskip("nbgrader.preprocessors")
    from nbconvert.exporters import NotebookExporter
    from traitlets.config import Config

    names = "LockCells ClearSolutions ClearOutput CheckCellMetadata ClearHiddenTests ComputeChecksums CheckCellMetadata"
    config = Config()
    config.Exporter.default_preprocessors = []
    config.NotebookExporter.preprocessors = [getattr(preprocessors, name) for name in names.split()]
    body, _ = NotebookExporter(config=config).from_filename(str(path))
    return notebooks.parse(body.encode(), path.name)
