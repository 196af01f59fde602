"""Answers to the exercise on a comparison of one's own."""

from . import Whole

TREE = (
    '{"search": {0.1: 2.4, 0.3: 2.3, 1.0: 2.35}, "search_seed": 0, "rate": 0.3, "seeds": {1: 2.29, 2: 2.30, 3: 2.31}}'
)
FLAT = (
    '{"search": {0.1: 2.5, 0.3: 2.4, 1.0: 2.36}, "search_seed": 0, "rate": 1.0, "seeds": {1: 2.37, 2: 2.36, 3: 2.38}}'
)
CLOSE = FLAT.replace("{1: 2.37, 2: 2.36, 3: 2.38}", "{1: 2.305, 2: 2.32, 3: 2.33}")
NEAR = FLAT.replace("{1: 2.37, 2: 2.36, 3: 2.38}", "{1: 2.315, 2: 2.32, 3: 2.33}")


def _cell(tree: str = TREE, flat: str = FLAT, claim: object = "tree") -> str:
    return f'def answer_comparison():\n    return {{"tree": {tree}, "flat": {flat}, "claim": {claim!r}}}\n'


WRONG = {
    "comparison": [
        Whole("one rate more", "unequal-search", _cell(TREE.replace("1.0: 2.35", "1.0: 2.35, 2.0: 2.4"))),
        Whole("other rates", "unequal-search", _cell(TREE.replace("1.0: 2.35", "2.0: 2.35"))),
        Whole(
            "no search",
            "one-try-is-no-search",
            _cell(
                TREE.replace("0.1: 2.4, ", "").replace(", 1.0: 2.35", ""),
                FLAT.replace("0.1: 2.5, ", "").replace(", 1.0: 2.36", "").replace('"rate": 1.0', '"rate": 0.3'),
            ),
        ),
        Whole(
            "one rate for both", "not-the-best-of-its-search", _cell(flat=FLAT.replace('"rate": 1.0', '"rate": 0.3'))
        ),
        Whole("the largest loss", "not-the-best-of-its-search", _cell(TREE.replace('"rate": 0.3', '"rate": 0.1'))),
        Whole(
            "a rate that was not tried", "not-the-best-of-its-search", _cell(TREE.replace('"rate": 0.3', '"rate": 0.5'))
        ),
        Whole("the search's seed again", "seeds-of-the-search", _cell(TREE.replace("{1: 2.29", "{0: 2.29"))),
        Whole("two seeds", "too-few-seeds", _cell(TREE.replace("1: 2.29, ", ""))),
        Whole("one of four left out", None, _cell(TREE.replace("3: 2.31", "3: 2.31, 4: 2.28"))),
        Whole("the flat one", "the-other-is-lower", _cell(claim="flat")),
        Whole("a lower mean", "the-ranges-overlap", _cell(flat=CLOSE)),
        Whole("no difference", "a-clear-difference-denied", _cell(claim="neither")),
        Whole("another claim", None, _cell(claim="the tree wins")),
        Whole("nothing", "return-forgotten", "def answer_comparison():\n    pass\n"),
        Whole("a number", None, "def answer_comparison():\n    return 2.3\n"),
        Whole("one model", None, f'def answer_comparison():\n    return {{"tree": {TREE}, "claim": "tree"}}\n'),
        Whole("no seeds", None, _cell(TREE.replace('"seeds"', '"runs"'))),
        Whole("not a loss", None, _cell(TREE.replace("2.4", "float('nan')"))),
        Whole("a negative loss", None, _cell(TREE.replace("2.4", "-2.4"))),
        Whole("a list of losses", None, _cell(TREE.replace("{1: 2.29, 2: 2.30, 3: 2.31}", "[2.29, 2.30, 2.31]"))),
        Whole("words for a rate", None, _cell(TREE.replace('"rate": 0.3', '"rate": "a small one"'))),
    ]
}

RIGHT = {
    "comparison": {
        "as it came out": _cell(),
        "neither, where ranges overlap": _cell(flat=CLOSE, claim="neither"),
        "a small gap, claimed": _cell(flat=NEAR),
        "a small gap, left open": _cell(flat=NEAR, claim="neither"),
        "keys as text, a run that blew up": _cell(
            TREE.replace("0.1:", "'0.1':").replace("0.3: 2.3", "'0.3': 2.3").replace("1.0: 2.35", "'1.0': math.inf")
        ),
        "tensors": _cell(TREE.replace("1: 2.29", "1: torch.tensor(2.29)")),
        "five seeds each": _cell(
            TREE.replace("3: 2.31", "3: 2.31, 4: 2.3, 5: 2.29"), FLAT.replace("3: 2.38", "3: 2.38, 4: 2.37, 5: 2.37")
        ),
    }
}
