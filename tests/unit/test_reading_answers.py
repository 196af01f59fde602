"""What people type, and what is understood."""

import math

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessonlib.answers import Kind, Unreadable, read, same

NUMBERS = [
    (3, 3.0),
    (3.5, 3.5),
    ("3", 3.0),
    (" 12,097 ", 12097.0),
    ("12_097", 12097.0),
    ("12 097", 12097.0),
    ("1,234,567", 1234567.0),
    ("37 %", 0.37),
    ("37%", 0.37),
    ("37 percent", 0.37),
    ("-0.5", -0.5),
    ("−0.5", -0.5),
    ("3,29", 3.29),
    ("1e-6", 1e-6),
    ("about 1e-6", 1e-6),
    ("~3.3", 3.3),
    ("≈ 3.3 nats", 3.3),
    ("12,097 parameters", 12097.0),
    ("4 times", 4.0),
    ("4x", 4.0),
    ("76 k", 76000.0),
    ("2 million steps", 2e6),
    ("2 pi", 2 * math.pi),
    ("zero", 0.0),
    ("none", 0.0),
    ("Seven", 7.0),
    ("half", 0.5),
    ("ln 27", math.log(27)),
    ("ln(27)", math.log(27)),
    ("-ln(1/27)", math.log(27)),
    ("math.log(27)", math.log(27)),
    ("log2 8", 3.0),
    ("sqrt(16)", 4.0),
    ("√200", math.sqrt(200)),
    ("e^-1", math.exp(-1)),
    ("exp(2.1)", math.exp(2.1)),
    ("2^10", 1024.0),
    ("2**10 - 1", 1023.0),
    ("4 × 20", 80.0),
    ("1/27", 1 / 27),
    ("(24 + 1) * 2", 50.0),
    ("number 2", 2.0),
    ("= 8", 8.0),
    ([3], 3.0),
    (torch.tensor(3), 3.0),
    (torch.tensor([3.5]), 3.5),
    (numpy.float64(3.5), 3.5),
    (numpy.array([7]), 7.0),
]


@pytest.mark.parametrize(("typed", "meant"), NUMBERS, ids=repr)
def test_a_number(typed, meant):
    assert read(typed, "number") == pytest.approx(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "many",
        "1 2",
        "(4, 8)",
        [1, 2],
        True,
        {"a": 1},
        "import os",
        "__import__('os')",
        "9**9**9**9",
        "1/0",
        "x" * 500,
        "3 + ",
        "ln",
        "ln(1, 2)",
        "'3'",
        "print(3)",
        "((((1",
        "3.3.3",
        "ln 0",
        "32 by 32",
    ],
    ids=repr,
)
def test_what_is_no_number_is_said(typed):
    with pytest.raises(Unreadable, match=r"expected .+\. [A-Z]"):
        read(typed, Kind.NUMBER)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2, 1, -1", (2, 1, -1)),
        ("[2.0, 1.0]", (2, 1)),
        ("(2; 1)", (2, 1)),
        ("2 1 3", (2, 1, 3)),
        ("[0.75 0.25 0.  ]", (0.75, 0.25, 0)),
        ("2 x 6", (2, 6)),
        ("3*2*2", (3, 2, 2)),
        ("ln 27, 0", (math.log(27), 0)),
        ("11,897, 12,097", (11897, 12097)),
        ("1 and 2", (1, 2)),
        ("3,4", (3, 4)),
        (5, (5,)),
        ("", None),
        ([2, 1], (2, 1)),
        ([[2, 1]], (2, 1)),
        (["ln 27", "37 %"], (math.log(27), 0.37)),
        (torch.tensor([2.0, 1.0]), (2, 1)),
    ],
    ids=repr,
)
def test_numbers(typed, meant):
    assert read(typed, "numbers") == (meant and pytest.approx(meant))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("(4, 8, 10)", (4, 8, 10)),
        ("[4,8,10]", (4, 8, 10)),
        ("4 x 8 × 10", (4, 8, 10)),
        ("torch.Size([4, 8, 10])", (4, 8, 10)),
        ("4,80", (4, 80)),
        ("shape (4, 80)", (4, 80)),
        ("(4,)", (4,)),
        (4, (4,)),
        ((4, 80), (4, 80)),
        (torch.Size([4, 80]), (4, 80)),
        (torch.tensor([4, 80]), (4, 80)),
    ],
    ids=repr,
)
def test_a_shape(typed, meant):
    assert read(typed, "shape") == meant


