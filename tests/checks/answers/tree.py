"""Answers to the exercises of the lesson tree."""

from . import Wrong

FUSED = "return torch.tensor([1, 2, 3, -1]) @ W, torch.tensor([0, 1, 1, 0]) @ W"

WRONG = {
    "fusion": [
        Wrong("the right one first", "odd-before-even", FUSED, "return [7, 0, 7], [2, -1, 3]"),
        Wrong("woven", "channels-interleaved", "[1, 2, 3, -1]", "[1, 3, 2, -1]"),
        Wrong("added up first", "a-pair-keeps-its-numbers", FUSED, "return [4, -1, 9], [2, 0, 1]"),
        Wrong(
            "after tanh",
            "tanh-comes-later",
            "torch.tensor([1, 2, 3, -1]) @ W",
            "(torch.tensor([1, 2, 3, -1]) @ W).tanh()",
        ),
        Wrong(
            "the second pair after tanh",
            "tanh-comes-later",
            "torch.tensor([0, 1, 1, 0]) @ W",
            "(torch.tensor([0, 1, 1, 0]) @ W).tanh()",
        ),
        Wrong("one slip", None, FUSED, "return [6, 4, 3], [2, 0, 1]"),
        Wrong("halves", "halves-instead-of-neighbours", FUSED, "return [2, -3, 5], [5, 2, 5]"),
        Wrong("overlapping", "pairs-do-not-overlap", FUSED, "return [6, 2, 3], [4, 0, 6]"),
        Wrong("the second first", "parts-in-another-order", FUSED, "return [2, 0, 1], [6, 2, 3]"),
        Wrong("in another order", None, FUSED, "return [2, 6, 3], [2, 0, 1]"),
        Wrong("only the first", None, FUSED, "return [6, 2, 3], None"),
        Wrong("a text", None, FUSED, "return '6, 2, 3', [2, 0, 1]"),
        Wrong("two numbers", None, FUSED, "return [6, 2], [2, 0, 1]"),
    ],
}

RIGHT = {
    "fusion": {
        "tuples": "def answer_fusion():\n    return (6, 2, 3), (2, 0, 1)",
        "in a list": "def answer_fusion():\n    return [[6, 2, 3], [[2.0, 0.0, 1.0]]]",
    },
}
