"""The exercise that builds the tree: counted, called with any number of levels, and wired as a reference is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch

from .. import reference
from ..declare import Case, code, hard
from ..exercise import Mistake
from ..expect import equal, returned, same, shaped, tensor
from ..probes import tree as probes

Tensor = torch.Tensor

# --- how many parameters ---


def _right(vocab: int, embd: int, hidden: int, levels: int) -> int:
    return vocab * embd + 2 * embd * hidden + (levels - 1) * 2 * hidden**2 + 2 * levels * hidden + (hidden + 1) * vocab


def _known(vocab: int, embd: int, hidden: int, levels: int) -> dict[int, str]:
    """What each mistake adds to the count or takes away from it."""
    right, ends = _right(vocab, embd, hidden, levels), vocab * embd + (hidden + 1) * vocab
    flat, narrow = 2**levels * embd * hidden, (levels - 1) * 2 * (hidden - embd) * hidden
    return {
        right + levels * hidden: "bias-before-batchnorm",
        right - 2 * levels * hidden: "batchnorm-is-left-out",
        right - vocab: "the-last-bias",
        right - vocab * embd: "an-embedding-counts",
        right + 2 * vocab: "the-scores-are-left-alone",
        right - (levels - 2) * 2 * hidden**2: "levels-share-weights",
        right - (levels - 1) * 2 * hidden: "every-level-has-its-own",
        ends + flat + 2 * hidden: "one-level-of-all",
        ends + flat + 3 * hidden: "one-level-of-all",
        ends + flat + hidden: "one-level-of-all",
        right - narrow: "the-width-stays",
        right - narrow - (hidden - embd) * vocab: "the-width-stays",
    }


def _counted(data: dict, seed: int) -> None:
    for name, sizes in probes.SIZES.items():
        call = f"`tree{sizes}`"
        found = returned(data[name], call)
        if name == "large" and found == data["small"]["value"]:
            raise Mistake(f"{call} has the tensors of `tree(27, 10, 68, 3)`.", "sizes-are-arguments")
        _count(found, sizes, call)


def _count(found: dict, sizes: tuple[int, ...], call: str) -> None:
    count = sum(torch.Size(shape).numel() for shape in found["shapes"])
    right = _right(*sizes)
    if count != right:
        says = f"{call} has {count:,} parameters, expected {right:,}: {abs(count - right):,} too "
        says += "many." if count > right else "few."
        id = _known(*sizes).get(count)
        advice = "" if id else f"Its tensors are {_listed(found['shapes'])}. Compare them with the layers one by one."
        raise Mistake(says, id, next=advice)
    if found["distinct"] != len(found["shapes"]):
        repeated = len(found["shapes"]) - found["distinct"]
        id = "levels-share-weights" if found["a matrix is repeated"] else "every-level-has-its-own"
        raise Mistake(f"{call} lists {repeated} of its tensors more than once.", id)


def _listed(shapes: list) -> str:
    return ", ".join(str(tuple(shape)) for shape in shapes)


# --- any number of levels ---


def _any_levels(data: dict, seed: int) -> None:
    of_three = data["shapes 3"].get("value")
    for levels in range(1, 7):
        sizes = (probes.VOCAB, probes.EMBD, probes.HIDDEN, levels)
        call = f"`tree{sizes}`"
        found = returned(data[f"shapes {levels}"], call)
        if levels != 3 and found == of_three:
            raise Mistake(f"{call} has the tensors of three levels.", "levels-are-an-argument")
        on = f"{call}, called on ids (5, {2**levels}),"
        known = {(5, 1, probes.VOCAB): "one-position-keeps-its-dimension"}
        shaped(returned(data[f"out {levels}"], on), (5, probes.VOCAB), on, known=known)
        _count(found, sizes, call)


# --- the wiring ---


class Given(NamedTuple):
    """The values that the learner's parameters were given, each told by its shape."""

    embedding: Tensor
    levels: list[tuple[Tensor, Tensor, Tensor]]  # weight (fan_in, hidden), gamma, beta
    last: Tensor
    bias: Tensor

    @classmethod
    def read(cls, values: list[Tensor]) -> Given:
        hidden, vocab = probes.HIDDEN, probes.VOCAB
        flat = [v.reshape(-1) for v in values if v.numel() == hidden]
        gammas, betas = [v for v in flat if v.min() >= 1], [v for v in flat if v.min() < 1]
        if len(gammas) != len(betas):  # they began as something else than ones and zeros: then the order tells
            gammas, betas = flat[::2], flat[1::2]
        matrices = [v.T if tuple(v.shape) in ((hidden, 6), (hidden, 8)) else v for v in values if v.numel() in (24, 32)]
        table = next(v for v in values if v.numel() == vocab * probes.EMBD)
        last = next(v for v in values if v.numel() == vocab * hidden)
        bias = next(v for v in values if v.numel() == vocab)
        matrices.sort(key=len)  # that of level 1 has fewer rows; the others stay in their order
        levels = list(zip(matrices, gammas, betas, strict=True))
        return cls(table, levels, last.T if len(last) == vocab else last, bias.reshape(-1))

    def turned(self) -> Given:
        """With the levels listed from the top down."""
        first, *rest = [weight for weight, _, _ in self.levels]
        norms = [pair for _, *pair in reversed(self.levels)]
        weights = [first, *reversed(rest)]
        return self._replace(levels=[(w, *norm) for w, norm in zip(weights, norms, strict=True)])


