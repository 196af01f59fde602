"""The table of commands, and the small rooms behind it."""

import pytest

from lessonlib.course import ROOT, Problem, lab, saving
from lessonlib.course import commands as table


def test_help_has_a_line_for_each_command_whose_room_stands(capsys):
    assert table.main([]) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert shown == list(table.available())
    assert {"lab", "test", "doctor", "execute"} <= set(shown)


def test_the_authors_commands_stand_under_a_heading_of_their_own():
    _, _, for_authors = table.usage().partition("for writing the course:")
    for_authors = for_authors.partition("\n\n")[0]
    assert {line.split()[0] for line in for_authors.splitlines() if line} >= {"test", "build", "execute"}
    assert {"lab", "reset", "update", "grade"}.isdisjoint(table.GROUPS["for writing the course"])


def test_a_command_without_a_room_is_not_offered(monkeypatch, capsys):
    dream = table.Command("…", "lessonlib.course.dreaming:main")
    monkeypatch.setitem(table.COMMANDS, "dream", dream)
    monkeypatch.setitem(table.GROUPS["for learning"], "dream", dream)
    assert "dream" not in table.usage()
    assert table.main(["dream"]) == 2
    assert "no command 'dream'" in capsys.readouterr().err


def test_a_problem_is_a_sentence_and_a_failure(monkeypatch, capsys):
    def room(argv):
        raise Problem(f"{argv} cannot be done. Do this.")

    monkeypatch.setattr("lessonlib.course.lab.main", room)
    assert table.main(["lab", "x"]) == 1
    assert capsys.readouterr().err == "['x'] cannot be done. Do this.\n"


def test_stopping_is_no_crash(monkeypatch, capsys):
    def room(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr("lessonlib.course.lab.main", room)
    assert table.main(["lab"]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


@pytest.mark.parametrize(("user", "added"), [(0, ["--allow-root"]), (1000, [])])
def test_lab_opens_the_first_page_and_passes_the_rest_on(monkeypatch, user, added):
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)
    first = "--LabApp.default_url=/doc/tree/notebooks/00_start_here.ipynb"
    assert lab.arguments(["--port=9"]) == [first, "--port=9", *added]


def test_lab_opens_the_notebook_that_is_named_from_wherever_one_stands(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    monkeypatch.chdir(ROOT / "tests")
    assert lab.arguments(["../README.md"]) == ["--LabApp.default_url=/doc/tree/README.md"]


def test_saving_drops_the_view_of_our_widgets_alone():
    ours = {saving.OURS: {}, saving.VIEW: {}, "image/png": ""}
    other = {saving.VIEW: {}, "text/plain": ""}
    cells = [{"outputs": [{"data": ours}, {"data": other}, {"text": "printed"}]}, {"source": "no outputs"}]
    saving.drop_dead_views(model={"type": "notebook", "content": {"cells": cells}}, path="x")
    saving.drop_dead_views(model={"type": "file", "content": "text"}, path="y")
    assert saving.VIEW not in ours
    assert saving.VIEW in other
