"""Probes: the levels that a list of words needs, and a recipe that makes a tree of any list."""

from __future__ import annotations

import random

from .budget import handed_over
from .common import attempt

TRAINS = True  # with an optimizer: see engine.py

# Lengths of words, as (length, how many): lists on which the usual mistakes come to different numbers of levels.
MOST = (((3, 12), (8, 6), (60, 2)), ((6, 3), (7, 12), (9, 1)), ((3, 90), (8, 9), (60, 1)))
MANY = 50  # so many words of one length are one word, again and again
SHARES = ((MOST[0], 0.5), (MOST[1], 1.0), (((4, 5), (20, 5)), 0.6))
SHORT = (((1, 12),), ((1, 9), (2, 3)))


def words_of(lengths: tuple, seed: int) -> list[str]:
    """Words of these lengths in a random order."""
    rnd, words = random.Random(seed), []
    for length, count in lengths:
        made = {"".join(rnd.choice("abcdefgh") for _ in range(length)): None for _ in range(4 * different(count))}
        one_length = list(made)[: different(count)]
        words += [one_length[i % len(one_length)] for i in range(count)]
    rnd.shuffle(words)
    return words


def different(count: int) -> int:
    """How many of so many words of one length differ."""
    return 1 if count >= MANY else count


def most(answer: object, seed: int) -> dict:
    """Nine of ten words."""
    return {"found": [attempt(answer, words_of(lengths, seed), 0.9) for lengths in MOST]}


def shares(answer: object, seed: int) -> dict:
    """Other shares."""
    return {"found": [attempt(answer, words_of(lengths, seed), share) for lengths, share in SHARES]}


def short(answer: object, seed: int) -> dict:
    """Words of one and two letters."""
    return {"found": [attempt(answer, words_of(lengths, seed), 0.9) for lengths in SHORT]}


# --- any list ---

ALPHABETS = ("abcdeghiklmnoprstu", "αβγδεζηθικλμνοπρσ")


def language(seed: int, place: int) -> tuple[list[str], list[str]]:
    """Words of a made-up language: one of 24 stems, in the second one a blank, one of 6 endings; (shown, held out)."""
    rnd, letters = random.Random(seed * 2 + place), ALPHABETS[place]

    def part(shortest, longest):
        return "".join(rnd.choice(letters) for _ in range(rnd.randint(shortest, longest)))

    stems, endings = [part(3, 5) for _ in range(24)], [part(3, 4) for _ in range(6)]
    words = sorted({f"{stem}{' ' * place}{ending}" for stem in stems for ending in endings})
    rnd.shuffle(words)
    cut = len(words) * 3 // 4
    known = set("".join(words[:cut]))
    return words[:cut], [word for word in words[cut:] if set(word) <= known]


def trees(answer: object, seed: int) -> dict:
    """What a recipe makes of the two languages, as tensors."""
    return {"trees": [handed_over(answer(language(seed, place)[0])) for place in range(len(ALPHABETS))]}
