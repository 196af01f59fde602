"""Checks of 02, layers: Linear, an embedding as a product, a Sequential in a Sequential, the size of sums."""

from __future__ import annotations

import torch

from . import reference
from .engine import Check
from .exercise import CODE, PREDICTION, Case, Exercise, Mistake
from .expect import describe, equal, returned, shaped, tensor
from .probes import ex02 as probes
from .probes.common import bare
from .values import number, parts

# --- Linear ---


def _tensors(found: object, call: str) -> list[torch.Tensor]:
    """A list of parameters, each of them a tensor."""
    if not isinstance(found, list):
        raise Mistake(f"{call} gave {describe(found)}, expected a list of tensors.")
    if None in [p if p is None else 0 for p in found]:
        raise Mistake(f"{call} holds None.", misconception="none-among-parameters")
    return [tensor(p, f"An item of {call}") for p in found]


def _linear_parameters(data: dict, seed: int) -> None:
    call = "`Linear(4, 3).parameters()`"
    found = _tensors(returned(data["bias"], call), call)
    shapes = sorted((bare(p.shape) for p in found), key=len, reverse=True)
    if shapes not in ([(4, 3), (3,)], [(3, 4), (3,)]):
        missing = len(shapes) < 2
        raise Mistake(
            f"{call} gave tensors of shape {shapes}, expected a weight (4, 3) and a bias (3,).",
            misconception="parameter-not-listed" if missing else None,
        )


def _linear_scale(data: dict, seed: int) -> None:
    weight = next(p for p in data["parameters"] if p.ndim == 2)
    spread, right = weight.std().item(), 400**-0.5
    if 0.5 * right < spread < 1.3 * right:
        return
    id = {1: "weights-not-scaled", 50**-0.5: "scaled-by-fan-out", 1 / 400: "scaled-without-the-root"}
    named = next((id for value, id in id.items() if abs(spread / value - 1) < 0.05), None)
    raise Mistake(
        f"The weight of `Linear(400, 50)` has standard deviation {spread:.4f}, expected about {right:.4f}.",
        misconception=named,
        next="" if named else "Divide `torch.randn(fan_in, fan_out)` by the square root of fan_in.",
    )


def _linear_values(data: dict, seed: int) -> None:
    x, call = probes.drawn(seed, 2, 4), "`Linear(4, 3)(x)`"
    transposed = [3, 4] in data["shapes"]
    turned = Mistake(
        f"{call} for x of shape (2, 4) raised {data['first'].get('raised')}: {data['first'].get('message')}",
        misconception="weight-transposed",
    )
    out = returned(data["first"], call, known=turned if transposed else None)
    shaped(out, (2, 3), call)
    weight = probes.drawn(seed, 3, 4).T if transposed else probes.drawn(seed, 4, 3)
    _linear_output(out, x, weight, probes.drawn(seed, 3), data, call)


def _linear_output(out, x, weight, bias, data, call) -> None:
    right = reference.linear(x, weight, bias)
    if equal(out, right):
        return
    id = None
    if equal(out, reference.linear(x, weight, None)):
        id = "bias-not-added"
    elif not equal(data["again"].get("value"), out):
        id = "weights-made-in-the-call"
    raise Mistake(
        f"{call} has the right shape; its numbers are not x @ weight + bias with the layer's own parameters.",
        misconception=id,
        picture=(out, right),
        next=""
        if id
        else "The check writes new numbers into the tensors that `parameters()` lists. Compute with those.",
    )


def _linear_wide(data: dict, seed: int) -> None:
    call = "`Linear(4, 3)(x)`, for x of shape (2, 5, 4),"
    out = returned(data["wide"], call, Mistake(f"{call} raised an error.", misconception="rows-only"))
    weight = probes.drawn(seed, 3, 4).T if [3, 4] in data["shapes"] else probes.drawn(seed, 4, 3)
    right = reference.linear(probes.drawn(seed, 2, 5, 4), weight, probes.drawn(seed, 3))
    if not equal(shaped(out, right.shape, call), right):
        raise Mistake(f"{call} does not treat each position alike.", picture=(out, right))


def _linear_without_bias(data: dict, seed: int) -> None:
    call = "`Linear(4, 3, bias=False).parameters()`"
    found = _tensors(data["parameters"], call)
    if len(found) != 1:
        raise Mistake(
            f"{call} gave {len(found)} tensors, expected 1: the weight.", misconception="bias-argument-ignored"
        )
    x, call = probes.drawn(seed, 2, 4), "`Linear(4, 3, bias=False)(x)`"
    weight = probes.drawn(seed, 3, 4).T if tuple(found[0].shape) == (3, 4) else probes.drawn(seed, 4, 3)
    out = shaped(returned(data["out"], call), (2, 3), call)
    if not equal(out, x @ weight):
        raise Mistake(f"{call} is not x @ weight.", picture=(out, x @ weight))


