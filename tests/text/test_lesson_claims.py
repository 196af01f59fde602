"""What the first lessons say about trees, about torch.nn and about luck is so: each claim is worked out here anew."""

import inspect
import re

import nbformat
import pytest
from torch import nn

from lessonlib import layers, lessons
from lessonlib.course import ROOT


def text(slug: str, cell: str, folder: str = "notebooks") -> str:
    notebook = nbformat.read(ROOT / folder / lessons.find(slug).file, as_version=4)
    return next(each.source for each in notebook.cells if each.id == cell)


# --- who meets whom in the tree over "..hannah" ---

WINDOW = "..hannah"
MAKES = re.compile(r'"([^" ]+)" (?:and "([^" ]+)" )?make "([^" ]+)"')


def nodes(level: int) -> list[str]:
    return [WINDOW[i : i + 2**level] for i in range(0, len(WINDOW), 2**level)]


def meet(pair: str) -> int:
    """The first level at which two letters that stand side by side are in one node."""
    return next(level for level in (1, 2, 3) if any(pair in node for node in nodes(level)))


def wrong_fusions(said: str) -> list[str]:
    made = {(a, b, a + b) for level in (0, 1, 2) for a, b in zip(nodes(level)[::2], nodes(level)[1::2], strict=True)}
    told = [match.groups() for match in MAKES.finditer(said)]
    assert told, "no fusion is told"
    return [whole for left, right, whole in told if (left, right, whole) not in made]


def test_the_lesson_tells_only_fusions_that_the_tree_makes():
    assert wrong_fusions(text("tree", "05-stages")) == []
    assert wrong_fusions('"h" and "a" make "ha", "ha" and "nn" make "hann"') == ["hann"]


def test_letters_that_lie_across_two_pairs_meet_where_the_lesson_says():
    said = text("tree", "05-sharing-why")
    (pair,) = re.findall(r'The "(\w\w)" in the name', said)
    (level,) = re.findall(r"Only level (\d) does", said)
    assert meet(pair) == int(level)
    assert all(node in nodes(2) for node in re.findall(r'\bin "([^"]{4})"', said))


# --- the bricks and torch.nn ---

BRICKS = ("Embedding", "Flatten", "Linear", "Tanh", "Sequential")


@pytest.mark.parametrize("name", BRICKS)
def test_a_bricks_arguments_are_those_of_torch_or_the_lesson_says_which_are_not(name):
    said = text("layers", "02-h-bricks")
    ours, theirs = (list(inspect.signature(getattr(of, name)).parameters) for of in (layers, nn))
    if name == "Sequential":
        assert "`Sequential` takes a list" in said
        return
    for mine, torchs in zip(ours, theirs, strict=False):
        assert mine == torchs or f"`{torchs}`" in said


# --- the lesson leaves its exercise something to work out ---


def test_the_lesson_on_luck_does_not_measure_what_its_exercise_asks():
    measured = set(re.findall(r"frozen_losses\((\d+)\)", text("flat-mlp", "01-lucky")))
    asked = set(re.findall(r"100 batches of (\d+)", text("flat-mlp", "ex01-lucky-task", "solutions")))
    assert len(measured) == len(asked) == 2
    assert measured & asked == {"32"}


def test_nothing_counts_the_flat_models_work_before_the_question_about_it():
    notebook = nbformat.read(ROOT / "notebooks" / lessons.find("tree").file, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (asked,) = [i for i, cell in enumerate(cells) if 'predict("tree-cost-work")' in cell.source]
    shown = [out.get("data", {}).get("text/plain", "") for cell in cells[:asked] for out in cell.outputs]
    assert not re.search(r"^\s*flat .*multiply-adds", "\n".join(shown), flags=re.MULTILINE)
