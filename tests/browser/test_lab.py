"""JupyterLab as the course sets it up, before any lesson."""

import json

from lab import Lab
from nbformat import v4 as nbformat

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
