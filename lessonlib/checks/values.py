"""Judges for what a learner works out or predicts: numbers, yes or no, shapes, names.

Each takes what came for one part of an answer, and raises Mistake when it is wrong; none of them tells the right
value. A cell holds Python, so a number is a number there: a text in quotes is read for a name alone, though the form
of a prediction takes it for anything (lessonlib.answers).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch

from lessonlib import answers
from lessonlib.answers import Kind

from .exercise import Mistake, Unanswered
from .expect import describe
from .probes.plain import foreign, of_set

Judge = Callable[[object], "str | None"]
Wrong = Mapping[object, str] | str | tuple[()]  # the misconceptions behind wrong values


class Between(NamedTuple):
    """A right value that is a range. The wrong ones are given as ranges, too."""

    low: float
    high: float


def between(low: float, high: float) -> Between:
    return Between(low, high)


def judge_of(right: object, wrong: Wrong = (), tolerance: float = 0.0, also: dict | None = None, note="") -> Judge:
    """The judge for a right value of this kind.

    wrong: the misconception behind each wrong value. tolerance: relative, for numbers. also: other values that are
    right, each with a note on how it was counted. note: the same for `right` itself.
    """
    wrong = dict(wrong) if not isinstance(wrong, str) else wrong
    match right:
        case Between():
            return _between(right, wrong)
        case bool():
            return _truth(right, wrong)
        case int() | float():
            return _number({right: note, **(also or {})}, wrong, max(tolerance, 1e-9))
        case tuple():
            return _exactly(Kind.SHAPE, {right: note, **(also or {})}, wrong)
        case str():
            return _exactly(Kind.NAME, {right: note, **(also or {})}, wrong)
        case list():
            return _numbers(right, wrong, tolerance or 1e-3)
        case _ if callable(right):
            return right
    raise TypeError(f"{right!r} came as a right value, expected a number, a truth, a shape, a list, a text or a judge")


def judges_of_parts(
    judges: list[Judge],
    together: Callable[[object, list], None] | None = None,
    instead: Callable[[int, Mistake, list], Mistake] | None = None,
) -> list[Callable]:
    """Judges of data, one for each part. One part: the answer itself; more: a tuple, one item each.

    `together(part, all parts)` may raise a Mistake about a part that is right alone and does not fit the others.
    `instead(place, mistake, all parts)` gives the mistake, or another one where the other parts tell more about it.
    """

    def of_part(index: int) -> Callable[[dict, int], str | None]:
        def judged(data: dict, seed: int) -> str | None:
            part = _pick(data["value"], index, len(judges))
            try:
                note = judges[index](part)
            except Mistake as mistake:
                _not_swapped(mistake, data["value"], index, judges)
                whole = isinstance(data["value"], list) and len(data["value"]) == len(judges)
                raise (instead(index, mistake, data["value"]) if instead and whole else mistake) from None
            if together:
                together(part, [_pick(data["value"], i, len(judges)) for i in range(len(judges))])
            return note

        return judged

    return [of_part(index) for index in range(len(judges))]


def _not_swapped(mistake: Mistake, answer: object, index: int, judges: list[Judge]) -> None:
    """Raises Mistake where this part is the answer to another one, and that one is the answer to this."""
    if mistake.misconception or not isinstance(answer, list) or len(answer) != len(judges):
        return
    for other, judge in enumerate(judges):
        if other != index and _accepts(judge, answer[index]) and _accepts(judges[index], answer[other]):
            raise Mistake(f"{mistake.says} It is what part {other + 1} asks for.", "parts-in-another-order")


def _accepts(judge: Judge, came: object) -> bool:
    try:
        judge(came)
    except (Mistake, Unanswered):
        return False
    return True


# --- the judges ---


def _number(rights: dict[float, str], wrong: dict[float, str], tolerance: float) -> Judge:
    def judge(came: object) -> str:
        got = understood(came, Kind.NUMBER)
        for right, how in rights.items():
            if near(got, right, tolerance):
                return how
        id = next((id for v, id in wrong.items() if _means(got, v, tolerance)), None)
        raise not_right(shown(got), id, off(got, next(iter(rights))))

    return judge


def _between(right: Between, wrong: dict[tuple[float, float], str]) -> Judge:
    def judge(came: object) -> None:
        got = understood(came, Kind.NUMBER)
        id = next((id for (low, high), id in wrong.items() if low <= got <= high), None)
        if id or not right.low <= got <= right.high:
            raise not_right(shown(got), id, off(got, right.low if got < right.low else right.high, factor=False))

    return judge


def _truth(right: bool, misconception: str) -> Judge:
    """There is one way to be wrong, and it has a name."""

    def judge(came: object) -> str:
        if understood(came, Kind.TRUTH) != right:
            raise not_right(str(not right), misconception)
        return f"{right}, as you say"  # the statement alone, behind a tick, would read as if it were true

    return judge


def _exactly(kind: Kind, rights: dict, wrong: dict) -> Judge:
    """A shape, or a name of the code, with or without its class before it and brackets behind it."""

    def judge(came: object) -> str:
        got = understood(came, kind)
        if got not in rights:
            told = "" if kind == Kind.NAME else other_shape(got, next(iter(rights)))
            raise not_right(repr(came) if kind == Kind.NAME else str(got), wrong.get(got), told)
        return rights[got]

    return judge


def _numbers(right: list[float], wrong: dict[tuple[float, ...], str], tolerance: float) -> Judge:
    """Several numbers in order."""

    def judge(came: object) -> None:
        got = understood(came, Kind.NUMBERS)
        if len(got) != len(right):
            raise _other_length(got, right, tolerance)
        if _all_near(got, right, tolerance):
            return
        told = ", ".join(map(shown, got))
        if id := next((id for v, id in wrong.items() if _all_mean(got, v, tolerance)), None):
            raise not_right(told, id)
        raise Mistake(f"{told}: {_first_off(got, right, tolerance)}", next="Work that one out again, term by term.")

    return judge


def _first_off(got: tuple[float, ...], right: list[float], tolerance: float) -> str:
    """Which numbers differ, and how the first of them does."""
    if _all_near(sorted(got), sorted(right), tolerance):
        return "the numbers are right, their order is not."
    wrong = [i for i, (g, r) in enumerate(zip(got, right, strict=True)) if not near(g, r, tolerance)]
    first, places = wrong[0], [str(i + 1) for i in wrong]
    how = off(got[first], right[first]).removeprefix(": ")
    if len(wrong) == 1:
        return f"number {places[0]} is not right yet ({how})."
    return f"numbers {enumerated(places)} are not right yet (number {places[0]}: {how})."


def _other_length(got: tuple[float, ...], right: list[float], tolerance: float) -> Mistake:
    """The numbers that came are judged for what they are, one after another."""
    good = 0
    while good < min(len(got), len(right)) and near(got[good], right[good], tolerance):
        good += 1
    told = "No number is right yet" if not good else f"The first {good} are right" if good > 1 else "The first is right"
    says = f"You returned {counted(len(got), 'number')}; {len(right)} were expected. {told}."
    return Mistake(says, next="Return one number for each place that the task names.")


# --- what they are made of ---


def understood(came: object, kind: Kind) -> object:
    """What came, read as this kind of answer. Raises Unanswered for one that is open, Mistake for another kind."""
    if kind != Kind.NAME and _is_text(came):
        raise _unlike(came, EXPECTED[kind], "Write it without quotes.")
    try:
        value = answers.read(_with_open(came), kind)
    except answers.Unreadable as error:
        raise _unlike(came, error.expected, error.advice) from None
    if value is None:
        raise Unanswered
    return value


EXPECTED = {
    Kind.NUMBER: "a number",
    Kind.NUMBERS: "a list of numbers",
    Kind.SHAPE: "a shape such as (4, 80)",
    Kind.TRUTH: "True or False",
}


def _is_text(came: object) -> bool:
    """Whether it is a text, or a list of texts, that says something."""
    if isinstance(came, list):
        return any(map(_is_text, came))
    return isinstance(came, str) and not answers.is_open(came)


def positions(came: object) -> tuple[float, ...]:
    """Positions in no order, so that a set will do. Raises Unanswered or Mistake as `understood` does."""
    members = of_set(came)
    try:
        return understood(came if members is None else members, Kind.NUMBERS)
    except Mistake:
        raise _unlike(came, "a list of positions, such as [0, 3]", "Count the positions from 0.") from None


def not_right(came: str, misconception: str | None, how: str = "") -> Mistake:
    """A value that is not right; where no misconception is known, `how` it differs is what can be told."""
    next = "" if misconception else "Work it out again on a smaller example, or ask for a hint."
    return Mistake(f"{came} is not right yet{how if not misconception else ''}.", misconception, next=next)


def off(got: float, right: float, factor: bool = True) -> str:
    """How a number differs from the right one, without saying which that is: ": too large, by a factor of 2"."""
    if not math.isfinite(got):
        return ": not a finite number"
    if right and near(got, -right, 1e-3):
        return ": the sign is wrong"
    told = ": too large" if got > right else ": too small"
    if factor and float(right).is_integer() and abs(got - right) == 1 and abs(right) > 2:
        return f"{told}, by 1"
    if factor and right and got and got / right > 0:
        if related := _related(got, right):
            return f"{told}: {related}"
        ratio = max(got / right, right / got)
        if near(ratio, round(ratio), 2e-3) and 2 <= round(ratio) <= 1000:
            return f"{told}, by a factor of {round(ratio)}"
    return told


def _related(got: float, right: float) -> str:
    """The step that is missing, or one too many, where it is one of the usual ones."""
    if 0.5 < right < 2 or right < 0:
        return ""  # too close to 1, where roots, squares and reciprocals hardly differ
    others = {"one over it was asked for": 1 / right, "its root was asked for": right**2}
    others |= {"its square was asked for": right**0.5, "its logarithm was asked for": math.exp(min(right, 300))}
    return next((told for told, other in others.items() if math.isclose(got, other, rel_tol=1e-4)), "")


def other_shape(got: tuple, right: tuple) -> str:
    """How a shape differs: in the number of its dimensions, their order, or one of them."""
    if len(got) != len(right):
        return f": it has {counted(len(got), 'dimension')}, expected {len(right)}"
    if sorted(got) == sorted(right):
        return ": the sizes are right, their order is not"
    wrong = [str(i) for i, (g, r) in enumerate(zip(got, right, strict=True)) if g != r]
    return f": dimension{'s' if len(wrong) > 1 else ''} {enumerated(wrong)} {'are' if len(wrong) > 1 else 'is'} wrong"


def enumerated(items: list[str]) -> str:
    """ "1", "1 and 2", "1, 2 and 3"."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def near(a: float, b: float, tolerance: float) -> bool:
    return math.isfinite(a) and abs(a - float(b)) <= tolerance * max(1.0, abs(float(b)))


