"""The benchmarks compute what they claim to time; how long it takes is never asked here."""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from lessonlib import data, ladder, models, records, training
from lessonlib.convolution import dilated
from lessonlib.course import bench, clock

benchmarks = pytest.importorskip("benchmarks")  # stands in the repository, not in the package
from benchmarks import __main__ as command  # noqa: E402
from benchmarks import (  # noqa: E402
    attention_and_tree,
    best,
    convolution_cost,
    fair,
    grading,
    lines,
    longer_context,
    published,
    published_to_the_end,
    sampling_rate,
    search,
    steps,
    time_to_loss,
    waiting,
)

torch.set_num_threads(1)
TINY = {"epochs": 2, "batch_size": 64}


@pytest.fixture(scope="module")
def setting():
    """A few names, some of them twice, so that some validation names are training names too."""
    words = data.load_words()[:250]
    return lines.Setting(ladder.Names(words + words[:50]), target=10.0)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(published.run, "__defaults__", (10, 5, None, 42))
    monkeypatch.setattr(steps, "STEPS", 2)
    monkeypatch.setattr(time_to_loss, "WAYS", [replace(rung, **TINY) for rung in time_to_loss.WAYS])
    for module in (time_to_loss, best, search):
        monkeypatch.setattr(module, "SEEDS", (1, 2))
    monkeypatch.setattr(lines.in_turns, "__defaults__", (1,))
    monkeypatch.setattr(best, "SIZES", {"tiny": (replace(best.LOWEST, **TINY), 4, 6)})
    monkeypatch.setattr(ladder.climb, "__defaults__", (42, 6, 16, 3, False))
    monkeypatch.setattr(fair, "EPOCHS", 1)
    monkeypatch.setattr(fair, "BATCH", 64)
    monkeypatch.setattr(search, "RATES", (0.01, 0.02))
    monkeypatch.setattr(longer_context, "STEPS", 2)
    monkeypatch.setattr(attention_and_tree, "PASSES", 1)
    monkeypatch.setattr(waiting.execute, "run", lambda *_: clock.Clock({"first": 1.0, "second": 2.0}))
    monkeypatch.setattr(longer_context, "CHUNK", 10)
    monkeypatch.setattr(convolution_cost, "CONTEXTS", (8, 16, 32))
    monkeypatch.setattr(sampling_rate, "ALONE", 2)
    monkeypatch.setattr(sampling_rate, "TOGETHER", 40)


def test_the_published_formulas_differ_from_ours_only_in_the_variance():
    torch.manual_seed(42)
    theirs = published.Tree()
    torch.manual_seed(42)
    ours = models.tree(27, 24, 128)
    assert sum(p.numel() for p in theirs.parameters()) == 76_579
    for a, b in zip(theirs.parameters(), ours.parameters(), strict=True):
        assert torch.equal(a, b)
    x = torch.randint(0, 27, (2000, 8))
    torch.testing.assert_close(theirs.eval()(x), ours.eval()(x))
    torch.testing.assert_close(theirs.train()(x), ours.train()(x), rtol=0, atol=0.01)  # n / (n - 1) is near 1
    assert theirs.levels[0].running_mean.shape == (1, 1, 128)
    few = torch.randint(0, 27, (4, 8))
    assert not torch.allclose(theirs(few), ours(few), atol=1e-3)


