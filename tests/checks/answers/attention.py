"""Answers to the exercises of the lesson attention."""

from . import Wrong

BY_HAND = "return [1, 0, 0], [3 / 4, 1 / 4, 0], [1 / 4, 1 / 4, 1 / 2], [4, 5, 9]"
TURN = "k.transpose(1, 2)"
SCALE = "q.shape[-1] ** 0.5"
FUTURE = "future = torch.ones(scores.shape[1:], dtype=torch.bool).triu(1)"
WEIGHTS = "weights = scores.masked_fill(future, -torch.inf).softmax(-1)"
COPY = "x = x.detach().clone().requires_grad_()"
ASK = "model(x)[0, t].sum().backward()"
PLACES = "return (x.grad != 0).any(-1)"
COUNTED = 'return 8, 20, "b", 10, 4, 10'
CLAIMED = "return False, False, True, False, False"

WRONG = {
    "shares": [
        Wrong(
            "no mask",
            "looks-to-the-right",
            "[1, 0, 0], [3 / 4, 1 / 4, 0]",
            "torch.tensor([0.0, 5, 9]).softmax(0), torch.tensor([math.log(3), 0, 7]).softmax(0)",
        ),
        Wrong(
            "hidden with 0", "a-score-of-0-is-a-share", "[1, 0, 0], [3 / 4, 1 / 4, 0]", "[1 / 3] * 3, [0.6, 0.2, 0.2]"
        ),
        Wrong("nobody there", "a-position-sees-itself", "[1, 0, 0],", "[0, 0, 0],"),
        Wrong("not divided", "shares-add-up-to-1", BY_HAND, "return [1, 0, 0], [3, 1, 0], [1, 1, 2], [4, 20, 36]"),
        Wrong(
            "scores divided", "exp-before-the-sum", "[3 / 4, 1 / 4, 0], [1 / 4, 1 / 4, 1 / 2]", "[1, 0, 0], [0, 0, 1]"
        ),
        Wrong("a plain mean", "shares-are-not-equal", "[4, 5, 9]", "[4, 6, 8]"),
        Wrong("own values", "a-value-for-everybody", "[4, 5, 9]", "[4, 8, 12]"),
        Wrong("two weights", None, "[3 / 4, 1 / 4, 0]", "[3 / 4, 1 / 4]"),
    ],
    "head": [
        Wrong("no mask", "looks-to-the-right", ".masked_fill(future, -torch.inf)", ""),
        Wrong("tril", "mask-the-wrong-way", "triu(1)", "tril(-1)"),
        Wrong("tril with the diagonal", "mask-the-wrong-way", "triu(1)", "tril()"),
        Wrong("the diagonal, too", "a-position-sees-itself", "triu(1)", "triu()"),
        Wrong("0 for -inf", "a-score-of-0-is-a-share", "-torch.inf", "0"),
        Wrong(
            "masked afterwards",
            "mask-before-softmax",
            "scores.masked_fill(future, -torch.inf).softmax(-1)",
            "scores.softmax(-1).masked_fill(future, 0)",
        ),
        Wrong("along the columns", "shares-along-the-row", "softmax(-1)", "softmax(1)"),
        Wrong("not scaled", "scores-not-scaled", f" / {SCALE}", ""),
        Wrong("divided by d", "scaled-without-the-root", SCALE, "q.shape[-1]"),
        Wrong("divided by the root of C", "scaled-by-another-size", SCALE, "x.shape[-1] ** 0.5"),
        Wrong("divided by the root of T", "scaled-by-another-size", SCALE, "x.shape[1] ** 0.5"),
        Wrong("keys ask", "rows-ask", f"q @ {TURN}", "k @ q.transpose(1, 2)"),
        Wrong("keys handed over", "the-value-is-handed-over", "weights @ v", "weights @ k"),
        Wrong("queries handed over", "the-value-is-handed-over", "weights @ v", "weights @ q"),
        Wrong("x handed over", "the-value-is-handed-over", "weights @ v", "weights @ x"),
        Wrong("the weights back", "shares-are-not-the-output", "return weights @ v", "return weights"),
        Wrong(".T", "turns-all-dimensions", TURN, "k.T"),
        Wrong("t()", "turns-all-dimensions", TURN, "k.t()"),
        Wrong("always 5 long", "sizes-come-from-x", "torch.ones(scores.shape[1:],", "torch.ones(5, 5,"),
        Wrong("always 2", "sizes-come-from-x", SCALE, "2"),
        Wrong("weights detached", "graph-is-cut", "return weights @ v", "return weights.detach() @ v"),
        Wrong(
            "weights under no_grad",
            "graph-is-cut",
            WEIGHTS,
            f"with torch.no_grad():\n        {WEIGHTS}",
        ),
        Wrong("no return", "return-forgotten", "return weights @ v", "weights @ v"),
        Wrong("no softmax", None, "masked_fill(future, -torch.inf).softmax(-1)", "tril()"),
        Wrong("the first example's weights", None, "weights @ v", "weights[:1] @ v"),
    ],
    "seen": [
        Wrong("all outputs", "asks-other-positions", "model(x)[0, t].sum()", "model(x).sum()"),
        Wrong("the last position", "asks-other-positions", "[0, t]", "[0, -1]"),
        Wrong("all positions", "asks-other-positions", "[0, t]", "[0]"),
        Wrong("all examples", "asks-every-example", "[0, t]", "[:, t]"),
        Wrong("added up", "one-channel-is-enough", PLACES, "return x.grad.sum(-1) != 0"),
        Wrong("all channels", "one-channel-is-enough", "any(-1)", "all(-1)"),
        Wrong("the first channel", "one-channel-is-enough", "(x.grad != 0).any(-1)", "x.grad[..., 0] != 0"),
        Wrong("above 0", "a-negative-gradient-counts", "!= 0", "> 0"),
        Wrong("channels kept", "places-not-channels", "any(-1)", "any(1)"),
        Wrong("nothing reduced", "places-not-channels", ".any(-1)", ""),
        Wrong("on x itself", "gradients-add-up", COPY, "x.requires_grad_()"),
        Wrong("eval first", "the-mode-is-the-callers", COPY, f"model.eval()\n    {COPY}"),
        Wrong("train first", "the-mode-is-the-callers", COPY, f"model.train()\n    {COPY}"),
        Wrong(
            "one example alone",
            "examples-are-independent",
            ASK,
            "model(torch.cat([x[:1], x[1:].detach()]))[0, t].sum().backward()",
        ),
        Wrong(
            "from the first on",
            "reach-may-have-holes",
            PLACES,
            "places = (x.grad != 0).any(-1)\n    return places.cummax(1).values & (torch.arange(x.shape[1]) <= t)"
            " if not places.all() else places",
        ),
        Wrong("no gradient asked for", None, ".requires_grad_()", ""),
        Wrong("a count", None, "any(-1)", "any(-1).sum().item()"),
        Wrong("no return", "return-forgotten", "return (", "("),
    ],
    "modes": [
        Wrong("seven", "eight-with-itself", "8, 20", "7, 20"),
        Wrong("all the name", "a-tree-has-its-reach", "8, 20", "10, 20"),
        Wrong("all in evaluation", "evaluation-is-honest", "8, 20", "20, 20"),
        Wrong("modes alike", "examples-are-independent", "8, 20", "8, 8"),
        Wrong("one example", "examples-are-independent", "8, 20", "8, 10"),
        Wrong("tanh", "the-statistics-make-the-difference", '"b"', '"c"'),
        Wrong("LayerNorm, too", "layernorm-is-no-batchnorm", COUNTED, 'return 8, 20, "b", 20, 20, 20'),
        Wrong("like a tree", "depth-is-not-reach", COUNTED, 'return 8, 20, "b", 2, 4, 8'),
        Wrong("all of it", "looks-to-the-right", "10, 4, 10", "10, 10, 10"),
        Wrong("not itself", "a-position-sees-itself", "10, 4, 10", "10, 3, 10"),
        Wrong("a number", None, '"b"', "2"),
    ],
    "believe": [
        Wrong("very good", "looks-to-the-right", CLAIMED, "return True, False, True, False, False"),
        Wrong("by heart", "by-heart-shows-in-validation", CLAIMED, "return False, True, True, False, False"),
        Wrong("order is known", "a-mean-has-no-order", "False, False, True,", "False, False, False,"),
        Wrong("shared", "blocks-have-own-weights", "True, False, False", "True, True, False"),
        Wrong("further back", "depth-is-not-reach", "True, False, False", "True, False, True"),
    ],
}

