"""What lessons say in words about a record is what the newest record says: a new one may make a sentence false."""

import json
from itertools import pairwise

import pytest

from lessonlib import records
from lessonlib.data import load_words, split
from lessonlib.ladder import RUNGS


@pytest.fixture(scope="module")
def pass_and_price() -> dict[str, tuple[float, float]]:
    """Of the published recipe and each rung: passes over the training names, seconds for a pass."""
    examples = sum(len(word) + 1 for word in split(load_words())[0])  # a window for each character, and for the end
    published = records.latest("time", "published", "training time")
    passes = {"published": published.detail["steps"] * 32 / examples} | {rung.name: rung.epochs for rung in RUNGS}
    seconds = {name: records.latest("time", records.slug(name), "training time").value for name in passes}
    return {name: (passes[name], seconds[name] / passes[name]) for name in passes}


def test_each_rung_gains_in_the_way_that_the_lesson_on_the_ladder_says(pass_and_price):
    names = list(pass_and_price)
    gains = {  # fewer passes, a cheaper pass: times as many and as much on the rung below
        name: tuple(below / here for below, here in zip(pass_and_price[before], pass_and_price[name], strict=True))
        for before, name in pairwise(names)
    }
    assert gains["schedule"][0] > 3 and gains["schedule"][1] > 1.5, "it does both"
    assert all(gains[name][1] > 1.1 for name in ("fused BatchNorm", "whole names", "shared chunks"))
    assert gains["three polynomials"][1] > 1.05
    assert all(gains[name][0] > 1.5 for name in ("Muon", "soft targets"))
    assert gains["shorter contexts"][0] > 1.2
    assert gains["schedule"][0] == max(fewer for fewer, _ in gains.values()), "no rung saves more passes"
    first, last = pass_and_price["published"], pass_and_price[names[-1]]
    assert first[0] / last[0] > first[1] / last[1], "fewer predictions gain more than cheaper ones"


def _at_its_own_rate(bench: str, subject: str, **setting):
    return records.latest(bench, subject, "validation loss at its own rate", **setting)


def test_shuffled_pixels_harm_the_small_tree_alone():
    tree, flat, larger_tree, larger_flat = (
        {pixels: _at_its_own_rate("images", name, pixels=pixels) for pixels in ("in place", "shuffled")}
        for name in ("tree", "flat", "larger-tree", "larger-flat")
    )
    assert tree["in place"].mean < flat["in place"].mean, "with the pixels in place the tree leads"
    assert tree["shuffled"].mean - tree["in place"].mean > 0.05 and tree["shuffled"].mean > flat["shuffled"].mean
    assert flat["shuffled"].mean - flat["in place"].mean < 0.03
    apart = larger_tree["shuffled"].mean - larger_flat["shuffled"].mean
    assert apart < max(larger_tree["shuffled"].spread, larger_flat["shuffled"].spread)
    assert larger_tree["shuffled"].mean < tree["shuffled"].mean / 1.5
    assert larger_flat["shuffled"].mean < flat["shuffled"].mean / 1.5


def test_reach_pays_up_to_256_samples_and_the_rest_is_within_the_seeds():
    found = sorted(records.find("sound", quantity="validation loss at its own rate"), key=lambda record: -record.mean)
    assert [record.subject for record in found] == ["reach-8", "reach-64", "reach-256", "reach-1024"]
    spread = max(record.spread for record in found)
    first, second, third = (a.mean - b.mean for a, b in pairwise(found))
    assert min(first, second) > 5 * spread and third < spread
    assert {record.detail["rate"] for record in found} == {0.02}, "all did best at the highest of the rates"


def test_the_stored_lesson_on_sound_writes_faster_than_it_plays(committed_course):
    notebook = json.loads((committed_course / "notebooks" / "12_sound.ipynb").read_text(encoding="utf-8"))
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == "sound-keep-rates")
    (output,) = cell["outputs"]
    (line,) = (line for line in output["data"]["text/html"] if "the same in numpy" in line)
    assert float(line.partition("a second,")[2].split()[0]) > 1
