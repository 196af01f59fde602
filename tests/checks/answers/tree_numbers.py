"""Answers to the exercises on the tree that ask for numbers, beside the wrong values that those declare."""

from . import Wrong

GROUPS = "return [2, 3, 3], [6, 11], [2, 3, 5]"
STRANGE = "return now, later, max(later) - min(later) + 1"
WALLS = "return guess, 0.0, 0.0, guess"


def groups(name: str, misconception: str | None, answer: str) -> Wrong:
    return Wrong(name, misconception, GROUPS, f"return {answer}")


def strange(name: str, misconception: str | None, answer: str) -> Wrong:
    return Wrong(name, misconception, STRANGE, f"return {answer}")


def walls(name: str, misconception: str | None, answer: str) -> Wrong:
    return Wrong(name, misconception, WALLS, f"return {answer}")


WRONG = {
    "groups": [
        groups("from the top", "read-from-the-top", "[3, 3, 2], [6, 11], [5, 6]"),
        groups("how many groups", "groups-are-counted", "[9, 3, 1], [6, 11], [5, 6]"),
        groups("from 1", "positions-begin-at-0", "[2, 3, 3], [7, 12], [5, 6]"),
        groups("vectors of level 1", "one-level-down", "[2, 3, 3], [3, 5], [5, 6]"),
        groups("half of it all", "one-level-up", "[2, 3, 3], [9, 17], [5, 6]"),
        groups("a sum", "reaches-add-up", "[2, 3, 3], [6, 11], [10, 10, 10]"),
        groups("flat", "one-level-is-flat", "[2, 3, 3], [6, 11], [30]"),
        groups("pairs", None, "[2, 3, 3], [6, 11], [2, 2, 2, 2, 2]"),
        groups("a one", None, "[2, 3, 3], [6, 11], [1, 30]"),
    ],
    "strange": [
        strange("all that is wired", "a-zero-weight-passes-nothing", "later, later, 10"),
        strange("no gaps", "a-reach-may-have-gaps", "[*range(5, 12)], [*range(2, 12)], 10"),
        strange("everything", "look-at-the-scores", "[*range(12)], later, 10"),
        strange("as it is now", "zero-is-a-beginning", "now, now, 10"),
        strange("all twelve", "what-is-not-wired-stays-unseen", "now, [*range(12)], 10"),
        strange("the whole window", "the-window-begins-at-the-oldest", "now, later, 12"),
        strange("from 1", "positions-begin-at-0", "[i + 1 for i in now], [i + 1 for i in later], 10"),
        strange("from the right", "counted-from-the-right", "[11 - i for i in now], [11 - i for i in later], 10"),
        strange("how many", "a-reach-may-have-gaps", "now, later, 8"),
        strange("the difference", "both-ends-count", "now, later, max(later) - min(later)"),
        strange("one too many", None, "[*now, 4], later, 10"),
        strange("one short", None, "now, later[1:], 10"),
        strange("a set too large", "look-at-the-scores", "{*range(12)}, later, 10"),
        strange("texts", None, '"many", later, 10'),
    ],
    "walls": [
        walls("a chance", "a-loss-is-a-logarithm", "0.1, 0, 0, 0.9"),
        walls("all is learned", "a-short-tree-sees-far", "0, 0, 0, 0"),
        walls("a slope", "the-wall-is-a-slope", "1.5, 1.5, 1.5, guess / 2"),
        walls("out of reach", "reach-is-enough", "guess, guess, guess, guess"),
        walls("half a sum", "the-wall-is-a-slope", "guess, 0, 0, guess / 2"),
        walls("letters", "ten-digits-are-no-letters", "math.log(26), 0, math.log(26), math.log(27)"),
        walls("nine digits", None, "3.5, 0, 0, guess"),
    ],
}

RIGHT = {
    "five_levels": {"in a list": "def answer_five_levels():\n    return [31, 4.0, 22, 480, 15090]"},
    "groups": {
        "in a list": "def answer_groups():\n    return [[2, 3, 3], (6, 11), [5, 6]]",
        "tensors": "def answer_groups():\n    return torch.tensor([2, 3, 3]), torch.tensor([6, 11]), (3, 10)",
    },
    "strange": {
        "by hand, in any order": "def answer_strange():\n    return [(11, 10, 6, 5), [2, 3, 5, 6, 7, 8, 10, 11], 10]",
        "sets": "def answer_strange():\n    return {5, 6, 10, 11}, {*range(2, 4), *range(5, 9), 10, 11}, 10",
        "a tensor": "def answer_strange():\n"
        "    return torch.tensor([5, 6, 10, 11]), torch.tensor([2, 3, 5, 6, 7, 8, 10, 11]), 10",
    },
    "walls": {
        "rounded": "def answer_walls():\n    return [2.3, 0, 0.01, 2.303]",
        "a tensor": "def answer_walls():\n    return torch.tensor([10.0, 1.0, 1.0, 10.0]).log()",
    },
}
