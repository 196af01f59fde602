"""Answers to the exercises of the lesson wavenet."""

from . import Wrong

GATED = "return 0.96 / 2, -0.76 * 0.95, 0.00, 2 * 24"
LEFT = "left = torch.cat([x[:1].expand(dilation, -1), x])[: len(x)]"
Z = "z = torch.tanh(filters) * torch.sigmoid(gates)"
GIVES = "return x + z @ W_residual, z @ W_skip"
BACK = "return 0.7**16, 2**16, 1, False, False"
SEEN = "return 1 + 15, 1 + 3 * 15, 1 + 4, 1 + 2 * ten, math.ceil((16000 - 1) / ten)"

WRONG = {
    "gate": [
        Wrong("shut at 0", "a-gate-of-0-is-half-open", "0.96 / 2", "0"),
        Wrong("open at 0", "a-gate-of-0-is-half-open", "0.96 / 2", "0.964"),
        Wrong("swapped", "tanh-says-what", "-0.76 * 0.95", "0.268"),
        Wrong("two tanh", "a-gate-lies-between-0-and-1", "-0.76 * 0.95, 0.00", "-0.758, -1"),
        Wrong("added", "a-gate-multiplies", GATED, "return 1.464, 0.191, 1, 48"),
        Wrong("no tanh", "tanh-comes-first", GATED, "return 1, -0.953, 0, 48"),
        Wrong("24 wide", "two-halves", "2 * 24", "24"),
        Wrong("a word", None, "0.00", "'shut'"),
    ],
    "block": [
        Wrong("zeros", "zeros-at-the-edge", "x[:1].expand(dilation, -1)", "torch.zeros(dilation, x.shape[1])"),
        Wrong("its own rows", "the-edge-repeats-the-name", "x[:1].expand(dilation, -1)", "x[:dilation]"),
        Wrong("one too far", "dilation-off-by-one", "expand(dilation, -1)", "expand(dilation + 1, -1)"),
        Wrong("twice as far", "dilation-off-by-one", "expand(dilation, -1)", "expand(2 * dilation, -1)"),
        Wrong("always 1", "one-step-at-every-level", "x[:1].expand(dilation, -1)", "x[:1]"),
        Wrong(
            "to the right",
            "looks-to-the-right",
            LEFT,
            "left = torch.cat([x[dilation:], x[-1:].expand(dilation, -1)])",
        ),
        Wrong("the last one added", "looks-to-the-right", "x + z @ W_residual", "x + z @ W_residual + x[-1]"),
        Wrong("here before left", "odd-before-even", "torch.cat([left, x], dim=1)", "torch.cat([x, left], dim=1)"),
        Wrong("gate before filter", "tanh-says-what", "filters, gates =", "gates, filters ="),
        Wrong("two tanh", "a-gate-lies-between-0-and-1", "torch.sigmoid(gates)", "torch.tanh(gates)"),
        Wrong("a bare gate", "a-gate-lies-between-0-and-1", "torch.sigmoid(gates)", "gates"),
        Wrong("added", "a-gate-multiplies", "torch.tanh(filters) * ", "torch.tanh(filters) + "),
        Wrong("no tanh", "tanh-comes-first", "torch.tanh(filters)", "filters"),
        Wrong("one half", "one-half-is-both", "torch.sigmoid(gates)", "torch.sigmoid(filters)"),
        Wrong("nothing added", "nothing-is-added", "x + z @ W_residual", "z @ W_residual"),
        Wrong("left added", "the-neighbour-is-added", "x + z @ W_residual", "left + z @ W_residual"),
        Wrong("swapped", "skip-and-residual-swapped", GIVES, "return z @ W_skip, x + z @ W_residual"),
        Wrong("rolled", "looks-to-the-right", LEFT, "left = x.roll(dilation, 0)"),
        Wrong(
            "shifted rows",
            "a-name-may-be-short",
            LEFT,
            "left = torch.cat([x[:1].expand(dilation, -1), x[:-dilation]])",
        ),
        Wrong("x detached", "graph-is-cut", "x + z @ W_residual", "x.detach() + z @ W_residual"),
        Wrong("x twice", None, "x + z @ W_residual", "2 * x + z @ W_residual"),
        Wrong("the skip of x", None, "z @ W_skip", "z @ W_skip + 1"),
        Wrong("the skip alone", None, GIVES, "return z @ W_skip"),
        Wrong("no return", "return-forgotten", GIVES, "x + z @ W_residual, z @ W_skip"),
    ],
    "depth": [
        Wrong("added up", "factors-multiply", BACK, "return 0.7 * 16, 32, 16, False, False"),
        Wrong("one level", "factors-multiply", BACK, "return 0.7, 2, 1, False, False"),
        Wrong("silence", "silence-passes-x-on", BACK, "return 0.7**16, 2**16, 0, True, False"),
        Wrong("both the same", "skip-and-residual-are-two", BACK, "return 0.7**16, 2**16, 1, False, True"),
    ],
    "reach": [
        Wrong("without itself", "the-position-itself-counts", SEEN, "return 15, 45, 4, 2046, 16"),
        Wrong("multiplied", "a-stack-repeated-multiplies", SEEN, "return 16, 16**3, 5, 1024**2, 2"),
        Wrong("16 each time", "the-position-itself-counts-once", SEEN, "return 16, 48, 5, 2048, 16"),
        Wrong("nothing new", "a-repetition-adds", SEEN, "return 16, 16, 2, 1024, 16"),
        Wrong("dilations multiplied", "dilations-add", "1 + 15, 1 + 3", "1 * 2 * 4 * 8, 1 + 3"),
        Wrong("levels double", "levels-alone-do-not-double", "1 + 4,", "2**4,"),
        Wrong("rounded down", "rounded-down", "math.ceil", "int"),
    ],
}

