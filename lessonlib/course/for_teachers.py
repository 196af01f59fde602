"""The parts of TEACHING.md that are made from data: plans with their minutes, what each exercise checks, figures."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Iterable

from lessonlib import lessons, records
from lessonlib.checks import registry
from lessonlib.checks.exercise import Exercise, Kind
from lessonlib.lessons import Lesson

PLANS = lessons.FILE.parent / "plans.toml"
ASKS = {Kind.CODE: "code", Kind.VALUE: "values", Kind.PREDICTION: "predictions"}


# --- plans ---


def evening(here: str) -> str:
    """The core path as a plan of one evening, with the exercises that need no code."""
    core = [each for each in lessons.lessons() if each.core]
    rows = [_row(each.number, [each], here, _by_hand([each])) for each in core]
    minutes = sum(each.minutes for each in core) + sum(e.minutes for e in _by_hand(core))
    told = f"That is {minutes} minutes in all, about {minutes / 60:.1f} hours."
    return f"{_plan('lesson', rows, _total(core, _by_hand(core)))}\n\n{told}"


def plan(name: str, here: str) -> str:
    """One of plans.toml: a row for each week, and what is left to choose from."""
    weeks = [[lessons.find(slug) for slug in week] for week in tomllib.loads(PLANS.read_text("utf-8"))[name]["weeks"]]
    rows = [_row(str(number), week, here, _of(week)) for number, week in enumerate(weeks, 1)]
    taken = [each for week in weeks for each in week]
    left = ", ".join(_link(each, here) for each in lessons.lessons() if each not in taken)
    minutes = sum(each.minutes for each in taken) + sum(e.minutes for e in _of(taken))
    told = f"That is about {minutes / 60 / len(weeks):.0f} hours a week. Left to choose from: {left}."
    return f"{_plan('week', rows, _total(taken, _of(taken)))}\n\n{told}"


def _plan(first: str, rows: list[str], total: str) -> str:
    head = [f"| {first} | what | reading and running, minutes | exercises, minutes | points |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, total])


def _row(name: str, week: list[Lesson], here: str, exercises: list[Exercise]) -> str:
    what = ", ".join(_link(each, here) for each in week)
    return f"| {name} | {what} | {sum(each.minutes for each in week)} | {_sums(exercises)} |"


def _total(taken: list[Lesson], exercises: list[Exercise]) -> str:
    return f"| *all* | | {sum(each.minutes for each in taken)} | {_sums(exercises)} |"


def _sums(exercises: list[Exercise]) -> str:
    return f"{sum(e.minutes for e in exercises)} | {sum(e.points for e in exercises)}"


def _of(taken: Iterable[Lesson]) -> list[Exercise]:
    slugs = {each.slug for each in taken}
    return [e for e in registry.exercises().values() if e.lesson in slugs]


def _by_hand(taken: Iterable[Lesson]) -> list[Exercise]:
    return [e for e in _of(taken) if e.by_hand]


def _link(lesson: Lesson, here: str) -> str:
    return f"[{lesson.number} {lesson.title}]({here}{lesson.file})"


# --- exercises ---


def exercises(here: str) -> str:
    """Every exercise: what it is called, what it asks for, and the title of each of its cases."""
    rows = ["| exercise | `--only` | asks for | minutes | points | what is checked |", "|---|---|---|---|---|---|"]
    for lesson in lessons.lessons():
        found = _of([lesson])
        minutes, points = sum(e.minutes for e in found), sum(e.points for e in found)
        rows += [f"| *{_link(lesson, here)}* | | | *{minutes}* | *{points}* | |"] if found else []
        rows += [_exercise(each) for each in found]
    return "\n".join(rows)


def _exercise(e: Exercise) -> str:
    checked = "; ".join(case.title for case in e.cases).replace("|", "\\|")
    return f"| {e.title} | `{e.id}` | {ASKS[e.kind]}, {e.difficulty} | {e.minutes} | {e.points} | {checked} |"


def counts(here: str) -> str:
    """How many exercises and points there are."""
    every = registry.exercises().values()
    return f"{len(every)} exercises with {sum(e.points for e in every)} points"


# --- what was measured ---


def grading(here: str) -> str:
    """What the benchmark of a class says about time, and about a run that was killed."""
    one, two = (_grading(f"{word}-at-a-time", "time each") for word in ("one", "two"))
    spent = _grading("one-at-a-time", "processor time each").value
    count, load = one.detail["submissions"], one.detail["load"]
    wrong = {record.quantity: record.value for record in records.find("grading", "killed") if record.value}
    told = f"it differed: {wrong}" if wrong else "nothing was lost and nothing graded twice"
    return (
        f"{count} made-up submissions of one notebook took {spent:.2g} seconds of processor time each, "
        f"{_time(count * spent)} in all. By the clock it was {one.value:.2g} seconds each with `--jobs 1` and "
        f"{two.value:.2g} with `--jobs 2`, on {one.detail['processors']} processors with a load of {load:.0f}. Killed "
        f"halfway and started again, {told}.\n\n*Measured on {one.date[:10]} at commit `{one.commit}`, on "
        f"{records.machine(one)}.*"
    )


def machines(here: str) -> str:
    """What a class of 20, 50 and 200 takes: memory of a hub with all at work, and time to grade one notebook."""
    spent = _grading("one-at-a-time", "processor time each").value
    recipe = f"lesson {lessons.find('scaling-up').number}'s recipe: 1 minute more per student"
    graded = f"grading one lesson for all, on one processor ({recipe})"
    rows = [f"| students | memory of a hub | {graded} | advice |", "|---|---|---|---|"]
    for count, advice in ADVICE.items():
        low, high = (count * each for each in AT_WORK)
        rows.append(f"| {count} | {low:.0f} to {high:.0f} GB | {_time(count * spent)} | {advice} |")
    low, high = AT_WORK
    return "\n".join([*rows, "", f"A student at work takes {low:g} to {high:g} GB, one lesson open. {_hub()}".strip()])


AT_WORK = 0.4, 0.7  # GB for a student with a lesson running, as seen when two ran a lesson on a hub
ADVICE = {
    20: "a machine with 16 GB; without a hub, the students' own",
    50: "a machine with 48 GB, or two",
    200: "several machines, by way of Kubernetes; or no hub, and the students' own",
}


def _time(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def _hub() -> str:
    """What the benchmark of the hub says, where it was kept."""
    told = {(record.subject, record.quantity): record for record in records.find("hub")}
    idle, last = told.get(("student", "memory taken from the machine")), told.get(("class", "wall time"))
    if not idle or not last:
        return ""
    count = idle.setting["students"]
    return (
        f"When {count} students arrive at once, the last has run a cell after {last.value:.0f} seconds, and each takes "
        f"{idle.value:.2g} GB. *Measured on {idle.date[:10]} at commit `{idle.commit}`, on {records.machine(idle)}.*"
    )


def _grading(subject: str, quantity: str) -> records.Record:
    return records.latest("grading", subject, quantity)


PARTS: dict[str, Callable[[str], str]] = {
    "plan-evening": evening,
    "plan-three-weeks": functools.partial(plan, "three-weeks"),
    "plan-half-term": functools.partial(plan, "half-term"),
    "exercises": exercises,
    "exercise-counts": counts,
    "grading": grading,
    "machines": machines,
}
