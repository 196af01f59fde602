"""Say what you expect before you look: predictions are kept, and compared with what came out."""

from lessonlib import progress

VERDICTS = {True: "They agree.", False: "They differ: worth a second look before you read on."}


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
    try:
        return abs(float(yours) - float(actual)) <= tolerance
    except (TypeError, ValueError):
        return _canonical(yours) == _canonical(actual)


def _canonical(value) -> str:
    """(4, 80), [4, 80] and "torch.Size([4, 80])" are the same answer, and so are (4,) and 4."""
    text = str(value).lower().replace("torch.size", "")
    return "".join(character for character in text if character not in "()[] \"'").strip(",")
