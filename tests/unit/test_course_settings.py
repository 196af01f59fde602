"""JupyterLab's settings: each file is whole, is written once, and a style sheet is found where the server looks."""

import json
from pathlib import Path

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
