"""Answers to the exercises of the lesson sound. The wrong values that its parts declare are tried as well."""

from . import Wrong

WRONG = {
    "milliseconds": [Wrong("a word", None, "(1 + 15) / 8", "'some'")],
    "mu": [Wrong("a word", None, ", 0, 1", ", 0, 'many'")],
    "knows": [Wrong("a word", None, "256 // 8", "'half'")],
}

RIGHT = {
    "milliseconds": {"texts": "def answer_milliseconds():\n    return '2', '4,000', 12.0, '6'"},
    "mu": {"rounded": "def answer_mu():\n    return 0.33, 5, 1, 0, 1"},
    "knows": {"words": "def answer_knows():\n    return 'no', '32', 10.0, '1,023'"},
}
