"""Probes: a name written character by character, by models whose scores are known."""

from __future__ import annotations

import torch

from .common import attempt, generator

CHARACTERS = ".wxyz"  # the alphabet of these models: not that of the lesson
CONTEXT, NAME, SURE = 3, (3, 1, 4, 2), 40.0
NAMES, LONG, LETTERS = 40, 4, 50  # names of one letter; long ones, and their letters
A, B, GAP = 2, 4, 1.7346  # two letters and what lies between their scores: 85 % and 15 %


class Known:
    """ids (1, T) to scores (1, 5): a row of `table` for the newest character. It notes what it was shown, and how.

    Raises ValueError for ids without the batch dimension, as a model that flattens its embeddings would.
    """

    def __init__(self, table: torch.Tensor):
        self.table, self.contexts = table.clone().requires_grad_(), []
        self.gradients, self.unbatched = False, False

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        if ids.ndim != 2 or len(ids) != 1:
            self.unbatched |= ids.ndim == 1
            raise ValueError(f"the model got x of shape {tuple(ids.shape)}, expected (1, {CONTEXT}).")
        self.contexts.append(ids[-1].tolist()[:20])
        self.gradients |= torch.is_grad_enabled() and self.table.requires_grad
        return self.table[ids[:, -1]]

    def parameters(self) -> list[torch.Tensor]:
        return [self.table]


def script() -> torch.Tensor:
    """After each character of NAME the next one is sure, and after the last one the end."""
    table = torch.zeros(5, 5)
    for now, then in zip((0, *NAME), (*NAME, 0), strict=True):
        table[now, then] = SURE
    return table


def endless() -> torch.Tensor:
    """A for ever."""
    return torch.nn.functional.one_hot(torch.tensor(A), 5).float().mul(SURE).expand(5, 5)


def two(gap: float) -> torch.Tensor:
    """A and B, whose scores are `gap` apart; nothing else has a chance."""
    row = torch.full((5,), -1000.0)
    row[A], row[B] = gap, 0.0
    return row.expand(5, 5)


def begun_or_over() -> torch.Tensor:
    """A, B or the end, equally likely; after a letter the end is sure."""
    table = torch.zeros(5, 5)
    table[0, [1, 3]] = -1000.0
    table[1:, 0] = SURE
    return table


def peaked() -> torch.Tensor:
    """A is nearly sure, by its score; the scores of all others are equal."""
    return torch.nn.functional.one_hot(torch.tensor(A), 5).float().mul(12.0).expand(5, 5)


def written(answer: object, seed: int) -> dict:
    model = Known(script())
    text = attempt(answer, model, CHARACTERS, CONTEXT, 1.0, generator(seed), 20)
    short = attempt(_one_letter, answer, peaked(), 1.0, generator(seed))
    seen = {"contexts": model.contexts[:30], "gradients": model.gradients, "unbatched": model.unbatched}
    return {"text": text, "short": short, **seen}


def never_ending(answer: object, seed: int) -> dict:
    found = {}
    for length in (1, 7):
        model = Known(endless())
        text = attempt(answer, model, CHARACTERS, CONTEXT, 1.0, generator(seed), length)
        found[str(length)] = {"text": text, "draws": len(model.contexts)}
    return found


def likely(answer: object, seed: int) -> dict:
    """How often each letter is drawn, and whether anything was drawn at random at all."""
    drawn = generator(seed)
    before = drawn.get_state(), torch.get_rng_state()
    counts = attempt(_letters, answer, two(GAP), 1.0, drawn)
    moved = not torch.equal(drawn.get_state(), before[0]) or not torch.equal(torch.get_rng_state(), before[1])
    return {"counts": counts, "moved": moved, "names": attempt(_one_letter, answer, begun_or_over(), 1.0, drawn, 12)}


def temperatures(answer: object, seed: int) -> dict:
    drawn = generator(seed)
    return {
        "cold": attempt(_letters, answer, two(2.0), 0.1, drawn, 2),  # A alone
        "hot": attempt(_letters, answer, two(10 * GAP), 10.0, drawn),
    }


def generators(answer: object, seed: int) -> dict:
    """The same state twice, with other numbers drawn elsewhere in between, then another state."""

    def names(state: int) -> str:
        drawn = generator(state)
        return "".join(str(answer(Known(two(0.0)), CHARACTERS, CONTEXT, 1.0, drawn, 10)) for _ in range(3))

    def again() -> str:
        torch.rand(7)
        return names(seed)

    return {"first": attempt(names, seed), "again": attempt(again), "other": attempt(names, seed + 1)}


def _one_letter(answer, table: torch.Tensor, temperature: float, drawn: torch.Generator, most: int = 2) -> dict:
    """NAMES names: how many begin with A, how many are empty. Of two letters, so that a lost last one is not judged."""
    names = [answer(Known(table), CHARACTERS, CONTEXT, temperature, drawn, most).strip(".")[:1] for _ in range(NAMES)]
    return {"A": names.count(CHARACTERS[A]), "empty": names.count("")}


def _letters(answer, table: torch.Tensor, temperature: float, drawn: torch.Generator, long: int = LONG) -> dict:
    """Long names: how many of their first LETTERS letters are A, and how many B."""
    names = [answer(Known(table), CHARACTERS, CONTEXT, temperature, drawn, LETTERS + 1) for _ in range(long)]
    text = "".join(name[:LETTERS] for name in names)
    return {"A": text.count(CHARACTERS[A]), "B": text.count(CHARACTERS[B])}
