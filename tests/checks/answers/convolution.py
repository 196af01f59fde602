"""Answers to the exercises of the lesson convolution."""

from . import Whole, Wrong

FILL = "return x[:1].expand(d, -1)"
COUNTED = "return positions * 7, positions * 3, 1024 - 1, 10, 1 + 2 + 4"
SPOILED = "return 1, 1 + 2, 1 + 2 + 4, 7, 2 + 4"
REACHED = "return [1, 2, 4, 8], 512, 9 - 4, 9 - 7, 100 - (1 + 2 + 4 + 8)"
SEEN = "return False, True, True, False, False"

WRONG = {
    "dilations": [
        Wrong("from 2", "dilation-off-by-one", "[1, 2, 4, 8], 512", "[2, 4, 8, 16], 1024"),
        Wrong("counted up", "dilations-double", "[1, 2, 4, 8], 512", "[1, 2, 3, 4], 10"),
        Wrong("always 1", "one-step-at-every-level", REACHED, "return [1] * 4, 1, 8, 2, 85"),
        Wrong("to the right", "looks-to-the-right", "9 - 4,", "9 + 4,"),
        Wrong("the partner's reach", "a-partner-has-seen-more", "9 - 4, 9 - 7", "2, 5"),
        Wrong("8 back", "eight-with-itself", "9 - 7, 100 - (1 + 2 + 4 + 8)", "9 - 8, 100 - 16"),
        Wrong("the last level's rows", "every-level-takes-its-rows", "(1 + 2 + 4 + 8)", "8"),
        Wrong("two dilations", None, "[1, 2, 4, 8]", "[1, 2]"),
    ],
    "edge": [
        Wrong("dots are nothing", "a-dot-is-no-zero", SPOILED, "return 0, 0, 0, 7, 6"),
        Wrong("new zeros only", "wrong-values-travel", SPOILED, "return 1, 2, 4, 4, 6"),
        Wrong("one a level", "a-level-has-its-own-edge", "1 + 2 + 4, 7", "3, 7"),
        Wrong("the reach", "eight-with-itself", SPOILED, "return 1, 4, 8, 8, 6"),
        Wrong("the last wrong one", "positions-count-from-0", "1 + 2 + 4, 7", "1 + 2 + 4, 6"),
        Wrong("all is zeros", "a-pair-of-dots-is-no-zero", "7, 2 + 4", "7, 0"),
        Wrong("all the same", "the-first-level-is-right-then", "7, 2 + 4", "7, 7"),
    ],
    "mend_edge": [
        Wrong("zeros", "zeros-at-the-edge", FILL, "return torch.zeros(d, x.shape[1])"),
        Wrong("the name's own rows", "the-edge-repeats-the-name", FILL, "return x[:d]"),
        Wrong("the name's end", "looks-to-the-right", FILL, "return x[-d:]"),
        Wrong("mirrored", "looks-to-the-right", FILL, "return x[1 : d + 1].flip(0)"),
        Wrong("the mean", "looks-to-the-right", FILL, "return x.mean(0, keepdim=True).expand(d, -1)"),
        Wrong("one too many", "dilation-off-by-one", FILL, "return x[:1].expand(d + 1, -1)"),
        Wrong("one too few", "dilation-off-by-one", FILL, "return x[:1].expand(d - 1, -1)"),
        Wrong("twice d", "dilation-off-by-one", FILL, "return x[:1].expand(2 * d, -1)"),
        Wrong("counted up", "dilations-double", FILL, "return x[:1].expand({1: 1, 2: 2, 4: 3, 8: 4}[d], -1)"),
        Wrong("one row", "one-step-at-every-level", FILL, "return x[:1]"),
        Wrong(
            "the first level's dot",
            "the-dot-changes-at-each-level",
            FILL,
            "if d == 1:\n            self.dot = x[:1]\n        return self.dot.expand(d, -1)",
        ),
        Wrong("detached", "graph-is-cut", FILL, FILL + ".detach()"),
        Wrong("ones", None, FILL, "return torch.ones(d, x.shape[1])"),
        Wrong("three channels", None, FILL, "return x[:1].expand(d, 3)"),
        Wrong("no return", None, FILL, "pass"),
        Wrong("no return of the call", "return-forgotten", FILL, FILL + "\n\n    def __call__(self, x):\n        pass"),
        Wrong(
            "shifted rows",
            "a-name-may-be-short",
            FILL,
            FILL
            + """

    def __call__(self, x):
        for k, fuse in enumerate(self.levels):
            d = 2 ** k
            x = fuse(torch.cat([x[:1]] * d + [x[:-d]]), x)
        return x
""",
        ),
        Wrong(
            "a copy that is filled in",
            "a-name-may-be-short",
            FILL,
            FILL
            + """

    def __call__(self, x):
        for k, fuse in enumerate(self.levels):
            d = 2 ** k
            left = x[-d:].expand(len(x), -1).clone() if len(x) == 1 else x.roll(d, 0)
            left[: d % len(x) if d > len(x) else d] = x[0]
            x = fuse(left, x)
        return x
""",
        ),
    ],
    "operations": [
        Wrong("nine windows", "no-end-target", COUNTED, "return 63, 27, 1023, 10, 7"),
        Wrong("windows that share", "a-window-starts-anew", "positions * 7,", "30,"),
        Wrong("nothing reused", "each-run-once", COUNTED, "return 70, 70, 1023, 1023, 7"),
        Wrong("one a position", "one-fusion-a-level", COUNTED, "return 70, 10, 1023, 1, 7"),
        Wrong("log2 N for a window", "depth-is-less-work", "1024 - 1, 10", "10, 10"),
        Wrong("a fusion a character", "a-fusion-a-character", "1024 - 1, 10", "1024, 10"),
        Wrong("pairs alone", "the-first-level-only", "1024 - 1, 10", "512, 10"),
        Wrong("one vector a level", "a-queue-holds-d", "1 + 2 + 4", "3"),
    ],
    "looks_right": [
        Wrong("zeros cheat", "wrong-is-not-later", SEEN, "return True, True, True, False, True"),
        Wrong("nobody does", "looks-to-the-right", "False, True, True", "False, False, True"),
        Wrong("rows are independent", "examples-are-independent", "False, True, True", "False, True, False"),
        Wrong("BatchNorm always", "evaluation-is-honest", "True, True, False, False", "True, True, True, False"),
        Whole("five words", None, "def answer_looks_right():\n    return 'n', 'perhaps', 'y', 'n', 'n'"),
    ],
}

