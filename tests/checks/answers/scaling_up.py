"""Answers to the exercises of the lesson scaling-up."""

from . import Whole, Wrong

COUNTS = "first, second, batchnorms, 27 * 24 + first + 2 * second + batchnorms + last"
SPLIT = "list(torch.randperm(n, generator=generator).split(batch_size))"
LINE = "min(1.0, (steps - step) / (0.4 * steps))"

WRONG = {
    "tree_count": [
        Wrong("one vector", "a-fusion-reads-two-vectors", "2 * 24 * 128, 2 * 128 * 128", "24 * 128, 128 * 128"),
        Wrong("biases", "bias-before-batchnorm", "2 * 24 * 128, 2 * 128 * 128", "49 * 128, 257 * 128"),
        Wrong("shared", "levels-share-weights", "27 * 24 + first + 2 * second", "27 * 24 + first + second"),
        Wrong("no second", "levels-share-weights", "2 * 128 * 128", "0"),
        Wrong("buffers", "buffers-are-parameters", "3 * 2 * 128", "3 * 4 * 128"),
        Wrong("gamma alone", "gamma-and-beta", "3 * 2 * 128", "3 * 128"),
        Wrong("one BatchNorm", "every-level-has-its-own", "3 * 2 * 128", "2 * 128"),
        Wrong("no last bias", "the-last-bias", "128 * 27 + 27", "128 * 27"),
        Wrong("no embedding", "an-embedding-counts", "27 * 24 + first", "first"),
    ],
    "epoch": [
        Wrong("randint", "with-replacement", "torch.randperm(n, generator", "torch.randint(n, (n,), generator"),
        Wrong("in order", "never-shuffled", "torch.randperm(n, generator=generator)", "torch.arange(n)"),
        Wrong(
            "batches shuffled",
            "only-batches-are-shuffled",
            "return " + SPLIT,
            "batches = torch.arange(n).split(batch_size)\n"
            "    return [batches[i] for i in torch.randperm(len(batches), generator=generator)][:]",
        ),
        Wrong(
            "seeded inside", "every-epoch-alike", "generator=generator", "generator=torch.Generator().manual_seed(1)"
        ),
        Wrong("the global one", "generator-is-ignored", "(n, generator=generator)", "(n)"),
        Wrong("chunk", "n-groups-instead-of-groups-of-n", ".split(", ".chunk("),
        Wrong("from 1", "counts-from-0", "generator=generator)", "generator=generator).add(1)"),
        Whole(
            "stops too early",
            "a-batch-is-lost",
            """
def epoch_batches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    return [order[i:i + batch_size] for i in range(0, n - batch_size, batch_size)]
""",
        ),
        Wrong("one tensor", None, SPLIT, "torch.randperm(n, generator=generator)"),
        Wrong("nothing", None, SPLIT, "[]"),
        Wrong("pieces of 7", None, "split(batch_size)", "split(batch_size - 3)"),
    ],
    "decay": [
        Wrong("from the start", "decay-from-the-start", LINE, "1 - step / steps"),
        Wrong("swapped", "hold-and-decay-swapped", "0.4", "0.6"),
        Wrong("the rate", "a-factor-is-no-rate", LINE, "0.1 * " + LINE),
        Wrong("a drop", "a-drop-is-no-decay", LINE, "1.0 if step <= 0.6 * steps else 0.1"),
        Wrong(
            "rising",
            "rises-instead-of-falls",
            LINE,
            "1.0 if step <= 0.6 * steps else (step - 0.6 * steps) / (0.4 * steps)",
        ),
        Wrong("whole numbers", "whole-division", LINE, "min(1, (steps - step) // (2 * steps // 5))"),
        Wrong("always 1,000", "steps-is-an-argument", LINE, "min(1.0, (1000 - step) / 400)"),
        Wrong("held", "never-decays", LINE, "1.0"),
        Wrong("squared", None, LINE, LINE + " ** 2"),
        Wrong("a text", None, LINE, '"1"  if step < 0 else "one"'),
    ],
    "rate": [
        Wrong("the largest", "the-largest-rate", "0.1, True", "10, True"),
        Wrong("the smallest", "the-smallest-rate", "0.1, True", "0.0001, True"),
        Wrong("the loss", "a-loss-is-no-rate", "0.1, True", "2.38, True"),
        Wrong("the place", "a-place-is-no-rate", "0.1, True", "4, True"),
        Wrong("the exponent", "an-exponent-is-no-rate", "0.1, True", "-1, True"),
        Wrong("held", "one-rate-for-all-time", "0.1, True", "0.1, False"),
    ],
    "passes": [
        Wrong(
            "one example",
            "a-step-takes-a-batch",
            "200_000 * 32 / windows, math.ceil(windows / 1024)",
            "200_000 / windows, windows",
        ),
        Wrong("upside down", "steps-are-no-passes", "200_000 * 32 / windows", "windows / 32"),
        Wrong("none", "luck-leaves-some-out", "(1 - 1 / windows) ** windows", "0"),
        Wrong("the others", "seen-is-not-missed", "(1 - 1 / windows)", "1 - (1 - 1 / windows)"),
        Wrong("half", "luck-is-no-coin", "(1 - 1 / windows) ** windows", "0.5"),
    ],
}

RIGHT = {
    "tree_count": {"in a list": "def answer_tree_count():\n    return [6144, 32768, 768.0, 76579]"},
    "epoch": {
        "slices, full batches only": """
def epoch_batches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    return [order[i:i + batch_size] for i in range(0, n - batch_size + 1, batch_size)]
""",
        "a generator function, lists": """
def epoch_batches(n, batch_size, generator=None):
    order = torch.rand(n, generator=generator).argsort().tolist()
    while order:
        yield order[:batch_size]
        order = order[batch_size:]
""",
        "torch's own loader": """
from torch.utils.data import BatchSampler, RandomSampler

def epoch_batches(n, batch_size, generator=None):
    return list(BatchSampler(RandomSampler(range(n), generator=generator), batch_size, drop_last=False))
""",
        "a view": """
def epoch_batches(n, batch_size, generator=None):
    full = n // batch_size
    return torch.randperm(n, generator=generator)[: full * batch_size].view(full, batch_size)
""",
    },
    "decay": {
        "if": """
def factor(step, steps):
    start = 0.6 * steps
    if step < start:
        return 1
    return 1 - (step - start) / (steps - start)
""",
        "the last step is 0": """
def factor(step, steps):
    left = steps - 1 - step
    return torch.tensor(left / (0.4 * steps)).clamp(0, 1)
""",
        "interpolated": """
def factor(step, steps):
    share = step / steps
    return max(0.0, min(1.0, 2.5 - 2.5 * share))
""",
    },
    "rate": {
        "a third": "def answer_rate():\n    return [0.31622776601683794, 1]",
        "one": "def answer_rate():\n    return 1.0, True",
    },
    "passes": {"rounded": "def answer_passes():\n    return [34.8, 179.5, 0.37]"},
}
