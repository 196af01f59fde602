"""How low it goes: the best validation loss of 76,579 parameters in half a minute, and of under 200,000 in one."""

from dataclasses import replace

from benchmarks.lines import SEEDS, Setting, line
from lessonlib.ladder import climb
from lessonlib.ladder.rungs import LOWEST
from lessonlib.records import Record

SIZES = {"tree": (LOWEST, 24, 128), "large-tree": (replace(LOWEST, epochs=16), 32, 208)}


def measure(setting: Setting) -> list[Record]:
    """Three seeds; names also seen in training and new ones apart; the test names, used here alone."""
    return [line for size in SIZES for line in _lines(size, setting)]


def _lines(size, setting):
    rung, n_embd, n_hidden = SIZES[size]
    names = setting.names
    seen, new = names.seen_and_new(names.validation)
    asked = {"loss on names also in training": seen, "loss on new names": new, "test loss": names.test}
    losses, seconds = {}, []
    for seed in SEEDS:
        result = climb(rung, names, seed, n_embd, n_hidden)
        losses.setdefault("validation loss", []).append(result.validation)
        for quantity, words in asked.items():
            if words:
                losses.setdefault(quantity, []).append(names.loss(result.model, words))
        seconds.append(result.seconds)
    return [
        *(line(size, quantity, "nats", values, SEEDS) for quantity, values in losses.items()),
        line(size, "training time", "s", seconds, SEEDS, "slowest"),
    ]
