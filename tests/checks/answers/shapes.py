"""Answers to the exercises of the lesson shapes."""

from . import Whole, Wrong

SHAPES = "(4, 8, 10), (4, 4, 20), (4, 4, 200), (4, 400), (4, 8, 20)"
JOIN = "torch.cat([even, odd], dim=2)"
SLICES = "x[:, ::2], x[:, 1::2]"
VIEW = "x = x.reshape(B, T // self.n, C * self.n)"
SQUEEZE = "return x.squeeze(1) if x.shape[1] == 1 else x"
DIVIDES = 'if T % self.n != 0:\n            raise ValueError(f"{T} positions do not divide into groups of {self.n}")\n'

WRONG = {
    "shapes": [
        Wrong(
            "the index stays",
            "an-index-becomes-a-vector",
            SHAPES,
            "(4, 8), (4, 4, 20), (4, 4, 200), (4, 400), (4, 8, 20)",
        ),
        Wrong("already flat", "no-view-yet", "(4, 8, 10), (4, 4, 20)", "(4, 80), (4, 4, 20)"),
        Wrong("C stays", "a-pair-keeps-its-numbers", "(4, 4, 20)", "(4, 4, 10)"),
        Wrong("half the batch", "the-batch-stays", "(4, 4, 20)", "(2, 8, 20)"),
        Wrong("all rows", "only-the-last-dimension-changes", "(4, 4, 200)", "(16, 200)"),
        Wrong("a 1 is left", "one-position-keeps-its-dimension", "(4, 400)", "(4, 1, 400)"),
        Wrong("no stretching", "broadcasting-lines-up-at-the-right", "(4, 8, 20)\n", "(4, 1, 20)\n"),
        Wrong("a word", None, "(4, 4, 200)", '"error"'),
    ],
    "pairs": [
        Whole(
            "overlapping",
            "pairs-do-not-overlap",
            "def pairs(x):\n    return x[:, :-1], x[:, 1:], torch.cat([x[:, :-1], x[:, 1:]], dim=2)",
        ),
        Wrong("halves", "halves-instead-of-neighbours", SLICES, "x[:, : x.shape[1] // 2], x[:, x.shape[1] // 2 :]"),
        Wrong("odd first", "odd-before-even", SLICES, "x[:, 1::2], x[:, ::2]"),
        Wrong("odd joined first", "odd-before-even", "torch.cat([even, odd]", "torch.cat([odd, even]"),
        Wrong("along time", "joined-along-time", "dim=2", "dim=1"),
        Wrong("along the batch", "the-batch-stays", ", dim=2", ""),
        Wrong("examples sliced", "the-batch-stays", SLICES, "x[::2], x[1::2]"),
        Wrong("stacked", "one-dimension-too-many", JOIN, "torch.stack([even, odd], 2)"),
        Wrong("averaged", "a-pair-keeps-its-numbers", JOIN, "(even + odd) / 2"),
        Wrong("woven", "channels-interleaved", JOIN, "torch.stack([even, odd], 3).flatten(2)"),
        Wrong("always 4 groups", None, JOIN, JOIN + ".view(x.shape[0], 4, -1)"),
        Wrong("joined alone", None, "return even, odd, ", "return "),
        Wrong("shifted by one", None, SLICES, "x[:, ::2], x[:, 1::2].roll(1, 1)"),
    ],
    "flatten_consecutive": [
        Wrong("halves", "halves-instead-of-neighbours", VIEW, "x = torch.cat(x.chunk(self.n, 1), 2)"),
        Wrong(
            "the last first",
            "odd-before-even",
            VIEW,
            "x = torch.cat([x[:, i::self.n] for i in reversed(range(self.n))], 2)",
        ),
        Wrong(
            "woven",
            "channels-interleaved",
            VIEW,
            "x = torch.stack([x[:, i::self.n] for i in range(self.n)], 3).flatten(2)",
        ),
        Wrong("averaged", "a-pair-keeps-its-numbers", VIEW, "x = x.reshape(B, T // self.n, self.n, C).mean(2)"),
        Wrong("n groups", "n-groups-instead-of-groups-of-n", VIEW, "x = x.reshape(B, self.n, -1)"),
        Wrong("four dimensions", "one-dimension-too-many", VIEW, "x = x.reshape(B, T // self.n, self.n, C)"),
        Wrong("groups as examples", "the-batch-stays", VIEW, "x = x.reshape(-1, C * self.n)"),
        Wrong("flat", "flattens-everything", VIEW, "return x.reshape(B, -1)"),
        Wrong("always 2", "n-is-an-argument", "self.n = n", "self.n = 2"),
        Wrong("never squeezed", "one-position-keeps-its-dimension", SQUEEZE, "return x"),
        Wrong("squeeze()", "squeeze-removes-a-batch-of-one", SQUEEZE, "return x.squeeze()"),
        Wrong("squeeze() when one is left", "squeeze-removes-a-batch-of-one", "x.squeeze(1) if", "x.squeeze() if"),
        Wrong(
            "the rest dropped", "drops-the-rest", DIVIDES, "x, T = x[:, : T // self.n * self.n], T // self.n * self.n\n"
        ),
        Wrong("padded", "pads-with-zeros", DIVIDES, "x, T = F.pad(x, (0, 0, 0, -T % self.n)), T + (-T % self.n)\n"),
        Wrong(
            "filled up from the start",
            "groups-overlap",
            DIVIDES,
            "x, T = torch.cat([x, x[:, : -T % self.n]], 1), T + (-T % self.n)\n",
        ),
        Wrong("n of the class", "two-are-one", "self.n = n", "FlattenConsecutive.n = n"),
        Wrong("cut off", "graph-is-cut", "x.reshape(B", "x.detach().reshape(B"),
        Wrong(
            "at most eight",
            None,
            "        if T % self.n",
            "        x = x[:, :8]\n        T = min(T, 8)\n        if T % self.n",
        ),
        Wrong(
            "any batch",
            "groups-mix-examples",
            DIVIDES + "        " + VIEW,
            "x = x.reshape(-1, T // self.n, C * self.n)",
        ),
        Wrong("the input back", None, DIVIDES, "if T % self.n != 0:\n            return x\n"),
        Wrong("no return", "return-forgotten", SQUEEZE, "pass"),
        Wrong("reversed", None, VIEW, VIEW + ".flip(2)"),
        Wrong("zeros", None, VIEW, VIEW + " * 0"),
        Wrong("all but four wrong", None, VIEW, VIEW + " * (1 if T // self.n != 2 else 2)"),
        Wrong("all but eight wrong", None, VIEW, VIEW + " * (1 if T != self.n else 2)"),
        Wrong("a parameter", None, "return []", "return [torch.zeros(1)]"),
        Wrong("by memory", None, VIEW, "x = x.as_strided((B, T // self.n, C * self.n), (T * C, C * self.n, 1))"),
    ],
    "flatten_all": [
        Wrong(
            "a 1 is left",
            "one-position-keeps-its-dimension",
            "return (4, 80), True, (4, 80)",
            "return (4, 1, 80), True, (4, 1, 80)",
        ),
        Wrong(
            "shuffled", "flattening-keeps-the-order", "(4, 80), True, (4, 80), True", "(4, 80), False, (4, 80), False"
        ),
        Wrong("C stays", "a-pair-keeps-its-numbers", "True, (4, 80)", "True, (4, 10)"),
        Wrong("C doubled once", "nothing-sets-c-back", "True, (4, 80)", "True, (4, 20)"),
    ],
}

