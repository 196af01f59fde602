"""What the README says is so: its commands, its links, its counts."""

import re
from pathlib import Path

import nbformat

from lessonlib.course import ROOT
from lessonlib.course.commands import available
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
