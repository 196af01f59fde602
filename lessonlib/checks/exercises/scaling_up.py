"""The exercises on scaling up: 76,579 by hand, batches without replacement, decay, a rate from a curve, passes."""

import math

import torch

from ..declare import Case, code, easy, medium, part, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import describe, equal, returned
from ..probes import scaling_up as probes
from ..values import Kind, not_right, understood
from .scaling_up_budget import BUDGET
from .training_loop import LOOP

# --- 76,579 by hand ---


def _half_a_matrix(place: int, mistake: Mistake, parts: list) -> Mistake:
    """One matrix of three missing, or half of two: the second part tells which."""
    if mistake.misconception == "levels-share-weights" and place == 3 and parts[1] == 16384:
        return Mistake(mistake.says, "a-fusion-reads-two-vectors")
    return mistake


TREE_COUNT = value("tree_count", "76,579 by hand", medium, 8)(
    part("the first level's Linear", 6144, {3072: "a-fusion-reads-two-vectors", 6272: "bias-before-batchnorm"}),
    part(
        "the second level's Linear",
        32768,
        {
            16384: "a-fusion-reads-two-vectors",
            32896: "bias-before-batchnorm",
            6144: "levels-share-weights",
            0: "levels-share-weights",
        },
    ),
    part(
        "the three BatchNorms",
        768,
        {384: "gamma-and-beta", 1536: "buffers-are-parameters", 256: "every-level-has-its-own"},
    ),
    part(
        "all together",
        76579,
        {
            76963: "bias-before-batchnorm",
            73507: "a-fusion-reads-two-vectors",
            43811: "levels-share-weights",
            77347: "buffers-are-parameters",
            76552: "the-last-bias",
            75931: "an-embedding-counts",
        },
    ),
    instead=_half_a_matrix,
    why="A level's Linear takes in two vectors of the level below; a BatchNorm adds two numbers a channel and "
    "replaces the bias.",
    hints=(
        "A fusion takes in two vectors. In the first level they have 24 numbers each, in the others 128.",
        "Embedding 27 * 24, first level 48 * 128, two more levels, two parameters a channel for each BatchNorm, the "
        "last Linear with its bias.",
    ),
)

# --- batches without replacement ---


SIZES = {"no_rest": "48, 8", "small": "7, 3"}  # n and batch_size of a call; of all others 50, 8


def _batches(data: dict, name: str) -> list[list[int]]:
    """The indices of each batch."""
    call = f"`epoch_batches({SIZES.get(name, '50, 8')}, generator)`"
    found = returned(data[name], call)
    if not isinstance(found, list) or not found:
        raise Mistake(f"{call} gave {describe(found)}, expected a list of batches.")
    batches = []
    for batch in found:
        if isinstance(batch, torch.Tensor) and batch.ndim == 1 and not batch.is_floating_point():
            batch = batch.tolist()
        if not isinstance(batch, list) or not all(type(i) is int for i in batch):
            raise Mistake(
                f"A batch of {call} is {describe(batch)}, expected a tensor of whole numbers, one dimension.",
                next="Cut `torch.randperm(n)` into pieces.",
            )
        batches.append(batch)
    return batches


def _sizes(data: dict, seed: int) -> str:
    exact = _sorted_sizes(data, "no_rest")
    if exact == [8] * 5:
        raise Mistake("48 examples in batches of 8 gave 5 batches; expected 6.", "a-batch-is-lost")
    sizes = _sorted_sizes(data, "first")
    if sizes in ([8] * 6, [8] * 6 + [2]) and exact == [8] * 6:
        return "the last batch has 2" if len(sizes) == 7 else "the last 2 wait for another epoch"
    raise Mistake(
        f"50 examples in batches of 8 gave batches of {sizes}; expected six of 8, and perhaps a last one of 2. 48 "
        f"examples gave batches of {exact}; expected six of 8.",
        "n-groups-instead-of-groups-of-n" if len(sizes) in (7, 8) and max(sizes) == 7 else None,
    )


def _sorted_sizes(data: dict, name: str) -> list[int]:
    return sorted((len(batch) for batch in _batches(data, name)), reverse=True)