RIGHT = {
    "gate": {
        "computed": "def answer_gate():\n    g = torch.tanh(torch.tensor([2.0, -1, 5])) * torch.sigmoid("
        "torch.tensor([0.0, 3, -20]))\n    return g[0], g[1], g[2], 48",
        "in a list": "def answer_gate():\n    return [0.48, -0.73, 0, 48]",
    },
    "block": {
        "by index": """
def block(x, dilation, W, W_residual, W_skip):
    left = x[(torch.arange(len(x)) - dilation).clamp(min=0)]
    C, D = x.shape[1], W.shape[1] // 2
    a = left @ W[:C] + x @ W[C:]
    z = a[:, :D].tanh() * a[:, D:].sigmoid()
    return [z @ W_residual + x, z @ W_skip]
""",
        "a convolution": """
def block(x, dilation, W, W_residual, W_skip):
    C, M = x.shape[1], len(x)
    padded = F.pad(x.T[None], (dilation, 0), mode="replicate")
    kernel = W.view(2, C, -1).permute(2, 1, 0)
    a = F.conv1d(padded, kernel, dilation=dilation)[0].T
    z = F.glu(torch.cat([a[:, : a.shape[1] // 2].tanh(), a[:, a.shape[1] // 2 :]], 1), dim=1)
    return torch.add(x, z @ W_residual), torch.mm(z, W_skip)
""",
        "a loop": """
def block(x, dilation, W, W_residual, W_skip):
    on, skips = [], []
    for i in range(len(x)):
        pair = torch.cat([x[max(0, i - dilation)], x[i]])
        a, b = (pair @ W).split(W.shape[1] // 2)
        z = torch.tanh(a) / (1 + torch.exp(-b))
        on.append(x[i] + z @ W_residual)
        skips.append(z @ W_skip)
    return torch.stack(on), torch.stack(skips)
""",
    },
    "depth": {
        "rounded": "def answer_depth():\n    return [0.0033, 65536, 1.0, 0, 0]",
    },
    "reach": {"in a list": "def answer_reach():\n    return [16, 46.0, 5, 2047, 16]"},
}
