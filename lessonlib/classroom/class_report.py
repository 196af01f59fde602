"""The class report: one page about a class from grades.json, to open from a file, and to talk about in the next lesson.

Which misconceptions how often, with what to say about each in the checks' own words; who has not begun; what took the
most attempts, where progress files are there to tell.
"""

from __future__ import annotations

import base64
import json
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from lessonlib import own_pages, progress_form, style
from lessonlib.checks import show
from lessonlib.checks.misconceptions import misconceptions
from lessonlib.checks.result import State
from lessonlib.classroom.graded import Graded, listed, shown
from lessonlib.course import Problem, files

HERE = Path(__file__).parent
LOOK = (HERE / "class_report.css").read_text("utf-8")
MARK = '<meta name="generator" content="lessonlib class report">'  # a report may be written over by another one
NOTE = "Written from the grades by lessonlib. The page loads nothing from elsewhere and sends nothing."
DRAWN = 12  # misconceptions in the picture
UNNAMED = "a mistake without a name"
HATCHES = ("", "//", "..", "xx", "\\\\", "--")  # exercises are told apart by these, and by their words


@dataclass(frozen=True)
class Class:
    """What a report is about. `silent`: students without a submission, None where no table of students was given.

    `attempts`: for each exercise's id the attempts of each learner who has tried it, None where nobody's are known.
    """

    title: str
    grades: list[Graded]
    silent: list[str] | None = None
    attempts: dict[str, list[int]] | None = None
    named: bool = True


@dataclass
class Found:
    """One exercise over a class: how many submissions ended in each state, and who had which misconception."""

    id: str
    title: str
    states: Counter = field(default_factory=Counter)
    points: list[float] = field(default_factory=list)
    out_of: float = 0
    who: dict[str, list[str]] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        return sum(count for state, count in self.states.items() if state != State.NOT_ATTEMPTED)


def write(about: Class, file: Path) -> Path:
    """Write the page `file` (.html). Raises Problem where it may not be written, or the grades list no exercises."""
    try:
        file = own_pages.target(file, MARK, "class report of this course")
    except (ValueError, OSError) as error:
        raise Problem(f"{error}") from None
    graded = [grade for grade in about.grades if grade.points is not None]
    if not any(grade.exercises for grade in graded):
        raise Problem("A class report needs the grades.json of `course.py grade`: this table lists no exercises.")
    found = by_exercise(graded)
    parts = [_begun(about, graded), _misconceptions(about, found), _attempts(about, found), _exercises(found)]
    page = own_pages.report(MARK, about.title, _lead(graded), parts, NOTE, LOOK)
    files.write(file, page.encode("utf-8", "replace"))
    return file


def by_exercise(grades: Iterable[Graded]) -> list[Found]:
    """What each exercise found, in the order of the notebook."""
    found: dict[str, Found] = {}
    for grade in grades:
        for exercise in grade.exercises:
            one = found.setdefault(exercise["id"], Found(exercise["id"], exercise["title"]))
            one.states[exercise["state"]] += 1
            one.points.append(exercise["points"])
            one.out_of = exercise["out_of"]
            unnamed = any(case["says"] and not case.get("misconception", "") for case in exercise["cases"])
            for id in [*exercise["misconceptions"], *([UNNAMED] if unnamed else [])]:
                one.who.setdefault(id, []).append(grade.name)
    return list(found.values())


