"""The gallery: what a record may be, whoever sends it, and what becomes of it."""

import base64
import copy
import json
import re

import numpy as np
import pytest
import torch

from lessonlib.course import Problem, gallery, gallery_command
from lessonlib.course.site import first_pages
from lessonlib.data import Vocabulary
from lessonlib.models import tree
from lessonlib.widgets import share
from lessonlib.widgets.living_tree.reading import read
from lessonlib.widgets.living_tree.rebuilt import rebuilt
from lessonlib.widgets.living_tree.share import kept, page, read_page

MOST_TOGETHER = 1_500_000  # bytes: the site has 8 MB for everything
WORDS = ["anna", "o'neil & co", "x<y>", "zoë"]
HOSTILE = '</script><script>document.title="taken"</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def small():
    """A tree and its vocabulary."""
    vocabulary = Vocabulary(WORDS)
    torch.manual_seed(3)
    return tree(len(vocabulary), 3, 5, levels=2).eval(), vocabulary


@pytest.fixture(scope="module")
def record(small):
    words = {"what": "four words", "source": "https://example.org/words", "licence": "CC0-1.0"}
    return {"title": "Small", "by": "me", "about": "Four.", "words": words, "tree": kept(read(*small), 16)}


def parsed(record, name="small"):
    return gallery.parse(name, json.dumps(record).encode())


# --- what is there ---


def test_every_record_of_the_course_is_of_the_form(committed_course):
    folder = committed_course / "gallery"
    found = gallery.shared(folder)
    files = {file.name for file in folder.iterdir()}
    assert files == {"README.md"} | {f"{each.name}.json" for each in found if each.name != gallery.OWN}
    assert len(found) >= 3
    assert sum(file.stat().st_size for file in folder.iterdir()) < MOST_TOGETHER
    assert all(len(each.writes) >= 3 for each in found)


def test_the_readme_tells_the_form(committed_course):
    told = (committed_course / "gallery" / "README.md").read_text(encoding="utf-8")
    assert f"{gallery.LIMIT:,} bytes" in told
    assert f"up to {gallery.TEXTS['title']} characters" in told
    assert f"up to {gallery.TEXTS['about']} characters" in told


# --- from a page to a record ---


def test_a_shared_page_becomes_a_record(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gallery, "FOLDER", tmp_path / "gallery")
    share(*small, tmp_path / "my.html", title="Words & more")
    told = ["--name", "mine", "--by", "me", "--words", "four words", "--source", "https://example.org", "--about", "x"]
    with pytest.raises(Problem, match="A record needs --licence, too"):
        gallery_command.main([str(tmp_path / "my.html"), *told])
    told += ["--licence", "my own list"]
    assert gallery_command.main([str(tmp_path / "my.html"), *told]) == 0
    assert "gallery/mine.json: Words & more" in capsys.readouterr().out
    (own, mine) = gallery.shared(gallery.FOLDER)
    assert (own.name, mine.title) == (gallery.OWN, "Words & more")
    assert mine.tree.chances("ann") == pytest.approx(read(*small).chances("ann"), abs=2e-3)  # float16
    before = (gallery.FOLDER / "mine.json").read_bytes()
    with pytest.raises(Problem, match="already"):
        gallery_command.main([str(tmp_path / "my.html"), *told])
    assert (gallery.FOLDER / "mine.json").read_bytes() == before


def test_another_page_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    (tmp_path / "a.html").write_text("<title>a</title>", encoding="utf-8")
    told = ["--name=a1", "--by=a", "--words=a", "--source=https://a.example", "--licence=MIT", "--about=a"]
    with pytest.raises(Problem, match=r"not a page that `share` has written.*Nothing was written"):
        gallery_command.main([str(tmp_path / "a.html"), *told])
    assert not list(tmp_path.glob("*.json"))


def test_a_tree_is_rebuilt_to_the_bit(small):
    described = read(*small)
    title, held = read_page(page(described, "<b>A & B</b>"))
    assert title == "<b>A & B</b>"
    again = rebuilt(held)
    assert again.numbers() == described.numbers()
    assert again.outline() == described.outline()
    assert torch.equal(again.chances("o'n"), described.chances("o'n"))


# --- what is refused, and that it is said why ---


def numbers(tree, change):
    """The tree's numbers, changed."""
    found = np.frombuffer(base64.b64decode(tree["numbers"]), "<f2").copy()
    tree["numbers"] = base64.b64encode(change(found).tobytes()).decode()


