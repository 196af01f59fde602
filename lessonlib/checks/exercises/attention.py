"""The exercises on attention: weights by hand, a causal head, the reach by gradient in both modes, what to believe."""

import math
from collections.abc import Callable

import torch

from .. import reference
from ..declare import Case, code, easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import causal, difference, equal, learns, recognised, returned, same, shaped
from ..probes import attention as probes

# --- attention weights by hand ---

LN2, LN3 = math.log(2), math.log(3)


def _softmax(*scores: float) -> tuple[float, ...]:
    return tuple(torch.tensor(scores, dtype=torch.float64).softmax(0).tolist())


def _too_late(*scores: float, seen: int) -> tuple[float, ...]:
    """The mask after the softmax: what is hidden has taken its share all the same."""
    return tuple(share if i < seen else 0.0 for i, share in enumerate(_softmax(*scores)))


def _by_the_row_below(place: int, mistake: Mistake, parts: list) -> Mistake:
    """Zeros in the first row, and a 1 in the second: the other rows tell whence they come."""
    first, second = (part if isinstance(part, list) else [] for part in parts[:2])
    if place == 0 and first == [0, 0, 0] and 0 < sum(number for number in second if isinstance(number, float)) < 0.1:
        return Mistake(mistake.says, "mask-before-softmax")
    if place == 1 and first == [0, 0, 0] and second == [1, 0, 0]:
        return Mistake(mistake.says, "a-position-sees-itself")
    return mistake


SHARES = value("shares", "Attention weights by hand", medium, 8)(
    part(
        "the weights of position 0",
        [1, 0, 0],
        {
            _softmax(0, 5, 9): "looks-to-the-right",
            _softmax(0, 0, 0): "a-score-of-0-is-a-share",
            (0, 0, 0): "a-position-sees-itself",
        },
    ),
    part(
        "the weights of position 1",
        [0.75, 0.25, 0],
        {
            _softmax(LN3, 0, 7): "looks-to-the-right",
            _softmax(LN3, 0, 0): "a-score-of-0-is-a-share",
            _too_late(LN3, 0, 7, seen=2): "mask-before-softmax",
            (3, 1, 0): "shares-add-up-to-1",
            (1, 0, 0): "exp-before-the-sum",
            (LN3, 0, 0): "exp-before-the-sum",
        },
    ),
    part(
        "the weights of position 2",
        [0.25, 0.25, 0.5],
        {
            (1, 1, 2): "shares-add-up-to-1",
            (0, 0, 1): "exp-before-the-sum",
            (0, 0, LN2): "exp-before-the-sum",
            (0.5, 0.5, 0): "a-position-sees-itself",
        },
    ),
    part(
        "the outputs of the three positions",
        [4, 5, 9],
        {
            (4, 6, 8): "shares-are-not-equal",
            (4, 20, 36): "shares-add-up-to-1",
            (4, 8, 12): "a-value-for-everybody",
            (0, 4, 6): "a-position-sees-itself",
            (4, 4 * LN3, 12 * LN2): "exp-before-the-sum",
        },
    ),
    instead=_by_the_row_below,
    why="Softmax turns the scores that a position may see into shares that add up to 1, and the output is the "
    "mean weighted by those shares.",
    hints=(
        "Position t sees the columns 0 to t. All others get a score of minus infinity, and e to that power is 0.",
        "Softmax: raise e to each score, then divide by the sum. e to the power ln 3 is 3, e to the power 0 is 1.",
        "The output is the mean of the values 4, 8 and 12, weighted by the position's attention weights.",
    ),
)

# --- one head ---

HEAD_CALL = "`head(x, W_query, W_key, W_value)`, for x (2, 5, 6) and weights (6, 4),"


def _attend(q, k, v, divide: float | None = None, dim: int = -1, hide: Callable | None = None):
    """Attention with one thing done otherwise. hide(scores, future) puts a mask on them."""
    scores = q @ k.mT / (q.shape[-1] ** 0.5 if divide is None else divide)
    future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    masked = scores.masked_fill(future, -torch.inf) if hide is None else hide(scores, future)
    return masked.softmax(dim) @ v