Step = Callable[..., Tensor]


def _normalised(x: Tensor, gamma: Tensor, beta: Tensor, correction: int = 0) -> Tensor:
    return reference.normalise(x, *reference.statistics(x, correction), gamma, beta)


def _unbiased(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return _normalised(x, gamma, beta, 1)


def _running(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return reference.normalise(x, torch.tensor(0.0), torch.tensor(1.0), gamma, beta)


def _each_position(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return reference.normalise(x, x.mean(0), x.var(0, correction=0), gamma, beta)


def _each_position_unbiased(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return reference.normalise(x, x.mean(0), x.var(0), gamma, beta)


def _cut(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return reference.normalise(x, *(s.detach() for s in reference.statistics(x)), gamma, beta)


def _pairs(x: Tensor) -> Tensor:
    return reference.flatten_consecutive(x, 2)


def _dropped(x: Tensor) -> Tensor:
    return x[:, 0] if x.shape[1] == 1 else x


def _halves(x: Tensor) -> Tensor:
    return _dropped(torch.cat(x.chunk(2, 1), 2))


def _right_first(x: Tensor) -> Tensor:
    return _dropped(torch.cat([x[:, 1::2], x[:, ::2]], 2))


def _norm_then_tanh(x: Tensor, norm: Step, gamma: Tensor, beta: Tensor) -> Tensor:
    return norm(x, gamma, beta).tanh()


def _scores(
    ids: Tensor, given: Given, norm: Step = _normalised, pair: Step = _pairs, bend: Step = _norm_then_tanh
) -> Tensor:
    """The tree by definition: (B, T) to (B, V)."""
    x = given.embedding[ids]
    for weight, gamma, beta in given.levels:
        x = bend(pair(x) @ weight, norm, gamma, beta)
    return x @ given.last + given.bias


def _mistaken(ids: Tensor, given: Given, norm: Step) -> list[tuple[str, Tensor]]:
    """What each mistake would give."""
    bends = {
        "tanh-is-left-out": lambda x, norm, gamma, beta: norm(x, gamma, beta),
        "tanh-comes-after-the-norm": lambda x, norm, gamma, beta: norm(x.tanh(), gamma, beta),
    }
    found = [(id, _scores(ids, given, norm, bend=bend)) for id, bend in bends.items()]
    found += [
        ("halves-instead-of-neighbours", _scores(ids, given, norm, _halves)),
        ("odd-before-even", _scores(ids, given, norm, _right_first)),
        ("the-scores-are-left-alone", _scores(ids, given, norm).tanh()),
        ("softmax-before-cross-entropy", _scores(ids, given, norm).softmax(1)),
    ]
    if norm is not _running:
        a_position = [_scores(ids, given, norm) for norm in (_each_position, _each_position_unbiased)]
        found += [("one-statistic-a-position", scores) for scores in a_position]
        found += [("eval-in-training", _scores(ids, given, _running))]
    return found


ON_SIX = "`tree(11, 3, 4, 3)`, called on ids (6, 8),"
ADVICE = "Run it level by level on one window, and compare with what you work out by hand."


def _wired(data: dict, seed: int) -> None:
    ids = probes.ids(seed, 6)
    out = shaped(returned(data["out"], ON_SIX), (6, probes.VOCAB), ON_SIX)
    given = Given.read(data["parameters"])
    if not any(equal(out, _scores(ids, g, norm)) for g in (given, given.turned()) for norm in (_normalised, _unbiased)):
        says = f"{ON_SIX} in training, gives other scores than a tree with these weights."
        same(out, _scores(ids, given), says, _mistaken(ids, given, _normalised), next=ADVICE)
    if not torch.equal(data["ids"], ids):
        raise Mistake("The call changed its ids.", next="Work on a copy, and change nothing in place.")


def _gradients(data: dict, seed: int) -> None:
    found = returned(data["gradients"], f"`backward()` through {ON_SIX}")
    ids, weights = probes.ids(seed, 6), probes.weights(seed)

    def rights(turn: bool, norm: Step) -> list[Tensor]:
        return _reference_gradients(data["parameters"], ids, weights, turn, norm)

    if any(_all_equal(found, rights(turn, norm)) for turn in (False, True) for norm in (_normalised, _unbiased)):
        return
    right = rights(False, _normalised)
    which = next(i for i, (f, r) in enumerate(zip(found, right, strict=True)) if not equal(f, r, 1e-3))
    shape = tuple(right[which].shape)
    if found[which] is None or not found[which].any():
        raise Mistake(f"No gradient reaches the parameter of shape {shape}.", "graph-is-cut")
    id = "statistics-cut-from-the-graph" if _all_equal(found, rights(False, _cut)) else None
    says = f"The gradient of the parameter of shape {shape} is not right, though the scores are."
    raise Mistake(says, id, next="" if id else "Look for `detach`, `.data` and `no_grad` between two layers.")


def _reference_gradients(values: list[Tensor], ids: Tensor, weights: Tensor, turn: bool, norm: Step) -> list[Tensor]:
    leaves = [v.clone().requires_grad_() for v in values]
    given = Given.read(leaves)
    (_scores(ids, given.turned() if turn else given, norm) * weights).sum().backward()
    return [leaf.grad for leaf in leaves]


def _all_equal(found: list, right: list[Tensor]) -> bool:
    return all(equal(f, r, 1e-3) for f, r in zip(found, right, strict=True))


# --- evaluation, and a second tree ---


def _evaluated(data: dict, seed: int) -> None:
    given = Given.read(data["parameters"])
    for name, batch in (("several", 6), ("one", 1)):
        call, ids = f"`tree(11, 3, 4, 3)`, in evaluation, on ids ({batch}, 8),", probes.ids(seed, batch)
        known = {(probes.VOCAB,): "squeeze-removes-a-batch-of-one"}
        if batch == 1 and "raised" in data[name]:
            says = f"{call} raised {data[name]['raised']}: {data[name]['message']} With six windows it did not."
            raise Mistake(says, next="Look for what drops a dimension of size 1: which one should it be?")
        out = shaped(returned(data[name], call), (batch, probes.VOCAB), call, known=known)
        rights = [_scores(ids, g, _running) for g in (given, given.turned())]
        if any(equal(out, right) for right in rights):
            continue
        if not data["has eval"]:
            says = "Your model has no `eval()`, so nothing told its BatchNorms that training is over."
            raise Mistake(says, next="Give your `Sequential` an `eval()` that passes the mode on to each layer.")
        variants = [
            ("eval-uses-the-batch", _scores(ids, given, norm)) for norm in (_normalised, _unbiased) if batch > 1
        ]
        same(out, rights[0], f"{call} gives other scores than a tree with these weights.", variants, next=ADVICE)


def _two_trees(data: dict, seed: int) -> None:
    one, other = data["starts"]
    call = "`tree(11, 3, 4, 3)`, in evaluation,"
    before, after = (returned(data[when], call) for when in ("before", "after"))
    if not equal(after, tensor(before, call)):
        raise Mistake("A tree gave other scores after a second tree was changed and called.", "two-are-one")
    if alike := [a for a, b in zip(one, other, strict=True) if a.ndim == 2 and equal(a, b)]:
        says = f"Two trees, made one after the other, begin with the same weight of shape {tuple(alike[0].shape)}."
        raise Mistake(says, "seeded-inside")


BUILD = code("build", "The tree, built", hard, 25, name="tree", given="bricks")(
    Case("22,397 and 76,579 parameters", probes.counted, _counted, 2),
    Case("any number of levels", probes.any_levels, _any_levels, 2),
    Case("two trees share nothing", probes.two_trees, _two_trees),
    Case("wired as a tree", probes.wired, _wired, 2),
    Case("every weight gets its gradient", probes.wired, _gradients),
    Case("evaluation, and a batch of one", probes.evaluated, _evaluated),
    why="One loop makes every level: only the first takes in embeddings, all others two vectors of the level below.",
    hints=(
        "Begin with a list that holds the embedding. What does one level append? Four layers.",
        "Level 1's Linear takes in `2 * n_embd`, every other one `2 * n_hidden`: keep the width in a variable, and "
        "change it at the end of the loop's body.",
        "The Linear before a BatchNorm has no bias; the last one does. `Sequential(layers)` makes a model of the list.",
        "Bricks of your own? In a tree BatchNorm gets (B, T, C): it averages over B and T, all dimensions but the "
        "last. And each brick needs `train()` and `eval()`, which the `Sequential` passes on.",
    ),
)
