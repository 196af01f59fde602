"""What a lesson shows of the course's own code is that code, without docstrings and checks."""

import pytest

from lessonlib.layers import BatchNorm1d, FlattenConsecutive
from lessonlib.source import show_source
from lessonlib.training import train


def test_a_class_is_shown_with_its_file_and_without_docstring_and_checks():
    shown = show_source(FlattenConsecutive)
    assert repr(shown).startswith("# lessonlib/layers.py\nclass FlattenConsecutive(Layer):\n    def __init__")
    assert "x.reshape(B, T // self.n, C * self.n)" in repr(shown)
    assert "Lay each run" not in repr(shown)
    assert "raise" not in repr(shown)
    assert shown._repr_markdown_() == f"```python\n{shown}\n```"


def test_what_is_shown_runs():
    names = {"Layer": object}
    exec(repr(show_source(FlattenConsecutive)), names)
    assert names["FlattenConsecutive"](2).n == 2


def test_a_part_begins_and_ends_where_it_is_told_to():
    lines = repr(show_source(train, "for step, (x, y)", "o.step()")).splitlines()
    assert lines[1].startswith("for step, (x, y)")
    assert lines[-1].strip() == "o.step()"
    assert repr(show_source(BatchNorm1d, "others =")).count("\n") == 1


def test_a_beginning_that_no_line_has_is_said():
    with pytest.raises(ValueError, match="No line of train begins with 'nothing' from line 1 on"):
        show_source(train, "nothing")