def counted(n: int, what: str) -> str:
    """ "1 number", "3 numbers", "no numbers"."""
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"


def shown(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"


def _pick(answer: object, index: int, count: int) -> object:
    """Part `index` of an answer of `count` parts."""
    if answer is None:
        raise Mistake("Your function returned None.", "return-forgotten")
    if count == 1:
        return answer
    if isinstance(answer, torch.Tensor) and answer.ndim > 0:
        answer = list(answer)
    if isinstance(answer, dict) and of_set(answer) is None:
        answer = list(answer.values())
    if isinstance(answer, list) and 1 < len(answer) < count:  # what came is judged
        if index < len(answer):
            return answer[index]
        came = f"You returned {counted(len(answer), 'part')}; {count} were expected."
        raise Mistake(
            f"{came} This one is missing.",
            next="Return all of them in the order of the task; use None for a part you leave open.",
        )
    if not isinstance(answer, list) or len(answer) != count:
        every = "both" if count == 2 else f"all {count}"
        how = f"Return {every} in one tuple, in the order of the task; use None for a part you leave open."
        raise _unlike(answer, f"{count} parts", how)
    return answer[index]


def _with_open(came: object) -> object:
    """The `...` that a probe could not copy stands for an open part, as None does."""
    if isinstance(came, list):
        return [_with_open(item) for item in came]
    return None if foreign(came) == "ellipsis" else came


def _unlike(came: object, expected: str, next: str) -> Mistake:
    name = describe(came)
    return Mistake(f"You returned {name}; expected {expected}.", next=next)


def _means(got: float, value: float, tolerance: float) -> bool:
    """Whether `got` is this value, exactly or rounded to two or three digits after the point."""
    rounded = not float(value).is_integer() and any(math.isclose(got, round(value, digits)) for digits in (2, 3))
    return rounded or near(got, value, tolerance)


def _all_mean(got: tuple[float, ...], values: Iterable[float], tolerance: float) -> bool:
    values = list(values)
    return len(got) == len(values) and all(_means(g, v, tolerance) for g, v in zip(got, values, strict=True))


def _all_near(got: Iterable[float], wanted: Iterable[float], tolerance: float) -> bool:
    got, wanted = list(got), list(wanted)
    return len(got) == len(wanted) and all(near(g, w, tolerance) for g, w in zip(got, wanted, strict=True))