def _once(data: dict, seed: int) -> None:
    indices = [i for batch in _batches(data, "first") for i in batch]
    outside = sorted({i for i in indices if not 0 <= i < 50})
    if outside:
        raise Mistake(f"The batches hold the indices {outside}; those of 50 examples go from 0 to 49.", "counts-from-0")
    small = sorted(_sorted_sizes(data, "small"))
    if small not in ([3, 3], [1, 3, 3]) or not {i for b in _batches(data, "small") for i in b} <= set(range(7)):
        says = f"`epoch_batches(7, 3, generator)` gave batches of {small}, expected two of 3, and perhaps one of 1, of "
        raise Mistake(says + "indices from 0 to 6.")
    twice = len(indices) - len(set(indices))
    if twice:
        raise Mistake(f"{twice} of {len(indices)} indices are repeats.", "with-replacement")


def _shuffled(data: dict, seed: int) -> None:
    batches = _batches(data, "first")
    if [i for batch in batches for i in batch] == sorted(i for batch in batches for i in batch):
        raise Mistake("The examples are in the order in which they are stored.", "never-shuffled")
    if all(sorted(batch) == list(range(min(batch), max(batch) + 1)) for batch in batches):
        raise Mistake("Each batch holds examples that are stored one after another.", "only-batches-are-shuffled")
    first, second, again = (_batches(data, name) for name in ("first", "second", "first_again"))
    if data["seeds"] != [seed, seed]:
        raise Mistake("Your code seeds the generator it was given.", "every-epoch-alike")
    if first == second:
        raise Mistake("Two epochs had the same order.", "every-epoch-alike")
    if first != again:
        raise Mistake("Two generators in the same state gave two different orders.", "generator-is-ignored")
    found = returned(data["without"], "`epoch_batches(30, 10)`, without a generator,")
    if all(map(_alike, *found)):
        raise Mistake("Without a generator, two epochs had the same order.", "every-epoch-alike")


def _alike(one: object, other: object) -> bool:
    return isinstance(one, torch.Tensor) and equal(other, one)


EPOCH = code("epoch", "Batches without replacement", medium, 8, name="epoch_batches")(
    Case("batches of the size asked for", probes.epochs, _sizes),
    Case("no example twice in an epoch", probes.epochs, _once, 2),
    Case("a new order each epoch, from the generator", probes.epochs, _shuffled, 2),
    why="Dealing out one shuffled order gives each example once an epoch, so no batch repeats what another has shown.",
    hints=(
        "`torch.randperm(n, generator=generator)` is a random order of 0 to n - 1, each once.",
        "`order.split(batch_size)` cuts it into pieces of that size.",
    ),
)

# --- decay ---


def _factors(data: dict, steps: int) -> list[float]:
    call = f"`factor(step, {steps})`"
    found = returned(data["factors"], call)
    if None in [value if value is None else 0 for value in found]:
        raise Mistake(f"{call} gave None.", "return-forgotten")
    if text := next((value for value in found if isinstance(value, str)), None):
        raise Mistake(f"{call} gave {describe(text)}, expected a number.")
    return [understood(value, Kind.NUMBER) for value in found]


def _right(place: float) -> float:
    return min(1.0, (1 - place) / 0.4)


def _holds(data: dict, seed: int) -> None:
    found = _factors(data, 1000)[:4]
    says = f"At steps 0, 200, 400, 550 of 1,000 the factor is {_row(found)}, expected 1 each time."
    _follow(found, probes.PLACES[:4], says, 1e-6)


def _decays(data: dict, seed: int) -> None:
    _line(_factors(data, 1000)[4:], 1000)


def _another_length(data: dict, seed: int) -> None:
    found = _factors(data, 200)
    if _near(found, [1.0] * len(found)):
        raise Mistake("With 200 steps in all, the factor never falls.", "steps-is-an-argument")
    _line(found, 200)
    call = "`factor(step, 10)`"
    short = [understood(value, Kind.NUMBER) for value in returned(data["short"], call)]
    right = [_right(step / 10) for step in range(11)]
    if not _near(short, right, 0.26):  # a step more or less, where 4 steps go all the way down
        raise Mistake(f"{call}, for steps 0 to 10, gave {_row(short)}, expected {_row(right)}.")


def _line(found: list[float], steps: int) -> None:
    places = probes.PLACES[-len(found) :]
    at = ", ".join(f"{p * steps:g}" for p in places)
    right = _row([_right(place) for place in places])
    says = f"At steps {at} of {steps:,} the factor is {_row(found)}, expected {right}."
    _follow(found, places, says, 1.5 / (0.4 * steps))


def _follow(found: list[float], places: tuple[float, ...], says: str, tolerance: float) -> None:
    if not _near(found, [_right(place) for place in places], tolerance):
        raise Mistake(says, _factor_misconception(found, places))