def _linear_gradients(data: dict, seed: int) -> None:
    cut = Mistake(
        "After `backward()` the parameters have no gradient, so they would never learn.", misconception="graph-is-cut"
    )
    gradients = returned(data["gradients"], "Linear(4, 3)(x).square().sum().backward()", known=cut)
    if not all(data["leaves"]):
        raise Mistake("After `backward()` the weight's `.grad` is None.", misconception="weight-is-not-a-leaf")
    if any(g is None for g in gradients):
        raise cut


LINEAR = Exercise(
    id="linear",
    title="Linear",
    kind=CODE,
    name="Linear",
    grade_id="ex02-linear",
    check_id="ex02-linear-check",
    difficulty="medium",
    minutes=12,
    cases=(
        Case("`parameters()` lists a weight and a bias", 1, probes.linear_parameters, _linear_parameters),
        Case("the weight starts at standard deviation 1 / sqrt(fan_in)", 1, probes.linear_scale, _linear_scale),
        Case("x @ weight + bias", 2, probes.linear_values, _linear_values),
        Case("more dimensions before the last one", 1, probes.linear_values, _linear_wide),
        Case("`bias=False` leaves one parameter", 1, probes.linear_without_bias, _linear_without_bias),
        Case("gradients reach the parameters", 1, probes.linear_gradients, _linear_gradients),
    ),
    hints=(
        "Make `self.weight` and `self.bias` once, in `__init__`. `torch.randn(fan_in, fan_out)` has standard deviation "
        "1; what do you divide by?",
        "`x @ self.weight` works for any number of dimensions before the last. Without a bias, set `self.bias = None`, "
        "and ask for that in `__call__` and in `parameters()`.",
    ),
)

# --- an embedding as a product ---


def _embedding(data: dict, ix: torch.Tensor, table: torch.Tensor, call: str) -> tuple[object, object]:
    message = data["pair"].get("message", "")
    known = None
    if "dtype" in message:
        known = Mistake(f"{call} raised {message}", misconception="one-hot-holds-integers")
    elif "multiplied" in message and len(table) == 27:
        known = Mistake(f"{call} raised {message}", misconception="one-hot-without-classes")
    elif len(table) != 27:
        known = Mistake(f"{call} raised {message}", misconception="table-size-is-given")
    pair = returned(data["pair"], call, known=known)
    if not isinstance(pair, list) or len(pair) != 2:
        raise Mistake(f"{call} gave {describe(pair)}, expected two tensors.", next="Return one_hot and the product.")
    return pair[0], pair[1]


def _one_hot(data: dict, seed: int) -> None:
    ix, table = probes.indices(seed, 20, 2, 5), probes.drawn(seed, 27, 4)
    call = "`embed(ix, C)`, for ix (2, 5) and C (27, 4),"
    found, _ = _embedding(data, ix, table, call)
    right = _one_hot_of(ix, 27)
    columns = {(2, 5, int(ix.max()) + 1): "one-hot-without-classes"}
    shaped(found, right.shape, f"`one_hot` of {call}", known=columns)
    if not equal(found, right):
        shifted = equal(found, right.roll(1, 2)) or equal(found, right.roll(-1, 2))
        raise Mistake(
            "one_hot has the right shape, but its ones do not stand in the columns that ix names.",
            misconception="one-hot-off-by-one" if shifted else None,
            picture=(found, right),
        )


def _product(data: dict, seed: int) -> None:
    ix, table = probes.indices(seed, 20, 2, 5), probes.drawn(seed, 27, 4)
    call = "`embed(ix, C)`, for ix (2, 5) and C (27, 4),"
    _, found = _embedding(data, ix, table, call)
    shaped(found, (2, 5, 4), f"The product of {call}", known={(2, 4): "positions-added-up"})
    if not equal(found, table[ix]):
        raise Mistake("The product should be the rows of C that ix names.", picture=(found, table[ix]))


def _embed_5(data: dict, seed: int) -> None:
    ix, table = probes.indices(seed, 5, 6), probes.drawn(seed, 5, 3)
    call = "`embed(ix, C)`, for ix (6,) and C (5, 3),"
    one_hot, found = _embedding(data, ix, table, call)
    shaped(one_hot, (6, 5), f"`one_hot` of {call}", known={(6, 27): "table-size-is-given"})
    if not equal(shaped(found, (6, 3), f"The product of {call}"), table[ix]):
        raise Mistake("The product should be the rows of C that ix names.", picture=(found, table[ix]))


def _one_hot_of(ix: torch.Tensor, classes: int) -> torch.Tensor:
    return (ix[..., None] == torch.arange(classes)).float()


EMBED = Exercise(
    id="embed",
    title="An embedding is a product",
    kind=CODE,
    name="embed",
    grade_id="ex02-embed",
    check_id="ex02-embed-check",
    difficulty="easy",
    minutes=6,
    cases=(
        Case("one_hot has a one in the column that ix names", 1, probes.embed_27, _one_hot),
        Case("one_hot @ C is C[ix]", 1, probes.embed_27, _product),
        Case("any number of rows in C, any shape of ix", 1, probes.embed_5, _embed_5),
    ),
    hints=(
        "`F.one_hot(ix, classes)` makes rows of zeros with a single 1. How many classes does C have?",
        "`F.one_hot` gives whole numbers, and `@` wants both sides of one type: `.float()`.",
    ),
)

