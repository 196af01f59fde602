"""Say what you expect before you look: predictions are kept, and compared with what came out."""

import math
import re

from lessonlib import progress
from lessonlib.lessons import permanent

VERDICTS = {True: "They agree.", False: "They differ: worth a second look before you read on."}

# Words that make no difference in an answer, and answers that are the same.
FILLERS = {"a", "an", "the", "it", "about", "and", "of", "level", "number", "times", "x"}
SYNONYMS = {"true": "yes", "false": "no", "zero": "0", "none": "0", "stays": "stay", "same": "stay"}


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
        entry = kept.setdefault("predictions", {}).setdefault(permanent(id), {})
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
    entry = progress.load().get("predictions", {}).get(permanent(id), {})
    yours = entry.get("yours")
    entry |= {"actual": _plain(actual), "agrees": None if yours is None else _agrees(yours, actual, tolerance)}

    def change(kept):
        kept.setdefault("predictions", {})[permanent(id)] = entry

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
    """The same numbers within `tolerance`, in order; or the same words, in any order."""
    mine, came = _pieces(yours), _pieces(actual)
    if len(mine) != len(came):
        return False
    if all(_number(word) is None for word in came):
        mine, came = sorted(mine), sorted(came)
    return all(_same(a, b, tolerance) for a, b in zip(mine, came, strict=True))


def _pieces(value) -> list[str]:
    """What counts in an answer, however it is written: (4, 80) and [4.0, 80.0], yes and True, "20 %" and 0.2."""
    value = value.tolist() if hasattr(value, "tolist") else value
    text = str(value).lower().replace("torch.size", "")
    if isinstance(value, str) and not set("([") & set(text):
        text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)  # "11,897" is one number
    text = re.sub(r"\b(?:math\.)?(?:ln|log) ?\(?(\d+)\)?", lambda n: str(math.log(int(n[1]) or 1)), text)
    text = re.sub(r"(\d+(?:\.\d+)?) ?%", lambda share: str(float(share[1]) / 100), text)
    words = [word for word in re.split(r"[\s,;()\[\]'\"]+", text) if word and word not in FILLERS]
    words = [SYNONYMS.get(word, word) for word in words]
    return [word for i, word in enumerate(words) if word != "stay" or i == words.index(word)]  # "stays the same"


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _same(mine: str, came: str, tolerance: float) -> bool:
    a, b = _number(mine), _number(came)
    if a is None or b is None:
        return mine.removesuffix("s") == came.removesuffix("s")  # "fails" as well as "fail"
    return abs(a - b) <= tolerance