def first(found, value):
    found[0] = value
    return found


BAD = {
    "a key too many": (lambda r: r.update(html="<b>"), "and nothing else"),
    "no words": (lambda r: r.update(words={"what": "x"}), "words has what, source and licence"),
    "an empty text": (lambda r: r.update(by=" "), "by is ' '"),
    "a long text": (lambda r: r.update(about="x" * 300), "1 to 240 characters"),
    "no text": (lambda r: r.update(by=["me"]), "by is"),
    "two lines": (lambda r: r.update(about="a\n\n# b"), "cannot be seen"),
    "turned text": (lambda r: r.update(by="a\u202eb"), "cannot be seen"),
    "a script for an address": (lambda r: r["words"].update(source="javascript:alert(1)"), "begins with https"),
    "an address that leaves its quotes": (lambda r: r["words"].update(source='https://a.b/"onload=x'), "https"),
    "no licence": (lambda r: r["words"].update(licence="none"), "words.licence is 'none'"),
    "no tree": (lambda r: r.update(tree="pretrained"), "not as `share` writes it"),
    "another precision": (lambda r: r["tree"].update(precision=8), "precision is 8"),
    "no numbers": (lambda r: r["tree"].update(numbers="%%%"), "base64"),
    "a number too few": (lambda r: numbers(r["tree"], lambda n: n[:-1]), "not where they belong"),
    "a number too many": (lambda r: numbers(r["tree"], lambda n: np.append(n, n[:1])), "its steps name"),
    "a number that is none": (lambda r: numbers(r["tree"], lambda n: first(n, np.nan)), "not finite"),
    "a huge number": (lambda r: numbers(r["tree"], lambda n: first(n, 2e4)), "beyond 10,000"),
    "an unknown step": (lambda r: r["tree"]["outline"]["steps"][1].update(op="eval"), "not a step of a tree"),
    "a step too few": (lambda r: r["tree"]["outline"]["steps"].pop(1), "do not fit together"),
    "a step that needs more": (lambda r: r["tree"]["outline"]["steps"][2].pop("weight"), "has nothing"),
    "overlapping tensors": (lambda r: r["tree"]["outline"]["steps"][2]["weight"].__setitem__(0, 0), "belong"),
    "a context without end": (lambda r: r["tree"]["outline"].update(context=10**9), "its context is"),
    "a character twice": (lambda r: r["tree"]["outline"]["characters"].__setitem__(2, "a"), "each once"),
    "a character of two": (lambda r: r["tree"]["outline"]["characters"].__setitem__(2, "ab"), "each once"),
    "a hidden character": (lambda r: r["tree"]["outline"]["characters"].__setitem__(2, "\u202e"), "cannot be seen"),
    "an outline of another form": (lambda r: r["tree"].update(outline=[]), "not as `share` writes it"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_record_is_refused_in_a_sentence(case, record):
    change, words = BAD[case]
    bad = copy.deepcopy(record)
    change(bad)
    with pytest.raises(ValueError, match=re.escape(words)):
        parsed(bad)


def test_a_good_record_is_not(record):
    assert parsed(record).title == "Small"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("../out", b"{}", "Its name is"),
        ("names", b"{}", "is taken"),
        ("small", b" " * (gallery.LIMIT + 1), "at most"),
        ("small", b"\xff", "not JSON"),
        ("small", b"[" * 100_000, "not JSON"),
        ("small", b"[]", "A record has"),
    ],
)
def test_a_file_that_is_no_record(name, data, words):
    with pytest.raises(ValueError, match=words):
        gallery.parse(name, data)


# --- what the site makes of it ---


def test_no_text_of_a_record_becomes_code(record, monkeypatch):
    hostile = copy.deepcopy(record)
    hostile.update(title=HOSTILE[:40], by=HOSTILE[:60], about=HOSTILE)
    hostile["words"]["what"] = HOSTILE
    tree = parsed(hostile)
    monkeypatch.setattr(gallery, "shared", lambda: [tree])
    listed = first_pages.listed()
    written = page(tree.tree, tree.title, tree.about)
    assert "<script" not in listed and "<img" not in listed and "&lt;script" in listed
    assert len(re.findall(r"<script\b", written)) == 2  # the tree's numbers, and the page's own code
    assert "script-src 'sha256-" in written
