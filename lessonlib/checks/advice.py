"""What to try after an exception, by its kind: "print the shapes" helps nobody who has mistyped a name."""

from __future__ import annotations

RUN = "Run the same call in a cell of your own, and just before that line"

# (words of the message, all lower case; what to try). The first that fits counts, before those by type.
BY_WORDS = (
    (("dtype",), f"{RUN} print each `.dtype`: whole numbers become floats with `.float()`."),
    (
        ("boolean value of tensor",),
        "Test with `is None` or `is not None`: many numbers at once are neither true nor false.",
    ),
    (("values to unpack",), "Compare the number of names left of the = with the number of values on its right."),
    (("in-place",), "Make a new tensor instead: `x = x + …`, not `x += …`."),
    (("inplace",), "Make a new tensor instead: `x = x + …`, not `x += …`."),
    (("positional argument",), "Compare the arguments in your `def` line with those in the task, `self` included."),
    (("unexpected keyword",), "Compare the arguments in your `def` line with those in the task, one by one."),
    (("nonetype",), "Something there is None: look for a missing `return`, or for a method that returns nothing."),
)
BY_TYPE = {
    "NameError": "Look for a typo, or for a name that belongs to the object: `self.…`.",
    "UnboundLocalError": "Give the name a value on every path that leads to that line.",
    "AttributeError": "Look for a typo, or for an attribute that `__init__` does not create.",
    "TypeError": f"{RUN} print the `type(…)` of each value in it.",
    "IndexError": f"{RUN} print the index and the length.",
    "KeyError": f"{RUN} print the key and what the dict holds.",
    "ZeroDivisionError": f"{RUN} print what it divides by.",
    "RecursionError": "Look for a function that calls itself without ever getting closer to the end.",
    "ModuleNotFoundError": "Use what the exercise imports; other modules may be missing where it is graded.",
}


def after(error: str, message: str) -> str:
    """One thing to try: for an exception of the type `error` with this message."""
    low = message.lower()
    for words, told in BY_WORDS:
        if all(word in low for word in words):
            return told
    return BY_TYPE.get(error, f"{RUN} print the shapes.")
