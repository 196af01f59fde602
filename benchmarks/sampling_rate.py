"""Names per second: one after another, all at once, and all at once with what was computed kept."""

from benchmarks.lines import Setting, in_turns, line
from lessonlib.convolution import dilated, generate
from lessonlib.ladder import RUNGS, climb
from lessonlib.records import Record
from lessonlib.sampling import sample

ALONE, TOGETHER = 60, 1000  # names in one turn


def measure(setting: Setting) -> list[Record]:
    """The tree of 76,579 parameters, trained as the last rung trains it."""
    tree = climb(RUNGS[-1], setting.names).model
    conv, vocabulary = dilated(tree), setting.names.vocabulary
    calls = {
        "one-after-another": lambda: [sample(tree, vocabulary, 1) for _ in range(ALONE)],
        "all-at-once": lambda: sample(tree, vocabulary, TOGETHER),
        "step-by-step": lambda: generate(conv, vocabulary, TOGETHER),
    }
    written = {"one-after-another": ALONE}
    return [
        line(subject, "names", "/s", [written.get(subject, TOGETHER) / turn for turn in seconds], figure="median")
        for subject, seconds in in_turns(calls).items()
    ]
