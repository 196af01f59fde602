"""The exercises on layers: Linear, an embedding as a product, a Sequential in a Sequential, the size of sums."""

import torch

from .. import reference
from ..declare import Case, code, easy, medium, part, prediction
from ..engine import Check
from ..exercise import Mistake
from ..expect import describe, equal, learns, own, returned, same, several, shaped, tensor
from ..probes import layers as probes
from ..probes.common import bare

# --- Linear ---


def _tensors(found: object, call: str) -> list[torch.Tensor]:
    """A list of parameters, each of them a tensor."""
    if not isinstance(found, list):
        raise Mistake(f"{call} gave {describe(found)}, expected a list of tensors.")
    if None in [p if p is None else 0 for p in found]:
        raise Mistake(f"{call} holds None.", "none-among-parameters")
    return [tensor(p, f"An item of {call}") for p in found]


def _linear_parameters(data: dict, seed: int) -> None:
    own(data["computed_in"], data["inside"], "nn.Linear")
    call = "`Linear(4, 3).parameters()`"
    found = _tensors(returned(data["bias"], call), call)
    shapes = sorted((bare(p.shape) for p in found), key=len, reverse=True)
    if shapes != [(4, 3), (3,)]:
        says = f"{call} gave tensors of shape {shapes}, expected a weight (4, 3) and a bias (3,)."
        turned = "weight-transposed" if shapes[:1] == [(3, 4)] else None
        raise Mistake(says, "parameter-not-listed" if shapes in ([(4, 3)], [(3,)], []) else turned)


def _linear_scale(data: dict, seed: int) -> None:
    weight = next(p for p in data["parameters"] if p.ndim == 2)
    spread, right = weight.std().item(), 400**-0.5
    if 0.5 * right < spread < 1.3 * right:
        if abs(mean := weight.mean().item()) > 0.3 * right:
            raise Mistake(
                f"The weight of `Linear(400, 50)` has mean {mean:.4f}, expected about 0.",
                next="Draw with `torch.randn`: it gives as many numbers below 0 as above.",
            )
        return
    known = {1: "weights-not-scaled", 50**-0.5: "scaled-by-fan-out", 1 / 400: "scaled-without-the-root"}
    id = next((id for value, id in known.items() if abs(spread / value - 1) < 0.05), None)
    says = f"The weight of `Linear(400, 50)` has standard deviation {spread:.4f}, expected about {right:.4f}."
    raise Mistake(says, id, next="" if id else "Divide `torch.randn(fan_in, fan_out)` by the square root of fan_in.")


def _linear_values(data: dict, seed: int) -> None:
    call = "`Linear(4, 3)(x)`, for x of shape (2, 4),"
    out = shaped(returned(data["first"], call), (2, 3), call)
    x, weight = probes.drawn(seed, 2, 4), probes.drawn(seed, 4, 3)
    unmoved = equal(data["fresh"].get("value"), out)  # with other numbers in its parameters
    made_anew = None if equal(data["again"].get("value"), out) else "weights-made-in-the-call"
    same(
        out,
        reference.linear(x, weight, probes.drawn(seed, 3)),
        f"{call} has the right shape; its numbers are not x @ weight + bias with the layer's own parameters.",
        {"bias-not-added": reference.linear(x, weight, None)},
        other="parameters-are-copies" if unmoved else made_anew,
        next="The check writes new numbers into the tensors that `parameters()` lists. Compute with those.",
    )
    _two_layers(data, out)


def _two_layers(data: dict, out: torch.Tensor) -> None:
    if not equal(returned(data["beside"], "`first(x)`, with a second Linear(4, 3) beside it,"), out):
        raise Mistake("New numbers in a second layer change what the first one gives.", "two-are-one")
    one, other = data["weights"]
    if equal(one, other):
        raise Mistake("Two new layers start with the very same weights.", "seeded-inside")


