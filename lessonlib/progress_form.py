"""The form of the progress record: what each part may hold. What has another form is no record of ours.

People edit the file, programs damage it, and whatever reads it counts on this form.
"""

from __future__ import annotations

from types import NoneType

DEEPEST = 20  # dicts and lists in each other
TEXT, YES_NO, NUMBER, TEXTS = (str,), (bool,), (int, float), (list,)
VALUE = (NoneType, bool, int, float, str, list)
# What the fields of an entry may be, by part; an entry may have others.
FIELDS = {
    "predictions": {"question": TEXT, "yours": VALUE, "actual": VALUE, "agrees": (NoneType, bool), "seen": YES_NO},
    "checks": {
        "lesson": TEXT,
        "state": TEXT,
        "score": NUMBER,
        "points": NUMBER,
        "attempts": (int,),
        "best": NUMBER,
        "misconceptions": (dict,),
    },
    "cards": {"knew": YES_NO, "again": YES_NO, "settled": TEXTS},
}


def sound(data: object) -> dict:
    """What of `data` has the right form, as a new dict: all of a record of ours, nothing of anything else."""
    if not isinstance(data, dict):
        return {}
    kept = {key: part for key, part in data.items() if _is_shallow(part)}
    for name in FIELDS:
        if name in kept:
            kept[name] = _entries(kept[name], lambda entry, name=name: _fits(entry, name))
    if "quiz" in kept:
        kept["quiz"] = _entries(kept["quiz"], lambda right: type(right) is bool)
    if type(kept.get("show_answers", False)) is not bool:
        del kept["show_answers"]
    return kept


def _entries(part: object, fits) -> dict:
    return {id: entry for id, entry in part.items() if fits(entry)} if isinstance(part, dict) else {}


def _fits(entry: object, part: str) -> bool:
    if not isinstance(entry, dict):
        return False
    fields = FIELDS[part]
    if any(type(value) not in fields[name] for name, value in entry.items() if name in fields):
        return False
    lists = [value for value in entry.values() if isinstance(value, list)]
    counts = entry.get("misconceptions", {}) if part == "checks" else {}
    return all(not isinstance(item, list | dict) for value in lists for item in value) and all(
        type(count) is int for count in counts.values()
    )


def _is_shallow(value: object, depth: int = 0) -> bool:
    if not isinstance(value, list | dict):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth < DEEPEST and all(_is_shallow(item, depth + 1) for item in inner)
