"""The pages for a passer-by: their exercises, their numbers, the way to ask, and that they are nobody's."""

import json
import math
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import torch
import yaml

from lessonlib import __version__, predictions
from lessonlib.course import ROOT, Problem, address
from lessonlib.course.site import HERE, contents, practice, stuck
from lessonlib.layers import FlattenConsecutive, Linear, Sequential
from lessonlib.models import levels_for, tree
from lessonlib.widgets import Flashcards, deck

IDEA = (HERE / "pages" / "idea.md").read_text(encoding="utf-8")
FORM = ROOT / ".github" / "ISSUE_TEMPLATE" / stuck.FORM


def known(form: str) -> list[dict]:
    return json.loads(re.search(r"<script[^>]*>(.*?)</script>", form)[1])


# --- the exercises ---


@pytest.mark.parametrize("pair", [practice.SHOWN, practice.ASKED])
def test_a_fusion_by_hand_is_that_of_the_layers(pair):
    layers = Sequential([FlattenConsecutive(2), Linear(4, 2, bias=False)])
    layers.layers[1].weight = torch.tensor(practice.WEIGHTS, dtype=torch.float)
    assert layers(torch.tensor([pair], dtype=torch.float)).tolist() == [list(practice.fused(*pair))]


def test_the_fusion_asks_for_both_orders_and_tells_them_apart():
    first, second, swapped = known(practice.fusion())
    (left, right) = practice.ASKED
    assert (first["right"], second["right"]) == practice.fused(left, right)
    assert swapped["right"] == practice.fused(right, left)[0] != first["right"]
    assert "swapped" in first["mistakes"][str(swapped["right"])]
    assert all(len(each["mistakes"]) >= 3 for each in (first, second))  # none falls together with another


def test_the_depths_are_those_of_trees():
    sixteen = tree(27, 2, 3, levels_for(16))
    levels = [layer for layer in sixteen.layers[:-1] if isinstance(layer, Linear)]
    sixteen.eval()(torch.zeros(1, 16, dtype=torch.long))
    fusions = sum(layer.out.numel() // 3 for layer in levels)
    least = next(k for k in range(1, 9) if 2**k >= 20)
    rights = [each["right"] for each in known(practice.depth())]
    assert rights == [4, fusions, len(levels), least, levels_for(1024 * 1024) - 10]


@pytest.mark.parametrize("form", [practice.fusion(), practice.depth()])
def test_no_right_number_is_called_a_mistake_and_the_way_ends_in_it(form):
    way = form.partition("<details>")[2]
    for each in known(form):
        assert str(each["right"]) not in each["mistakes"]
        assert re.search(rf"\b{each['right']}\b|\b{['four', 'five'][each['right'] == 5]}\b", way)


# --- the page itself ---


def test_the_minutes_are_kept():
    words = len(re.sub(r"<!--.*?-->|---\n.*?---\n", "", IDEA, flags=re.DOTALL).split())
    assert 70 < words / 12 < 130  # a minute: slow reading, with a figure and an example to follow
    places = [contents.PLACES[name]() for name in ("fusion-practice", "depth-practice")]
    minutes = [int(re.search(r"Your turn, (\d+) minutes", each)[1]) for each in places]
    said = {"Four": 4, "Six": 6}
    minutes += [said[word] for word in re.findall(r"^(Four|Six) minutes\.", IDEA, re.MULTILINE)]
    assert "eighteen to practise" in IDEA
    assert sum(minutes) == 18
    assert len(Flashcards("tree").cards) == 7


def test_its_numbers_are_computed():
    assert f"**{math.log(26):.2f}**" in IDEA
    assert f"{math.tanh(0.5):.2f}" in IDEA
    assert f"{1024 * 10:,} numbers" in IDEA
    assert f"stays near {predictions.find('tree-wall-2').answer:.2f}" in IDEA
    assert "70" in contents.PLACES["costs"]() and "22,397" in contents.PLACES["costs"]()


def test_a_learner_s_progress_is_on_no_page(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.md").write_text("<!-- place: tree-cards -->", encoding="utf-8")
    written = []
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
        contents.write(tmp_path / "pages", tmp_path / folder)
        written.append((tmp_path / folder / "index.md").read_text(encoding="utf-8"))
        deck.mark("the-wall", True)
        deck.see_again("three-gains")
    assert deck.known() == {"the-wall": True}
    assert written[0] == written[1]


def test_a_place_stays_one_line_of_html(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("a\n\n<!-- place: tree-cards -->\n\nb", encoding="utf-8")
    contents.write(tmp_path / "in", tmp_path)
    assert len((tmp_path / "a.md").read_text(encoding="utf-8").split("\n\n")) == 3


# --- Stuck? ---


@pytest.fixture
def published(monkeypatch):
    def at(home):
        stuck._home.cache_clear()
        monkeypatch.setattr(address, "repository", home)

    yield at
    stuck._home.cache_clear()


def test_the_form_opens_with_lesson_and_version_and_nothing_else(published):
    published(lambda: "https://github.com/owner/course")
    link = urlsplit(stuck.link("05 · The tree"))
    assert link.path == "/owner/course/issues/new"
    filled = {key: value for key, (value,) in parse_qs(link.query).items()}
    form = yaml.safe_load(FORM.read_text(encoding="utf-8"))
    fields = {field["id"]: field for field in form["body"] if "id" in field}
    assert filled.pop("template") == FORM.name
    assert filled.pop("title") == "05 · The tree: "
    assert filled == {"lesson": "05 · The tree", "version": __version__}
    assert filled.keys() < fields.keys()
    assert all(fields[name]["type"] == "input" for name in filled)  # what an address can fill in
    assert stuck.choices().count("https://github.com/owner/course/issues/new?") > 15


def test_a_copy_that_is_not_published_says_so(published):
    def nowhere():
        raise Problem("…")

    published(nowhere)
    assert stuck.link("05 · The tree") == "stuck.html"
    assert "(../stuck.md)" in stuck.line("05 · The tree")
    assert f"version {__version__}" in stuck.choices()
