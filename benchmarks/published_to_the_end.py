"""The published recipe to its last step: 200,000 steps of plain SGD."""

from benchmarks import published
from benchmarks.lines import Line, Setting
from lessonlib import training

PUBLISHED = {"training": 1.7690, "validation": 1.9937}  # on the published list
WORDS = 32_033


def measure(setting: Setting) -> list[Line]:
    """Training and validation loss, beside the published figures where the list is the published one."""
    names = setting.names
    model, _, seconds = published.run(*names.windows)
    losses = {
        "training": training.evaluate(model, *names.windows),
        "validation": training.evaluate(model, *names.validation_windows),
    }
    n_words = sum(map(len, (names.train, names.validation, names.test)))
    other = PUBLISHED if n_words == WORDS else {}
    return [
        *(Line(f"published recipe to the end: {which}", loss, other.get(which)) for which, loss in losses.items()),
        Line("published recipe to the end: time", seconds, unit="s"),
    ]
