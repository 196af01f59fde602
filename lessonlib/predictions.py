"""Say what you expect before you look: predictions are kept, and compared with what came out."""

import re

from lessonlib import progress

VERDICTS = {True: "They agree.", False: "They differ: worth a second look before you read on."}

FILLERS = {"a", "an", "the", "it", "about", "level"}  # words that make no difference in an answer
SYNONYMS = {"true": "yes", "false": "no"}


def predict(id: str, question: str, yours=None) -> None:
    """Ask `question` and record your answer; `yours=None` (no answer yet) is fine.

    Run the cell again with another answer as often as you like before you look.
    """
    print(question)
    if yours is None:
        print("No prediction yet: put one after `yours=`, or read on.")
    else:
        print(f"Your prediction: {yours}")
    record(id, question, yours)


def record(id: str, question: str, yours=None) -> None:
    """Keep a prediction; what came out for an earlier one is forgotten."""

    def change(kept):
        entry = kept.setdefault("predictions", {}).setdefault(id, {})
        entry |= {"question": question, "yours": None if yours is None else _plain(yours)}
        entry.pop("actual", None)
        entry.pop("agrees", None)

    progress.update(change)


def compare(id: str, actual, tolerance: float = 0.0) -> None:
    """Print what came out beside what you predicted; numbers count as equal within `tolerance`."""
    entry = judge(id, actual, tolerance)
    if "question" in entry:
        print(entry["question"])
    print(f"What came out:   {actual}")
    if entry["agrees"] is not None:
        print(f"Your prediction: {entry['yours']}")
        print(VERDICTS[entry["agrees"]])


def judge(id: str, actual, tolerance: float = 0.0) -> dict:
    """Keep what came out, and whether it `agrees` with the prediction (None without one); returns the entry."""
    entry = progress.load().get("predictions", {}).get(id, {})
    yours = entry.get("yours")
    entry |= {"actual": _plain(actual), "agrees": None if yours is None else _agrees(yours, actual, tolerance)}

    def change(kept):
        kept.setdefault("predictions", {})[id] = entry

    progress.update(change)
    return entry


def missed() -> dict[str, dict]:
    """The predictions that differed from what came out, by id."""
    kept = progress.load().get("predictions", {})
    return {id: entry for id, entry in kept.items() if entry.get("agrees") is False}


def _plain(value):
    """What JSON can hold: numbers stay numbers, all else becomes its text."""
    return value if isinstance(value, bool | int | float | str) else str(value)


def _agrees(yours, actual, tolerance) -> bool:
    """The same numbers within `tolerance` and the same words, in order, however they are written."""
    mine, came = _pieces(yours), _pieces(actual)
    return len(mine) == len(came) and all(_same(a, b, tolerance) for a, b in zip(mine, came, strict=True))


def _pieces(value) -> list[str]:
    """What counts in an answer: (4, 80), [4.0, 80.0] and "torch.Size([4, 80])" are the same, so are yes and True."""
    value = value.tolist() if hasattr(value, "tolist") else value
    text = str(value).lower().replace("torch.size", "")
    if isinstance(value, str) and not set("([") & set(text):
        text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)  # "11,897" is one number
    words = [word for word in re.split(r"[\s,;()\[\]'\"]+", text) if word and word not in FILLERS]
    return [SYNONYMS.get(word, word) for word in words]


def _same(mine: str, came: str, tolerance: float) -> bool:
    try:
        return abs(float(mine) - float(came)) <= tolerance
    except ValueError:
        return mine.removesuffix("s") == came.removesuffix("s")  # "fails" as well as "fail"
