"""JupyterLab's settings: each file is whole, is written once, and a style sheet is found where the server looks."""

import json
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from lessonlib.course import settings


def test_they_are_written_where_they_differ_and_left_where_they_do_not(tmp_path):
    settings.write(tmp_path)
    style = tmp_path / "share/jupyter/lab/custom/custom.css"
    server = json.loads((tmp_path / "etc/jupyter/jupyter_server_config.json").read_text())
    assert server["ServerApp"]["tornado_settings"]["static_custom_path"] == [str(style.parent)]
    assert server["LabApp"]["custom_css"]
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    style.write_text("changed")
    settings.write(tmp_path)
    assert style.read_text(encoding="utf-8") == settings.STYLE.read_text(encoding="utf-8")
    assert {file for file, at in before.items() if file.stat().st_mtime_ns != at} == {style}


def test_the_style_sheet_travels_with_the_package():
    assert settings.STYLE.parent == Path(settings.__file__).parent
    assert "jp-needs-light-background" in settings.STYLE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Runs a cell as a kernel of the course's environment does, and returns what it prints."""
    folder = tmp_path_factory.mktemp("environment")
    settings.write(folder)
    told = json.loads((folder / settings.KERNEL_CONFIG).read_text(encoding="utf-8"))
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    for extension in told["InteractiveShellApp"]["extensions"]:
        shell.extension_manager.load_extension(extension)
    shell.run_line_magic("colors", "nocolor")

    def run(source: str) -> str:
        with capture_output() as shown:
            shell.run_cell(source)
        return shown.stdout

    yield run
    InteractiveShell.clear_instance()


def test_a_name_that_no_cell_has_made_is_told_with_what_to_do(kernel):
    for source in ("plots.dots()", "def f():\n    return train(1)\nf()"):
        told = kernel(source)
        assert "NameError: name '" in told
        assert "Run All Above Selected Cell" in told
    assert "`train` is not there" in told


@pytest.mark.parametrize(
    "source", ["1 / 0", "def f():\n    x += 1\nf()", "import statistics\nstatistics.mean(nothing)"]
)
def test_other_errors_are_shown_as_ever(kernel, source):
    told = kernel(source)
    assert "Error" in told
    assert ("Run All Above" in told) == ("nothing" in source)


def test_a_name_missing_in_a_file_is_not_the_learners(kernel, tmp_path, monkeypatch):
    (tmp_path / "somebodys.py").write_text("def f():\n    return missing\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "Run All Above" not in kernel("import somebodys\nsomebodys.f()")
