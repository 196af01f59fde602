"""Lessons in the browser, from top to bottom, as on the evening they are read."""

import pytest
from lab import Lab

LESSONS = ("00_start_here", "05_tree", "07_scaling_up")


@pytest.mark.parametrize("lesson", LESSONS)
def test_it_runs_from_top_to_bottom_on_this_machine_alone(lab: Lab, lesson: str):
    with lab.open(f"notebooks/{lesson}.ipynb") as notebook:
        assert notebook.run_all() == []
        assert notebook.console_errors == []
        assert notebook.outside_requests == []
