"""No solution with one thing changed is accepted, unless it is right all the same."""

from __future__ import annotations

import dataclasses
import importlib
import tomllib
from pathlib import Path

import cells
import mutants
import pytest

from lessonlib.checks.engine import in_place
from lessonlib.checks.exercise import Exercise, Kind
from lessonlib.checks.registry import exercises
from lessonlib.checks.result import State

importlib.import_module("torch._dynamo")  # torch imports it at need, and a time limit might strike in the middle
# Any figures are right that a learner has measured, if the claim fits them; any recipe is, if the tree learns.
LEFT_OUT = {"comparison", "any_list"}
EXERCISES = {id: e for id, e in exercises().items() if not e.trial and id not in LEFT_OUT}  # a trial is a training run
EQUIVALENT = tomllib.loads((Path(__file__).parent / "equivalents.toml").read_text(encoding="utf-8"))
LIMIT = 0.6  # seconds for a case: a mutant that never ends is cut
SEED = 7


def survivors(exercise: Exercise) -> tuple[set[str], int, int]:
    """(mutants that are accepted, how many were rejected, how many of those by name)."""
    impatient = dataclasses.replace(exercise, seconds=LIMIT)
    accepted, rejected, named = set(), 0, 0
    for changed, source in mutants.mutants(cells.solution(exercise), exercise.kind == Kind.CODE):
        try:
            names = cells.names(exercise, mutants.HELPERS + source)
        except Exception:  # the cell itself fails, and there is no answer to check
            rejected += 1
            continue
        result = in_place(impatient, names[exercise.name], SEED)
        if result.state == State.CORRECT:
            accepted |= set() if _without_effect(exercise, source, names) else {changed}
        else:
            assert result.state != State.BROKEN, f"{exercise.id}: {changed}: {result.mistakes[-1].next}"
            rejected += 1
            named += bool(result.misconceptions)
    return accepted, rejected, named


def _without_effect(exercise: Exercise, source: str, names: dict) -> bool:
    """Whether the change did nothing: nothing was there to be cut or spoiled, or the same values come out."""
    if exercise.kind == Kind.CODE:
        return ("cut(" in source or "spoil(" in source) and not names["acted"]
    return repr(names[exercise.name]()) == repr(cells.answer(exercise, cells.solution(exercise))())


@pytest.mark.parametrize("id", EXERCISES)
def test_only_equivalent_mutants_survive(id, kill_table):
    accepted, rejected, named = survivors(EXERCISES[id])
    known = EQUIVALENT.get(id, {})
    assert accepted - set(known) == set(), "accepted, and not known as equivalent"
    assert set(known) - accepted == set(), "known as equivalent, and rejected or never made"
    kill_table.mutated(rejected, named, len(accepted))


def test_every_equivalent_mutant_belongs_to_an_exercise_and_has_a_reason():
    assert set(EQUIVALENT) <= set(EXERCISES)
    assert all(reason.endswith(".") for found in EQUIVALENT.values() for reason in found.values())
