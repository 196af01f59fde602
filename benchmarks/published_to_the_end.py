"""The published recipe to its last step: 200,000 steps of plain SGD."""

from benchmarks import published
from benchmarks.lines import Setting, line
from lessonlib import training
from lessonlib.records import Record

PUBLISHED = {"training loss": 1.7690, "validation loss": 1.9937}  # on the published list
WORDS = 32_033
SEED = 42


def measure(setting: Setting) -> list[Record]:
    """Training and validation loss, beside the published figures where the list is the published one."""
    names = setting.names
    model, _, seconds = published.run(*names.windows, seed=SEED, vocab_size=len(names.vocabulary))
    losses = {
        "training loss": training.evaluate(model, *names.windows),
        "validation loss": training.evaluate(model, *names.validation_windows),
    }
    n_words = sum(map(len, (names.train, names.validation, names.test)))
    other = PUBLISHED if n_words == WORDS else {}
    return [
        *(line("published", quantity, "nats", [loss], [SEED]) for quantity, loss in losses.items()),
        *(line("published-figures", quantity, "nats", [loss]) for quantity, loss in other.items()),
        line("published", "training time", "s", [seconds], [SEED]),
    ]
