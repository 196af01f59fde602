"""What holds for every widget: it can be read where it cannot run, and it asks nothing of the outside."""

import base64
import json
import re

import pytest
import torch

from lessonlib import style, widgets
from lessonlib.course.export import widget_class
from lessonlib.course.saving import OURS, VIEW
from lessonlib.widgets import base

KINDS = [name for name in widgets.__all__ if isinstance(getattr(widgets, name), type)]
AS_HTML = ("PredictionPrompt", "PredictionSummary")  # a fold that opens without a script, where others leave a picture


def made(name, model, vocabulary):
    """One of each kind."""
    X, Y = torch.randint(0, 27, (20, 8)), torch.randint(0, 27, (20,))
    arguments = {
        "ShapeRibbon": (model, X[:4]),
        "LookInside": (model, vocabulary, X, Y),
        "PredictionPrompt": ("flat-mlp-windows",),
        "PredictionSummary": ("flat-mlp",),
    }
    widget = getattr(widgets, name)(*arguments.get(name, ()))
    if name == "LiveLoss":
        widget(0, 1.0)
        widget.finish()
    return widget


@pytest.fixture(params=[name for name in KINDS if name not in AS_HTML])
def widget(request, model, vocabulary):
    return made(request.param, model, vocabulary)


def test_its_output_holds_view_text_and_picture(widget):
    data, metadata = widget._repr_mimebundle_()
    assert set(data) == {VIEW, "text/plain", "image/png", OURS}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == data["text/plain"] == repr(widget)
    assert base.MIME == OURS


def test_its_text_is_the_same_every_time(widget, vocabulary):
    torch.manual_seed(0)
    text = widget.static_text()
    assert text == widget.static_text()
    assert " at 0x" not in text
    assert len(text) > 15


def test_its_picture_says_what_is_seen(widget):
    assert widget.static_figure().alt


def test_what_is_stored_is_small_plain_data(widget):
    copy = widget._repr_mimebundle_()[0][OURS]
    assert len(json.dumps(copy)) < 60_000
    assert set(copy["state"]) - {"curves"} == set(widget.view_state)
    assert widget_class(copy) is getattr(widgets, type(widget).__name__)


@pytest.mark.parametrize("name", KINDS)
def test_its_module_stands_alone(name):
    kind = getattr(widgets, name)
    assert len(re.findall(r"^export default ", kind._esm, re.MULTILINE)) == 1
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(|XMLHttpRequest|\beval\(", kind._esm, re.MULTILINE)
    outside = re.findall(r"https?://[^\"'\s)]+", kind._esm + kind._css)
    assert set(outside) <= {"http://www.w3.org/2000/svg"}  # a name, never fetched
    assert "@import" not in kind._css and "url(http" not in kind._css
    assert "keepKeys(root)" in kind._esm  # or JupyterLab cuts the cell at an x


@pytest.mark.parametrize("name", KINDS)
def test_its_colours_are_the_course_s(name):
    css = getattr(widgets, name)._css
    assert f"--ll-t:{style.AXES['T']['colour']};" in css
    assert f"--ll-level-0:{style.LEVELS[0]['colour']};" in css


def test_a_focus_ring_is_never_just_removed():
    for name in KINDS:
        css = getattr(widgets, name)._css
        removed = re.findall(r"([^{}]+)\{[^{}]*outline:\s*none", css)
        assert all(selector.strip() + " .ll-card-face" in css for selector in removed)
