"""A first process that dies is replaced, and who ended it is named. With fakes: no process is started here."""

from contextlib import contextmanager

import pytest

from lessonlib.checks import registry
from lessonlib.checks.probes import runner
from lessonlib.course import Problem, sandbox
from lessonlib.course.nursery import Ended, Lost

EXERCISE = next(iter(registry.exercises().values()))


class Nursery:
    """Starts no process. `plan` says of each one that is made what becomes of it: "well", or "dead" at its start."""

    plan: list[str]
    made: list["Nursery"]

    def __init__(self):
        self.fate = self.plan.pop(0) if self.plan else "well"
        self.is_alive = True
        self.is_closed = False
        self.made.append(self)

    @contextmanager
    def process(self, cpu):
        if self.fate == "dead":
            raise Lost("no memory")
        yield Process(self)

    def close(self):
        self.is_closed = True


class Process:
    exit_code = 0
    deadline = 0.0

    def __init__(self, nursery):
        self.nursery = nursery
        self.frames = [{"walls": list(sandbox.NEEDED)}]

    def tell(self, job):
        if "bomb" in job["answer"]:
            self.nursery.is_alive = False
            return
        told = {"status": "returned", "error": "", "message": "", "line": "", "printed": "", "data": {}}
        self.frames += [{"case": name, **told} for name in job["probes"]]

    def frame(self):
        if not self.frames:
            raise Ended
        return self.frames.pop(0)


@pytest.fixture
def box(monkeypatch):
    Nursery.plan, Nursery.made = [], []
    monkeypatch.setattr(sandbox, "Nursery", Nursery)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    with sandbox.Sandbox() as box:
        yield box


def run(box, *answer):
    return box.run(EXERCISE, [], answer, 1)


def test_one_first_process_serves_them_all(box):
    assert not run(box, "good").broke
    assert not run(box, "good").broke
    assert len(Nursery.made) == 1


def test_who_ends_the_first_process_is_named_and_the_next_is_graded(box):
    run(box, "good")
    broken = run(box, "bomb")
    assert broken.broke
    assert {outcome.status for outcome in broken.outcomes.values()} == {runner.RAISED}
    assert "ended with yours" in next(iter(broken.outcomes.values())).message
    assert not run(box, "good").broke
    assert [nursery.is_closed for nursery in Nursery.made] == [True, True, False]


def test_a_first_process_that_died_by_itself_costs_nobody_anything(box):
    Nursery.plan = ["well", "dead", "well"]
    run(box, "good")
    box._idle.get_nowait()  # it is gone, as after the kernel had no memory left
    assert not run(box, "good").broke


def test_a_system_that_never_started_one_is_refused(box):
    Nursery.plan = ["dead"]
    with pytest.raises(sandbox.CannotLimit, match=r"Nothing was graded.*no memory"):
        run(box, "good")


def test_a_system_that_starts_none_any_more_is_a_sentence_and_no_refusal(box):
    run(box, "good")
    box._idle.get_nowait()
    Nursery.plan = ["dead"] * 9
    with pytest.raises(Problem, match="Grade again") as told:
        run(box, "good")
    assert not isinstance(told.value, sandbox.CannotLimit)
