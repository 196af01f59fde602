"""Records are data: read by one function, kept for good, and turned into words only when shown."""

import json
from dataclasses import replace

import pytest

from lessonlib import records
from lessonlib.records import Record

MUON = Record(
    "time", "muon", "training time", "s", (14.0, 16.0, 15.0), (1, 2, 3), "median", "embedded", {"target": 2.0}
)
PUBLISHED = replace(MUON, subject="published", values=(600.0,), seeds=(42,))


def test_the_figure_comes_from_the_values():
    assert (MUON.value, MUON.mean, MUON.spread) == (15.0, 15.0, 1.0)
    assert replace(MUON, figure="slowest").value == 16.0
    assert PUBLISHED.spread is None


def test_how_many_times_as_fast_knows_times_from_speeds():
    assert MUON.better_than(PUBLISHED) == 40
    speed, slow = (replace(MUON, unit="/s", values=(value,)) for value in (300.0, 100.0))
    assert speed.better_than(slow) == 3
    with pytest.raises(ValueError, match="nats"):
        replace(MUON, unit="nats").better_than(replace(PUBLISHED, unit="nats"))


def test_a_record_is_compared_with_the_baseline_of_its_own_run():
    others = [replace(PUBLISHED, date="2020-01-01", values=(1.0,)), PUBLISHED, MUON]
    assert records.baseline(MUON, others) is PUBLISHED
    assert records.compared(MUON, others) == "40x"
    assert records.compared(PUBLISHED, others) == ""


def test_keeping_never_overwrites_and_reading_gives_the_same(tmp_path):
    first, second = records.keep([MUON, PUBLISHED], tmp_path), records.keep([MUON], tmp_path)
    assert first != second
    assert records.read(first) == [MUON, PUBLISHED]
    assert len(records.load(tmp_path)) == 3


@pytest.mark.parametrize("change", [{"mean": 14.0}, {"spread": None}, {"values": []}, {"unknown": 1}, {"unit": None}])
def test_a_damaged_line_is_named(tmp_path, change):
    file = tmp_path / "a.jsonl"
    entry = json.loads(MUON.line()) | change
    if change == {"unit": None}:
        del entry["unit"]
    file.write_text(MUON.line() + "\n" + json.dumps(entry) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl, line 2"):
        records.read(file)


def test_the_newest_record_is_found_by_what_one_asks_for(monkeypatch):
    older, newer = replace(MUON, date="2020-01-01T10:00"), replace(MUON, date="2020-01-02T09:00", values=(9.0,))
    other = replace(MUON, setting={"target": 3.0}, date="2021-01-01T00:00")
    monkeypatch.setattr(records, "load", lambda: (older, newer, other))
    assert records.latest("time", "muon", target=2.0) is newer
    assert records.latest("time", "muon") is other
    assert len(records.find("time")) == 2
    with pytest.raises(LookupError, match="muon"):
        records.latest("time", "adamw")
    with pytest.raises(LookupError, match="fair"):
        records.latest("speed", "muon")


def test_every_record_of_the_course_can_be_shown():
    kept = records.load()
    assert len(kept) > 150
    for record in kept:
        assert record.bench in records.catalogue()
        assert record.date and record.commit and record.machine and record.versions
        assert "{" not in records.title(record)
        assert records.amount(record.value, record.unit)
    assert any(records.compared(record, kept).endswith("x") for record in kept)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(1.94502, "nats", "1.9450"), (14.193, "s", "14.19 s"), (25245.2, "/s", "25,245 /s"), (0.00123, "s", "0.0012 s")],
)
def test_amounts(value, unit, words):
    assert records.amount(value, unit) == words
