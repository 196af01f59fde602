"""The exercise that writes names: judged by what known models are shown, and by how often each letter comes.

The bounds are more than six standard deviations wide and leave every mistake far outside: no verdict hangs on luck.
"""

from __future__ import annotations

from ..declare import Case, code, medium
from ..exercise import Mistake
from ..expect import describe, returned
from ..probes import writing as probes
from ..values import counted

CALL = f"`write(model, {probes.CHARACTERS!r}, 3, 1.0, generator, 20)`"
WORD = "".join(probes.CHARACTERS[i] for i in probes.NAME)
FIRST, SECOND = probes.CHARACTERS[probes.A], probes.CHARACTERS[probes.B]
DRAWN = probes.LONG * probes.LETTERS
FAIR = range(140, 200)  # of 200 draws at 85 %: 170, and six standard deviations to both sides
COLD = 2 * probes.LETTERS


def _text(value: object, call: str) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        raise Mistake(f"{call} gave None, expected a string.", "return-forgotten")
    raise Mistake(f"{call} gave {describe(value)}, expected a string.", next='Join the characters: `"".join(…)`.')


# --- the loop ---


def _written(data: dict, seed: int) -> None:
    seen = data["contexts"]
    id = "the-batch-is-missing" if data["unbatched"] else _grown(seen)
    text = _text(returned(data["text"], CALL, id), CALL)
    if text == WORD and seen == _contexts():
        return
    says = f"The model is sure of {WORD!r} and then of the end. {CALL} wrote {text!r}"
    known = {WORD + ".": "the-dot-is-no-letter", WORD[:-1]: "the-last-letter-is-lost"}
    id = known.get(text) or ("the-dot-is-no-letter" if text.strip(".") == WORD and text != WORD else None)
    if id:
        raise Mistake(f"{says}.", id)
    if strangers := [letter for letter in text if letter not in probes.CHARACTERS]:
        raise Mistake(f"{says}; {strangers[0]!r} is not one of its characters.", "the-characters-are-an-argument")
    _sure(returned(data["short"], CALL, _grown(seen)), says)
    _contexts_are_right(seen, f"{says}; it was shown {_shown(seen)}, expected {_shown(_contexts())}.")
    raise Mistake(f"{says}.", next="Write down the ids after each round of the loop.")


def _sure(short: dict, says: str) -> None:
    """Does a letter of 99.998 % come? Of forty names of one letter, softmax of (1, 0, 0, 0, 0) gives 16."""
    if short["empty"] == probes.NAMES:
        raise Mistake(f"{says}.", "the-padding-is-no-end")
    if short["A"] < probes.NAMES - 8:
        told = f"A letter with a probability of over 99.9 % came up {short['A']} times out of {probes.NAMES}."
        # All five letters alike give 8 of 40, seldom 16: no name is better than a wrong one.
        id = "softmax-twice" if short["A"] in range(16, 29) else None
        raise Mistake(told, id, next="" if id else "Draw from the softmax of the scores.")


def _contexts() -> list[list[int]]:
    ids = [0] * probes.CONTEXT + list(probes.NAME)
    return [ids[i : i + probes.CONTEXT] for i in range(len(probes.NAME) + 1)]


def _contexts_are_right(seen: list[list[int]], says: str) -> None:
    right = _contexts()
    if seen == right[: len(seen)]:
        return
    if len(seen) > 1 and all(context == right[0] for context in seen):
        raise Mistake(says, "the-context-moves-on")
    if len(seen) > 1 and seen[1] == [probes.NAME[0], 0, 0]:
        raise Mistake(says, "newest-character-first")
    if id := _grown(seen):
        raise Mistake(says, id)
    raise Mistake(says, next="Show the model the last three ids, with those of the dots in front of them.")


def _grown(seen: list[list[int]]) -> str | None:
    """Is each context one longer than the one before?"""
    lengths = [len(context) for context in seen]
    grows = len(seen) > 1 and lengths == list(range(lengths[0], lengths[0] + len(seen)))
    return "the-context-keeps-its-length" if grows else None


def _shown(contexts: list[list[int]]) -> str:
    return ", ".join(map(str, contexts[:3])) + (", …" if len(contexts) > 3 else "")


