"""The panel tells what is in the progress file, in text and in HTML, whatever stands in that file."""

import json
import os
import subprocess
import sys
import time

import pytest
import torch

from lessonlib import progress
from lessonlib.checks import panel
from lessonlib.checks.exercises.flat_mlp import check

POINTS = sum(exercise.points for exercise in check.exercises)
COUNT = "from lessonlib import progress\nwhile True: progress.update(lambda r: r.update(n=r.get('n', 0) + 1))"


def smooth(losses, n=1000):
    return torch.tensor(losses[: len(losses) // n * n]).view(-1, n).mean(1)


def test_the_panel_shows_what_was_checked():
    assert "not attempted" in repr(panel.progress_panel(1))
    check.smooth(smooth)
    check.uniform(lambda: (1, 0, 1))
    shown = repr(panel.progress_panel("01"))
    assert "4 of 4" in shown
    assert "correct" in shown
    assert "not yet" in shown
    assert "Go on with: Windows and targets." in shown
    assert "01 · The flat MLP" in repr(panel.progress_panel())
    assert f"1 of {len(check.exercises)}" in repr(panel.progress_panel())


def test_the_panel_says_the_same_in_html():
    check.smooth(smooth)
    html = panel.progress_panel(1)._repr_html_()
    for words in ("<caption", 'scope="col"', "4 of 4", "✓ correct", "○ not attempted"):
        assert words in html
    assert "<script" not in html
    assert "<style" not in html


def test_who_was_right_may_try_what_is_wrong():
    check.smooth(smooth)
    check.smooth(lambda losses, n: losses)
    assert progress.load()["checks"]["smooth"]["state"] == "not yet"
    shown = repr(panel.progress_panel(1))
    assert f"4 of {POINTS} points" in shown
    assert "✓ correct" in shown and "✗" not in shown


def test_the_panel_counts_predictions():
    entry = {"yours": 1, "agrees": True}
    progress.update(lambda record: record.update(predictions={"01-a": entry, "01-b": {"yours": None}, "02-a": entry}))
    assert "Predictions made: 1; 1 of them right." in panel.progress_panel(1).below
    assert "Predictions made: 2; 2 of them right." in panel.progress_panel().below


@pytest.mark.parametrize("part", [3, [], {"smooth": 3}, {"smooth": {"state": 7, "score": "many"}}, {"smooth": {}}])
def test_the_panel_reads_what_somebody_has_written_by_hand(part):
    progress.update(lambda record: record.update(checks=part, predictions=part))
    assert f"0 of {POINTS} points" in repr(panel.progress_panel(1))
    assert panel.progress_panel().rows


@pytest.mark.slow
def test_a_crash_at_any_moment_leaves_a_record_that_reads():
    progress.update(lambda record: record.update(n=0))
    for wait in (0.3, 0.35, 0.4, 0.45, 0.5):
        writer = subprocess.Popen([sys.executable, "-c", COUNT], env=dict(os.environ))
        time.sleep(wait)
        writer.kill()
        writer.wait(timeout=60)
        assert isinstance(json.loads(progress.path().read_text())["n"], int)
    assert panel.progress_panel().rows


def test_a_record_is_read_where_no_lock_is_to_be_had(monkeypatch):
    progress.update(lambda record: record.update(checks={"smooth": {"state": "correct", "score": 4}}))

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(progress, "FileLock", denied)
    assert f"4 of {POINTS} points" in repr(panel.progress_panel(1))
