"""The exercises on WaveNet: a gate by hand, the residual block, gradients through depth, the reach of a stack."""

import math
from collections.abc import Callable, Iterator

import torch

from ..declare import Case, Part, code, easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import causal, equal, learns, returned, same, several, shaped
from ..probes import wavenet as probes

# --- a gate by hand ---


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _gated(title: str, what: float, how_much: float, wrong: dict[float, str]) -> Part:
    return part(title, math.tanh(what) * _sigmoid(how_much), wrong, tolerance=6e-3)


GATE = value("gate", "A gate by hand", easy, 5)(
    _gated(
        "filter 2, gate 0",
        2,
        0,
        {
            0: "a-gate-of-0-is-half-open",
            math.tanh(2): "a-gate-of-0-is-half-open",
            math.tanh(2) + _sigmoid(0): "a-gate-multiplies",
            1: "tanh-comes-first",
        },
    ),
    _gated(
        "filter -1, gate 3",
        -1,
        3,
        {
            _sigmoid(-1) * math.tanh(3): "tanh-says-what",
            math.tanh(-1) * math.tanh(3): "a-gate-lies-between-0-and-1",
            math.tanh(-1) + _sigmoid(3): "a-gate-multiplies",
            -1 * _sigmoid(3): "tanh-comes-first",
            -math.tanh(-1) * _sigmoid(3): "tanh-says-what",
        },
    ),
    _gated("filter 5, gate -20, to two digits", 5, -20, {-1: "a-gate-lies-between-0-and-1", 1: "a-gate-multiplies"}),
    part("columns of the one matrix for 24 channels", 48, {24: "two-halves", 96: "two-halves"}),
    why="tanh says what, a sigmoid between 0 and 1 says how much of it passes, and one matrix makes both: "
    "twice the channels.",
    hints=(
        "tanh(2) is 0.964 and tanh(1) is 0.762. sigmoid(x) is 1 / (1 + e to the power -x).",
        "The output is tanh of the filter times sigmoid of the gate.",
    ),
)

# --- the residual block ---

CALL = "`block(x, 2, W, W_residual, W_skip)`, for x (8, 3),"


def _block(x, dilation, W, W_residual, W_skip, *, left=None, join=None, gate=None, add=True):
    """The block with one thing done otherwise. gate(filter, gate) joins the halves; join(left, x) the neighbours."""
    moved = left(x, dilation) if left else torch.cat([x[:1].expand(dilation, -1), x])[: len(x)]
    pairs = join(moved, x) if join else torch.cat([moved, x], 1)
    filter_, how_much = (pairs @ W).chunk(2, 1)
    z = gate(filter_, how_much) if gate else filter_.tanh() * how_much.sigmoid()
    return (x if add else 0) + z @ W_residual, z @ W_skip


def _fill(rows: Callable[[torch.Tensor, int], torch.Tensor]):
    return lambda x, d: torch.cat([rows(x, d), x])[: len(x)]


VARIANTS: tuple[tuple[str, dict], ...] = (
    ("zeros-at-the-edge", {"left": _fill(lambda x, d: torch.zeros(d, x.shape[1]))}),
    ("the-edge-repeats-the-name", {"left": _fill(lambda x, d: x[:d])}),
    ("dilation-off-by-one", {"left": _fill(lambda x, d: x[:1].expand(d + 1, -1))}),
    ("dilation-off-by-one", {"left": _fill(lambda x, d: x[:1].expand(2 * d, -1))}),
    ("one-step-at-every-level", {"left": _fill(lambda x, d: x[:1])}),
    ("looks-to-the-right", {"left": lambda x, d: torch.cat([x[d:], x[-1:].expand(d, -1)])}),
    ("odd-before-even", {"join": lambda left, x: torch.cat([x, left], 1)}),
    ("tanh-says-what", {"gate": lambda a, b: a.sigmoid() * b.tanh()}),
    ("a-gate-lies-between-0-and-1", {"gate": lambda a, b: a.tanh() * b.tanh()}),
    ("a-gate-lies-between-0-and-1", {"gate": lambda a, b: a.tanh() * b}),
    ("a-gate-multiplies", {"gate": lambda a, b: a.tanh() + b.sigmoid()}),
    ("tanh-comes-first", {"gate": lambda a, b: a * b.sigmoid()}),
    ("one-half-is-both", {"gate": lambda a, b: a.tanh() * a.sigmoid()}),
)


