"""The parts of hand-written pages and lessons that are made from data, between two comments:

    <!-- generated: map -->
    …
    <!-- end -->

`course.py build` writes what belongs there; the text around stays by hand. A part may stand in a sentence too, but not
at the beginning of a line: there, Markdown takes the whole line for HTML.
"""

import functools
import re
from collections.abc import Callable

from lessonlib import lessons, models, records, wayfinding
from lessonlib.course import Problem, for_teachers
from lessonlib.ladder import RUNGS
from lessonlib.widgets import content

PLACE = re.compile(r"(<!-- generated: ([a-z-]+) -->)(.*?)(<!-- end -->)", re.DOTALL)


def filled(text: str, here: str) -> str:
    """The text with every generated part as the data gives it; `here` is the way to notebooks/, as in numbers.py."""

    def fill(place: re.Match) -> str:
        begin, name, old, end = place.groups()
        if name not in PARTS:
            raise Problem(f"There is no generated part {name!r}; there are {', '.join(PARTS)}.")
        around = "\n\n" if "\n" in old else ""
        if not around and (place.start() == 0 or text[place.start() - 1] == "\n"):
            raise Problem(
                f"The generated part {name!r} begins its line: put a word before it, or give it lines of its own."
            )
        return f"{begin}{around}{PARTS[name](here)}{around}{end}"

    return PLACE.sub(fill, text)


# --- the lessons ---


def lesson_map(here: str) -> str:
    """All lessons as a table, part by part, the core path in bold, the fast lane marked."""
    rows, part = ["| lesson | idea | minutes |", "|---|---|---|"], None
    for each in lessons.lessons():
        if each.part != part:
            part = each.part
            rows.append(f"| *{part}* | | |")
        name = f"[{each.number} {each.title}]({here}{each.file})"
        shown = f"**{name}**" if each.core else name
        rows.append(f"| {shown}{' »' if each.fast else ''} | {each.idea} | {each.minutes} |")
    return "\n".join(rows)


def core_path(here: str) -> str:
    """The numbers of the core path, each a link."""
    return ", ".join(f"[{each.number}]({here}{each.file})" for each in lessons.lessons() if each.core)


def sizes(here: str) -> str:
    """The models of the course with their parameters, counted."""
    built = [
        ("the flat MLP you know", models.flat_mlp(27, 3, 10, 200, batchnorm=False), 3),
        ("the same with batch normalisation", models.flat_mlp(27, 3, 10, 200), 3),
        ("widened, with batch normalisation", models.flat_mlp(27, 8, 10, 200), 8),
        ("the tree", models.tree(27, 10, 68, levels=3), 8),
        ("the tree, scaled up", models.tree(27, 24, 128, levels=3), 8),
    ]
    rows = ["| you build | characters it sees | parameters |", "|---|---|---|"]
    for name, model, seen in built:
        rows.append(f"| {name} | {seen} | {sum(p.numel() for p in model.parameters()):,} |")
    return "\n".join(rows)


# --- speed and loss, from the records ---


def rungs(here: str) -> str:
    """The rungs of the ladder with their recorded times, and where they were measured."""
    published = records.latest("time", "published", "training time")
    target = published.setting["target"]
    rows = [f"| to a validation loss of {target:.2f} | seconds | against the published recipe |", "|---|---|---|"]
    for name in ("published", *(rung.name for rung in RUNGS)):
        found = records.latest("time", records.slug(name), "training time", target=target)
        label = "the published recipe" if found == published else name
        rows.append(f"| {label} | {_three(found.value)} | {_three(found.better_than(published))}x |")
    return "\n".join([*rows, "", source(published)])


def _three(value: float) -> str:
    """Three digits: 635, 62.4, 5.80."""
    return f"{value:#.3g}".rstrip(".")


def source(record: records.Record) -> str:
    """Where a record comes from, in a sentence."""
    return f"*Measured on {record.date[:10]} at commit `{record.commit}`, on {records.machine(record)}.*"


def other_list(here: str) -> str:
    """The last rung on the list that the published figures used."""
    published, last = (
        records.latest("time", subject, "training time", "published")
        for subject in ("published", records.slug(RUNGS[-1].name))
    )
    target = published.setting["target"]
    return f"*{RUNGS[-1].name}* was {last.better_than(published):.3g} times as fast to a loss of {target:.2f}"


def best(here: str) -> str:
    """How low the tree goes, how fast it answers and how fast it writes."""
    low = {record.quantity: record.value for record in records.find("best", "tree")}
    names = records.latest("sampling", "step-by-step")
    times = names.better_than(records.latest("sampling", "one-after-another"))
    near, far = (_convolution(context) for context in (8, 1024))
    off = records.latest("conv", "fit").value
    return "\n".join(
        [
            f"- **How low:** given at most {low['training time']:.0f} seconds, the tree reaches a validation loss of "
            f"{low['validation loss']:.3f}, and {low['test loss']:.3f} on test names (mean of three seeds).",
            f"- **As a convolution** it answers {near:.1f} times as fast as on batches of windows at a context of 8, "
            f"and {far:.0f} times as fast at 1,024; the cost of a position follows a + b · log₂ N within {off:.0f} %.",
            f"- **Writing** a thousand names together, step by step, is {times:.0f} times as fast as writing one after "
            "another.",
        ]
    )


def _convolution(context: int) -> float:
    ours, windows = (records.latest("conv", subject, context=context) for subject in ("convolution", "windows"))
    return ours.better_than(windows)


def _way(slug: str, here: str) -> str:
    return wayfinding.way(lessons.find(slug), here)


PARTS: dict[str, Callable[[str], str]] = (
    {
        "map": lesson_map,
        "core-path": core_path,
        "sizes": sizes,
        "glossary": lambda here: content.glossary(),
        "rungs": rungs,
        "other-list": other_list,
        "best": best,
    }
    | for_teachers.PARTS
    | {f"way-{each.slug}": functools.partial(_way, each.slug) for each in lessons.lessons()}
)