def _misconceptions(x: torch.Tensor, weights: list[torch.Tensor]) -> list[tuple[str, torch.Tensor]]:
    """What each misconception would have given."""
    q, k, v = (x @ w for w in weights)
    T, C, d = x.shape[1], x.shape[2], q.shape[-1]
    after = (q @ k.mT / d**0.5).softmax(-1).tril() @ v
    return [
        ("looks-to-the-right", _attend(q, k, v, hide=lambda scores, future: scores)),
        ("mask-the-wrong-way", _attend(q, k, v, hide=lambda scores, future: scores.masked_fill(future.mT, -torch.inf))),
        ("a-score-of-0-is-a-share", _attend(q, k, v, hide=lambda scores, future: scores.masked_fill(future, 0))),
        ("mask-before-softmax", after),
        ("shares-along-the-row", _attend(q, k, v, dim=-2)),
        ("shares-along-the-row", _attend(q, k, v, dim=0)),
        ("scores-not-scaled", _attend(q, k, v, divide=1)),
        ("scaled-without-the-root", _attend(q, k, v, divide=d)),
        ("scaled-by-another-size", _attend(q, k, v, divide=C**0.5)),
        ("scaled-by-another-size", _attend(q, k, v, divide=T**0.5)),
        ("rows-ask", _attend(k, q, v)),
        ("the-value-is-handed-over", _attend(q, k, k)),
        ("the-value-is-handed-over", _attend(q, k, q)),
        ("a-position-sees-itself", _others_alone(q, k, v)),
    ]


