"""What a trained tree does well and badly on its words, which letters it takes for alike, and what it writes."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from lessonlib.capstone.contest import nats
from lessonlib.capstone.runs import Run
from lessonlib.sampling import next_probabilities, sample

BY_HEART = 0.3  # nats per character between training and test words
TRIES = 5  # times that a model is asked for as many words as are wanted
LETTERS = 8  # the commonest characters, whose neighbours are shown


@dataclass(frozen=True)
class Findings:
    """Words are (word, its part, nats per character); a surprise is (before it, character, chance, likelier one)."""

    losses: dict[str, float]  # of each part
    best: list[tuple[str, str, float]]
    worst: list[tuple[str, str, float]]
    surprise: tuple[str, str, float, str]  # the worst place of the worst word
    neighbours: dict[str, list[str]]  # the three nearest embeddings
    wrote: list[tuple[str, str]]  # a word that the tree wrote, and the part it stands in, or "new"

    def by_heart(self) -> str:
        """What the gap between training and held-out words says."""
        training, test = self.losses["training"], self.losses["test"]
        known = f"Training words cost {training:.2f} nats per character, test words {test:.2f}"
        if test - training > BY_HEART:
            return f"{known}: much of what it knows, it knows by heart."
        return f"{known}: what it has learned carries over to words that it has never seen."

    def __repr__(self) -> str:
        before, character, chance, likelier = self.surprise
        rows = ["best predicted", *map(_row, self.best), "worst predicted", *map(_row, self.worst)]
        rows.append(
            f"hardest place: after {before!r} the tree gave {_shown(character)} {chance:.2%} and preferred "
            f"{_shown(likelier)}"
        )
        rows.append("nearest letters")
        rows += [f"  {_shown(c)}: {' '.join(map(_shown, near))}" for c, near in self.neighbours.items()]
        rows.append("it wrote")
        rows += [f"  {word} ({part})" for word, part in self.wrote]
        return "\n".join([*rows, self.by_heart()])


def look(run: Run, count: int = 5, writes: int = 12, seed: int = 7) -> Findings:
    """Look at a trained run: its words in order of loss, its embedding, and words that it writes."""
    scored = [
        (word, part, total / (len(word) + 1))
        for part, words in run.words.parts.items()
        for word, total in zip(words, nats(run, part).tolist(), strict=True)
    ]
    scored.sort(key=lambda each: each[2])
    losses = {part: run.loss(part) for part in run.words.parts}
    worst = scored[: -count - 1 : -1]
    hardest, alike, wrote = surprise(run, worst[0][0]), neighbours(run), written(run, writes, seed)
    return Findings(losses, scored[:count], worst, hardest, alike, wrote)


def surprise(run: Run, word: str) -> tuple[str, str, float, str]:
    """The least expected character of a word: what stands before it, itself, its chance, the likeliest one there."""
    places = []
    for i, character in enumerate([*word, "."]):
        chances = next_probabilities(run.model, run.vocabulary, word[:i])
        chance = chances[run.vocabulary.encode(character)[0]].item()
        places.append((chance, word[:i], character, run.vocabulary.decode([chances.argmax().item()])))
    chance, before, character, likelier = min(places)
    return before, character, chance, likelier


def neighbours(run: Run, count: int = LETTERS, near: int = 3) -> dict[str, list[str]]:
    """For the commonest characters, those whose embeddings point in the most similar direction."""
    weight = run.model.layers[0].weight.detach()
    unit = F.normalize(weight - weight.mean(0), dim=1)
    alike = (unit @ unit.T).fill_diagonal_(-2)
    alike[:, 0] = -2  # the '.' is no letter
    common = list(run.words.characters)[:count]
    rows = alike[torch.tensor([run.vocabulary.encode(c)[0] for c in common])]
    nearest = rows.topk(min(near, len(run.words.characters) - 1)).indices.tolist()
    return {c: list(run.vocabulary.decode(row)) for c, row in zip(common, nearest, strict=True)}


def written(run: Run, count: int, seed: int) -> list[tuple[str, str]]:
    """Words that the model writes, each with the part of the list that it stands in, or "new".

    What is empty or blank is no word and does not count; where a model writes little else, fewer words come.
    """
    where = {word: part for part, words in run.words.parts.items() for word in words}
    generator = torch.Generator().manual_seed(seed)
    words = []
    for _ in range(TRIES):
        drawn = sample(run.model, run.vocabulary, count, generator=generator, max_length=40)
        words += [word for word in drawn if word.strip()]
        if len(words) >= count:
            break
    return [(word, where.get(word, "new")) for word in words[:count]]


def _row(each):
    word, part, loss = each
    return f"  {word if len(word) <= 40 else word[:39] + '…'} ({part}, {loss:.2f})"


def _shown(character):
    return {" ": "blank", ".": "the end"}.get(character, character)