def _pair(data: dict, call: str, M: int, C: int, S: int) -> tuple[torch.Tensor, torch.Tensor]:
    found = several(returned(data["pair"], call), 2, call, "Return x + …, and the skip.")
    known = {(M, S): "skip-and-residual-swapped"}
    return (
        shaped(found[0], (M, C), f"What goes to the next block, from {call}", known=known),
        shaped(found[1], (M, S), f"The skip, from {call}"),
    )


def _variants(seed: int, which: int) -> Iterator[tuple[str, torch.Tensor]]:
    """What each misconception would give: 0 for what goes on, 1 for the skip."""
    arguments = (probes.drawn(seed, 8, 3), 2, *probes.weights(seed, 3, 4, 5))
    return ((id, _block(*arguments, **how)[which]) for id, how in VARIANTS)


def _skip(data: dict, seed: int) -> None:
    found = _pair(data, CALL, 8, 3, 5)[1]
    x, matrices = probes.drawn(seed, 8, 3), probes.weights(seed, 3, 4, 5)
    right = _block(x, 2, *matrices)[1]
    same(found, right, "The skip has the right shape; its numbers are not z @ W_skip.", _variants(seed, 1))


def _residual(data: dict, seed: int) -> None:
    found = _pair(data, CALL, 8, 3, 5)[0]
    x, matrices = probes.drawn(seed, 8, 3), probes.weights(seed, 3, 4, 5)
    right, alone = (_block(x, 2, *matrices, add=add)[0] for add in (True, False))
    neighbour = right - x + torch.cat([x[:1].expand(2, -1), x])[:8]
    variants = [("the-neighbour-is-added", neighbour), ("nothing-is-added", alone), *_variants(seed, 0)]
    same(found, right, "What goes to the next block is not x + z @ W_residual.", variants)


def _causal(data: dict, seed: int) -> None:
    out = torch.cat(_pair(data, CALL, 8, 3, 5), 1)
    changed = shaped(returned(data["changed"], CALL), (8, 8, 8), "The same call with other x")
    causal(out, changed, "The partner stands `dilation` rows to the left; before row 0, take row 0.")


def _short(data: dict, seed: int) -> None:
    call = "`block(x, 4, …)`, for x (2, 4), a name shorter than the dilation,"
    returned(data["pair"], call, "a-name-may-be-short")
    found = _pair(data, call, 2, 4, 6)
    right = _block(probes.drawn(seed, 2, 4), 4, *probes.weights(seed, 4, 3, 6))
    for came, wanted, which in zip(found, right, ("What goes to the next block", "The skip"), strict=True):
        same(came, wanted, f"{which}, from {call} is not right.")
    call = "`block(x, 1, …)`, for x (1, 2), a name of one row,"
    returned(data["one"], call, "a-name-may-be-short")
    found = several(returned(data["one"], call), 2, call, "Return x + …, and the skip.")
    right = _block(probes.drawn(seed, 1, 2), 1, *probes.weights(seed, 2, 1, 2))
    for came, wanted in zip(found, right, strict=True):
        same(shaped(came, (1, 2), call), wanted, f"{call} is not right.")


