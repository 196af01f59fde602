"""The exercises on your own tree: the levels that a list needs, what figures allow to say, a recipe for any list."""

import dataclasses
import itertools
import math
from collections import Counter

import torch.nn.functional as F

from .. import reference
from ..declare import Case, code, hard, medium, part, prediction
from ..engine import Check
from ..exercise import Mistake
from ..expect import returned
from ..probes import your_own_tree as probes
from ..values import Kind, understood
from .handed_over import understood as a_tree

# --- the levels that a list needs ---


def _needed(lengths: list[int], share: float, one_more: int = 0) -> int:
    """The length that holds this share of the words; with `one_more`, that of the next word."""
    if one_more:
        return sorted(lengths)[min(len(lengths) - 1, int(share * len(lengths) + 1e-9))]
    return sorted(lengths)[max(0, math.ceil(share * len(lengths) - 1e-9) - 1)]


def _of_characters(lengths: list[int], share: float) -> int:
    """The length up to which the words hold this share of all characters."""
    sums = zip(sorted(lengths), itertools.accumulate(sorted(lengths)), strict=True)
    return next(length for length, total in sums if total >= share * sum(lengths) - 1e-9)


def _log(length: float) -> int:
    return math.ceil(math.log2(length) - 1e-9)


RULES = {  # what each mistake comes to, for the lengths of the words and a share
    "": lambda lengths, share: max(1, _log(_needed(lengths, share))),
    "the-mean-is-not-most": lambda lengths, share: max(1, _log(sum(lengths) / len(lengths))),
    "the-longest-word-decides": lambda lengths, share: max(1, _log(max(lengths))),
    "share-is-an-argument": lambda lengths, share: max(1, _log(_needed(lengths, 0.9))),
    "levels-rounded-down": lambda lengths, share: max(1, int(math.log2(_needed(lengths, share)))),
    "the-end-is-not-read": lambda lengths, share: max(1, _log(_needed(lengths, share) + 1)),
    "levels-add-up": lambda lengths, share: max(1, math.ceil(_needed(lengths, share) / 2)),
    "no-level-is-no-tree": lambda lengths, share: _log(_needed(lengths, share)),
    "characters-are-no-levels": _needed,
    "at-least-is-enough": lambda lengths, share: max(1, _log(_needed(lengths, share, one_more=1))),
    "words-count-not-characters": lambda lengths, share: max(1, _log(_of_characters(lengths, share))),
    "log-of-another-base": lambda lengths, share: max(1, math.ceil(math.log(_needed(lengths, share)))),
}


def _same_as(rule: str, cases: list[tuple[list[int], float]], found: list) -> bool:
    return found == [RULES[rule](*case) for case in cases]


def _levels(lists: tuple[tuple[tuple, float], ...]):
    """The judge for the answers to these lists, each with its share."""
    cases = [([length for length, count in lengths for _ in range(count)], share) for lengths, share in lists]
    once = [([length for length, count in lengths for _ in range(probes.different(count))], s) for lengths, s in lists]

    def judge(data: dict, seed: int) -> None:
        found = [_a_number(each, lengths, share) for each, (lengths, share) in zip(data["found"], cases, strict=True)]
        if _same_as("", cases, found):
            return
        place = next(i for i, case in enumerate(cases) if found[i] != RULES[""](*case))
        right = RULES[""](*cases[place])
        says = f"{_call(*cases[place])} gave {found[place]:g}, expected {right}."
        known = next((rule for rule in RULES if rule and _same_as(rule, cases, found)), None)
        known = "each-word-once" if known is None and _same_as("", once, found) else known
        advice = "Sort the lengths. Which one does that share of the words not exceed?"
        raise Mistake(says, known, next="" if known else advice)

    return judge


def _call(lengths: list[int], share: float) -> str:
    told = ", ".join(f"{count} of length {length}" for length, count in sorted(Counter(lengths).items()))
    return f"`levels_for_words(words, {share})`, for {told},"


def _a_number(attempt: dict, lengths: list[int], share: float) -> float:
    came = returned(attempt, _call(lengths, share))
    if came is None:
        raise Mistake(f"{_call(lengths, share)} gave None.", "return-forgotten")
    return understood(came, Kind.NUMBER)


