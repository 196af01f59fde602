"""What the README says is so: its commands, its links, its counts."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from lessonlib.course import ROOT
from lessonlib.course.commands import available
from lessonlib.ladder import RUNGS
from lessonlib.models import flat_mlp, tree

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_commands_exist():
    named = re.findall(r"\bpy(?:thon3)? course\.py ([a-z]+)", README)
    assert {"lab", "test", "doctor"} <= set(named)
    assert set(named) <= set(available())


def test_ci_runs_the_test_line_of_the_readme():
    (line,) = re.findall(r"```sh\n(.* test)\n```", README)
    assert line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_its_links_lead_somewhere(committed_course):
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", README)]
    local = [link for link in links if not link.startswith("https://")]
    assert local
    assert [link for link in local if not Path(committed_course, link).exists()] == []


def test_its_map_is_that_of_the_first_lesson(committed_course):
    """The same lessons with the same ideas and minutes, and the core path marked alike."""
    first = nbformat.read(committed_course / "notebooks" / "00_start_here.ipynb", 4)
    cells = "\n".join(cell.source for cell in first.cells if cell.cell_type == "markdown")
    row = r"^\| (\**)\[?(\d\d [^|\]]+?)\]?(?:\([^)]*\))?\**\]?(?:\([^)]*\))?\** \| ([^|]+) \| (\d+) \|( \*\*core\*\*)?"
    ours = [(name, idea, minutes, bool(bold)) for bold, name, idea, minutes, _ in re.findall(row, README, re.M)]
    theirs = [(name, idea, minutes, bool(core)) for _, name, idea, minutes, core in re.findall(row, cells, re.M)]
    assert len(ours) == 14
    assert ours == theirs


def test_its_parameter_counts_are_those_of_the_models():
    models = [
        flat_mlp(27, 3, 10, 200, batchnorm=False),
        flat_mlp(27, 3, 10, 200),
        flat_mlp(27, 8, 10, 200),
        tree(27, 10, 68, levels=3),
        tree(27, 24, 128, levels=3),
    ]
    counts = [sum(p.numel() for p in model.parameters()) for model in models]
    stated = re.findall(r"\| ([\d,]{5,}) \|$", README, flags=re.MULTILINE)
    assert [int(count.replace(",", "")) for count in stated] == counts


def test_it_asks_for_the_python_and_the_torch_that_the_course_asks_for():
    (python,) = re.findall(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (torch,) = re.findall(r"^torch==.+$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert f"Python {python} or newer" in README
    assert torch in README


def test_its_speeds_and_losses_are_those_of_the_record():
    lines, results = {}, ROOT / "benchmarks" / "results"
    for file in results.rglob("*.json"):
        folder = "published/" if file.parent != results else ""
        lines |= {folder + line["claim"]: line for line in json.loads(file.read_text(encoding="utf-8"))["lines"]}
    rows = re.findall(r"^\| ([\w ]+) \| ([\d.]+) \| ([\d.]+)x \|$", README, flags=re.MULTILINE)
    assert [row[0] for row in rows] == ["the published recipe", *(rung.name for rung in RUNGS)]
    for name, seconds, ratio in rows:
        (line,) = (line for claim, line in lines.items() if re.match(rf"time to 2.01: {name}(?: \(|$)", claim))
        assert float(seconds) == pytest.approx(line["ours"], rel=0.01)
        assert float(ratio) == pytest.approx(line["ratio"] or 1, rel=0.01)
    for words, claim, kind, off in (
        (
            r"to 2.00, \*shared prefixes\* came to ([\d.]+)x",
            "published/time to 2.00: shared prefixes",
            "ratio",
            0.5,
        ),
        (r"reaches ([\d.]+) on validation", "76,579 parameters: validation", "ours", 0.0006),
        (r"and ([\d.]+) on test", "76,579 parameters: test", "ours", 0.0006),
        (r"given at most (\d+) seconds", "76,579 parameters: time", "ours", 0.5),
        (r"answers ([\d.]+) times as fast", "context 8: convolution against windows", "ratio", 0.06),
        (r"and (\d+) times at 1,024", "context 1024: convolution against windows", "ratio", 0.6),
        (r"within (\d+) %", "convolution against a + b log2 N: off by at most", "ours", 0.5),
        (r"is (\d+) times as fast as one", "names a second, step by step, against one after another", "ratio", 0.5),
    ):
        stated = re.search(words, README)
        assert stated, words
        assert float(stated[1]) == pytest.approx(lines[claim][kind], abs=off), claim