def _linear_wide(data: dict, seed: int) -> None:
    call = "`Linear(4, 3)(x)`, for x of shape (2, 5, 4),"
    out = returned(data["wide"], call, "rows-only")
    right = reference.linear(probes.drawn(seed, 2, 5, 4), probes.drawn(seed, 4, 3), probes.drawn(seed, 3))
    same(shaped(out, right.shape, call), right, f"{call} does not treat each position alike.")


def _linear_without_bias(data: dict, seed: int) -> None:
    call = "`Linear(4, 3, bias=False).parameters()`"
    found = _tensors(data["parameters"], call)
    if len(found) != 1:
        raise Mistake(f"{call} gave {len(found)} tensors, expected 1: the weight.", "bias-argument-ignored")
    x, call = probes.drawn(seed, 2, 4), "`Linear(4, 3, bias=False)(x)`"
    right = x @ probes.drawn(seed, 4, 3)
    same(shaped(returned(data["out"], call), (2, 3), call), right, f"{call} is not x @ weight.")


def _linear_gradients(data: dict, seed: int) -> None:
    if not all(data["leaves"]):
        raise Mistake("After `backward()` the weight's `.grad` is None.", "weight-is-not-a-leaf")
    names = ["x", *("the bias" if len(s) == 1 else "the weight" for s in data["shapes"])]
    weight, bias = probes.drawn(seed, 4, 3), probes.drawn(seed, 3)

    def right(x, *found):
        return reference.linear(x, *(found if found[0].ndim == 2 else found[::-1]))

    order = (weight, bias) if len(data["shapes"][0]) == 2 else (bias, weight)
    learns(data, names, right, (probes.drawn(seed, 2, 4), *order), "`Linear(4, 3)(x)`")


LINEAR = code("linear", "Linear", medium, 12, name="Linear")(
    Case("`parameters()` lists a weight and a bias", probes.linear_parameters, _linear_parameters),
    Case("the weight starts at standard deviation 1 / sqrt(fan_in)", probes.linear_scale, _linear_scale),
    Case("x @ weight + bias", probes.linear_values, _linear_values, 2),
    Case("more dimensions before the last one", probes.linear_values, _linear_wide),
    Case("`bias=False` leaves one parameter", probes.linear_without_bias, _linear_without_bias),
    Case("gradients reach the parameters", probes.linear_gradients, _linear_gradients),
    why="The product acts on the last dimension alone, and dividing by √fan_in gives the outputs the same "
    "spread as the inputs.",
    hints=(
        "Make `self.weight` and `self.bias` once, in `__init__`. `torch.randn(fan_in, fan_out)` has standard deviation "
        "1; what do you divide by?",
        "`x @ self.weight` works for any number of dimensions before the last. Without a bias, set `self.bias = None`, "
        "and check for that in `__call__` and in `parameters()`.",
    ),
)

# --- an embedding as a product ---

ROWS = "The product should be the rows of C that ix names."


def _embedding(data: dict, table: torch.Tensor, call: str) -> list:
    message, known = data["pair"].get("message", ""), None
    if "dtype" in message:
        known = "one-hot-holds-integers"
    elif "multiplied" in message and len(table) == 27:
        known = "one-hot-without-classes"
    elif len(table) != 27 and "27" in message:
        known = "table-size-is-given"
    pair = returned(data["pair"], call, known)
    return several(pair, 2, call, "Return one_hot and the product.")


def _one_hot(data: dict, seed: int) -> None:
    ix, table = probes.indices(seed, 20, 2, 5), probes.drawn(seed, 27, 4)
    call = "`embed(ix, C)`, for ix (2, 5) and C (27, 4),"
    found, _ = _embedding(data, table, call)
    right = _one_hot_of(ix, 27)
    columns = {(2, 5, int(ix.max()) + 1): "one-hot-without-classes"}
    shaped(found, right.shape, f"`one_hot` of {call}", known=columns)
    says = "one_hot has the right shape, but its ones are not in the columns that ix names."
    same(found, right, says, [("one-hot-off-by-one", right.roll(by, 2)) for by in (1, -1)])