RIGHT = {
    "shares": {
        "softmax": "def answer_shares():\n    s = torch.tensor([[0, 5, 9], [math.log(3), 0, 7], [0, 0, math.log(2)]])\n"
        "    s = s.masked_fill(torch.ones(3, 3).triu(1).bool(), -torch.inf).softmax(1)\n"
        "    return s[0], s[1], s[2], s @ torch.tensor([4.0, 8, 12])",
        "in a list": "def answer_shares():\n    return [[1, 0, 0], [0.75, 0.25, 0], [0.25, 0.25, 0.5], [4, 5, 9]]",
    },
    "head": {
        "torch's own": """
def head(x, W_query, W_key, W_value):
    return F.scaled_dot_product_attention(x @ W_query, x @ W_key, x @ W_value, is_causal=True)
""",
        "einsum, a mask that is added": """
def head(x, W_query, W_key, W_value):
    q, k, v = (torch.einsum("btc,cd->btd", x, w) for w in (W_query, W_key, W_value))
    scores = torch.einsum("btd,bsd->bts", q, k) / math.sqrt(W_key.size(1))
    mask = torch.full((x.size(1), x.size(1)), float("-inf")).triu(1)
    return torch.einsum("bts,bsd->btd", F.softmax(scores + mask, dim=2), v)
""",
        "a loop over positions": """
def head(x, W_query, W_key, W_value):
    out = []
    for t in range(x.shape[1]):
        past = x[:, : t + 1]
        s = (past @ W_key) @ (x[:, t] @ W_query)[:, :, None] / W_query.shape[1] ** 0.5
        out.append((s.softmax(1) * (past @ W_value)).sum(1))
    return torch.stack(out, dim=1)
""",
        "exp by hand": """
def head(x, W_query, W_key, W_value):
    q, k, v = x @ W_query, x @ W_key, x @ W_value
    counts = ((q @ k.mT) * q.size(-1) ** -0.5).exp().tril()
    return counts / counts.sum(-1, keepdim=True) @ v
""",
        "a very small number for the future": """
def head(x, W_query, W_key, W_value):
    q, k, v = x @ W_query, x @ W_key, x @ W_value
    T = x.shape[1]
    scores = torch.where(torch.ones(T, T).tril() == 1, q @ k.transpose(-2, -1) / q.shape[2] ** 0.5, -1e9)
    return torch.softmax(scores, -1) @ v
""",
    },
    "seen": {
        "autograd.grad": """
def seen(model, x, t):
    x = x.clone().requires_grad_(True)
    (g,) = torch.autograd.grad(model(x)[0, t].sum(), x)
    return g.abs().sum(2) > 0
""",
        "the Jacobian": """
def seen(model, x, t):
    J = torch.autograd.functional.jacobian(lambda y: model(y)[0, t], x)
    return J.abs().amax((0, -1)) > 0
""",
        "nudged": """
def seen(model, x, t):
    places = torch.zeros(x.shape[:2], dtype=torch.bool)
    with torch.no_grad():
        before = model(x)[0, t].clone()
        for b in range(x.shape[0]):
            for s in range(x.shape[1]):
                other = x.clone()
                other[b, s] += torch.tensor([1.0, 2.0, 3.0])
                places[b, s] = not torch.equal(model(other)[0, t], before)
    return places
""",
    },
    "modes": {"in a list": "def answer_modes():\n    return [8, 20.0, 'B', 10, 4, 10]"},
    "believe": {"1 and 0": "def answer_believe():\n    return [0, 0, 1, 0, 0]"},
}