RIGHT = {
    "dilations": {
        "in a list": "def answer_dilations():\n    return [[1, 2, 4, 8], 512, 5.0, 2, 85]",
        "powers": "def answer_dilations():\n    return 2 ** torch.arange(4), 2**9, 5, 2, 85",
    },
    "edge": {"sums": "def answer_edge():\n    return torch.tensor([1, 3, 7, 7, 6])"},
    "mend_edge": {
        "the row repeated": """
class MendedConvolution(GivenConvolution):
    def before(self, x, d):
        return x[0].repeat(d, 1)
""",
        "an index": """
class MendedConvolution(GivenConvolution):
    def before(self, x, d):
        return x[[0] * d]
""",
        "the call anew, by index": """
class MendedConvolution(GivenConvolution):
    def __call__(self, x):
        for k, fuse in enumerate(self.levels):
            x = fuse(x[(torch.arange(len(x)) - 2 ** k).clamp(min=0)], x)
        return x
""",
        "a module that pads": """
class MendedConvolution(nn.Module):
    def __init__(self, levels):
        super().__init__()
        self.levels = levels
    def forward(self, x):
        for k, fuse in enumerate(self.levels):
            padded = F.pad(x.T[None], (2 ** k, 0), mode="replicate")[0].T
            x = fuse(padded[: len(x)], x)
        return x
""",
        "the lesson's way": """
class MendedConvolution(GivenConvolution):
    def __call__(self, x):
        d = 1
        for fuse in self.levels:
            before = x[:1].expand(d, -1)
            x, d = fuse(torch.cat([before, x])[: len(x)], x), 2 * d
        return x
""",
    },
    "operations": {"in a list": "def answer_operations():\n    return [70, 30.0, 1023, 10.0, 7]"},
    "looks_right": {"1 and 0": "def answer_looks_right():\n    return [0, 1, 1, 0, 0]"},
}
