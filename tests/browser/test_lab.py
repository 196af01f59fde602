"""JupyterLab as the course sets it up, before any lesson."""

import json

import pytest
from lab import Lab
from nbformat import v4 as nbformat
from playwright.sync_api import expect

from lessonlib.course.execute import METADATA
from lessonlib.course.saving import OURS, VIEW


def test_it_opens_on_the_first_page_and_asks_nothing(lab: Lab):
    page = lab.browser.new_page()
    outside = []
    page.on("request", lambda r: None if r.url.startswith((lab.home, "data:", "blob:")) else outside.append(r.url))
    page.goto(lab.url(""))
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell, .jp-Dialog")
    page.wait_for_timeout(2000)  # the question about news came after a second
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path") == "notebooks/00_start_here.ipynb"
    assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []
    assert outside == []
    assert page.evaluate("() => window.jupyterapp.shell.leftCollapsed"), "a list of files stands beside the text"
    assert page.get_by_text("Nbgrader").count() == 0, "a teacher's menu is in the learner's JupyterLab"
    page.context.close()


def test_without_the_token_it_shows_nothing(lab: Lab):
    assert lab.browser.new_page().request.get(f"{lab.home}api/contents").status == 403


def test_a_saved_widget_keeps_its_picture_and_not_its_dead_view(lab: Lab):
    data = {"text/plain": "a widget", OURS: {}, VIEW: {"model_id": "0" * 32, "version_major": 2, "version_minor": 0}}
    source = f"from IPython.display import display\ndisplay({data!r}, raw=True)"
    file = lab.root / "notebooks" / "widget.ipynb"
    made = nbformat.new_notebook(cells=[nbformat.new_code_cell(source)], metadata=METADATA)
    file.write_text(json.dumps(made))
    with lab.open("notebooks/widget.ipynb") as notebook:
        notebook.run_all()
        assert VIEW in notebook.outputs(0)[0]["data"]
        notebook.save()
    saved = json.loads(file.read_text())["cells"][0]["outputs"][0]["data"]
    assert set(saved) == {"text/plain", OURS}


READING = """
from lessonlib import diagrams, plots
import torch
diagrams.tree("emma", levels=2)
"""
SHADES = "plots.heatmap(torch.eye(2), ['a', 'b'], ['c', 'd'], 'Shades', 'x', 'y', 'two dark cells')"
LONG = f"numbers = {list(range(60))}"


@pytest.fixture(scope="module")
def reading(lab: Lab) -> str:
    """A notebook with two figures, a line of code that is too long, and links."""
    links = "[next](00_start_here.ipynb) [word](glossary.md#receptive-field)"
    code = [nbformat.new_code_cell(source.strip()) for source in (READING, SHADES, LONG)]
    made = nbformat.new_notebook(cells=[*code, nbformat.new_markdown_cell(links)], metadata=METADATA)
    (lab.root / "notebooks" / "reading.ipynb").write_text(json.dumps(made))
    return "notebooks/reading.ipynb"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_s_light_or_dark_and_figures_do_not_glare(lab: Lab, reading: str, scheme: str):
    with lab.open(reading, color_scheme=scheme, viewport={"width": 900, "height": 800}) as notebook:
        assert notebook.run_all() == []
        assert notebook.page.evaluate("() => document.body.dataset.jpThemeLight") == str(scheme == "light").lower()
        ground = "e => getComputedStyle(e).filter"
        drawn, shades = (notebook.output(cell).locator("img").first.evaluate(ground) for cell in (0, 1))
        assert ("invert" in drawn, "invert" in shades) == (scheme == "dark", False)
        code = notebook.cell(2).locator(".cm-scroller")
        assert code.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), "code runs out of view"
        assert notebook.page.evaluate("() => document.documentElement.scrollWidth") <= 900


def test_a_link_to_another_notebook_takes_this_one_s_place(lab: Lab, reading: str):
    with lab.open(reading) as notebook:
        notebook.page.get_by_role("link", name="next").click()
        notebook.page.wait_for_function("() => window.jupyterapp.shell.currentWidget.title.label.startsWith('00_')")
        shown = "() => [...window.jupyterapp.shell.widgets('main')].filter(w => w.isVisible).length"
        assert notebook.page.evaluate(shown) == 1


def test_a_link_to_a_word_lands_on_its_entry_at_the_first_click(lab: Lab, reading: str):
    with lab.open(reading) as notebook:
        notebook.page.get_by_role("link", name="word").click()
        entry = notebook.page.get_by_role("heading", name="receptive field")
        expect(entry).to_be_in_viewport()
