"""The same search for every model: a learning rate of its own, chosen on validation, before seeds are compared."""

from collections.abc import Callable, Iterable, Mapping

from benchmarks.lines import SEEDS, line
from lessonlib.records import Record, slug

RATES = (0.00125, 0.0025, 0.005, 0.01, 0.02)
SEARCH_SEED = 0  # none of SEEDS: what a rate is chosen on is not what it is judged by


def compared(
    models: Iterable[str],
    loss: Callable[[str, float, int], float],
    at: Mapping[str, object],
    common: float | None = None,
) -> list[Record]:
    """Each model's loss at every rate, then at its own best one for each seed; `loss(model, rate, seed)` trains it.

    With a `common` rate, each is measured at that one too: what the comparison looks like without a search.
    """
    names = list(models)
    searched = {name: [] for name in names}
    for rate in RATES:  # the models inside: all of them meet the same machine
        for name in names:
            searched[name].append(loss(name, rate, SEARCH_SEED))
    own = {name: RATES[losses.index(min(losses))] for name, losses in searched.items()}
    found = [
        line(slug(name), f"validation loss at rate {rate}", "nats", [value], [SEARCH_SEED], at=at)
        for name in names
        for rate, value in zip(RATES, searched[name], strict=True)
    ]
    found += _seeds(names, loss, own, "validation loss at its own rate", at)
    if common is not None:
        found += _seeds(names, loss, dict.fromkeys(names, common), f"validation loss at {common} for all", at)
    return found


def _seeds(names, loss, rates, quantity, at):
    values = {name: [] for name in names}
    for seed in SEEDS:
        for name in names:
            values[name].append(loss(name, rates[name], seed))
    return [line(slug(name), quantity, "nats", values[name], SEEDS, at=at, rate=rates[name]) for name in names]
