"""What the README says is so: its commands, its links, its counts."""

import re
from pathlib import Path

from lessonlib.course import ROOT, pytorch
from lessonlib.course.commands import available

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


def test_it_asks_for_the_python_that_the_course_asks_for_and_names_each_choice_of_torch():
    (python,) = re.findall(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"Python {python} or newer" in README
    for choice in set(pytorch.CHOICES) - {"auto"}:
        assert f"`{choice}`" in README or f"--torch={choice}" in README
