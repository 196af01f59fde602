"""Your own tree, on lists of many kinds: tidied, sized, trained for a few steps, compared, looked at and reported."""

import dataclasses
import itertools
import json
import math
import random
import re
import unicodedata

import pytest
import torch

from lessonlib import capstone, lessons, weights
from lessonlib.capstone import contest, sizes, words
from lessonlib.course import ROOT
from lessonlib.data import Vocabulary
from lessonlib.models import tree
from lessonlib.widgets import LiveLoss, share


def made(alphabet, count, shortest, longest):
    rnd = random.Random(count)
    return ["".join(rnd.choice(alphabet) for _ in range(rnd.randint(shortest, longest))) for _ in range(count)]


LISTS = {
    "accents": ["l'été", "nord-süd", "o'hara", "St. Ives", "a  b", "Łódź", "NOËL", "İzmir", "x\u200by", "é", "zz", "ô"],
    "Greek": made("αβγδεζηθικλμ ς", 110, 3, 9),
    "Cyrillic": made("абвгдежзик-ё", 40, 3, 9),
    "Chinese": made([chr(0x4E00 + i) for i in range(900)], 120, 2, 3),
    "Arabic": made("ابتثجحخدذرزسش", 50, 3, 7),
    "emoji": made(["😀", "👨\u200d👩\u200d👧", "❤️", "🇬🇷"], 30, 1, 4),
    "ten": ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr", "st"],
    "letters": list("abcdefghijkl"),
    "very long": made("abcde", 12, 300, 347),
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    torch.set_num_threads(1)


def short(found: words.WordList) -> sizes.Sizes:
    return dataclasses.replace(capstone.suggest(found), steps=2)


QUICK = ("letters", "Chinese")
KINDS = [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in LISTS]


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_way_with_lists_of_every_kind(kind, tmp_path):
    found = capstone.read(LISTS[kind], name=kind)
    live = LiveLoss(kind)
    run = capstone.fit(found, short(found), live=live)
    assert [step for step, _ in run.wrote] == [step for step, _ in live.written]
    compared = capstone.against_flat(found, run.sizes, seeds=(1, 2))
    looked = capstone.look(compared.best)
    assert all(
        math.isfinite(loss) for loss in [*looked.losses.values(), *compared.losses["flat"], *compared.losses["tree"]]
    )
    page = capstone.report(run, tmp_path / "report.html", compared, looked).read_text("utf-8")
    assert compared.verdict() in page.replace("&#x27;", "'")
    weights.save(run.model, run.vocabulary, tmp_path / "tree.safetensors", run.record())
    again, vocabulary = weights.load(tmp_path / "tree.safetensors")
    X, _ = found.examples("test", run.sizes.block_size)
    assert torch.allclose(again(X), run.model(X), atol=1e-5)
    assert vocabulary.characters == run.vocabulary.characters
    share(run.model, run.vocabulary, tmp_path / "tree.html")


# --- words ---


def test_what_is_tidied_is_said_with_an_example():
    found = capstone.read(LISTS["accents"])
    assert found.words[3:8] == ["st ives", "a b", "łódź", "noël", unicodedata.normalize("NFC", "i\u0307zmir")]
    told = "\n".join(found.notes)
    for expected in ("1 line (as 'St. Ives') held a '.'", "'a  b'", "nobody sees", "had capitals"):
        assert expected in told
    assert "NOËL" in capstone.read(LISTS["accents"], lower=False).words


def test_accents_in_pieces_are_one_letter_and_the_same_word():
    pieces = unicodedata.normalize("NFD", "été")
    found = capstone.read([pieces, "été", *"abcdefghi"])
    assert found.words[0] == "été" and len(found) == 10
    assert any("came again and counts once" in note for note in found.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_as_editors_save_it(encoding, tmp_path):
    file = tmp_path / "towns.txt"
    file.write_bytes("\r\n".join(["Αθήνα", *LISTS["ten"], ""]).encode(encoding))
    found = capstone.read(file)
    assert (found.name, found.words) == ("towns", ["αθήνα", *LISTS["ten"]])


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (list("abcdefghi"), "9 different words are too few: at least 10"),
        (["same"] * 50, "1 different word is too few: at least 10.*49 lines .*came again"),
        ([], "0 different words"),
        (["."] * 20, "20 lines were empty"),
        ([""], "1 line was empty"),
    ],
)
def test_too_few_words_are_refused_with_what_came(lines, told):
    with pytest.raises(ValueError, match=told):
        capstone.read(lines)