def _others_alone(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Each position sees those before it, and the first one nobody: zeros."""
    scores = q @ k.mT / q.shape[-1] ** 0.5
    return scores.masked_fill(torch.ones_like(scores).triu().bool(), -torch.inf).softmax(-1).nan_to_num() @ v


def _recognised(out: torch.Tensor, seed: int) -> str | None:
    return recognised(out, _misconceptions(probes.drawn(seed, 2, 5, 6), probes.matrices(seed, 6, 4)))


def _head_output(data: dict) -> torch.Tensor:
    attempt = data["out"]
    turns = ".T" in attempt.get("line", "") or "t() expects" in attempt.get("message", "")
    known = {(2, 5, 5): "shares-are-not-the-output", (2, 5, 6): "the-value-is-handed-over"}
    out = returned(attempt, HEAD_CALL, "turns-all-dimensions" if turns else None)
    out = shaped(out, (2, 5, 4), HEAD_CALL, known=known)
    if out[:, 0].isnan().any() and not out[:, 1:].isnan().any():
        raise Mistake("The output at position 0 is nan.", "a-position-sees-itself")
    if out[:, -1].isnan().any() and not out[:, :-1].isnan().any():
        raise Mistake("The output at the last position is nan.", "mask-the-wrong-way")
    return out


def _head_causal(data: dict, seed: int) -> None:
    out = _head_output(data)
    changed = shaped(returned(data["changed"], HEAD_CALL), (5, 2, 5, 4), "The same call with other x")
    hide = (
        "Print the attention weights of one example: every row must add up to 1 and be 0 to the right of the diagonal."
    )
    id = _recognised(out, seed)
    causal(out.transpose(0, 1), changed.transpose(1, 2), hide, "x at position {}", id)


def _head_values(data: dict, seed: int) -> None:
    out = _head_output(data)
    right = reference.attention(probes.drawn(seed, 2, 5, 6), *probes.matrices(seed, 6, 4))
    if not equal(out, right):
        id = _recognised(out, seed)
        says = f"{HEAD_CALL} has the right shape; its numbers are not attention weights times values."
        scale = "Divide the scores by `d ** 0.5`, where d is W_query.shape[1]." if "scaled" in (id or "") else ""
        says = says if id else f"{says} {difference(out, right)}"
        raise Mistake(says, id, next=scale, picture=(out[0], right[0]))


def _head_other_sizes(data: dict, seed: int) -> None:
    for name, (B, T) in {"long": (3, 9), "one": (1, 1)}.items():
        call = f"`head(x, W_query, W_key, W_value)`, for x ({B}, {T}, 5) and weights (5, 16),"
        out = shaped(returned(data[name], call, "sizes-come-from-x"), (B, T, 16), call)
        right = reference.attention(probes.drawn(seed, B, T, 5), *probes.matrices(seed, 5, 16))
        q, k, v = (probes.drawn(seed, B, T, 5) @ w for w in probes.matrices(seed, 5, 16))
        variants = [("sizes-come-from-x", _attend(q, k, v, divide=root)) for root in (2, 5**0.5, 6**0.5)]
        same(out, right, f"{call} is not right, though x (2, 5, 6) is.", variants)


def _head_gradients(data: dict, seed: int) -> None:
    names, arguments = ["x", "W_query", "W_key", "W_value"], (probes.drawn(seed, 2, 5, 6), *probes.matrices(seed, 6, 4))
    learns(data, names, reference.attention, arguments, HEAD_CALL.rstrip(","))


HEAD = code("head", "One head", medium, 12, name="head")(
    Case("nobody looks to the right", probes.head_changed, _head_causal),
    Case("weights times values", probes.head_values, _head_values, 2),
    Case("other sizes", probes.head_other_sizes, _head_other_sizes),
    Case("gradients reach all three matrices", probes.head_gradients, _head_gradients),
    why="-inf before the softmax makes a share of exactly 0, so nothing to the right can reach the output.",
    hints=(
        "Every query meets every key: `q @ k.transpose(1, 2)` is (B, T, T). The row looks, the column is looked at.",
        "Scale by the root of d; put -inf where the column comes later than the row; softmax along the columns of each "
        "row, `softmax(-1)`; then `@ v`.",
        "`torch.ones(T, T, dtype=torch.bool).triu(1)` is True above the diagonal; `masked_fill` takes it.",
    ),
)

# --- the reach, by gradient ---


def _places(data: dict, call: str) -> torch.Tensor:
    known = {(2, 3): "places-not-channels", (6, 3): "places-not-channels", (2, 6, 3): "places-not-channels"}
    if data["seen"].get("changed") == 1:
        raise Mistake(f"{call} left the model in another mode, or with other weights.", "the-mode-is-the-callers")
    return shaped(returned(data["seen"], call), (2, 6), call, known=known) != 0


def _told(places: torch.Tensor) -> str:
    found = [(b, t) for b, t in places.nonzero().tolist()]
    return f"{len(found)} of 12 places" + (f": {', '.join(map(str, found))}" if 0 < len(found) < 12 else "")


def _same_places(found: torch.Tensor, right: torch.Tensor, call: str, known: list[tuple]) -> None:
    if not torch.equal(found, right):
        id = next((id for places, id in known if torch.equal(found, places)), None)
        raise Mistake(f"{call} gave {_told(found)}; expected {_told(right)}.", id)


def _grid(examples: int, *positions: int) -> torch.Tensor:
    """(2, 6) of booleans: True at these positions of the first examples."""
    places = torch.zeros(2, 6, dtype=torch.bool)
    places[:examples, list(positions)] = True
    return places


def _seen_past(data: dict, seed: int) -> None:
    call = "`seen(model, x, 3)`, for a model in which each position adds up all x up to its own,"
    known = [
        (_grid(2, 0, 1, 2, 3), "asks-every-example"),
        (_grid(1, *range(6)), "asks-other-positions"),
        (_grid(2, *range(6)), "asks-other-positions"),
        (_grid(0), "one-channel-is-enough"),
    ]
    _same_places(_places(data, call), _grid(1, 0, 1, 2, 3), call, known)


def _seen_two(data: dict, seed: int) -> None:
    call = "`seen(model, x, 4)`, for a model that sees a position and the one two to its left,"
    known = [(_grid(0), "a-negative-gradient-counts"), (_grid(1, 2, 3, 4), "reach-may-have-holes")]
    _same_places(_places(data, call), _grid(1, 2, 4), call, known)
    call = "`seen(model, x, 8)`, for the same model and x (3, 9, 3),"
    found = shaped(returned(data["longer"], call), (3, 9), call) != 0
    right = torch.zeros(3, 9, dtype=torch.bool)
    right[0, [6, 8]] = True
    if not torch.equal(found, right):
        raise Mistake(f"{call} named the places {found.nonzero().tolist()}, expected {right.nonzero().tolist()}.")


def _seen_again(data: dict, seed: int) -> None:
    call = "`seen(model, x, 1)`, called after `seen(model, x, 3)` with the same x,"
    _same_places(_places(data, call), _grid(1, 0, 1), call, [(_grid(1, 0, 1, 2, 3), "gradients-add-up")])


def _seen_in_training(data: dict, seed: int) -> None:
    call = "`seen(model, x, 4)`, for a model with BatchNorm in training mode,"
    known = [(_grid(1, 2, 4), "the-mode-is-the-callers"), (_grid(1, *range(6)), "examples-are-independent")]
    _same_places(_places(data, call), _grid(2, *range(6)), call, known)


def _seen_in_evaluation(data: dict, seed: int) -> None:
    call = "`seen(model, x, 4)`, for the same model in evaluation mode,"
    _same_places(_places(data, call), _grid(1, 2, 4), call, [(_grid(2, *range(6)), "the-mode-is-the-callers")])


SEEN = code("seen", "Who is seen?", medium, 10, name="seen")(
    Case("all places up to t, of one example", probes.seen_past, _seen_past),
    Case("places with a hole, and negative gradients", probes.seen_two, _seen_two),
    Case("asked twice", probes.seen_again, _seen_again),
    Case("BatchNorm in training mode", probes.seen_in_training, _seen_in_training),
    Case("BatchNorm in evaluation mode", probes.seen_in_evaluation, _seen_in_evaluation),
    why="An output depends on a place exactly where the gradient there is not 0: that measures reach instead "
    "of trusting the drawing.",
    hints=(
        "Ask a copy of x for gradients, call the model, and run `backward()` from the one output in question.",
        "`x.grad` is (B, T, C). A place is seen when any of its channels has a gradient that is not 0.",
    ),
)

# --- the reach in both modes, explained ---

MODES = prediction("modes", "The reach in both modes", medium, 7)(
    part(
        "the tree with BatchNorm, in evaluation mode",
        8,
        {7: "eight-with-itself", 20: "evaluation-is-honest", 10: "a-tree-has-its-reach"},
    ),
    part("the same, in training mode", 20, {8: "examples-are-independent", 10: "examples-are-independent"}),
    part(
        "which layer makes the difference",
        "b",
        {"a": "the-statistics-make-the-difference", "c": "the-statistics-make-the-difference"},
    ),
    part(
        "one transformer block, in training mode, position 9",
        10,
        {20: "layernorm-is-no-batchnorm", 2: "depth-is-not-reach", 8: "depth-is-not-reach"},
    ),
    part(
        "the same block, position 3",
        4,
        {10: "looks-to-the-right", 3: "a-position-sees-itself", 20: "layernorm-is-no-batchnorm"},
    ),
    part(
        "three blocks, position 9",
        10,
        {8: "depth-is-not-reach", 30: "depth-is-not-reach", 20: "layernorm-is-no-batchnorm"},
    ),
    why="Batch statistics mix examples and positions; LayerNorm works within one position, so attention's "
    "mask alone sets the reach.",
    hints=(
        "In evaluation mode the tree sees what its dilations reach. In training mode, what are mean and "
        "variance computed from?",
        "LayerNorm takes its mean over the channels of one position. So what is left that brings in other positions?",
    ),
)

# --- what to believe ---

BELIEVE = prediction("believe", "Too good to be true", easy, 5)(
    part("A: a loss of 0.02 shows a very good model", False, "looks-to-the-right"),
    part("B: a loss of 0.02 shows names learned by heart", False, "by-heart-shows-in-validation"),
    part("C: without positions, 'abc' and 'bac' end alike", True, "a-mean-has-no-order"),
    part("D: 96 blocks share their weights", False, "blocks-have-own-weights"),
    part("E: the second block sees further back than the first", False, "depth-is-not-reach"),
    why="A loss far below what names allow means that the model saw its answers: look for a leak before you celebrate.",
    hints=(
        "Nobody can know the next letter of a name for sure. What must a model that does have seen?",
        "Attention takes a weighted mean over all that came. What does a mean know about the order?",
    ),
)

check = Check("attention", SHARES, HEAD, SEEN, MODES, BELIEVE)