def _product(data: dict, seed: int) -> None:
    ix, table = probes.indices(seed, 20, 2, 5), probes.drawn(seed, 27, 4)
    call = "`embed(ix, C)`, for ix (2, 5) and C (27, 4),"
    _, found = _embedding(data, table, call)
    shaped(found, (2, 5, 4), f"The product of {call}", known={(2, 4): "positions-added-up"})
    same(found, table[ix], ROWS)


def _embed_5(data: dict, seed: int) -> None:
    ix, table = probes.indices(seed, 5, 6), probes.drawn(seed, 5, 3)
    call = "`embed(ix, C)`, for ix (6,) and C (5, 3),"
    one_hot, found = _embedding(data, table, call)
    shaped(one_hot, (6, 5), f"`one_hot` of {call}", known={(6, 27): "table-size-is-given"})
    same(shaped(found, (6, 3), f"The product of {call}"), table[ix], ROWS)
    same(one_hot, _one_hot_of(ix, 5), f"`one_hot` of {call} does not have its ones where ix says.")
    learns(data["pair"], ["C"], lambda C: [_one_hot_of(ix, 5), C[ix]], (table,), call)
    ix, table = probes.indices(seed, 4, 2, 1, 3), probes.drawn(seed, 4, 2)
    call = "`embed(ix, C)`, for ix (2, 1, 3) and C (4, 2),"
    _, found = several(returned(data["cube"], call), 2, call, "Return one_hot and the product.")
    same(shaped(found, (2, 1, 3, 2), f"The product of {call}"), table[ix], ROWS)


def _one_hot_of(ix: torch.Tensor, classes: int) -> torch.Tensor:
    return (ix[..., None] == torch.arange(classes)).float()


