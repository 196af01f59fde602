import json
from pathlib import Path

import pytest
from nbformat import v4

from lessonlib.course import Problem, commands, export
from lessonlib.course.saving import OURS
from lessonlib.widgets import Flashcards, LiveLoss, Quiz, ReceptiveField


def notebook(folder: Path, *cells) -> Path:
    file = folder / "05_tree.ipynb"
    file.write_text(json.dumps(v4.new_notebook(cells=list(cells))), encoding="utf-8")
    return file


def run(source: str, data: dict):
    output = v4.new_output("execute_result", data=data, execution_count=1)
    return v4.new_code_cell(source, outputs=[output], execution_count=1)


def shown(widget) -> dict:
    return widget._repr_mimebundle_()[0]


def test_a_widget_comes_alive_with_its_state_and_without_python(tmp_path):
    page = export.export(notebook(tmp_path, run("ReceptiveField()", shown(ReceptiveField("emmanuelle", levels=2)))))
    assert "show(widget, {" in page and '"text": "emmanuelle"' in page and '"live": false' in page
    assert "data:image/png;base64," in page  # for where scripts are off
    assert "export default" not in page


def test_two_widgets_have_a_place_each(tmp_path):
    cells = [run("ReceptiveField()", shown(ReceptiveField())), run("Flashcards()", shown(Flashcards()))]
    page = export.export(notebook(tmp_path, *cells))
    assert 'id="widget-0-0"' in page and 'id="widget-1-0"' in page


def test_a_quiz_answers_in_the_page_and_without_scripts_it_is_a_list_that_opens(tmp_path):
    page = export.export(notebook(tmp_path, run("Quiz()", shown(Quiz("05")))))
    assert "<details" in page and "show(widget, {" in page and '"right": true' in page


def test_a_widget_that_needs_python_can_still_be_read(tmp_path):
    page = export.export(notebook(tmp_path, run("LiveLoss()", shown(LiveLoss()))))
    assert "data:image/png;base64," in page and "show(widget, {" not in page


def test_text_cannot_break_out_of_the_script(tmp_path):
    page = export.export(notebook(tmp_path, run("x", shown(ReceptiveField("</script><script>alert(1)//")))))
    assert "<script>alert(1)" not in page


def test_a_class_that_is_not_ours_is_not_looked_for(tmp_path):
    data = {"text/plain": "x", "image/png": "", OURS: {"class": "os:system", "state": {"a": 1}}}
    assert "show(widget, {" not in export.export(notebook(tmp_path, run("x", data)))
    assert export.widget_class({"class": "lessonlib.widgets.base:LessonWidget"}) is None


def test_formulas_are_drawn_and_code_is_left_alone(tmp_path):
    page = export.export(notebook(tmp_path, v4.new_markdown_cell("k levels see $2^k$, and `$HOME$` is code")))
    assert "<msup>" in page and "@@formula" not in page
    assert "$HOME$" in page


def test_a_notebook_that_was_never_run_is_told_so(tmp_path):
    with pytest.raises(Problem, match="no outputs yet"):
        export.export(notebook(tmp_path, v4.new_code_cell("1 + 1")))


def test_the_command_says_where_the_page_is(tmp_path, capsys):
    file = notebook(tmp_path, v4.new_markdown_cell("# The tree"))
    assert export.main([str(file), "--to", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "05_tree.html").exists()
    assert "05_tree.html" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "a price of \\$5",
        "$5 or $6",
        "\\$5 and $x$ for \\$6",
        "$\\frac{1}{$",
        "$$x^$$",
        "$a_b_c$",
        "$ x $",
        "$$ $$",
        "$\\left($",
    ],
)
def test_money_and_broken_tex_cost_nobody_the_page(tmp_path, text):
    page = export.export(notebook(tmp_path, v4.new_markdown_cell(f"before {text} after")))
    assert "before" in page and "after" in page
    assert "@@formula" not in page
    if "5" in text:
        assert "$5" in page
    if "$x$" in text:
        assert "<math" in page


def test_a_text_that_looks_like_a_place_for_a_formula_stays(tmp_path):
    assert "@@formula-7@@" in export.export(notebook(tmp_path, v4.new_markdown_cell("@@formula-7@@ and $x$")))


@pytest.mark.parametrize("command", [["export", "x.ipynb"], ["print"]])
def test_a_folder_that_is_none_is_said_before_anything_is_made(tmp_path, command, capsys):
    (tmp_path / "file").write_text("here")
    assert commands.main([*command, "--to", str(tmp_path / "file")]) == 1
    assert "Nothing can be written to" in capsys.readouterr().err


def test_cards_of_a_lesson_that_is_not_there(tmp_path, capsys):
    assert commands.main(["print", "--lesson", "99", "--to", str(tmp_path)]) == 1
    assert "There is no lesson '99'" in capsys.readouterr().err