@pytest.mark.parametrize("typed", ["B, T, C", "()", 4.5, True, "4.5", [True], [[1, 2], [3, 4]], "(4, many)"], ids=repr)
def test_what_is_no_shape_is_said(typed):
    with pytest.raises(Unreadable, match="Write a shape as"):
        read(typed, "shape")


def test_yes_and_no():
    for typed in (True, 1, 1.0, "yes", "Yes.", " TRUE", "y", "yes, it does", "ja", [True], torch.tensor(True)):
        assert read(typed, "yes or no") is True
    for typed in (False, 0, "no", "No!", "false", "n", "nein, nie"):
        assert read(typed, "yes or no") is False
    for typed in ("perhaps", 2, "nobody", "yesterday", [True, False]):
        with pytest.raises(Unreadable, match="yes or no"):
            read(typed, "yes or no")


def test_a_choice_is_meant_by_as_much_as_tells_it_apart():
    choices = ("flat", "deep flat", "tree")
    assert read("Tree", "choice", choices) == "tree"
    assert read("flat", "choice", choices) == "flat"
    assert read("the deep flat".removeprefix("the "), "choice", choices) == "deep flat"
    assert read("deep", "choice", choices) == "deep flat"
    assert read("t", "choice", choices) == "tree"
    assert read("B)", "choice", ("A", "B", "C")) == "B"
    assert read(3, "choice", ("1", "2", "3")) == "3"
    for typed in ("wavenet", "f l a t", 7, "!"):
        with pytest.raises(Unreadable, match="one of: flat, deep flat, tree"):
            read(typed, "choice", choices)


def test_names_and_words():
    assert read(" BatchNorm1d.statistics() ", "name") == "statistics"
    assert read("the last level", "words") == ("last",)
    assert read("it stays the same", "words") == ("stay",)
    assert read(True, "words") == ("yes",)
    assert same(read("tree and deep flat", "words"), read("deep flat, tree", "words"))
    assert same(read("it fails", "words"), read("fail", "words"))
    assert not same(read("flat", "words"), read("deep flat", "words"))
    with pytest.raises(Unreadable):
        read("!!", "words")


@pytest.mark.parametrize("kind", Kind)
def test_what_is_open_is_none(kind):
    for came in (None, ..., "", "  ", "...", "…", "?"):
        assert read(came, kind, ("a", "b")) is None


def test_answers_agree_within_a_tolerance():
    assert same(3.3, 3.296, 0.01) and not same(3.3, 3.296)
    assert same((1.0, 2.0), (1.004, 2.0), 0.01) and not same((1.0, 2.0), (2.0, 1.0), 0.5)
    assert not same((1.0,), (1.0, 2.0), 9)
    assert not same(math.nan, 1.0, 9) and same(math.inf, math.inf)
    assert same(True, True) and not same(True, 1.0, 9) and not same("a", "b")


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_every_number_is_read_as_python_writes_it(value):
    assert read(repr(value), "number") == value


@given(st.integers(-(10**12), 10**12))
def test_thousands_may_have_commas(value):
    assert read(f"{value:,}", "number") == value


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_every_shape_is_read_as_python_writes_it(sizes):
    assert read(str(tuple(sizes)), "shape") == read(str(torch.Size(sizes)), "shape") == tuple(sizes)


@given(st.text(max_size=30), st.sampled_from(list(Kind)))
def test_whatever_is_typed_is_read_or_said_to_be_unreadable(text, kind):
    try:
        read(text, kind, ("flat", "tree"))
    except Unreadable as error:
        assert str(error)