def test_what_is_no_word_list_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no word list at"):
        capstone.read(tmp_path / "none.txt")
    (tmp_path / "latin.txt").write_bytes("Zürich\n".encode("latin-1") * 20)
    with pytest.raises(ValueError, match="not UTF-8: byte 1"):
        capstone.read(tmp_path / "latin.txt")
    with pytest.raises(TypeError, match="holds texts, but 7 came"):
        capstone.read([7])


def test_a_hundred_thousand_words_are_cut_to_what_a_minute_holds():
    many = [f"{i:06}" for i in range(100_000)]
    found = capstone.read(many)
    assert found.targets <= words.MOST < found.targets + 7
    assert found.words == sorted(found.words) and found.words != many[: len(found)]  # at random, in the old order
    assert found.words == capstone.read(many).words
    assert any("of the 100,000 words were taken at random" in note for note in found.notes)


def test_a_page_of_text_is_no_word():
    found = capstone.read([*LISTS["ten"], "x" * 1001, "y" * 347])
    assert len(found) == 11 and any("more than 1,000 characters" in note for note in found.notes)


def test_what_to_expect_grows_with_the_list():
    told = [capstone.read(made("abcdefgh", n, 4, 9)).expect()[0] for n in (20, 200, 2_000, 20_000)]
    assert len(set(told)) == 4 and "by heart" in told[0]
    chinese = "\n".join(capstone.read(LISTS["Chinese"]).expect())
    assert "come only once" in chinese and "times on average" in chinese


def test_birds_come_by_themselves():
    found = capstone.read()
    assert len(found) == 914 and not found.notes
    assert not set(found.parts["training"]) & set(found.parts["test"])


# --- sizes ---


@pytest.mark.parametrize(
    ("lengths", "levels"), [([1] * 10, 1), ([2] * 10, 1), ([3] * 10, 2), ([4] * 9 + [30], 2), ([4] * 8 + [5, 5], 3)]
)
def test_levels_hold_nine_words_of_ten(lengths, levels):
    assert sizes.levels_to_hold(lengths, 0.9) == levels


def test_both_models_are_of_one_size_and_a_choice_of_your_own_is_kept():
    found = capstone.read()
    chosen = capstone.suggest(found, levels=3, n_hidden=40)
    assert (chosen.levels, chosen.n_hidden) == (3, 40)
    deep, flat = (sizes.count(chosen.model(kind)) for kind in ("tree", "flat"))
    assert abs(deep - flat) < 0.02 * deep
    assert deep == sizes.count(tree(len(found.vocabulary), chosen.n_embd, 40, 3))
    with pytest.raises(ValueError, match="at least 1"):
        capstone.suggest(found, levels=0)
    with pytest.raises(ValueError, match="'deep' came"):
        chosen.model("deep")


def test_a_huge_alphabet_costs_steps_and_no_minutes(monkeypatch):
    found = capstone.read(LISTS["Chinese"])
    usual = capstone.suggest(found)
    monkeypatch.setattr(sizes, "WORK", 40.5 * usual.batch_size * sizes._work(usual))
    less = capstone.suggest(found)
    assert less.steps == 40 and "would take minutes" in repr(less)
    assert "would take minutes" not in repr(usual)


# --- the contest ---


def a_contest(flat, deep, per_flat, per_deep):
    table = {"flat": torch.tensor(per_flat), "tree": torch.tensor(per_deep)}
    table["bigram"] = table["flat"][:1] + 1.5
    lengths = torch.full((table["flat"].shape[1],), 5.0)
    return contest.Contest(None, {"flat": flat, "tree": deep}, table, lengths, {"bigram": 2.5, "uniform": 3.3}, None)


