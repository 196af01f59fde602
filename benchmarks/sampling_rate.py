"""Names per second: one after another, all at once, and all at once with what was computed kept."""

from benchmarks.lines import Line, Setting, side_by_side
from lessonlib.convolution import dilated, generate
from lessonlib.ladder import RUNGS, climb
from lessonlib.sampling import sample

ALONE, TOGETHER = 60, 1000  # names in one turn


def measure(setting: Setting) -> list[Line]:
    """The tree of 76,579 parameters, trained as the last rung trains it."""
    tree = climb(RUNGS[-1], setting.names).model
    conv, vocabulary = dilated(tree), setting.names.vocabulary
    calls = {
        "one after another": lambda: [sample(tree, vocabulary, 1) for _ in range(ALONE)],
        "all at once": lambda: sample(tree, vocabulary, TOGETHER),
        "step by step": lambda: generate(conv, vocabulary, TOGETHER),
    }
    seconds = side_by_side(calls)
    alone = ALONE / seconds.pop("one after another")
    rates = {name: TOGETHER / s for name, s in seconds.items()}
    return [
        Line(f"names a second, {name}, against one after another", r, alone, r / alone, "/s")
        for name, r in rates.items()
    ]