def _no_gradients(data: dict, seed: int) -> None:
    if data["gradients"]:
        raise Mistake("The model was called while gradients were being recorded.", "writing-needs-no-gradients")


def _never_ending(data: dict, seed: int) -> None:
    for length, found in ((int(length), found) for length, found in data.items()):
        call = f"`write(…, max_length={length})`"
        text = _text(returned(found["text"], call), call)
        if text == FIRST * length:
            continue
        says = f"A model that never ends wrote {counted(len(text), 'character')}, {text!r}, with max_length {length}; "
        says += f"expected {FIRST * length!r}."
        lost = text == FIRST * (length - 1) and found["draws"] >= length  # fewer draws would be a wrong count
        id = "the-cut-letter-is-lost" if lost else None
        raise Mistake(
            says, id, next="" if id else "Count the characters that were written, not the ids in the context."
        )


# --- what is drawn ---


def _likely(data: dict, seed: int) -> None:
    drawn = returned(data["counts"], CALL)
    says = f"{FIRST!r} should come up in 85 % of the draws, {SECOND!r} in 15 %. Of {DRAWN} letters, {_counts(drawn)}."
    if DRAWN in drawn.values():
        raise Mistake(says, "seeded-inside" if data["moved"] else "always-the-likeliest")
    if drawn["A"] not in FAIR or sum(drawn.values()) != DRAWN:
        raise Mistake(says, next="Draw from the softmax of the scores.")
    _some_are_empty(returned(data["names"], CALL))


def _some_are_empty(names: dict) -> None:
    """Forty names of which a third begin with FIRST, a third with SECOND, and a third end at once."""
    counts = (names["A"], names["empty"], probes.NAMES - names["A"] - names["empty"])
    if max(counts) == probes.NAMES:
        raise Mistake(
            f"All {probes.NAMES} names came out the same, though they should be drawn at random.", "seeded-inside"
        )
    if names["empty"] not in range(1, 32):
        says = f"A third of the names should end at once; {counted(counts[1], 'name')} out of {probes.NAMES} did."
        raise Mistake(says, None if names["empty"] else "a-name-may-be-empty")


def _temperatures(data: dict, seed: int) -> None:
    cold = returned(data["cold"], "`write(…, temperature=0.1)`")
    if cold["A"] != COLD:
        says = f"At temperature 0.1, {FIRST!r} is almost certain. It came up {cold['A']} times out of {COLD}."
        raise Mistake(says, "temperature-divides" if cold["A"] < 72 else "temperature-comes-before-softmax")
    hot = returned(data["hot"], "`write(…, temperature=10.0)`")
    if hot["A"] not in FAIR:
        says = f"At temperature 10, {FIRST!r} should come up in 85 % of the draws. Of {DRAWN} letters, {_counts(hot)}."
        raise Mistake(says, next="Divide the scores by the temperature, whatever it is.")


def _counts(drawn: dict[str, int]) -> str:
    return f"{drawn['A']} were {FIRST!r} and {drawn['B']} were {SECOND!r}"


def _generators(data: dict, seed: int) -> None:
    first, again, other = (returned(data[name], CALL) for name in ("first", "again", "other"))
    if first != again:
        raise Mistake("Two generators in the same state gave different names.", "the-generator-is-an-argument")
    if first == other:
        raise Mistake("Generators in different states gave the same names.", "seeded-inside")


WRITE = code("write", "Writing a name", medium, 12, name="write")(
    Case("character by character, to the end", probes.written, _written, 2),
    Case("a name that does not end is cut", probes.never_ending, _never_ending),
    Case("as likely as the model says", probes.likely, _likely),
    Case("the temperature", probes.temperatures, _temperatures, 2),
    Case("no gradients", probes.written, _no_gradients),
    Case("the generator", probes.generators, _generators),
    why="The model only ever says how likely each next character is; drawing one and moving the window on is all the "
    "writing there is.",
    hints=(
        "Begin with a context of `block_size` zeros. Each round: scores, probabilities, one draw, and the context "
        "shifts by one: the oldest character goes, the drawn one is appended.",
        "`(scores / temperature).softmax(1)` gives the probabilities, `torch.multinomial(…, 1, generator=generator)` "
        "draws.",
        "A drawn 0 is the dot: the name is over, and the dot does not belong to it. `@torch.no_grad()` above the "
        "function turns gradients off.",
    ),
)
