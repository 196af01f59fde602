"""Judges for what a learner works out or predicts: numbers, yes or no, shapes, lists of numbers.

Each of `number(…)`, `truth(…)`, `shape(…)`, `word(…)`, … makes a function that takes a value and raises Mistake when
it is wrong; `known` names the misconception behind a wrong value. None of them tells the right value.
`parts(…)` makes the cases of an exercise whose answer has one or more of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

import torch

from .exercise import Case, Mistake, Unanswered
from .expect import describe
from .probes.common import value
from .probes.plain import foreign

Known = dict[object, str]
TRUE, FALSE = ("true", "yes", "y", "ja"), ("false", "no", "n", "nein")


def parts(
    *specs: tuple[str, int, Callable[[object], str | None]], together: Callable[[object, list], None] | None = None
) -> tuple[Case, ...]:
    """Cases (title, points, judge of that part). One part: the answer itself; more: a tuple, one item each.

    `together(part, all parts)` may raise a Mistake about a part that is right alone and does not fit the others.
    """

    def case(index: int, title: str, points: int, judge: Callable[[object], str | None]) -> Case:
        def judged(data: dict, seed: int) -> str | None:
            picked = [_pick(data["value"], i, len(specs)) for i in range(len(specs))]
            note = judge(picked[index])
            if together:
                together(picked[index], picked)
            return note

        return Case(title, points, value, judged)

    return tuple(case(i, *spec) for i, spec in enumerate(specs))


def number(
    expected: float,
    known: Known | None = None,
    tolerance: float = 0.0,
    note: str = "",
    also: dict[float, str] | None = None,
):
    """A number within `tolerance` (relative). `note` names how it was counted; `also` holds other ways, and notes."""
    tolerance = max(tolerance, 1e-9)

    def judge(came: object) -> str:
        got = as_number(came)
        for right, how in {expected: note, **(also or {})}.items():
            if _near(got, right, tolerance):
                return how
        raise wrong(_shown(got), next((id for v, id in (known or {}).items() if _near(got, v, tolerance)), None))

    return judge


def between(low: float, high: float, known: dict[tuple[float, float], str] | None = None):
    """A number from low to high; `known` gives the misconception behind other ranges."""

    def judge(came: object) -> None:
        got = as_number(came)
        id = next((id for (a, b), id in (known or {}).items() if a <= got <= b), None)
        if id or not low <= got <= high:
            raise wrong(_shown(got), id)

    return judge


def truth(expected: bool, misconception: str):
    """True or False; there is one way to be wrong, and it has a name."""

    def judge(came: object) -> None:
        if as_truth(came) != expected:
            raise wrong(str(not expected), misconception)

    return judge


def shape(expected: tuple[int, ...], known: dict[tuple[int, ...], str] | None = None, also: Iterable[tuple] = ()):
    """A shape, written as a tuple, a list, a torch.Size or text."""

    def judge(came: object) -> None:
        got = as_shape(came)
        if got != expected and got not in also:
            raise wrong(_shown(got), (known or {}).get(got))

    return judge


def word(expected: str, known: dict[str, str] | None = None):
    """A name of the code, with or without its class before it and brackets behind it."""

    def judge(came: object) -> None:
        came = _single(came)
        if not isinstance(came, str):
            raise _unlike(came, "a name", "Return a text in quotes.")
        got = came.strip().removesuffix("()").rpartition(".")[2].strip().lower()
        if got != expected:
            raise wrong(repr(came), (known or {}).get(got))

    return judge


def numbers(expected: list[float], known: dict[tuple[float, ...], str] | None = None, tolerance: float = 1e-3):
    """Several numbers in order, as a list, a tuple or a tensor."""

    def judge(came: object) -> None:
        got = as_numbers(came)
        if len(got) != len(expected):
            raise Mistake(f"{counted(len(got), 'number')} came, expected {len(expected)}.")
        if not _all_near(got, expected, tolerance):
            id = next((id for v, id in (known or {}).items() if _all_near(got, v, tolerance)), None)
            if id:
                raise wrong(", ".join(_shown(g) for g in got), id)
            off = [i for i, (g, e) in enumerate(zip(got, expected, strict=True), 1) if not _near(g, e, tolerance)]
            which = f"number {off[0]} is" if len(off) == 1 else f"numbers {' and '.join(map(str, off))} are"
            raise Mistake(
                f"{', '.join(_shown(g) for g in got)}: {which} not right yet.",
                next="Work that out once more, term by term, or ask for a hint.",
            )

    return judge


def wrong(came: str, misconception: str | None) -> Mistake:
    """A value that is not right; where no misconception is known, there is only the way back to the question."""
    next = "" if misconception else "Work it out once more with a smaller example, or ask for a hint."
    return Mistake(f"{came} is not right yet.", misconception=misconception, next=next)


def counted(n: int, what: str) -> str:
    """ "1 number", "3 numbers", "no numbers"."""
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"


def as_number(came: object) -> float:
    """A number from a number, a text such as "12,097" or "37 %", or a tensor of one element."""
    came = _single(came)
    if isinstance(came, int | float) and not isinstance(came, bool):
        return float(came)
    if isinstance(came, str):
        text = came.strip().replace(",", "").replace("_", "").replace(" ", "")
        try:
            return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            pass
    raise _unlike(came, "a number", "Return a plain number.")


def as_truth(came: object) -> bool:
    came = _single(came)
    if isinstance(came, bool):
        return came
    if isinstance(came, str) and came.strip().lower() in TRUE + FALSE:
        return came.strip().lower() in TRUE
    raise _unlike(came, "True or False", "Return True or False.")


def as_shape(came: object) -> tuple[int, ...]:
    if isinstance(came, str) and re.search(r"\d", came):
        came = [int(digits) for digits in re.findall(r"\d+", came)]
    if isinstance(came, int) and not isinstance(came, bool):
        came = [came]
    if isinstance(came, torch.Tensor) and came.ndim == 1 and not came.is_floating_point():
        came = came.tolist()
    if isinstance(came, list) and came and all(isinstance(n, int) for n in came):
        return tuple(came)
    if _open(came):
        raise Unanswered
    raise _unlike(came, "a shape", "Write a shape as (4, 80).")


def as_numbers(came: object) -> list[float]:
    if isinstance(came, str):
        came = [part for part in re.split(r"[\s,;\[\]()*x×·]+", came) if part]
    if isinstance(came, torch.Tensor):
        came = came.flatten().tolist()
    if _open(came):
        raise Unanswered
    if not isinstance(came, list):
        came = [came]
    if len(came) == 1 and isinstance(came[0], list):
        came = came[0]
    return [as_number(item) for item in came]


def _pick(answer: object, index: int, count: int) -> object:
    """Part `index` of an answer of `count` parts."""
    if answer is None:
        raise Mistake("None came back.", misconception="return-forgotten")
    if count == 1:
        return answer
    if isinstance(answer, torch.Tensor) and answer.ndim > 0:
        answer = list(answer)
    if isinstance(answer, dict):
        answer = list(answer.values())
    if not isinstance(answer, list) or len(answer) != count:
        how = f"Return all {count} in one tuple, in the order of the task; None stands for one that is open."
        raise _unlike(answer, f"{count} parts", how)
    return answer[index]


def _single(came: object) -> object:
    if isinstance(came, torch.Tensor) and came.numel() == 1:
        came = came.item()
    if isinstance(came, list) and len(came) == 1:
        came = _single(came[0])
    if _open(came):
        raise Unanswered
    return came


def _open(came: object) -> bool:
    """None and `...` stand for a part that is not answered yet."""
    return came is None or foreign(came) == "ellipsis"


def _unlike(came: object, expected: str, next: str) -> Mistake:
    name = describe(came)
    return Mistake(f"{name[:1].upper()}{name[1:]} came, expected {expected}.", next=next)


def _near(a: float, b: object, tolerance: float) -> bool:
    return math.isfinite(a) and abs(a - float(b)) <= tolerance * max(1.0, abs(float(b)))


def _all_near(got: list[float], wanted: Iterable[float], tolerance: float) -> bool:
    wanted = list(wanted)
    return len(got) == len(wanted) and all(_near(g, w, tolerance) for g, w in zip(got, wanted, strict=True))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"
    return str(value)