def _silent(data: dict, seed: int) -> None:
    cut = Mistake(
        "With all weights 0 the block passes x on, so the gradient at x must be 1 everywhere; it is not.",
        "graph-is-cut",
        next="Add x itself, without `.detach()`, and compute outside `torch.no_grad()`.",
    )
    found = returned(data["gradient"], "`backward()` through a silent block", cut)
    if not equal(found, torch.ones(8, 3)):
        raise cut
    names = ["x", "W", "W_residual", "W_skip"]
    arguments = (probes.drawn(seed, 8, 3), *probes.weights(seed, 3, 4, 5))
    learns(data["traced"], names, lambda x, *matrices: _block(x, 2, *matrices), arguments, CALL.rstrip(","))


BLOCK = code("block", "The residual block", medium, 12, name="block")(
    Case("no position sees what comes after it", probes.later_changed, _causal),
    Case("the skip is z @ W_skip", probes.small, _skip, 2),
    Case("z is added to x", probes.small, _residual),
    Case("a name shorter than the dilation", probes.short, _short),
    Case("the gradient passes through a silent block", probes.silent, _silent),
    why="The addition lets x, and its gradient, pass unchanged, so a block that says nothing does no harm.",
    hints=(
        "First the pair, as in the exercises on convolution: "
        "`torch.cat([x[:1].expand(dilation, -1), x])[: len(x)]` is the left neighbour of every row.",
        "Then z: the pair times W, cut in two by `.chunk(2, dim=1)`; tanh of the first half times sigmoid of the "
        "second.",
        "z goes two ways: through W_residual and added to x, and through W_skip.",
    ),
)

# --- gradients through depth ---

DEPTH = prediction("depth", "Sixteen levels back", medium, 5)(
    part(
        "a factor of 0.7 a level",
        0.7**16,
        {0.7 * 16: "factors-multiply", 0.7: "factors-multiply", 0.7 / 16: "factors-multiply"},
        tolerance=5e-4,
    ),
    part("a factor of 2 a level", 2**16, {32: "factors-multiply", 2: "factors-multiply", 16: "factors-multiply"}),
    part(
        "residual blocks that say nothing",
        1,
        {0: "silence-passes-x-on", 16: "factors-multiply", 17: "factors-multiply"},
    ),
    part("does a fresh residual block destroy x?", False, "silence-passes-x-on"),
    part("does the skip replace the addition?", False, "skip-and-residual-are-two"),
    why="Gradients of stacked layers multiply, so they vanish or explode with depth; an addition lets them "
    "through with a factor of 1.",
    hints=(
        "On its way back the gradient is multiplied by the factor once for each level.",
        "In a sum, x + something, the gradient goes to both parts as it is. What is left when the something is 0?",
    ),
)

# --- the reach ---

REACH = value("reach", "The reach of a stack", easy, 6)(
    part("dilations 1, 2, 4, 8", 16, {15: "the-position-itself-counts", 64: "dilations-add", 32: "dilations-add"}),
    part(
        "dilations 1, 2, 4, 8, three times over",
        46,
        {
            4096: "a-stack-repeated-multiplies",
            48: "the-position-itself-counts-once",
            45: "the-position-itself-counts",
            16: "a-repetition-adds",
        },
    ),
    part(
        "dilations 1, 1, 1, 1",
        5,
        {16: "levels-alone-do-not-double", 4: "the-position-itself-counts", 2: "a-repetition-adds"},
    ),
    part(
        "dilations 1, 2, 4, …, 512, twice",
        2047,
        {
            1024**2: "a-stack-repeated-multiplies",
            2048: "the-position-itself-counts-once",
            2046: "the-position-itself-counts",
            1024: "a-repetition-adds",
        },
    ),
    part("repetitions of it needed for 16,000 samples", 16, {2: "a-stack-repeated-multiplies", 15: "rounded-down"}),
    why="Each layer adds its dilation to the reach, so the reach is 1 plus the sum of all dilations.",
    hints=(
        "Every dilated pair adds its dilation to what an output sees. With no pair at all, it sees 1.",
        "Ten dilations 1 to 512 add up to 1,023. How often must you add that to 1 to get to 16,000 or more?",
    ),
)

check = Check("wavenet", GATE, BLOCK, DEPTH, REACH)