def test_a_gap_counts_only_beyond_what_seeds_and_words_make():
    base = [[10.0 + i % 3 for i in range(20)]] * 2
    clear = a_contest([2.2, 2.21], [1.9, 1.91], base, [[x - 1.5 for x in row] for row in base])
    assert "The tree is better here" in clear.verdict() and "0.60 nats better" in clear.learned()
    assert "perhaps because" in clear.learned()
    noisy = [[x + (-1) ** i * 4 for i, x in enumerate(row)] for row in base]
    unsure = a_contest([2.2, 2.21], [2.1, 2.11], base, noisy)
    assert "equal" in unsure.verdict()
    near = a_contest([2.2, 2.21], [2.3, 2.6], base, noisy).learned()  # 0.05 better than pairs, and blurred by 0.4
    assert "equal" in near and "because" not in near
    worse = a_contest([2.2, 2.21], [2.9, 2.91], base, base).learned()
    assert "0.4" in worse and "worse" in worse and "because" not in worse
    assert "equal" in a_contest([2.0, 2.6], [1.9, 2.5], base, base).verdict()
    few = [row[:9] for row in base]
    assert "With 9 test words nobody can say" in a_contest([2.2, 2.2], [1.0, 1.0], few, few).verdict()


def test_pairs_are_counted_from_training_words_alone():
    found = capstone.read(["ab" * i for i in range(1, 12)])
    table = torch.ones(3, 3)
    for word in found.parts["training"]:
        ids = [0, *found.vocabulary.encode(word), 0]
        for a, b in itertools.pairwise(ids):
            table[a, b] += 1
    chances = (table / table.sum(1, keepdim=True)).log()
    ends = [[0, *found.vocabulary.encode(word), 0] for word in found.parts["test"]]
    costs = [-chances[a, b].item() for ids in ends for a, b in itertools.pairwise(ids)]
    assert contest.baselines(found)["bigram"] == pytest.approx(sum(costs) / len(costs), abs=1e-5)


def test_losses_of_words_add_up_to_the_loss_of_their_part():
    found = capstone.read(LISTS["Greek"])
    run = capstone.fit(found, short(found))
    per_word = contest.nats(run, "test")
    characters = sum(len(word) + 1 for word in found.parts["test"])
    assert per_word.sum().item() / characters == pytest.approx(run.loss("test"), abs=1e-5)


# --- findings ---


def test_a_pattern_is_found_and_what_breaks_it_is_worst():
    regular = [f"{a}{b}ana" for a in "bcdfghjk" for b in "aeiou"]
    found = capstone.read([*regular, "qqqqq"])
    run = capstone.fit(found, dataclasses.replace(capstone.suggest(found), batch_size=32), steps=60)
    looked = capstone.look(run, writes=20)
    assert looked.worst[0][0] == "qqqqq" and looked.surprise[1] == "q"
    assert {word for word, _, _ in looked.best} <= set(regular)
    assert all((word in found.words) == (part != "new") for word, part in looked.wrote)
    assert not any("." in near for near in looked.neighbours.values())
    assert looked.losses["training"] < contest.baselines(found)["uniform"] / 2


# --- what is kept ---


def test_a_report_is_one_escaped_page_that_loads_nothing(tmp_path):
    found = capstone.read(["<script>alert(1)</script>", "a&b", *LISTS["ten"]], name="<i>mine</i>")
    run = capstone.fit(found, short(found), live=LiveLoss())
    file = capstone.report(run, tmp_path / "r.html", title="<b>me</b>")
    page = file.read_text("utf-8")
    assert "<script" not in page and "<b>me" not in page and "&lt;b&gt;me" in page and "<i>" not in page
    assert not re.search(r'(src|href)="(?!data:)', page) and "http" not in page.replace("http-equiv", "")
    assert page.count("<img alt=") == 2 and 'alt=""' not in page
    capstone.report(run, file, title="again")  # a report gives way to a report
    assert "again" in file.read_text("utf-8")


def test_a_report_writes_over_nothing_else(tmp_path):
    found = capstone.read(LISTS["ten"])
    run = capstone.fit(found, short(found))
    (tmp_path / "thesis.html").write_text("my thesis")
    with pytest.raises(FileExistsError, match="no report of this course"):
        capstone.report(run, tmp_path / "thesis.html")
    assert (tmp_path / "thesis.html").read_text() == "my thesis"
    with pytest.raises(ValueError, match=r"does not end in \.html"):
        capstone.report(run, tmp_path / "thesis.txt")
    with pytest.raises(FileNotFoundError, match="no folder"):
        capstone.report(run, tmp_path / "none" / "r.html")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.html"]


