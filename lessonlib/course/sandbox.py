"""Run submitted answers in limited processes, and believe nothing that comes back.

A process confines itself (child/confine.py) and says which limits stand before it gets the answer. Where the system
allows, it also lives in namespaces of its own: no network, and process numbers that end with it.

What this does not cover:

- A fault in Linux itself. The kernel is shared, and the filter names the system calls that it refuses: one that a
  newer kernel adds is allowed until it is named. Whoever must be safe from that grades in a virtual machine.
- Reading, where the kernel has no Landlock ("files" is then missing in `Run.walls`): an answer can read whatever the
  grading account can read, and put it into the message that its own report shows.
- The machine as a whole. Time and memory are limited for each process; of several at once they add up.
- What a probe is told. It shares its process with the answer, which may see its inputs and send what it likes in its
  place. Points are safe because the right values are never there: a judge on our side has them.
- Who wrote an answer.
- A notebook. There a cell runs with all that its reader may do, and only a plain endless loop is stopped.
"""

from __future__ import annotations

import contextlib
import platform
import sys
import time
from dataclasses import dataclass, fields, replace
from queue import Empty, SimpleQueue

from lessonlib.checks import budget
from lessonlib.checks.exercise import Exercise
from lessonlib.checks.forecast import CELL_SECONDS
from lessonlib.checks.probes import runner
from lessonlib.checks.probes.plain import plain
from lessonlib.checks.probes.runner import Outcome
from lessonlib.course import Problem
from lessonlib.course.child import wire
from lessonlib.course.nursery import Ended, Late, Lost, Nursery, Process

SHOWN = 3000  # characters of a message or of printed text
TRIES = 3  # for a process that does not start where others did
NEEDED = {"time", "memory", "processes", "file size"}


class CannotLimit(Problem):
    """This system cannot limit a process as grading needs it."""

    def __init__(self, why: str):
        super().__init__(
            "Nothing was graded: answers run only in a process that the system limits, and here it cannot "
            f"({why}). Grade on Linux 5.13 or newer, on x86_64 or aarch64, or in a container there."
        )


class Crashed(Ended):
    """Python itself fell."""

    status, error, message = runner.RAISED, "a fatal error", "Python itself ended while your code ran"


class Forged(Ended):
    """What came was not written by our side of the pipe."""

    status, error, message = runner.RAISED, "an error", "what came back was not what a check sends"


class Broke(Ended):
    """The process that starts the others ended, too."""

    status, error, message = runner.RAISED, "a fatal error", "the process that runs all answers ended with yours"


@dataclass(frozen=True)
class Run:
    """What a process brought back: an outcome for each probe, and the limits that it worked under.

    `broke`: it took the process that starts the others with it, twice.
    """

    outcomes: dict[str, Outcome]
    walls: frozenset[str]
    broke: bool = False


def require() -> None:
    """Raise CannotLimit where no process could be limited, whatever the answers are."""
    if sys.platform != "linux":
        raise CannotLimit(f"the system is {platform.system()}")


class Sandbox:
    """Runs answers, each in a process of its own. Threads may share it; leaving it ends all that it began.

    Each such process is forked by a first one, a Nursery. One that dies is replaced.
    """

    def __init__(self):
        self._idle: SimpleQueue[Nursery] = SimpleQueue()
        self._started_well = False

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def run(self, exercise: Exercise, given: list[str], answer: tuple[str, ...], seed: int) -> Run:
        """Run the cells of `answer` after the sources in `given`, and then the exercise's probes on it.

        Whatever the answer does becomes an outcome. Raises CannotLimit where the system cannot limit the process,
        and Problem where it could before and cannot now.
        """
        require()
        run = self._attempt(exercise, given, answer, seed)
        # The kernel may have ended the first process for want of memory: nobody is blamed after one such end.
        return self._attempt(exercise, given, answer, seed) if run.broke else run

    def _attempt(self, *job: object) -> Run:
        for _ in range(TRIES):
            try:
                nursery = self._idle.get_nowait()
            except Empty:
                nursery = Nursery()
            try:
                run = _run(nursery, *job)
            except Lost as lost:
                nursery.close()
                if not self._started_well:
                    raise CannotLimit(str(lost)) from None
                continue
            except BaseException:
                nursery.close()
                raise
            self._started_well = True
            if nursery.is_alive:
                self._idle.put(nursery)
                return run
            nursery.close()
            return replace(run, broke=True)
        raise Problem(f"A process for an answer did not start, {TRIES} times, where others had. Grade again.")


def _run(nursery: Nursery, exercise: Exercise, given: list[str], answer: tuple[str, ...], seed: int) -> Run:
    names = list(dict.fromkeys(case.probe_name for case in exercise.cases))
    job = {"given": given, "answer": answer, "name": exercise.name, "kind": exercise.kind}
    job |= {"seed": seed, "seconds": exercise.seconds, "cell_seconds": CELL_SECONDS, "probes": names}
    job["material"] = exercise.material
    allowance = exercise.seconds * len(names) + CELL_SECONDS + 3  # for each probe, for the cell itself, and to spare
    # Of a budget the kernel stops what is late beyond doubt; time on a busy machine's clock is no matter.
    cpu = budget.GRACE * exercise.budget + budget.SPARE + 3 if exercise.budget else allowance
    outcomes: dict[str, Outcome] = {}
    end = Ended
    with nursery.process(cpu) as process:
        walls = _walls(process)
        process.tell(job)
        process.deadline = time.monotonic() + (4 * allowance if exercise.budget else allowance)
        try:
            while len(outcomes) < len(names):
                name, outcome = _outcome(process.frame(), names)
                outcomes[name] = outcome
        except Ended as ended:
            end = type(ended)
        except wire.Unreadable:
            end = Forged
    if not nursery.is_alive:
        end = Broke
    elif end is Ended and process.exit_code:
        end = Late if exercise.budget and process.spent >= cpu else Crashed
    for outcome in outcomes.values():
        if exercise.budget and outcome.data is not None:  # by our own count, whatever it says of itself
            outcome.data.update(spent=process.spent, allowed=exercise.budget)
    lost = Outcome(end.status, error=end.error, message=end.message)
    return Run({name: outcomes.get(name, lost) for name in names}, walls)


def _walls(process: Process) -> frozenset[str]:
    """The limits that stand, by the process's own word. Raises CannotLimit where one is missing that grading needs."""
    told = process.frame()
    if "unconfined" in told:
        raise CannotLimit(told["unconfined"])
    walls = frozenset(told["walls"])
    if not walls >= NEEDED:
        raise CannotLimit(f"no limit on {', '.join(sorted(NEEDED - walls))}")
    return walls


def _outcome(frame: dict, names: list[str]) -> tuple[str, Outcome]:
    """The case's name and its outcome, as a frame tells them. Raises Unreadable where it is something else."""
    known = {field.name for field in fields(Outcome)}
    words = known - {"data"} | {"case"}
    if set(frame) != known | {"case"} or not all(isinstance(frame[key], str) for key in words):
        raise wire.Unreadable("not an outcome")
    if frame["case"] not in names:
        raise wire.Unreadable("not an outcome")
    data = plain(frame.pop("data"))
    if frame["status"] not in runner.STATUSES or (frame["status"] == runner.RETURNED and type(data) is not dict):
        raise wire.Unreadable("not an outcome")
    return frame.pop("case"), Outcome(data=data, **{key: text[:SHOWN] for key, text in frame.items()})