def _factor_misconception(found: list[float], places: tuple[float, ...]) -> str | None:
    shapes = {
        "decay-from-the-start": lambda p: 1 - p,
        "hold-and-decay-swapped": lambda p: min(1.0, (1 - p) / 0.6),
        "a-factor-is-no-rate": lambda p: 0.1 * _right(p),
        "a-drop-is-no-decay": lambda p: 1.0 if p <= 0.6 else 0.1,
        "rises-instead-of-falls": lambda p: max(0.0, (p - 0.6) / 0.4) if p > 0.6 else 1.0,
        "whole-division": lambda p: float((1 - p) >= 0.4),
        "never-decays": lambda p: 1.0,
    }
    return next((id for id, f in shapes.items() if _near(found, [f(p) for p in places], 0.006)), None)


def _near(found: list[float], wanted: list[float], tolerance: float = 1e-6) -> bool:
    return all(math.isfinite(f) and abs(f - w) <= tolerance for f, w in zip(found, wanted, strict=True))


def _row(values: list[float]) -> str:
    return ", ".join(f"{v:.3g}" for v in values)


DECAY = code("decay", "Hold, then decay", easy, 6, name="factor")(
    Case("1 for the first 60 % of the steps", probes.factors_1000, _holds),
    Case("then a straight line to 0", probes.factors_1000, _decays, 2),
    Case("any number of steps", probes.factors_200, _another_length),
    why="A straight line that is above 1 at first and is cut off there holds, then falls to exactly 0 at the end.",
    hints=(
        "How many steps are left, as a fraction of the last 40 %? `(steps - step) / (0.4 * steps)`.",
        "In the first 60 % that fraction is above 1. `min(1.0, ...)` holds it there.",
    ),
)

# --- a rate from a curve ---

KNOWN_RATES = {
    (10, 3): "the-largest-rate",
    (0.0001, 0.001): "the-smallest-rate",
    (2.38,): "a-loss-is-no-rate",
    (4, 5, 6): "a-place-is-no-rate",
    (-1,): "an-exponent-is-no-rate",
}


def _rate(came: object) -> str:
    got = understood(came, Kind.NUMBER)
    if 0.05 <= got <= 0.5:
        return "in the valley, and well away from the cliff"
    if 0.5 < got <= 1.0:
        return "in the valley; a smaller one is further from the cliff and costs nothing here"
    raise not_right(f"{got:g}", next((id for rates, id in KNOWN_RATES.items() if _among(got, rates)), None))


def _among(got: float, rates: tuple[float, ...]) -> bool:
    return any(math.isclose(got, rate) for rate in rates)


RATE = value("rate", "Which learning rate?", easy, 4, given="rates")(
    part("the rate you would take", _rate),
    part("does a much smaller rate at the end still lower the loss?", True, "one-rate-for-all-time"),
    why="The best rate is a little below where the loss turns up; at the end a smaller one takes out the "
    "noise of the steps.",
    hints=(
        "Look for the valley: rates that all reach about the lowest loss. Then look how far each is from the cliff.",
        "A large rate gets down fast and then jumps about in the valley. What would a smaller one do there?",
    ),
)

# --- passes over the data ---

PASSES = value("passes", "Passes over the data", easy, 5)(
    part(
        "passes in 200,000 steps of 32",
        200_000 * 32 / 183_802,
        {200_000 / 183_802: "a-step-takes-a-batch", 183_802 / 32: "steps-are-no-passes"},
        tolerance=0.02,
    ),
    part("steps in one pass with batches of 1,024", 179.5, {183_802: "a-step-takes-a-batch"}, tolerance=0.003),
    part(
        "fraction that is never drawn, with replacement",
        math.exp(-1),
        {
            0: "luck-leaves-some-out",
            1 - math.exp(-1): "seen-is-not-missed",
            0.5: "luck-is-no-coin",
            100 * math.exp(-1): "a-fraction-is-no-percentage",
            37: "a-fraction-is-no-percentage",
        },
        tolerance=0.01,
    ),
    why="Steps times batch size over N gives the passes; drawn with replacement, a share of 1/e ≈ 37 % is "
    "missed in one pass's worth of draws.",
    hints=(
        "One step takes one batch. One pass takes as many steps as there are batches.",
        "One draw misses a given window with probability 1 - 1/N. All N draws miss it with (1 - 1/N) to the power N.",
    ),
)

check = Check("scaling-up", TREE_COUNT, EPOCH, DECAY, RATE, PASSES, LOOP, BUDGET)