def test_your_folder_lies_beside_the_progress_file_and_names_stay_free(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "progress.json"))
    file = capstone.folder() / "tree.safetensors"
    assert file.parent == tmp_path / "my_tree" and capstone.unused(file) == file
    file.touch()
    assert capstone.unused(file).name == "tree-2.safetensors"
    (file.parent / "report-2.html").touch()
    together = capstone.unused_together(file, file.parent / "page.html", file.parent / "report.html")
    assert [each.name for each in together] == ["tree-3.safetensors", "page-3.html", "report-3.html"]
    assert capstone.said(file.parent) == "my_tree, beside your progress file"
    monkeypatch.delenv("LESSONLIB_PROGRESS")
    assert capstone.said(file.parent) == str(file.parent)


def test_the_lesson_keeps_what_an_earlier_list_left(tmp_path, monkeypatch):
    """The lesson's own cell, run for two lists: six files, and those of the first unchanged."""
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "progress.json"))
    lesson = ROOT / "notebooks" / lessons.find("your-own-tree").file
    notebook = json.loads(lesson.read_text("utf-8"))
    cell = next("".join(each["source"]) for each in notebook["cells"] if each["id"] == "your-own-tree-share")
    kept = {}
    for name in ("letters", "ten"):
        found = capstone.read(LISTS[name], name=name)
        mine = capstone.fit(found, short(found))
        names = {"capstone": capstone, "weights": weights, "share": share, "words": found, "mine": mine}
        exec(cell, names | {"contest": None, "looked": capstone.look(mine)})
        now = {file.name: file.read_bytes() for file in (tmp_path / "my_tree").iterdir()}
        assert kept.items() <= now.items() and len(now) == len(kept) + 3
        kept = now
    assert sum("-2." in name for name in kept) == 3


# --- what it means ---


def test_what_is_told_goes_by_what_came_out():
    told = capstone.told
    assert "overfitting" in told.longer(1.5, 1.8, 0.7, 731) and "731 training words" in told.longer(1.5, 1.8, 0.7, 731)
    assert "longer may be better still" in told.longer(1.5, 1.4, 1.3, 731)
    assert "hardly moved" in told.longer(1.5, 1.51, 1.3, 731)
    wrote = lambda old: [("ab", "training")] * old + [("cd", "new")] * (40 - old)  # noqa: E731
    assert "Nearly all are its own" in told.copied(wrote(1)) and "1 of the 40 words that it wrote is" in told.copied(
        wrote(1)
    )
    assert "invents most" in told.copied(wrote(12)) and "mostly repeats" in told.copied(wrote(30))
    assert "no word at all" in told.copied([])


def test_what_is_blank_is_no_written_word(monkeypatch):
    found = capstone.read(LISTS["ten"])
    run = capstone.fit(found, short(found))
    drawn = iter([["ab", "", " "], ["new", "", "x"]])
    monkeypatch.setattr("lessonlib.capstone.findings.sample", lambda *args, **kwargs: next(drawn))
    assert [word for word, _ in capstone.look(run, writes=3).wrote] == ["ab", "new", "x"]


def test_a_report_heads_with_what_its_loss_is_worth_and_shows_fifteen_words(tmp_path):
    found = capstone.read(LISTS["Greek"])
    run = capstone.fit(found, short(found))
    looked = dataclasses.replace(capstone.look(run), wrote=[(f"w{i}w", "new") for i in range(40)])
    page = capstone.report(run, tmp_path / "r.html", findings=looked).read_text("utf-8")
    assert re.search(r"Its loss on 1[12] test words, .* nats per character, give or take 0\.\d{3}\.", page)
    assert len(re.findall(r"<bdi>w\d+w</bdi>", page)) == 15
    few = capstone.read(LISTS["ten"])
    page = capstone.report(capstone.fit(few, short(few)), tmp_path / "few.html").read_text("utf-8")
    assert "too few words to say how closely" in page


def test_the_vocabulary_of_a_run_is_that_of_all_words():
    found = capstone.read([*LISTS["ten"], "é"])
    assert found.vocabulary.characters == Vocabulary(found.words).characters
