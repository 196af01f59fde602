"""Where a trained tree stands, in a notebook: its loss on the course's validation names, beside the records."""

from __future__ import annotations

import time

from lessonlib import progress, records

from . import budget
from .card import Words
from .exercise import Exercise, Mistake
from .exercises.handed_over import understood
from .panel import Panel
from .probes.budget import handed_over
from .probes.plain import plain


def is_asked(answer: tuple) -> bool:
    """Whether a recipe came with its seconds, or a model that is trained: any object with layers, or a description."""
    if len(answer) == 2:
        return True
    return len(answer) == 1 and (isinstance(answer[0], dict) or hasattr(answer[0], "layers"))


def of(exercise: Exercise, answer: object, seconds: float | None = None) -> Panel | Words:
    """The steps it has reached, kept and shown; a recipe is run first, for so many seconds of the processor.

    It is for the learner alone: points are given where the recipe runs on names that nobody has seen.
    """
    trial = budget.course()
    try:
        model, spent = (answer, None) if seconds is None else _run(answer, trial.names, seconds)
        tree = trial.tree(plain({"tree": handed_over(model)})["tree"], understood)
    except Mistake as mistake:
        return Words(f"{mistake.says} {mistake.next}".strip()).shown()
    loss = trial.loss(tree)
    return panel(loss, _kept(loss), spent, trial.steps)


def _run(recipe: object, names: list[str], seconds: float) -> tuple[object, float]:
    if not callable(recipe) or isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise Mistake("Pass the recipe and a number of seconds.", next="Write `check.budget(recipe, 60)`.")
    begun = time.process_time()
    model = recipe(list(names), float(seconds))
    return model, time.process_time() - begun


def _kept(loss: float) -> float:
    """The learner's best loss until now, this one included; kept in the progress file."""

    def change(record: dict) -> None:
        found = record.get("budget")
        before = found.get("best") if isinstance(found, dict) else None
        runs = found.get("runs", 0) if isinstance(found, dict) else 0
        best = min(loss, before) if isinstance(before, float) else loss
        record["budget"] = {"best": best, "runs": runs + 1 if isinstance(runs, int) else 1}

    kept = progress.update(change).get("budget", {})
    return kept.get("best", loss)


def panel(loss: float, best: float, spent: float | None, steps: tuple[float, ...]) -> Panel:
    """The ladder: the steps, the course's records and yours, the highest loss at the foot of the table's start."""
    took = "" if spent is None else f"{spent:.0f} s"
    rungs = [(step, f"step {place}", "", "✓" if best <= step else "○") for place, step in enumerate(steps, 1)]
    rungs += [(loss, "you, this run", took, "●")]
    if best < loss:
        rungs += [(best, "you, best so far", "", "●")]
    rungs += [(value, f"the course: {name}", f"{seconds:.0f} s", "") for name, value, seconds in _records()]
    rows = tuple((f"{value:.3f}", what, time, mark) for value, what, time, mark in sorted(rungs, reverse=True))
    reached = sum(best <= step for step in steps)
    below = (
        f"{reached} of {len(steps)} steps reached. The times are processor time, each on the machine it ran on. "
        "For grading, the recipe runs again, on other names."
    )
    return Panel("Validation loss, from the top down", ("loss", "whose", "time", "reached"), rows, below)


def _records() -> list[tuple[str, float, float]]:
    """What the course reaches: the published recipe, the rungs of its ladder, and its best within a minute."""
    told = []
    for record in records.find("time", quantity="validation loss"):
        seconds = records.find("time", record.subject, "training time", **record.setting)
        told += [(records.title(record).split(",")[0], record.value, seconds[-1].value)] if seconds else []
    for record in records.find("best", "tree", "validation loss"):
        seconds = records.find("best", "tree", "training time")
        told += [("how low in a minute", record.value, seconds[-1].value)] if seconds else []
    return told
