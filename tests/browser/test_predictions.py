"""Predictions as a learner meets them: in a fresh copy that nobody has run or trusted, and while a cell computes."""

import json
import shutil

from lab import Lab
from nbformat import v4
from playwright.sync_api import expect

from lessonlib.course import export
from lessonlib.course.execute import METADATA

CODE = "window.jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code')"
SLOW = """
import time
from pathlib import Path
from lessonlib.widgets import predict
with predict("flat-mlp-luck") as came_out:
    print("a secret sum")
    while not Path("go").exists():
        time.sleep(0.05)
    came_out(1.07)
"""


def test_a_fresh_copy_opens_each_answer_at_a_click(lab: Lab):
    with lab.open("notebooks/04_shapes.ipynb") as notebook:  # executed, stored, and signed by nobody here
        assert not notebook.page.evaluate(f"() => {CODE}.some(c => c.model.trusted)")
        folds = notebook.page.locator(".jp-OutputArea details", has_text="Show what came out")
        assert folds.count() == 6
        walk = folds.last
        expect(walk.locator("summary")).to_have_text("Show what came out")
        picture = walk.locator("img")
        expect(picture).to_be_hidden()
        walk.locator("summary").click()
        expect(walk).to_contain_text("What came out: (4, 136).")
        expect(picture).to_be_visible()
        assert picture.evaluate("e => e.naturalWidth") > 300


def test_a_guess_made_while_the_cell_computes_is_kept_and_answered_when_it_is_done(lab: Lab):
    file = lab.root / "notebooks" / "slow.ipynb"
    file.write_text(json.dumps(v4.new_notebook(cells=[v4.new_code_cell(SLOW.strip())], metadata=METADATA)))
    with lab.open("notebooks/slow.ipynb") as notebook:
        notebook.run(0, wait=False)
        asked = notebook.output(0).locator(".ll-predict")
        box = asked.get_by_role("textbox")
        box.fill("1")
        box.focus()
        (file.parent / "go").touch()
        notebook.wait_until_idle()
        box = asked.get_by_role("textbox")
        expect(box).to_be_focused()
        expect(asked).not_to_contain_text("a secret sum", use_inner_text=True)
        notebook.page.keyboard.type(".07")
        notebook.page.keyboard.press("Enter")
        expect(asked.get_by_role("status")).to_have_text("You predicted 1.07. That is what came out.")
        expect(asked).to_contain_text("a secret sum", use_inner_text=True)
        assert notebook.console_errors == []


def test_an_exported_lesson_shows_every_answer(lab: Lab, tmp_path):
    file = shutil.copy(lab.root / "notebooks" / "04_shapes.ipynb", tmp_path)
    assert export.main([str(file), "--to", str(tmp_path)]) == 0
    context = lab.browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "04_shapes.html").as_uri())
    expect(page.get_by_text("What came out: (4, 136).")).to_be_visible()
    assert page.locator("details:not([open])", has_text="Show what came out").count() == 0
    context.close()
