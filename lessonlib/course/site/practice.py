"""Exercises for a page without a kernel: fields to fill in, checked where they stand, with the usual mistakes named.

What is right is in the page, since nothing there is graded. Without a script, the fold below says it.
"""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lessonlib.models import levels_for

Vector = tuple[int, int]
WEIGHTS = ((1, 0), (0, 1), (2, 1), (1, 3))  # (4, 2): two neighbours of two numbers each, two results
SHOWN: tuple[Vector, Vector] = ((1, 2), (3, 0))
ASKED: tuple[Vector, Vector] = ((2, 1), (0, 1))


@dataclass(frozen=True)
class Blank:
    """A number to fill in: the question, what is right, and what to say to each wrong number that is foreseen."""

    question: str
    right: int
    hint: str
    mistakes: Mapping[int, str] = field(default_factory=dict)


def form(name: str, heading: str, blanks: Sequence[Blank], solution: str) -> str:
    """The exercise as HTML, in one line; `heading` and `solution` are HTML, all else is plain text."""
    fields = "".join(_field(f"{name}-{i}", blank.question) for i, blank in enumerate(blanks))
    known = [
        {"right": blank.right, "hint": blank.hint, "mistakes": {str(k): why for k, why in blank.mistakes.items()}}
        for blank in blanks
    ]
    data = json.dumps(known, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return (
        f'<form class="practice" id="{name}"><p class="practice-head">{heading}</p>{fields}'
        f'<p><button type="submit">Check</button></p><script type="application/json">{data}</script>'
        f"<details><summary>Show the way</summary>{solution}</details></form>"
    )


def _field(place: str, question: str) -> str:
    return (
        f'<p class="blank"><label for="{place}">{html.escape(question)}</label>'
        f'<input id="{place}" type="text" inputmode="decimal" size="8" autocomplete="off">'
        f'<output for="{place}" role="status"></output></p>'
    )


# --- one fusion ---


def fused(left: Vector, right: Vector) -> Vector:
    """The two results of a fusion with WEIGHTS, before tanh."""
    first, second = (sum(x * row[j] for x, row in zip((*left, *right), WEIGHTS, strict=True)) for j in (0, 1))
    return first, second


def example() -> str:
    """The fusion that the page works out, as a table: each number with its two weights."""
    numbers, first = [*SHOWN[0], *SHOWN[1]], fused(*SHOWN)
    sides = ["left", "left", "right", "right"]
    rows = "".join(
        f'<tr><th scope="row">{side}</th><td>{x}</td><td>{w[0]}</td><td>{w[1]}</td></tr>'
        for side, x, w in zip(sides, numbers, WEIGHTS, strict=True)
    )
    head = "".join(f'<th scope="col">{each}</th>' for each in ("neighbour", "number", "1st weights", "2nd weights"))
    foot = f'<tr><th scope="row" colspan="2">sum</th><td>{first[0]}</td><td>{first[1]}</td></tr>'
    said = f"Left {SHOWN[0]} and right {SHOWN[1]} become {first}."
    return (
        f'<div class="table-wrapper"><table class="numbers"><caption>{said}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody><tfoot>{foot}</tfoot></table></div><p>The first column: {_sum(*SHOWN, 0)}.</p>"
    )


def _sum(left: Vector, right: Vector, column: int) -> str:
    parts = [f"{x} × {row[column]}" for x, row in zip((*left, *right), WEIGHTS, strict=True)]
    return f"{' + '.join(parts)} = {fused(left, right)[column]}"


def fusion() -> str:
    """One fusion to work out, and the same with the neighbours swapped."""
    (left, right), (first, second) = ASKED, fused(*ASKED)
    turned, alone, other = fused(right, left), fused(left, (0, 0)), fused((0, 0), right)
    hint = "Multiply each of the four numbers by the weight beside it, and add up the four products."
    blanks = []
    for j, (name, mine) in enumerate(zip(("first", "second"), (first, second), strict=True)):
        mistakes = {
            turned[j]: "That is the sum with the neighbours swapped. The left one meets the upper half of the column.",
            alone[j]: "That is the sum for the left neighbour only. The right one meets the lower half of the column.",
            other[j]: "That is the sum for the right neighbour only. The left one meets the upper half of the column.",
            fused(left, right)[1 - j]: "That is the other column.",
        }
        blanks.append(Blank(f"The {name} sum", mine, hint, _without(mistakes, mine)))
    swapped = Blank(
        "Swapped: the first sum", turned[0], f"Now {right} is on the left. Use the first column again.",
        _without({first: "That is the order from before. Which number meets which weight now?"}, turned[0]),
    )  # fmt: skip
    solution = (
        f"<p>First: {_sum(left, right, 0)}. Second: {_sum(left, right, 1)}.</p>"
        f"<p>Swapped: {_sum(right, left, 0)}. The order matters.</p>"
    )
    heading = (
        f"<strong>Your turn, 4 minutes.</strong> With the same weights: left {left}, right {right}. What comes out? "
        "Leave tanh out. Then swap the two."
    )
    return form("fusion", heading, [*blanks, swapped], solution)


def _without(mistakes: Mapping[int, str], right: int) -> dict[int, str]:
    return {value: why for value, why in mistakes.items() if value != right}


# --- depth ---


def depth() -> str:
    """How many levels, fusions and tables: what doubling does."""
    more = levels_for(2**20) - levels_for(2**10)
    blanks = [
        Blank("A tree over 16 letters: how many levels?", levels_for(16), "Double 1 until you have 16, and count.",
              {8: "Those are the pairs of level 1.", 15: "Those are the fusions. How many rounds are they made in?",
               3: "Three levels see 8 letters.", 5: "Five levels would see 32."}),
        Blank("How many fusions does it make?", 15, "Count the fusions of each level: 8, and then?",
              {16: "Nearly: 8 + 4 + 2 + 1.", 8: "That is level 1. Which ones come next?",
               4: "Those are the levels. Count the fusions in each."}),
        Blank("How many weight matrices does it have?", levels_for(16), "Which fusions share one, and which do not?",
              {15: "Fusions of a level share one.", 1: "Levels do not share.",
               8: "Those are the fusions of level 1, which share one."}),
        Blank("The letter that decides is 20 back. How many levels at least?", 5,
              "Which is the first of 2, 4, 8, … to reach 20?",
              {4: "Four levels see 16: it is behind the wall.", 10: "Each level doubles what is seen.",
               20: "Each level doubles what is seen."}),
        Blank("Ten levels see 1,024 letters. How many more levels see 1,024 times as far?", more,
              "Each level doubles. How many times must you double to get 1,024 times as much?",
              {1024: "That is how many times as far it sees. How many levels does that take?",
               20: "That is how many it has in all. How many more?",
               1: "One more level sees twice as far."}),
    ]  # fmt: skip
    solution = (
        "<p>2, 4, 8, 16: four levels. Their fusions: 8 + 4 + 2 + 1 = 15. One matrix for each level: 4.</p>"
        "<p>16 is too little for 20, 32 is enough: five levels.</p>"
        f"<p>1 doubled ten times is 1,024, so {more} more levels: 20 levels see 1,048,576 letters.</p>"
    )
    return form("depth", "<strong>Your turn, 4 minutes.</strong>", blanks, solution)
