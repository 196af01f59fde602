"""Answers to the exercises of the lesson training-the-tree."""

from . import Wrong

BUG = '"statistics", (1, 4, 68), 32, 32 * 4'
ROWS = "rows = x.reshape(-1, x.shape[-1])"
GIVES = "return rows.mean(0), rows.var(0)"

WRONG = {
    "bug": [
        Wrong("remember", "the-bug-is-where-it-shows", '"statistics"', '"remember"'),
        Wrong("as it was made", "the-buffer-grew", "(1, 4, 68)", "(68,)"),
        Wrong("an example each", "one-statistic-an-example", "(1, 4, 68), 32,", "(32, 1, 68), 4,"),
        Wrong("all of them", "one-statistic-a-position", "68), 32, 32 * 4", "68), 128, 32"),
        Wrong("channels, too", "channels-keep-apart", "32 * 4", "32 * 4 * 68"),
        Wrong("a number", None, '"statistics"', "3"),
    ],
    "mend": [
        Wrong("mean(0)", "one-statistic-a-position", GIVES, "return x.mean(0), x.var(0)"),
        Wrong("the variance forgotten", "one-statistic-a-position", "rows.var(0)", "x.var(0)"),
        Wrong(
            "over the positions",
            "one-statistic-an-example",
            GIVES,
            "return x.mean(1, keepdim=True), x.var(1, keepdim=True)",
        ),
        Wrong(
            "over the channels",
            "normalises-each-example",
            GIVES,
            "return x.mean(-1, keepdim=True), x.var(-1, keepdim=True)",
        ),
        Wrong("always (0, 1)", "rows-still-come", GIVES, "return x.mean((0, 1)), x.var((0, 1))"),
        Wrong("three dimensions", "rows-still-come", ROWS, "B, T, C = x.shape\n        " + ROWS),
        Wrong("everything", "one-statistic-for-all-channels", GIVES, "return x.mean(), x.var()"),
        Wrong("means of variances", "mean-of-variances", "rows.var(0)", "x.var(0).mean(0)"),
        Wrong(
            "reshaped",
            "reshape-mixes-channels",
            GIVES,
            "r = x.reshape(x.shape[-1], -1)\n        return r.mean(1), r.var(1)",
        ),
        Wrong("std", "standard-deviation-for-variance", "rows.var(0)", "rows.std(0)"),
        Wrong("detached", "statistics-cut-from-the-graph", GIVES, "return rows.mean(0).detach(), rows.var(0).detach()"),
        Wrong(
            "under no_grad",
            "statistics-cut-from-the-graph",
            "        " + GIVES,
            "        with torch.no_grad():\n            " + GIVES,
        ),
        Wrong(
            "normalise with the batch, always",
            "eval-uses-the-batch",
            GIVES,
            GIVES + "\n\n    def normalise(self, x, mean, var):\n"
            "        return super().normalise(x, *self.statistics(x))",
        ),
        Wrong("no return", None, GIVES, "pass"),
        Wrong("shifted", None, "rows.mean(0)", "rows.mean(0) + 1"),
        Wrong(
            "scaled in training",
            None,
            GIVES,
            GIVES + "\n\n    def normalise(self, x, mean, var):\n"
            "        return super().normalise(x, mean, var) * (1 + self.training * (x.ndim == 3))",
        ),
    ],
    "fair_width": [
        Wrong("a bias", "bias-before-batchnorm", "8 * 10 + 2 + 27", "8 * 10 + 1 + 2 + 27"),
        Wrong("no embedding", "an-embedding-counts", "27 * 10 + 27", "27"),
        Wrong("no BatchNorm", "gamma-and-beta", "8 * 10 + 2 + 27", "8 * 10 + 27"),
        Wrong("no last bias", "the-last-bias", "27 * 10 + 27", "27 * 10"),
        Wrong("the tree's width", "same-width-is-not-fair", "round((22397 - always) / each)", "68"),
    ],
    "claims": [
        Wrong(
            "A denied", "depth-changes-nothing", "return True, False, False, False", "return False, False, False, False"
        ),
        Wrong("B claimed", "the-tree-must-win", "return True, False,", "return True, True,"),
        Wrong("C claimed", "noise-is-a-result", "return True, False, False, False", "return True, False, True, False"),
        Wrong("D claimed", "equal-size-is-not-enough", "False, False, False", "False, False, True"),
    ],
}

RIGHT = {
    "bug": {
        "tried out": "def answer_bug():\n    layer = GivenBatchNorm(68)\n    layer(torch.randn(32, 4, 68))\n"
        "    return 'GivenBatchNorm.statistics()', layer.running_mean.shape, 32, 128",
        "a list": "def answer_bug():\n    return ['Statistics', [1, 4, 68], 32, 128]",
    },
    "mend": {
        "the published lesson's dimensions": """
class MendedBatchNorm(GivenBatchNorm):
    def statistics(self, x):
        if x.ndim == 2:
            dim = 0
        elif x.ndim == 3:
            dim = (0, 1)
        return x.mean(dim, keepdim=True), x.var(dim, keepdim=True)
""",
        "all but the last, biased": """
class MendedBatchNorm(GivenBatchNorm):
    def statistics(self, x):
        var, mean = torch.var_mean(x, dim=list(range(x.ndim - 1)), correction=0)
        return mean, var
""",
        "called anew with torch's own": """
class MendedBatchNorm(GivenBatchNorm):
    def __call__(self, x):
        rows = x.flatten(0, -2)
        out = F.batch_norm(rows, self.running_mean, self.running_var, self.gamma, self.beta,
                           self.training, self.momentum, self.eps)
        return out.view(x.shape)
""",
        "by the definition": """
class MendedBatchNorm(GivenBatchNorm):
    def statistics(self, x):
        n = x.numel() / x.shape[-1]
        axes = tuple(range(x.dim()))[:-1]
        mean = x.sum(axes) / n
        return mean, ((x - mean) ** 2).sum(axes) / n
""",
    },
    "fair_width": {
        "a list, floats": "def answer_fair_width():\n    return [109.0, 297, 203.0]",
    },
    "claims": {"1 and 0": "def answer_claims():\n    return [1, 0, 0, 0]"},
}