EMBED = code("embed", "An embedding is a product", easy, 6, name="embed")(
    Case("one_hot has a one in the column that ix names", probes.embed_27, _one_hot),
    Case("one_hot @ C is C[ix]", probes.embed_27, _product),
    Case("any number of rows in C, any shape of ix", probes.embed_5, _embed_5),
    why="A one-hot row times C adds up all rows of C, each times 0, except the one that its index names.",
    hints=(
        "`F.one_hot(ix, classes)` makes rows of zeros with a single 1. How many classes does C have?",
        "`F.one_hot` gives whole numbers, and `@` needs both sides to be of one type: `.float()`.",
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
    one, two, three = probes.AFFINE
    variants = {
        "every-layer-gets-the-input": _after((three,), x),
        "return-inside-the-loop": _after((one,), x),
        "layers-in-reverse": _after((three, two, one), x),
    }
    same(out, right, f"{call} is not third(second(first(x))).", variants)
    if not equal(data["again"].get("value"), right):
        raise Mistake("A second call with the same x gave a different result.", "works-only-once")
    if data["kept"] != len(probes.AFFINE):
        says = f"The list of layers held 3 before the calls; now it holds {data['kept']}."
        raise Mistake(says, "argument-changed")
    call = "`Sequential([first])(x)`"
    alone = returned(data["alone"], call)
    if not equal(data["beside"].get("value"), alone):
        says = f"{call} gives something else as soon as there is another Sequential, with other layers."
        raise Mistake(says, "two-are-one")
    same(alone, _after(probes.AFFINE[:1], x), f"{call} is not first(x).")
    call = "`Sequential([first, tanh])(x)`, where tanh has no parameters,"
    variants = {"layers-without-weights-are-called": alone}
    same(returned(data["bent"], call), alone.tanh(), f"{call} is not tanh(first(x)).", variants)
    same(returned(data["none"], "`Sequential([])(x)`"), x, "`Sequential([])(x)`, without any layer, is not x.")


def _sequential_learns(data: dict, seed: int) -> None:
    """Gradients, to x and to each of the three weights and biases that are listed, in whatever order."""
    whose = [value for layer in probes.AFFINE for value in layer]
    names = [f"the {which} of layer {i}" for i in (1, 2, 3) for which in ("weight", "bias")]
    order = [whose.index(value) for value in data["values"]]

    def right(x, *listed):
        p = [listed[order.index(i)] for i in range(6)]
        return _after(((p[0], p[1]), (p[2], p[3]), (p[4], p[5])), x)

    call = "`Sequential([first, second, third])(x)`"
    numbers = (torch.tensor([value]) for value in data["values"])
    learns(data["traced"], ["x", *(names[i] for i in order)], right, (probes.drawn(seed, 2), *numbers), call)


def _sequential_parameters(data: dict, seed: int) -> None:
    _all_parameters(data, "`Sequential([first, second, third]).parameters()`", None)
    _sequential_learns(data, seed)


def _sequential_nested(data: dict, seed: int) -> None:
    call = "`Sequential([first, Sequential([second, third])])(x)`"
    right = _after(probes.AFFINE, probes.drawn(seed, 2))
    same(shaped(returned(data["first"], call), (2,), call), right, f"{call} is not third(second(first(x))).")


def _sequential_nested_parameters(data: dict, seed: int) -> None:
    _all_parameters(data, "`Sequential([first, Sequential([second, third])]).parameters()`", "parameters-not-nested")
    call = "`Sequential([first, Sequential([second, Sequential([Sequential([third])])])]).parameters()`"
    _all_parameters(data, call, "parameters-not-nested", "deep")


def _all_parameters(data: dict, call: str, fewer: str | None, name: str = "parameters") -> None:
    found = returned(data[name], call, fewer)
    if isinstance(found, list) and any(isinstance(item, list) for item in found):
        raise Mistake(f"{call} gave lists inside a list.", "parameters-in-lists")
    values = sorted(p.item() for p in _tensors(found, call) if p.numel() == 1)
    right = sorted(value for layer in probes.AFFINE for value in layer)
    if values != right:
        says = f"{call} gave {len(values)} tensors, expected the 6 of the three layers, each once."
        raise Mistake(says, fewer if len(values) < len(right) else None)


SEQUENTIAL = code("sequential", "A Sequential in a Sequential", medium, 10, name="Sequential")(
    Case("layers are called one after another", probes.sequential_flat, _sequential_order),
    Case("`parameters()` lists those of all layers", probes.sequential_flat, _sequential_parameters),
    Case("a Sequential inside is called like any layer", probes.sequential_nested, _sequential_nested),
    Case("its parameters are listed, too", probes.sequential_nested, _sequential_nested_parameters),
    why="A container with the same two methods as a layer is a layer, so containers nest without a special case.",
    hints=(
        "Each layer gets what the one before it gave. The same name can hold it all the way: `x = layer(x)`.",
        "Ask every layer for its `parameters()` and put them into one flat list: two `for` in one list, first over the "
        "layers, then over the parameters of each. A Sequential answers that question like any other layer.",
    ),
)

# --- the size of sums ---

SPREAD = prediction("spread", "How large are sums?", easy, 4)(
    part(
        "x @ W with fan_in 200, W not scaled",
        200**0.5,
        {200: "variance-is-no-spread", 1: "sums-keep-their-size", 10: "fan-out-counts"},
        tolerance=0.03,
    ),
    part("x @ W with fan_in 50, W not scaled", 50**0.5, {50: "variance-is-no-spread"}, tolerance=0.03),
    part("x @ (W / sqrt(200)) with fan_in 200", 1, {1 / 200**0.5: "sums-keep-their-size"}, tolerance=0.03),
    why="Variances of independent terms add up, so the sum of fan_in of them spreads √fan_in times as widely as one.",
    hints=(
        "Each number of x @ W is a sum of fan_in products. Variances of independent terms add up.",
        "The variance of the sum is fan_in times that of one term, which is 1. The standard deviation is its root.",
    ),
)

check = Check("layers", LINEAR, EMBED, SEQUENTIAL, SPREAD)
