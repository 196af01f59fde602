"""What somebody types as an answer, understood: "37 %", "11,897", "ln 27", "(4, 8, 10)", "yes".

The one reader for predictions and checks alike. Whoever asks says which kind of answer is expected.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Sequence
from enum import StrEnum

LONGEST = 200  # characters; nobody types more


class Kind(StrEnum):
    """What an answer is, and so what `read` makes of it."""

    NUMBER = "number"  # float
    NUMBERS = "numbers"  # tuple of floats, in order
    SHAPE = "shape"  # tuple of ints
    TRUTH = "yes or no"  # bool
    CHOICE = "choice"  # one of the labels that are given
    NAME = "name"  # str: the bare name of a function, method or class
    WORDS = "words"  # tuple of str: what counts in a short phrase, in the order it was written


class Unreadable(ValueError):
    """What came is not of the kind that was asked for. `expected` names that kind, `advice` is one thing to try."""

    def __init__(self, came: object, expected: str, advice: str):
        super().__init__(f"{str(came)[:60]!r} came, expected {expected}. {advice}")
        self.expected, self.advice = expected, advice


def read(came: object, kind: Kind | str, choices: Sequence[str] = ()) -> object:
    """What `came` says, read as this kind of answer; None for one that is still open (None, `...` or nothing typed).

    `came` is text, or what a cell holds: numbers, lists, tuples, ranges, tensors, arrays. CHOICE needs its `choices`.
    Raises Unreadable where it does not understand.
    """
    came = came.tolist() if hasattr(came, "tolist") else list(came) if isinstance(came, range) else came
    if is_open(_alone(came)) or (isinstance(came, list | tuple) and any(map(is_open, came))):
        return None
    if isinstance(came, str) and len(came) > LONGEST:
        raise Unreadable(came, f"at most {LONGEST} characters", "Write the answer alone.")
    kind = Kind(kind)
    return _choice(came, choices) if kind == Kind.CHOICE else READERS[kind](came)


def is_open(came: object) -> bool:
    """Whether this stands for an answer that is not given yet."""
    return came is None or came is ... or (isinstance(came, str) and came.strip() in ("", "...", "…", "?"))


def same(yours: object, right: object, tolerance: float = 0.0) -> bool:
    """Whether two answers that were read agree: numbers within `tolerance`, words in any order, all else exactly."""
    if isinstance(yours, tuple) and isinstance(right, tuple):
        if all(isinstance(item, str) for item in (*yours, *right)):
            yours, right = (tuple(sorted(item.removesuffix("s") for item in items)) for items in (yours, right))
        return len(yours) == len(right) and all(same(a, b, tolerance) for a, b in zip(yours, right, strict=True))
    if isinstance(yours, bool | str) or isinstance(right, bool | str):
        return type(yours) is type(right) and yours == right
    return yours == right or abs(yours - right) <= tolerance


# --- numbers ---

ONE_TO_TWELVE = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
IN_WORDS = {"none": 0, "zero": 0, "half": 0.5, "infinity": math.inf}
IN_WORDS |= {word: value for value, word in enumerate(ONE_TO_TWELVE, 1)}
TIMES = {"k": 1e3, "thousand": 1e3, "million": 1e6, "%": 0.01, "percent": 0.01}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": math.log,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sqrt": math.sqrt,
}
NAMES = {"e": math.e, "pi": math.pi, "inf": math.inf, "nan": math.nan}
OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
ABOUT = re.compile(r"^(?:=|~|≈|about|around|roughly|approximately|number)\s*")
UNIT = re.compile(r"(?<=[\d)])\s*(%|[a-z]+)?(?:\s+[a-z][a-z ]*)?\.?$")  # "3.3 nats", "76 k parameters", "20 %"


def _number(came: object) -> float:
    came = _alone(came)
    if isinstance(came, str):
        try:
            return _typed(came)
        except (ValueError, SyntaxError, TypeError, KeyError, ArithmeticError, RecursionError):
            pass
    elif isinstance(came, int | float) and not isinstance(came, bool):
        return math.copysign(math.inf, came) if abs(came) > 10**300 else float(came)
    raise Unreadable(came, "a number", "Write a plain number, such as 12,097 or 0.37 or 37 %.")


def _typed(text: str) -> float:
    """A number as people write it, or a short calculation with +, -, *, /, powers, roots and logarithms."""
    text = ABOUT.sub("", text.strip().lower())
    if text in IN_WORDS:
        return float(IN_WORDS[text])
    for written, meant in (
        ("−", "-"),
        ("×", "*"),
        ("·", "*"),
        ("^", "**"),
        ("√", "sqrt "),
        ("math.", ""),
        ("torch.", ""),
    ):
        text = text.replace(written, meant)
    text = re.sub(r"(?<=\d)[,_ ](?=\d{3}(?!\d))", "", text)  # 11,897 and 11_897 and 11 897
    text = re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", text)  # 3,29
    text = re.sub(r"(?<=\d) ?pi\b", "*pi", text)
    factor, unit = 1.0, UNIT.search(text)
    if unit and unit[0]:
        factor = TIMES.get(unit[1], 1.0)
        text = text[: unit.start()]
    text = re.sub(r"\b(ln|log2|log10|log|exp|sqrt) *(\d+(?:\.\d+)?)", r"\1(\2)", text)  # ln 27
    return factor * _value(ast.parse(text.strip(), mode="eval").body)


def _value(node: ast.expr) -> float:
    """The value of a calculation; KeyError, TypeError or ValueError where it is none."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right):
            result = OPERATIONS[type(op)](_value(left), _value(right))
            return result if isinstance(result, float) else math.nan  # a root of a negative number
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
            return FUNCTIONS[name](_value(argument))
        case ast.Name(id=name):
            return NAMES[name]
    raise ValueError("not a calculation")