RIGHT = {
    "shapes": {
        "sizes, lists, in a list": "def answer_shapes():\n"
        "    return [[4, 8, 10], torch.Size([4, 4, 20]), [4, 4, 200], (4, 400), [4, 8, 20]]",
    },
    "pairs": {
        "view after all": """
def pairs(x):
    B, T, C = x.shape
    joined = x.view(B, T // 2, 2 * C)
    return joined[:, :, :C], joined[:, :, C:], joined
""",
        "index_select": """
def pairs(x):
    T = x.size(1)
    even = x.index_select(1, torch.arange(0, T, 2))
    odd = x.index_select(1, torch.arange(1, T, 2))
    return [even, odd, torch.concat((even, odd), -1)]
""",
        "unflatten": """
def pairs(x):
    groups = x.unflatten(1, (-1, 2))
    return groups[:, :, 0], groups[:, :, 1], groups.flatten(2)
""",
    },
    "flatten_consecutive": {
        "the published lesson's": """
class FlattenConsecutive:
  def __init__(self, n):
    self.n = n
  def __call__(self, x):
    B, T, C = x.shape
    x = x.view(B, T//self.n, C*self.n)
    if x.shape[1] == 1:
      x = x.squeeze(1)
    self.out = x
    return self.out
  def parameters(self):
    return []
""",
        "a module": """
class FlattenConsecutive(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n
    def forward(self, x):
        return x.unflatten(1, (-1, self.n)).flatten(2).squeeze(1)
""",
        "slices": """
class FlattenConsecutive:
    def __init__(self, n): self.n = n
    def __call__(self, x):
        assert x.shape[1] % self.n == 0, "does not divide"
        out = torch.cat([x[:, i::self.n] for i in range(self.n)], dim=-1)
        return out[:, 0, :] if out.size(1) == 1 else out
    def parameters(self): return ()
""",
        "split and stack": """
class FlattenConsecutive:
    def __init__(self, n): self.n = n
    def __call__(self, x):
        if x.shape[1] % self.n: raise RuntimeError("no")
        out = torch.stack([group.flatten(1) for group in x.split(self.n, 1)], 1)
        return out.squeeze(dim=1)
    def parameters(self): yield from ()
""",
        "unfold": """
class FlattenConsecutive:
    def __init__(self, n): self.n = n
    def __call__(self, x):
        B, T, C = x.shape
        if T % self.n: raise ValueError
        out = x.unfold(1, self.n, self.n).transpose(2, 3).reshape(B, -1, C * self.n)
        return out if T > self.n else out.reshape(B, -1)
    def parameters(self): return []
""",
    },
    "flatten_all": {"in a list": "def answer_flatten_all():\n    return [[4, 80], 1, [4, 80], 1]"},
}