# --- Sequential ---


def _after(layers: tuple[tuple[float, float], ...], x: torch.Tensor) -> torch.Tensor:
    for weight, bias in layers:
        x = x * weight + bias
    return x


def _sequential_order(data: dict, seed: int) -> None:
    x, call = probes.drawn(seed, 2), "`Sequential([first, second, third])(x)`"
    out = shaped(returned(data["first"], call), (2,), call)
    right = _after(probes.AFFINE, x)
    if not equal(out, right):
        one, two, three = probes.AFFINE
        variants = {
            "every-layer-gets-the-input": _after((three,), x),
            "return-inside-the-loop": _after((one,), x),
            "layers-in-reverse": _after((three, two, one), x),
        }
        raise Mistake(
            f"{call} is not third(second(first(x))).",
            misconception=next((id for id, variant in variants.items() if equal(out, variant)), None),
            picture=(out, right),
        )
    if not equal(data["again"].get("value"), right):
        raise Mistake("The second call with the same x gave something else.", misconception="works-only-once")


def _sequential_parameters(data: dict, seed: int) -> None:
    _all_parameters(data, "`Sequential([first, second, third]).parameters()`", None)


def _sequential_nested(data: dict, seed: int) -> None:
    call = "`Sequential([first, Sequential([second, third])])(x)`"
    right = _after(probes.AFFINE, probes.drawn(seed, 2))
    if not equal(shaped(returned(data["first"], call), (2,), call), right):
        raise Mistake(f"{call} is not third(second(first(x))).")


def _sequential_nested_parameters(data: dict, seed: int) -> None:
    _all_parameters(data, "`Sequential([first, Sequential([second, third])]).parameters()`", "parameters-not-nested")


def _all_parameters(data: dict, call: str, fewer: str | None) -> None:
    lost = Mistake(f"{call} raised {data['parameters'].get('raised')}: {data['parameters'].get('message')}")
    lost.misconception = fewer
    found = returned(data["parameters"], call, known=lost)
    if isinstance(found, list) and any(isinstance(item, list) for item in found):
        raise Mistake(f"{call} gave lists inside a list.", misconception="parameters-in-lists")
    values = sorted(p.item() for p in _tensors(found, call) if p.numel() == 1)
    right = sorted(value for layer in probes.AFFINE for value in layer)
    if values != right:
        raise Mistake(
            f"{call} gave {len(values)} tensors, expected the 6 of the three layers, each once.",
            misconception=fewer if len(values) < len(right) else None,
        )


SEQUENTIAL = Exercise(
    id="sequential",
    title="A Sequential in a Sequential",
    kind=CODE,
    name="Sequential",
    grade_id="ex02-sequential",
    check_id="ex02-sequential-check",
    difficulty="medium",
    minutes=10,
    cases=(
        Case("layers are called one after another", 1, probes.sequential_flat, _sequential_order),
        Case("`parameters()` lists those of all layers", 1, probes.sequential_flat, _sequential_parameters),
        Case("a Sequential inside is called like any layer", 1, probes.sequential_nested, _sequential_nested),
        Case("its parameters are listed, too", 1, probes.sequential_nested, _sequential_nested_parameters),
    ),
    hints=(
        "Each layer gets what the one before it gave. The same name can hold it all the way: `x = layer(x)`.",
        "Ask every layer for its `parameters()` and put them into one flat list: two `for` in one list, first over the "
        "layers, then over the parameters of each. A Sequential answers that question like any other layer.",
    ),
)

# --- the size of sums ---

SPREAD = Exercise(
    id="spread",
    title="How large are sums?",
    kind=PREDICTION,
    name="answer_spread",
    grade_id="ex02-spread",
    check_id="ex02-spread-check",
    difficulty="easy",
    minutes=4,
    cases=parts(
        (
            "x @ W with fan_in 200, W not scaled",
            1,
            number(
                200**0.5,
                tolerance=0.03,
                known={200: "variance-is-no-spread", 1: "sums-keep-their-size", 10: "fan-out-counts"},
            ),
        ),
        ("x @ W with fan_in 50, W not scaled", 1, number(50**0.5, tolerance=0.03, known={50: "variance-is-no-spread"})),
        (
            "x @ (W / sqrt(200)) with fan_in 200",
            1,
            number(1, tolerance=0.03, known={1 / 200**0.5: "sums-keep-their-size"}),
        ),
    ),
    hints=(
        "Each number of x @ W is a sum of fan_in products. Variances of independent terms add up.",
        "The variance of the sum is fan_in times that of one term, which is 1. The standard deviation is its root.",
    ),
)

EXERCISES = (LINEAR, EMBED, SEQUENTIAL, SPREAD)
check = Check(EXERCISES)