def read_progress(paths: Iterable[Path]) -> dict[str, list[int]]:
    """The attempts at each exercise, by its id, in progress files; a folder stands for all that lie below it.

    Nothing else of them is read. Raises Problem where there is none, or one that cannot be read.
    """
    found: dict[str, list[int]] = {}
    places = [file for path in paths for file in (sorted(path.rglob("progress*.json")) if path.is_dir() else [path])]
    if not places:
        raise Problem("There is no progress file in the places that were named. They are called progress.json.")
    for place in places:
        try:
            record = progress_form.sound(json.loads(place.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            raise Problem(f"{place} is not a progress file that can be read.") from None
        for id, entry in record.get("checks", {}).items():
            if entry.get("attempts", 0) > 0:
                found.setdefault(id, []).append(entry["attempts"])
    return found


# --- the sections ---


def _lead(grades: list[Graded]) -> str:
    points = [grade.points for grade in grades]
    full = sum(grade.points == grade.out_of for grade in grades)
    out_of = max(grade.out_of for grade in grades)
    few, middle, many = (shown(number) for number in (min(points), statistics.median(points), max(points)))
    spread = f"{few} to {many} of {shown(out_of)}, median {middle}" if few != many else f"{few} of {shown(out_of)}"
    return (
        f"{_count(len(grades), 'submission')} graded. Points: {spread}; "
        f"{full} {'has' if full == 1 else 'have'} all of them."
    )


def _begun(about: Class, grades: list[Graded]) -> str:
    idle = [grade.name for grade in grades if not grade.is_begun]
    failed = [grade for grade in about.grades if grade.points is None]
    lines = [_people(about, idle, "handed in a notebook without an answer")]
    if about.silent is not None:
        lines.append(_people(about, about.silent, "handed in nothing"))
    if failed:
        lines.append(_people(about, [grade.name for grade in failed], "could not be graded"))
    nobody = (
        ""
        if about.silent is not None
        else "<p>Who handed in nothing is not known here: no table of students was given.</p>"
    )
    return _section("Who has not begun", f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>{nobody}")


def _people(about: Class, names: list[str], what: str) -> str:
    told = f"<strong>{len(names) or 'Nobody'}</strong> {escape(what)}"
    return f"{told}: {escape(listed(names))}." if names and about.named else f"{told}."


def _misconceptions(about: Class, found: list[Found]) -> str:
    ranked = ranking(found)
    if not ranked:
        return _section("What was misunderstood", "<p>The checks recognised no misconception.</p>")
    body = _figure(picture(ranked, found, about.title))
    body += "".join(_of_exercise(about, each) for each in found if each.who)
    return _section("What was misunderstood, and what to say about it", body)


def ranking(found: list[Found]) -> list[tuple[Found, str, int]]:
    """Every misconception of every exercise with its number of submissions, the most frequent first."""
    pairs = [(each, id, len(who)) for each in found for id, who in each.who.items()]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[1] == UNNAMED))


def _of_exercise(about: Class, one: Found) -> str:
    ordered = sorted(one.who.items(), key=lambda pair: (-len(pair[1]), pair[0] == UNNAMED))
    head = ["misconception", "submissions", "share", "what to say"]
    head += ["who"] if about.named else []
    rows = []
    for id, who in ordered:
        cells = [escape(_name(id)), str(len(who)), f"{len(who) / one.tried:.0%}", _words(id)]
        rows.append(cells + ([escape(listed(who))] if about.named else []))
    caption = f"{one.title}: shares are of the {one.tried} who tried it"
    return _table(caption, head, rows, numbers={1, 2}, look="say")


def _name(id: str) -> str:
    known = misconceptions().get(id)
    return known.name if known else id.replace("-", " ")


def _words(id: str) -> str:
    """What the checks say about a misconception; the reports of its submissions say what was wrong in each."""
    known = misconceptions().get(id)
    if known is None:
        return "Each report says what came and what was expected."
    return f"{show.inline(known.words)} <em>Try next:</em> {show.inline(known.next)}"


def _attempts(about: Class, found: list[Found]) -> str:
    title = "What took the most attempts"
    if about.attempts is None:
        return _section(title, f"<p>{escape(NO_ATTEMPTS)}</p>")
    rows = [(each, about.attempts[each.id]) for each in found if about.attempts.get(each.id)]
    if not rows:
        return _section(title, "<p>The progress files tell of no attempt at these exercises.</p>")
    rows.sort(key=lambda row: -statistics.median(row[1]))
    cells = [
        [escape(each.title), str(len(tries)), shown(statistics.median(tries)), str(max(tries))] for each, tries in rows
    ]
    head = ["exercise", "learners", "attempts, median", "most"]
    return _section(title, _table("Attempts, from the progress files", head, cells, numbers={1, 2, 3}))


NO_ATTEMPTS = (
    "A notebook does not tell how often a check was run; each learner's own progress file does. Ask for those files, "
    "then add --progress with their folder."
)


def _exercises(found: list[Found]) -> str:
    states = (State.CORRECT, State.NOT_YET, State.NOT_ATTEMPTED)
    rows = []
    for each in found:
        share = statistics.fmean(each.points) / each.out_of if each.out_of else 0
        rows.append([escape(each.title), *(str(each.states[state]) for state in states), f"{share:.0%}"])
    head = ["exercise", *map(str, states), "points earned, mean"]
    return _section("Exercise by exercise", _table("Submissions in each state", head, rows, numbers={1, 2, 3, 4}))


# --- the picture ---


@style.drawing
def picture(ranked: list[tuple[Found, str, int]], found: list[Found], title: str) -> style.Picture:
    """The most frequent misconceptions as bars, each with its exercise in words and its number beside it."""
    drawn = ranked[:DRAWN]
    labels = [f"{_name(id)}\n({one.title})" for one, id, _ in drawn]
    counts = [count for *_, count in drawn]
    figure, ax = style.figure(_alt(drawn, len(ranked)), width=8.5, height=1.2 + 0.42 * len(drawn))
    order = [each.id for each in found]
    for place, (one, _, count) in enumerate(drawn):
        hatch = HATCHES[order.index(one.id) % len(HATCHES)]
        ax.barh(place, count, color=style.SKY, edgecolor=style.BLACK, hatch=hatch, linewidth=0.8)
        ax.annotate(str(count), (count, place), xytext=(4, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(drawn)), labels, fontsize=8)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlim(0, max(counts) * 1.1)
    ax.xaxis.get_major_locator().set_params(integer=True)
    style.label(ax, f"Misconceptions in {title}", "submissions", "misconception (exercise)")
    return figure


def _alt(drawn: list[tuple[Found, str, int]], count: int) -> str:
    first = "; ".join(f"{_name(id)} ({one.title}) {n}" for one, id, n in drawn[:3])
    all_of_them = f"{count} misconceptions"
    which = f"the {len(drawn)} most frequent of {all_of_them}" if count > len(drawn) else all_of_them
    told = f"Bars: in how many submissions each was found, {which}. The most frequent: {first}."
    return f"{told} The bars of an exercise share a pattern."


# --- what it is made of ---


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _figure(drawn: style.Picture) -> str:
    source = base64.b64encode(drawn.png()).decode()
    alt = escape(drawn.caption)
    return f'<figure><img alt="{alt}" src="data:image/png;base64,{source}"><figcaption>{alt}</figcaption></figure>'


def _table(caption: str, head: list[str], rows: list[list[str]], numbers: set[int], look: str = "") -> str:
    """A table whose cells are HTML already; the columns in `numbers` are set to the right."""
    sides = [' class="n"' if place in numbers else "" for place in range(len(head))]
    heads = "".join(f'<th scope="col"{side}>{escape(cell)}</th>' for side, cell in zip(sides, head, strict=True))
    body = "".join(_row(cells, sides) for cells in rows)
    table = f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="{look}">{table}</table></div>'
    )


def _row(cells: list[str], sides: list[str]) -> str:
    first, *rest = zip(cells, sides, strict=True)
    return f'<tr><th scope="row">{first[0]}</th>' + "".join(f"<td{side}>{cell}</td>" for cell, side in rest) + "</tr>"
