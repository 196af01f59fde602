"""A comparison of one's own: the judge knows none of its losses, and asks whether the claim follows from them."""

import math
from typing import NamedTuple

from .. import values
from ..declare import Case, code, hard
from ..exercise import Mistake, Unanswered
from ..expect import describe
from ..probes import comparison as probes

FORM = (
    'Return {"flat": MODEL, "tree": MODEL, "claim": "tree"}, with names of your own. Each MODEL is '
    '{"search": {rate: loss, …}, "search_seed": 0, "rate": the one you chose, "seeds": {seed: loss, …}}.'
)
NEITHER = "neither"


class Model(NamedTuple):
    """The figures of one model."""

    name: str
    search: dict[float, float]
    search_seed: float
    rate: float
    seeds: dict[float, float]

    @property
    def low(self) -> float:
        return min(self.seeds.values())

    @property
    def high(self) -> float:
        return max(self.seeds.values())


def _models(data: dict) -> tuple[Model, Model]:
    came = data["value"]
    if came is None:
        raise Mistake("Your function returned None.", "return-forgotten")
    if not isinstance(came, dict) or set(came) == {"?"}:
        raise Mistake(
            f'You returned {describe(came)}; expected a dict with three entries: a model, another model, and "claim".',
            next=FORM,
        )
    entries = {name: entry for name, entry in came.items() if name != "claim"}
    if len(entries) != 2:
        raise Mistake(
            f"You returned {values.counted(len(entries), 'model')} besides the claim; expected two.", next=FORM
        )
    first, second = (_model(name, entry) for name, entry in entries.items())
    return first, second


def _model(name: str, entry: object) -> Model:
    wanted = ("search", "search_seed", "rate", "seeds")
    if not isinstance(entry, dict) or not set(wanted) <= set(entry):
        raise Mistake(
            f"{name!r} is {describe(entry)}; expected a dict with {values.enumerated(list(wanted))}.", next=FORM
        )
    if any(value is None for value in entry.values()):
        raise Unanswered
    search, seeds = _losses(entry["search"], f"the search of {name!r}"), _losses(entry["seeds"], f"{name!r}, by seed,")
    rate, seed = (_number(entry[key], f"`{key}` of {name!r}") for key in ("rate", "search_seed"))
    return Model(name, search, seed, rate, seeds)


def _losses(pairs: object, what: str) -> dict[float, float]:
    """{rate or seed: loss}."""
    if isinstance(pairs, dict):
        pairs = [[key, loss] for key, loss in pairs.items()]
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise Mistake(f"{what} is {describe(pairs)}, expected a dict of losses.", next=FORM)
    found = {_number(key, what): _number(loss, what) for key, loss in pairs}
    if odd := [loss for loss in found.values() if math.isnan(loss) or loss <= 0]:
        raise Mistake(
            f"{what} holds {odd[0]}, which cannot be a loss in nats.", next="Write `math.inf` for a run that blew up."
        )
    return found


def _number(value: object, what: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Mistake(f"{what} holds {describe(value)}, expected a number.", next=FORM) from None


def _form(data: dict, seed: int) -> str:
    first, second = _models(data)
    _claim(data)
    return f"{first.name} and {second.name}"


def _claim(data: dict) -> str:
    names = [model.name for model in _models(data)]
    claim = data["value"].get("claim")
    if claim is None:
        raise Unanswered
    if claim not in (*names, NEITHER):
        says = f"The claim is {describe(claim)}; it can be {names[0]!r}, {names[1]!r} or {NEITHER!r}."
        raise Mistake(says, next="Name the model whose loss is lower, or say that neither is.")
    return claim


def _search(data: dict, seed: int) -> str:
    first, second = _models(data)
    if set(first.search) != set(second.search):
        counts = f"{len(first.search)} rates for {first.name!r}, {len(second.search)} for {second.name!r}"
        raise Mistake(f"The two models were not searched alike: {counts}, or not the same rates.", "unequal-search")
    if len(first.search) < 3:
        raise Mistake(
            f"Each model was tried at {values.counted(len(first.search), 'rate')} only.", "one-try-is-no-search"
        )
    return f"{len(first.search)} rates for each"


def _chosen(data: dict, seed: int) -> str:
    edges = []
    for model in _models(data):
        best = min(model.search, key=model.search.get)
        if model.search.get(model.rate) != model.search[best]:
            says = f"For {model.name!r} the rate is {model.rate:g}; the lowest loss of its search is at {best:g}."
            raise Mistake(says, "not-the-best-of-its-search")
        if model.rate in (min(model.search), max(model.search)):
            edges.append(model.name)
    return f"the best rate of {' and '.join(edges)} is at the edge of its search: look further there" if edges else ""


def _seeds(data: dict, seed: int) -> None:
    models = _models(data)
    for model in models:
        if model.search_seed in model.seeds:
            says = f"Seed {model.search_seed:g} of {model.name!r} was used in the search, too."
            raise Mistake(says, "seeds-of-the-search")
        if len(model.seeds) < 3:
            raise Mistake(
                f"{model.name!r} was trained with {values.counted(len(model.seeds), 'seed')} only.", "too-few-seeds"
            )
    if len(models[0].seeds) != len(models[1].seeds):
        told = " and ".join(f"{len(model.seeds)} for {model.name!r}" for model in models)
        raise Mistake(f"{told}: give both the same number of seeds.", next="Leave none out after you have seen it.")


def _supported(data: dict, seed: int) -> str:
    claim = _claim(data)
    low, high = sorted(_models(data), key=lambda model: model.low + model.high)
    ranges = f"{low.name} {low.low:.3f} to {low.high:.3f}, {high.name} {high.low:.3f} to {high.high:.3f}"
    apart = high.low - low.high
    if claim == high.name:
        raise Mistake(f"You claim {claim!r}, but its losses are not the lower ones: {ranges}.", "the-other-is-lower")
    if claim == low.name and apart <= 0:
        raise Mistake(f"You claim {claim!r}, but the ranges overlap: {ranges}.", "the-ranges-overlap")
    if claim == NEITHER and apart > max(low.high - low.low, high.high - high.low):
        raise Mistake(
            f"You claim that neither is lower, but the ranges lie far apart: {ranges}.", "a-clear-difference-denied"
        )
    return ranges


COMPARISON = code("comparison", "A comparison of your own", hard, 25, name="answer_comparison")(
    Case("two models and a claim", probes.figures, _form),
    Case("the same search for each", probes.figures, _search),
    Case("each at the best rate of its search", probes.figures, _chosen),
    Case("three seeds that the search has not used", probes.figures, _seeds),
    Case("a claim that the figures support", probes.figures, _supported, 2),
    why="Both models got the same search, and the seeds that decide had no part in it: so the claim is about the "
    "models, as far as three seeds can tell.",
    hints=(
        "Train each model once with each of the same rates, from one seed. The rate with the lowest validation loss is "
        "the one to go on with; it may differ from model to model.",
        "Then train each three times at its rate, with new seeds. Compare the ranges: where they overlap, neither won.",
    ),
)
