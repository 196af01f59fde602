"""Answers to the exercise that builds the tree."""

from . import Whole, Wrong

LEVEL = "FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()"
END = "return Sequential([*layers, Linear(width, vocab_size)])"


def level(name: str, misconception: str | None, new: str) -> Wrong:
    """Another level."""
    return Wrong(name, misconception, LEVEL, new)


def bricks(name: str, misconception: str | None, own: str, *brick: str) -> Whole:
    """The solution on bricks of its own."""
    body = LEVEL
    for old in brick:
        body = body.replace(old, f"Own{old}")
    return Whole(
        name,
        misconception,
        f"""{own}

def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width = [Embedding(vocab_size, n_embd)], n_embd
    for _ in range(levels):
        layers += [{body}]
        width = n_hidden
    return Sequential([*layers, Linear(width, vocab_size)])
""",
    )


FLATTEN = "class OwnFlattenConsecutive(FlattenConsecutive):\n    def __call__(self, x):\n        "
NORM = "class OwnBatchNorm1d(BatchNorm1d):\n    def __call__(self, x):\n        "
LINEAR = "class OwnLinear(Linear):\n    def __call__(self, x):\n        "

WRONG = {
    "build": [
        level("a bias", "bias-before-batchnorm", LEVEL.replace(", bias=False", "")),
        level("no BatchNorm", "batchnorm-is-left-out", LEVEL.replace(" BatchNorm1d(n_hidden),", "")),
        level("no tanh", "tanh-is-left-out", LEVEL.replace(", Tanh()", "")),
        level(
            "tanh first",
            "tanh-comes-after-the-norm",
            LEVEL.replace("BatchNorm1d(n_hidden), Tanh()", "Tanh(), BatchNorm1d(n_hidden)"),
        ),
        bricks(
            "the BatchNorm of lesson 03",
            "one-statistic-a-position",
            NORM + "if not self.training:\n            return super().__call__(x)\n"
            "        return self.gamma * (x - x.mean(0)) / torch.sqrt(x.var(0) + 1e-5) + self.beta",
            "BatchNorm1d",
        ),
        Wrong("no last bias", "the-last-bias", "vocab_size)])", "vocab_size, bias=False)])"),
        Wrong(
            "a norm on the scores",
            "the-scores-are-left-alone",
            "vocab_size)])",
            "vocab_size), BatchNorm1d(vocab_size)])",
        ),
        Wrong("tanh on the scores", "the-scores-are-left-alone", "vocab_size)])", "vocab_size), Tanh()])"),
        Wrong("three levels", "levels-are-an-argument", "range(levels)", "range(3)"),
        Wrong(
            "sizes written in",
            "sizes-are-arguments",
            "    layers, width",
            "    vocab_size, n_embd, n_hidden = 27, 10, 68\n    layers, width",
        ),
        Wrong("in evaluation", "eval-in-training", END, END + ".eval()"),
        Wrong("a seed", "seeded-inside", "    layers, width", "    torch.manual_seed(42)\n    layers, width"),
        Wrong("the width stays", "the-width-stays", "        width = n_hidden\n", ""),
        Wrong("one too few", None, "range(levels)", "range(levels - 1)"),
        Whole(
            "shared from level 2 on",
            "levels-share-weights",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width = [Embedding(vocab_size, n_embd)], n_embd
    above = Linear(2 * n_hidden, n_hidden, bias=False)
    for level in range(levels):
        linear = above if level else Linear(2 * n_embd, n_hidden, bias=False)
        layers += [FlattenConsecutive(2), linear, BatchNorm1d(n_hidden), Tanh()]
    return Sequential([*layers, Linear(n_hidden, vocab_size)])
""",
        ),
        Whole(
            "one BatchNorm",
            "every-level-has-its-own",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width, norm = [Embedding(vocab_size, n_embd)], n_embd, BatchNorm1d(n_hidden)
    for _ in range(levels):
        layers += [FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), norm, Tanh()]
        width = n_hidden
    return Sequential([*layers, Linear(width, vocab_size)])
""",
        ),
        Whole(
            "embeddings at every level, the last Linear aside",
            "the-width-stays",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    layers = [Embedding(vocab_size, n_embd)]
    for _ in range(levels):
        layers += [FlattenConsecutive(2), Linear(2 * n_embd, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
    return Sequential([*layers, Linear(n_hidden, vocab_size)])
""",
        ),
        Whole(
            "no eval",
            None,
            """
class OwnSequential:
    def __init__(self, layers): self.layers = layers
    def __call__(self, x):
        for layer in self.layers: x = layer(x)
        return x
    def parameters(self): return [p for layer in self.layers for p in layer.parameters()]

def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width = [Embedding(vocab_size, n_embd)], n_embd
    for _ in range(levels):
        layers += [FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
        width = n_hidden
    return OwnSequential([*layers, Linear(width, vocab_size)])
""",
        ),
        Whole(
            "one level of all",
            "one-level-of-all",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    n = 2 ** levels
    return Sequential([Embedding(vocab_size, n_embd), FlattenConsecutive(n), Linear(n * n_embd, n_hidden, bias=False),
                       BatchNorm1d(n_hidden), Tanh(), Linear(n_hidden, vocab_size)])
""",
        ),
        Whole(
            "an embedding that is not listed",
            "an-embedding-counts",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width = [], n_embd
    for _ in range(levels):
        layers += [FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
        width = n_hidden
    table = torch.randn(vocab_size, n_embd)
    model = Sequential([*layers, Linear(width, vocab_size)])
    call = model.__call__
    class Model(Layer):
        def __call__(self, ids): return call(table[ids])
        def parameters(self): return model.parameters()
    return Model()
""",
        ),
        bricks(
            "halves",
            "halves-instead-of-neighbours",
            FLATTEN + "x = torch.cat(x.chunk(2, 1), 2)\n        return x.squeeze(1)",
            "FlattenConsecutive",
        ),
        bricks(
            "the right one first",
            "odd-before-even",
            FLATTEN + "return torch.cat([x[:, 1::2], x[:, ::2]], 2).squeeze(1)",
            "FlattenConsecutive",
        ),
        bricks(
            "the dimension stays",
            "one-position-keeps-its-dimension",
            FLATTEN + "B, T, C = x.shape\n        return x.reshape(B, T // 2, C * 2)",
            "FlattenConsecutive",
        ),
        bricks(
            "a bare squeeze in a level",
            None,
            FLATTEN + "B, T, C = x.shape\n        return x.reshape(B, T // 2, C * 2).squeeze()",
            "FlattenConsecutive",
        ),
        bricks(
            "statistics a position",
            "one-statistic-a-position",
            NORM + "return self.gamma * (x - x.mean(0)) / (x.var(0, correction=0) + 1e-5) ** 0.5 + self.beta",
            "BatchNorm1d",
        ),
        bricks(
            "no mode",
            "eval-uses-the-batch",
            NORM + "self.training = True\n        return super().__call__(x)",
            "BatchNorm1d",
        ),
        bricks(
            "statistics detached",
            "statistics-cut-from-the-graph",
            NORM + "if not self.training:\n            return super().__call__(x)\n"
            "        rows = x.detach().reshape(-1, x.shape[-1])\n"
            "        mean, var = rows.mean(0), rows.var(0, correction=0)\n"
            "        return self.gamma * (x - mean) / torch.sqrt(var + 1e-5) + self.beta",
            "BatchNorm1d",
        ),
        bricks("detached", "graph-is-cut", LINEAR + "return super().__call__(x.detach())", "Linear"),
        bricks(
            "gradients twice as large",
            None,
            LINEAR + "out = super().__call__(x)\n        return out + out - out.detach()",
            "Linear",
        ),
        bricks(
            "only gamma",
            None,
            NORM + "return super().__call__(x)\n    def parameters(self): return [self.gamma]",
            "BatchNorm1d",
        ),
        bricks(
            "running averages of the class",
            "two-are-one",
            "MEANS = {}\n" + NORM + "if not self.training:\n"
            "            self.running_mean = MEANS.get(x.shape[-1], self.running_mean)\n"
            "            return super().__call__(x)\n"
            "        out = super().__call__(x)\n        MEANS[x.shape[-1]] = self.running_mean\n        return out",
            "BatchNorm1d",
        ),
        Whole(
            "weights made once",
            "two-are-one",
            """
KEPT = {}

def tree(vocab_size, n_embd, n_hidden, levels):
    sizes = vocab_size, n_embd, n_hidden, levels
    if sizes not in KEPT:
        layers, width = [Embedding(vocab_size, n_embd)], n_embd
        for _ in range(levels):
            layers += [FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
            width = n_hidden
        KEPT[sizes] = Sequential([*layers, Linear(width, vocab_size)])
    return KEPT[sizes].train()
""",
        ),
        Whole(
            "ids changed in place",
            "argument-changed",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width = [Embedding(vocab_size, n_embd)], n_embd
    for _ in range(levels):
        layers += [FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
        width = n_hidden
    class Model(Sequential):
        def __call__(self, ids):
            out = super().__call__(ids.clone())
            ids.zero_()
            return out
    return Model([*layers, Linear(width, vocab_size)])
""",
        ),
        Whole(
            "softmax in the model",
            "softmax-before-cross-entropy",
            """
def tree(vocab_size, n_embd, n_hidden, levels):
    layers, width = [Embedding(vocab_size, n_embd)], n_embd
    for _ in range(levels):
        layers += [FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
        width = n_hidden
    class Softmax(Layer):
        def __call__(self, x): return x.softmax(-1)
    return Sequential([*layers, Linear(width, vocab_size), Softmax()])
""",
        ),
        Wrong(
            "a bare squeeze at the end",
            "squeeze-removes-a-batch-of-one",
            END,
            "last = Linear(width, vocab_size)\n    bare = type('Bare', (Layer,), {'__call__': lambda self, x: "
            "x.squeeze()})()\n"
            "    return Sequential([*layers, last, bare])",
        ),
        Wrong("nothing comes back", None, END, "pass"),
    ],
}

RIGHT = {
    "build": {
        "written out, with a recursion": """
def level(width, n_hidden):
    return Sequential([FlattenConsecutive(2), Linear(2 * width, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()])

def tree(vocab_size, n_embd, n_hidden, levels):
    widths = [n_embd] + [n_hidden] * (levels - 1)
    return Sequential([Embedding(vocab_size, n_embd), *[level(w, n_hidden) for w in widths],
                       Linear(n_hidden, vocab_size)])
""",
        "torch.nn": """
class Pairs(nn.Module):
    def forward(self, x):
        return x.unflatten(1, (-1, 2)).flatten(2).squeeze(1)

class Norm(nn.BatchNorm1d):
    def forward(self, x):
        return super().forward(x.reshape(-1, x.shape[-1])).view_as(x)

def tree(vocab_size, n_embd, n_hidden, levels):
    layers = [nn.Embedding(vocab_size, n_embd)]
    for k in range(levels):
        fan_in = 2 * (n_hidden if k else n_embd)
        layers += [Pairs(), nn.Linear(fan_in, n_hidden, bias=False), Norm(n_hidden), nn.Tanh()]
    return nn.Sequential(*layers, nn.Linear(n_hidden, vocab_size))
""",
        "torch.nn, channels in the middle, a convolution of stride 2": """
class Tree(nn.Module):
    def __init__(self, vocab_size, n_embd, n_hidden, levels):
        super().__init__()
        self.table = nn.Embedding(vocab_size, n_embd)
        self.joins = nn.ModuleList(nn.Linear(2 * (n_hidden if k else n_embd), n_hidden, bias=False)
                                   for k in range(levels))
        self.norms = nn.ModuleList(nn.BatchNorm1d(n_hidden) for _ in range(levels))
        self.head = nn.Linear(n_hidden, vocab_size)

    def forward(self, ids):
        x = self.table(ids)
        for join, norm in zip(self.joins, self.norms):
            x = join(torch.cat([x[:, 0::2], x[:, 1::2]], dim=-1))
            x = torch.tanh(norm(x.mT).mT)
        return self.head(x[:, 0, :])

def tree(vocab_size, n_embd, n_hidden, levels):
    return Tree(vocab_size, n_embd, n_hidden, levels)
""",
        "one's own class, parameters from the top down, a small last layer": """
class Own(Layer):
    def __init__(self, vocab_size, n_embd, n_hidden, levels):
        self.table = torch.randn(vocab_size, n_embd).requires_grad_()
        self.stages = [[torch.randn(2 * (n_hidden if k else n_embd), n_hidden).requires_grad_(), BatchNorm1d(n_hidden)]
                       for k in range(levels)]
        self.head = Linear(n_hidden, vocab_size)
        with torch.no_grad():
            self.head.weight *= 0.1

    def __call__(self, ids):
        x = self.table[ids]
        for weight, norm in self.stages:
            B, T, C = x.shape
            x = norm(x.reshape(B, T // 2, 2 * C) @ weight).tanh()
        return self.head(x.squeeze(1))

    def parameters(self):
        stages = [p for weight, norm in reversed(self.stages) for p in (weight, *norm.parameters())]
        return [*self.head.parameters(), *stages, self.table]

    def train(self, mode=True):
        for _, norm in self.stages:
            norm.train(mode)
        return super().train(mode)

tree = Own
""",
    },
}
