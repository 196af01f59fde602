"""A figure in a card, the cheat sheet, the quiz or the README comes from a record, a published figure or a formula."""

import math
import re
import tomllib

from lessonlib import records
from lessonlib.course import ROOT

CONTENT = ROOT / "lessonlib" / "content"
FIGURE = re.compile(r"(?<![\w.,])\d+\.\d{3,}(?!\w|\.\d)")  # three decimals: a loss, or a difference of two
FORMULAS = {f"ln {n}": math.log(n) for n in (26, 27, 64)}
PUBLISHED = {2.105, 2.058, 2.027, 2.022, 1.993}  # the published lesson's figures, as its author gives them
EXAMPLES = {1.985}  # made up for a question


def known() -> list[float]:
    """Every figure that may be told, and every difference of two means of one benchmark and quantity."""
    kept = [record for record in records.load() if record.unit == "nats"]
    groups = {}
    for record in kept:
        groups.setdefault((record.bench, record.quantity, tuple(sorted(record.setting.items()))), []).append(
            record.mean
        )
    apart = [abs(a - b) for means in groups.values() for a in means for b in means]
    values = [value for record in kept for value in (record.mean, *record.values)]
    return [*FORMULAS.values(), *PUBLISHED, *EXAMPLES, *values, *apart]


def unfounded(text: str) -> list[str]:
    """The figures in a text that no record, formula or published figure gives, to as many places as they have."""
    values = known()
    return [
        figure
        for figure in FIGURE.findall(text)
        if all(abs(float(figure) - value) > 0.51 * 10 ** -len(figure.partition(".")[2]) for value in values)
    ]


def written_by_hand(text: str) -> str:
    return re.sub(r"<!-- generated: .*?<!-- end -->", "", text, flags=re.DOTALL)


def test_every_figure_that_is_told_is_founded():
    told = {name: (CONTENT / name).read_text(encoding="utf-8") for name in ("cheat_sheet.md", "glossary.toml")}
    told["README.md"] = written_by_hand((ROOT / "README.md").read_text(encoding="utf-8"))
    for name, table, parts in (("flashcards.toml", "card", ("answer",)), ("quiz.toml", "question", ("question",))):
        entries = tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))[table]
        told[name] = "\n".join(entry[part] for entry in entries for part in parts)
    assert {name: found for name, text in told.items() if (found := unfounded(text))} == {}


def test_a_figure_without_a_record_is_found():
    lead = records.latest("fair", "flat", "validation loss at its own rate").mean
    assert unfounded(f"The flat model ends at {lead:.4f}, a uniform guess at 3.296, and ours at 9.8765.") == ["9.8765"]