def _numbers(came: object) -> tuple[float, ...]:
    if isinstance(came, str):
        came = _listed(came)
    if isinstance(came, list | tuple):
        while len(came) == 1 and isinstance(came[0], list | tuple):
            came = came[0]
    else:
        came = [came]
    return tuple(_number(item) for item in came)


def _listed(text: str) -> list[str]:
    """The items of a list as it is written: by semicolons, else by commas, else by blanks or crosses."""
    text = re.sub(r"\s+and\s+", ", ", text.strip().strip("[](){}").strip(), flags=re.IGNORECASE)
    by = ";" if ";" in text else r",\s+" if re.search(r",\s", text) else "," if "," in text else r"[\s*x×·]+"
    return [item.strip(" ()[]") for item in re.split(by, text) if item.strip(" ()[]")]


def _shape(came: object) -> tuple[int, ...]:
    if isinstance(came, str):
        text = re.sub(r"torch\.size|shape|[\[\](){}]", " ", came.lower())
        came = [item for item in re.split(r"[\s,;*x×·]+", text) if item]
    sizes = list(came) if isinstance(came, list | tuple) else [came]
    try:
        found = tuple(_size(size) for size in sizes)
    except (ValueError, TypeError):
        found = ()
    if not found:
        raise Unreadable(came, "a shape", "Write a shape as (4, 80).")
    return found


def _size(size: object) -> int:
    if isinstance(size, bool | float) and not (isinstance(size, float) and size.is_integer()):
        raise ValueError
    return int(size)


# --- yes or no, a choice, words ---

YES, NO = ("true", "yes", "y", "ja"), ("false", "no", "n", "nein")


def _truth(came: object) -> bool:
    came = _alone(came)
    if isinstance(came, int | float) and came in (0, 1):  # True, or 1 and 0 for it
        return bool(came)
    first = re.match(r"\w*", came.strip().lower())[0] if isinstance(came, str) else ""
    if first in YES + NO:
        return first in YES
    raise Unreadable(came, "True or False", "Answer with True or False, or with yes or no.")


def _choice(came: object, choices: Sequence[str]) -> str:
    """The label that is meant: written out, begun, or by words of it that no other label has."""
    came = _alone(came)
    typed = _bare(came) if isinstance(came, str) else str(came)
    labels = {label: _bare(label) for label in choices}
    for fits in (str.__eq__, str.startswith, lambda label, words: set(words.split()) <= set(label.split())):
        meant = [label for label, bare in labels.items() if typed and fits(bare, typed)]
        if len(meant) == 1:
            return meant[0]
    raise Unreadable(came, f"one of: {', '.join(choices)}", "Write one of them exactly as it is.")


def _name(came: object) -> str:
    came = _alone(came)
    if not isinstance(came, str):
        raise Unreadable(came, "a name", "Write it in quotes, as a string.")
    return came.strip().removesuffix("()").rpartition(".")[2].strip().lower()


# Words that make no difference in an answer, and answers that are the same.
FILLERS = {"a", "an", "the", "it", "about", "and", "of", "level", "number", "times", "x"}
SYNONYMS = {"true": "yes", "false": "no", "zero": "0", "none": "0", "stays": "stay", "same": "stay"}


def _words(came: object) -> tuple[str, ...]:
    came = " ".join(map(str, came)) if isinstance(came, list | tuple) else str(came)
    words = [SYNONYMS.get(word, word) for word in _bare(came).split() if word not in FILLERS]
    if not words:
        raise Unreadable(came, "a word or two", "Answer in a few words.")
    return tuple(dict.fromkeys(words))  # "stays the same" says it twice


def _bare(text: str) -> str:
    """Lower case, without punctuation, one blank between words."""
    return " ".join(re.sub(r"[^\w.+%-]+", " ", text.lower().rstrip(" .!")).split())


def _alone(came: object) -> object:
    """What stands alone in a list, in a list …"""
    while isinstance(came, list | tuple) and len(came) == 1:
        came = came[0]
    return came


READERS: dict[Kind, Callable] = {
    Kind.NUMBER: _number,
    Kind.NUMBERS: _numbers,
    Kind.SHAPE: _shape,
    Kind.TRUTH: _truth,
    Kind.NAME: _name,
    Kind.WORDS: _words,
}