def test_the_first_published_steps_are_the_published_ones():
    """The loss of the first batches on the embedded list, as the notebook's own arithmetic gives it."""
    names = ladder.Names(data.load_words()[:2000])
    X, Y = names.windows
    model, done, _ = published.run(X, Y, steps=30, every=10)
    assert done == 30
    torch.manual_seed(42)
    again = published.Tree()
    for _ in range(30):
        ix = torch.randint(0, len(X), (32,))
        gradients = torch.autograd.grad(F.cross_entropy(again(X[ix]), Y[ix]), again.parameters())
        with torch.no_grad():
            for p, g in zip(again.parameters(), gradients, strict=True):
                p -= 0.1 * g
    for a, b in zip(model.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_the_published_run_stops_where_the_checkpoint_says(setting):
    seen = []
    _, done, seconds = published.run(
        *setting.names.windows, steps=50, every=10, checkpoint=lambda model, step: seen.append(step) or step == 30
    )
    assert seen == [10, 20, 30] and done == 30 and seconds > 0


SLOW = [pytest.param(module, marks=pytest.mark.slow) for module in (time_to_loss, fair, longer_context)]
MODULES = [steps, *SLOW, attention_and_tree, best, convolution_cost, sampling_rate, waiting]


@pytest.mark.parametrize("module", MODULES)
def test_each_benchmark_gives_lines(module, setting):
    measured = module.measure(setting)
    assert measured and all(line.value == line.value for line in measured)
    name = next(name for name, each in records.catalogue().items() if each.module == module.__name__.split(".")[1])
    stamped = [replace(line, bench=name) for line in measured]
    assert len({line.key for line in stamped}) == len(stamped)
    assert all(json.loads(line.line())["mean"] == line.mean for line in stamped)
    assert all(records.title(line) in lines.table(stamped) for line in stamped)
    assert any(records.baseline(line, stamped) for line in stamped) == bool(records.catalogue()[name].baseline)


def test_what_a_lesson_takes_is_told_with_its_longest_cell(setting, monkeypatch):
    monkeypatch.setattr(waiting.budget, "work", lambda: 3 * waiting.budget.REFERENCE)
    whole, longest = waiting.measure(setting)[:2]
    assert (whole.subject, whole.value, longest.value) == ("start-here", 3.0, 2.0)
    assert longest.detail == {"slowness": pytest.approx(3.0), "cell": "second"}


@pytest.mark.parametrize("length", [3, 100])
def test_the_convolution_made_for_speed_is_the_same(length):
    tree = models.tree(27, 6, 10).eval()
    text = torch.cat([torch.tensor([0]), torch.randint(0, 27, (length,))])
    with torch.no_grad():
        expected = dilated(tree, restart=False)(text)
        torch.testing.assert_close(convolution_cost.convolve(tree, text), expected, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_training_is_compared_off_the_clock(setting):
    """What runs between two stretches of the published recipe does not change where it goes."""
    alone = published.run(*setting.names.windows, steps=40, every=10)[0]
    waiting = [(time_to_loss.WAYS[0], 1)]
    runs = {time_to_loss.WAYS[0].name: []}

    def checkpoint(model, step):
        if waiting:
            with torch.random.fork_rng():
                time_to_loss._one(waiting, runs, setting)

    beside = published.run(*setting.names.windows, steps=40, every=10, checkpoint=checkpoint)[0]
    for a, b in zip(alone.parameters(), beside.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.slow
def test_a_rung_trains_a_tree_that_works_on_windows(setting):
    chance = math.log(len(setting.names.vocabulary))
    for rung in time_to_loss.WAYS:
        result = ladder.climb(replace(rung, epochs=4), setting.names)
        assert training.evaluate(result.model, *setting.names.windows) < chance - 0.5, rung.name
        assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.slow
def test_a_list_without_repeats_has_no_names_seen_in_training(setting):
    names = ladder.Names(data.load_words()[:100])
    measured = best.measure(lines.Setting(names, target=None))
    assert not any("also in training" in line.quantity for line in measured)
    with_repeats = best.measure(setting)
    assert len(with_repeats) == len(measured) + 1  # both lists have new names


def test_the_models_compared_have_equal_parameters():
    counts = [sum(p.numel() for p in model(27).parameters()) for model in fair.MODELS.values()]
    assert max(counts) == 76_579 and min(counts) > 0.99 * max(counts)
    for context in longer_context.CONTEXTS:
        widths = {name: longer_context.width(name, 27, context) for name in longer_context.MODELS}
        built = [longer_context.MODELS[name](27, context, wide) for name, wide in widths.items()]
        counts = [sum(p.numel() for p in model.parameters()) for model in built]
        assert max(counts) <= 76_579 and min(counts) > 0.97 * max(counts)


def test_each_model_is_judged_at_the_rate_that_was_best_for_it():
    best_rate = {"low": 0.01, "high": 0.02}
    measured = search.compared(best_rate, lambda name, rate, seed: abs(rate - best_rate[name]) + seed, {}, common=0.02)
    own = {line.subject: line for line in measured if "own rate" in line.quantity}
    assert {name: line.detail["rate"] for name, line in own.items()} == best_rate
    assert all(line.values == tuple(float(seed) for seed in search.SEEDS) for line in own.values())
    assert search.SEARCH_SEED not in search.SEEDS
    common = {line.subject: line.mean for line in measured if "for all" in line.quantity}
    assert common["low"] > common["high"]


def test_the_streams_share_no_chunk_and_their_targets_follow_their_windows():
    words = data.load_words()[:100]
    vocabulary = data.Vocabulary(words)
    (X, Y), (X_held_out, _) = longer_context.streams(words, vocabulary, 4)
    assert len(X) > 5 * len(X_held_out) > 0
    assert torch.equal(X[1:, -1], Y[:-1]) and torch.equal(X[4:, 0], X[1:-3, -1])


def test_only_the_published_list_is_compared_with_the_published_figures(setting, monkeypatch):
    assert {line.subject for line in published_to_the_end.measure(setting)} == {"published"}
    monkeypatch.setattr(published_to_the_end, "WORDS", 300)
    compared = published_to_the_end.measure(setting)
    assert any(line.subject == "published-figures" and line.value == 1.9937 for line in compared)


def test_the_command_prints_a_table_and_writes_the_same(tmp_path, capsys, monkeypatch):
    words = tmp_path / "names.txt"
    words.write_text("\n".join(data.load_words()[:300]), encoding="utf-8")
    out = tmp_path / "figures.json"
    assert command.main(["steps", "--words", str(words), "--json", str(out)]) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["words"] == 300
    printed = capsys.readouterr().out
    assert {record["subject"] for record in told["records"]} == {"published", "ours", "fused", "torch-nn"}
    assert all(record["words"] == "names" and record["date"] and record["versions"] for record in told["records"])
    assert "our layers" in printed and "against the baseline" in printed


def test_what_is_kept_is_added_and_changes_nothing_that_is_there(tmp_path, monkeypatch):
    words = tmp_path / "names.txt"
    words.write_text("\n".join(data.load_words()[:300]), encoding="utf-8")
    monkeypatch.setattr(records.keep, "__defaults__", (tmp_path / "records",))
    assert command.main(["steps", "--words", str(words), "--keep"]) == 0
    (first,) = (tmp_path / "records").iterdir()
    before = first.read_bytes()
    assert command.main(["steps", "--words", str(words), "--keep"]) == 0
    assert len(list((tmp_path / "records").iterdir())) == 2
    assert first.read_bytes() == before
    assert {record.bench for record in records.load(tmp_path / "records")} == {"steps"}


def test_what_cannot_be_done_is_said(tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["speed"])
    assert "there is no benchmark 'speed'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["grading", "--quick", "--keep"])
    assert "too little to --keep" in capsys.readouterr().err
    assert command.main(["steps", "--words", str(tmp_path / "missing.txt")]) == 1
    assert "no word list" in capsys.readouterr().err
    words = tmp_path / "towns.txt"
    words.write_text("\n".join(data.load_words()[:300]), encoding="utf-8")
    assert command.main(["time", "--words", str(words)]) == 1
    assert "--target" in capsys.readouterr().err


LISTS = {
    "upper case": [word.upper() for word in data.load_words()[:300]],
    "few characters": ["ab", "ba", "aab", "abb", "bb"] * 60,
    "Chinese": ["".join(chr(0x4E00 + (7 * i + 3 * k) % 340) for k in range(1 + i % 4)) for i in range(600)],
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("bench", ["steps", pytest.param("time", marks=pytest.mark.slow)])
def test_any_characters_can_be_measured(tmp_path, name, bench, capsys):
    (tmp_path / "list.txt").write_text("\n".join(LISTS[name]), encoding="utf-8")
    assert command.main([bench, "--words", str(tmp_path / "list.txt"), "--target", "10"]) == 0


def test_a_list_that_is_too_short_is_a_sentence_and_the_other_benchmarks_go_on(tmp_path, capsys):
    (tmp_path / "nine.txt").write_text("\n".join(["anna"] * 9), encoding="utf-8")
    assert command.main(["steps", "--words", str(tmp_path / "nine.txt")]) == 1
    assert "9 words are too few" in capsys.readouterr().err
    (tmp_path / "letters.txt").write_text("\n".join("abcde" * 4), encoding="utf-8")
    assert command.main(["time", "steps", "--words", str(tmp_path / "letters.txt"), "--target", "10"]) == 1
    said = capsys.readouterr()
    assert "time cannot be measured on this list" in said.err
    assert "torch.nn" in said.out


def test_a_file_that_cannot_be_written_is_said_before_anything_is_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(steps, "measure", lambda setting: pytest.fail("measured"))
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "figures.json"):
        assert command.main(["steps", "--json", str(place)]) == 1
        assert "--json" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="grading refuses where it cannot limit a process")
def test_a_class_is_graded_killed_and_taken_up_with_nothing_lost(setting):
    measured = {(line.subject, line.quantity): line.value for line in grading.measure(replace(setting, quick=True))}
    killed = {quantity: value for (subject, quantity), value in measured.items() if subject == "killed"}
    assert killed == {"lost": 0, "graded twice": 0, "other points": 0, "processes left over": 0}
    assert 0 < measured[grading.NAMES[1], "processor time each"] < 60


@pytest.mark.slow
def test_course_py_bench_starts_the_package_in_a_process_of_its_own(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)  # from wherever one stands
    assert bench.main(["steps", "--words", "missing.txt"]) == 1
    assert "missing.txt" in capfd.readouterr().err


def test_the_catalogue_names_every_benchmark():
    measuring = {
        file.stem for file in Path(lines.__file__).parent.glob("*.py") if "\ndef measure(" in file.read_text("utf-8")
    }
    assert {benchmark.module for benchmark in records.catalogue().values()} == measuring
    for name, benchmark in records.catalogue().items():
        assert callable(command._module(name).measure)
        assert len(benchmark.question) > 20
