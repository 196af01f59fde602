"""Answers to the exercises of the lesson sound. The wrong values that its parts declare are tried as well."""

from . import Whole, Wrong

WRONG = {
    "milliseconds": [Wrong("a word", None, "(1 + 15) / 8", "'some'")],
    "mu": [
        Wrong("a word", None, ", 0, 1", ", 0, 'many'"),
        Whole("equal steps", "the-logarithm-comes-first", "def answer_mu():\n    return 0.14, 4, 2, 0, 1"),
        Whole("rounded down", "round-to-the-nearest", "def answer_mu():\n    return 0.33, 4, 1, 0, 1"),
    ],
    "knows": [Wrong("a word", None, "256 // 8", "'half'")],
}

RIGHT = {
    "milliseconds": {"in a list": "def answer_milliseconds():\n    return [2, 4000, 12.0, 6]"},
    "mu": {"rounded": "def answer_mu():\n    return 0.33, 5, 1, 0, 1"},
    "knows": {"1 and 0": "def answer_knows():\n    return [0, 32, 10.0, 1023]"},
}