LEVELS = code("enough_levels", "How many levels?", medium, 8, name="levels_for_words")(
    Case("nine words out of ten", probes.most, _levels(tuple((lengths, 0.9) for lengths in probes.MOST)), 2),
    Case("another share", probes.shares, _levels(probes.SHARES)),
    Case("very short words", probes.short, _levels(tuple((lengths, 0.9) for lengths in probes.SHORT))),
    why="Sorted by length, the words show which length covers that share; its logarithm, rounded up, is the number of "
    "levels.",
    hints=(
        "Sort the lengths. Nine tenths of 20 words are 18: the 18th length must fit.",
        "k levels hold 2**k characters. So `math.ceil(math.log2(length))`, and never fewer than one level.",
    ),
)

# --- what the figures allow to say ---

CLAIMS = prediction("say", "What may you say?", medium, 6)(
    part("A: on the towns the tree is better", True, "a-clear-gap-counts"),
    part("B: on the cheeses the tree is better", False, "a-few-words-decide"),
    part("C: the tree has learned its cheeses by heart", True, "by-heart-shows-in-the-gap"),
    part("D: the tree of the towns has learned its list better than that of the cheeses", False, "two-lists"),
    why="A gap counts when it is well beyond the give or take, and only between models that predict the same words; "
    "four test words support no claim.",
    hints=(
        "How many times the give or take is the gap of the towns? How many test words decide about the cheeses?",
        "Compare training and test loss of the cheeses. And does a loss on one list say anything about another?",
    ),
)

# --- a recipe for any list ---


def _tree(data: dict, seed: int, place: int) -> tuple[dict, list[str], list[str], list[str]]:
    """The tree of a language, its characters, and its words."""
    shown, held_out = probes.language(seed, place)
    characters = [".", *sorted(set("".join(shown)))]
    tree = a_tree(data["trees"][place], len(characters), "`my_tree(words)`")
    return tree, characters, shown, held_out


def _comes_back(data: dict, seed: int) -> str:
    tree, characters, *_ = _tree(data, seed, 0)
    return f"{len(tree['levels'])} levels, {len(characters)} characters"


def _better_than_pairs(place: int):
    """The judge of the tree that was made of the language `place`."""

    def judge(data: dict, seed: int) -> str:
        tree, characters, shown, held_out = _tree(data, seed, place)
        number = {character: i for i, character in enumerate(characters)}
        x, y = reference.windows(held_out, 2 ** len(tree["levels"]), number)
        loss, pairs = F.cross_entropy(reference.tree_logits(x, tree), y).item(), _pairs(shown, held_out, characters)
        if loss < pairs - 0.1:
            return f"{loss:.2f}; counting pairs {pairs:.2f}"
        says = f"Its loss is {loss:.2f} on words that it has not seen; counting pairs of characters gives {pairs:.2f}."
        raise Mistake(says, "no-better-than-pairs")

    return judge


def _pairs(shown: list[str], held_out: list[str], characters: list[str]) -> float:
    """The loss of counting which character follows which, each count from 1."""

    def followed(words):
        return [pair for word in words for pair in zip(f".{word}", f"{word}.", strict=True)]

    counts, firsts = Counter(followed(shown)), Counter(first for first, _ in followed(shown))
    costs = [-math.log((counts[pair] + 1) / (firsts[pair[0]] + len(characters))) for pair in followed(held_out)]
    return sum(costs) / len(costs)


ANY_LIST = dataclasses.replace(
    code("any_list", "A recipe for any list", hard, 20, name="my_tree", given=True)(
        Case("a tree comes back", probes.trees, _comes_back, 2),
        Case("it knows more than pairs", probes.trees, _better_than_pairs(0), 2),
        Case("and so it does in another alphabet", probes.trees, _better_than_pairs(1), 2),
        why="The sizes follow from the words, and the tree is trained on them: so it works for lists that nobody has "
        "thought of.",
        hints=(
            "The embedding has a row for each of `characters_of(words)`; `windows(words, 2**levels)` cuts examples.",
            "AdamW at 0.01 and 200 steps of 64 examples are plenty. Draw each batch with `torch.randint`.",
            "`model.train()` before the loop, so that BatchNorm keeps its statistics; then return the model.",
        ),
    ),
    seconds=20.0,
    may_seed=True,
)

check = Check("your-own-tree", LEVELS, CLAIMS, ANY_LIST)
