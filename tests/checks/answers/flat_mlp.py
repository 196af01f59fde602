"""Answers to the exercises of the lesson flat-mlp."""

from . import Whole, Wrong

SHIFT = "            context = context[1:] + [ix]\n"

WRONG = {
    "windows": [
        Wrong("the dot is no target", "no-end-target", 'word + "."', "word"),
        Wrong(
            "the target enters first",
            "looks-to-the-right",
            "            X.append(context)\n            Y.append(ix)\n" + SHIFT,
            SHIFT + "            X.append(context)\n            Y.append(ix)\n",
        ),
        Wrong("Y holds the last character seen", "looks-to-the-right", "Y.append(ix)", "Y.append(context[-1])"),
        Wrong("new characters at the left", "newest-character-first", "context[1:] + [ix]", "[ix] + context[:-1]"),
        Wrong(
            "one context for all words",
            "window-runs-on",
            "    for word in words:\n        context = [0] * block_size\n",
            "    context = [0] * block_size\n    for word in words:\n",
        ),
        Wrong("floats", "indices-are-integers", "torch.tensor(X), ", "torch.tensor(X).float(), "),
        Wrong("always three", "block-size-is-an-argument", "[0] * block_size", "[0] * 3"),
        Wrong("no return", "return-forgotten", "return torch.tensor(X), torch.tensor(Y)", "return None, None"),
        Whole(
            "dots at the right",
            "padding-on-the-right",
            """
def build_windows(words, block_size, stoi):
    X, Y = [], []
    for word in words:
        seen = []
        for character in word + ".":
            X.append((seen[-block_size:] + [0] * block_size)[:block_size])
            Y.append(stoi[character])
            seen.append(stoi[character])
    return torch.tensor(X), torch.tensor(Y)
""",
        ),
        Wrong(
            "one context, changed in place",
            "one-list-again",
            SHIFT,
            "            context.pop(0)\n            context.append(ix)\n",
        ),
        Wrong(
            "the list of words is used up",
            "argument-changed",
            "for word in words:",
            "while words:\n        word = words.pop(0)",
        ),
        Wrong(
            "an alphabet of its own",
            None,
            "ix = stoi[character]",
            "ix = '.abcdefghijklmnopqrstuvwxyz'.find(character)",
        ),
        Wrong("words put in order", "argument-changed", "    X, Y = [], []", "    X, Y = [], []\n    words.sort()"),
        Wrong("lists outside", None, "X, Y = [], []", "X, Y = build_windows.__dict__.setdefault('kept', ([], []))"),
        Wrong("one target more than it has", None, "Y.append(ix)", "Y.append((ix + 1) % 27)"),
        Wrong("only X", None, "return torch.tensor(X), torch.tensor(Y)", "return torch.tensor(X)"),
    ],
    "uniform": [
        Wrong(
            "in bits",
            "log-of-another-base",
            "math.log(27), 0.0, math.exp(2.1)",
            "math.log2(27), 0.0, 2**2.1",
        ),
        Wrong("the probability", "a-probability-is-no-loss", "math.log(27), 0.0", "1 / 27, 1"),
        Wrong("negative", "loss-has-a-minus", "math.log(27)", "math.log(1 / 27)"),
        Wrong("the loss itself", "a-loss-is-no-count", "math.exp(2.1)", "2.1"),
        Wrong("a word", None, "math.log(27)", '"about three"'),
        Wrong("two parts", None, ", 0.0, math.exp(2.1)", ", 0.0"),
    ],
    "lucky": [
        Wrong("sixteen times", "the-spread-goes-with-the-root", "4,", "16,"),
        Wrong("a quarter", "a-share-is-no-factor", "4,", "0.25,"),
        Wrong("ten times the examples", "scatter-falls-like-n", "3200", "320"),
        Wrong("no difference", "batch-size-changes-nothing", "4,", "1,"),
        Wrong("lower mean", "big-batches-are-easier", "4, False", "4, True"),
    ],
    "smooth": [
        Wrong("mean(0)", "mean-over-the-wrong-axis", ".mean(1)", ".mean(0)"),
        Wrong("view(n, -1)", "mean-over-the-wrong-axis", ".view(-1, n)", ".view(n, -1)"),
        Wrong("columns of neighbours", "groups-of-neighbours", ".view(-1, n).mean(1)", ".view(n, -1).mean(0)"),
        Wrong("no cut", "view-needs-a-multiple", "losses[:full]", "losses"),
        Wrong("sum", "not-a-mean", ".mean(1)", ".sum(1)"),
        Wrong("the first of each group", "picks-instead-of-averages", ".view(-1, n).mean(1)", "[::n]"),
        Wrong("the last of each group", "picks-instead-of-averages", ".mean(1)", "[:, -1]"),
        Wrong("a moving average", "moving-average", ".view(-1, n).mean(1)", ".unfold(0, n, 1).mean(1)"),
        Wrong("always 1,000", "n-is-an-argument", "full = len", "n = 1000\n    full = len"),
        Whole(
            "zeros at the end",
            "padding-in-the-mean",
            """
def smooth(losses, n=1000):
    missing = -len(losses) % n
    return torch.tensor(losses + [0.0] * missing).view(-1, n).mean(1)
""",
        ),
        Whole(
            "the tail counted wrong",
            None,
            """
def smooth(losses, n=1000):
    return torch.tensor([sum(losses[i:i + n]) / n if i + n <= len(losses) else losses[-1]
                         for i in range(0, len(losses), n)])
""",
        ),
    ],
}

RIGHT = {
    "windows": {
        "padded text": """
def build_windows(words, block_size, stoi):
    rows = []
    for word in words:
        text = "." * block_size + word + "."
        rows += [[stoi[c] for c in text[i:i + block_size + 1]] for i in range(len(word) + 1)]
    rows = torch.tensor(rows)
    return rows[:, :-1], rows[:, -1]
""",
        "unfold": """
def build_windows(words, block_size, stoi):
    X = []
    for w in words:
        ix = torch.tensor([0] * block_size + [stoi[c] for c in w] + [0])
        X.append(ix.unfold(0, block_size + 1, 1))
    X = torch.cat(X)
    return (X[:, :block_size], X[:, block_size])
""",
        "int32, as a list, with the lesson's own lines": """
def build_windows(words, block_size, stoi):
    X, Y = [], []
    for w in words:
        context = [0] * block_size
        for ch in w + '.':
            ix = stoi[ch]
            X.append(context)
            Y.append(ix)
            context = context[1:] + [ix]
    print("done")
    return [torch.tensor(X, dtype=torch.int32), torch.tensor(Y, dtype=torch.int32)]
""",
    },
    "uniform": {
        "rounded, as in a list": "def answer_uniform():\n    return [3.296, 0, 8.17]",
        "tensors": "def answer_uniform():\n    return -torch.tensor(1 / 27).log(), torch.zeros(1), torch.e**2.1",
        "a dict": 'def answer_uniform():\n    return {"a": 3.2958, "b": 0, "c": 8.166}',
    },
    "lucky": {
        "measured, nearly": "def answer_lucky():\n    return [4.1, 0, 3200]",
        "a list": "def answer_lucky():\n    return [4.0, False, 3200.0]",
    },
    "smooth": {
        "the tail kept": """
def smooth(losses, n=1000):
    return torch.tensor([sum(losses[i:i + n]) / len(losses[i:i + n]) for i in range(0, len(losses), n)])
""",
        "split": """
def smooth(losses, n=1000):
    return torch.stack([group.mean() for group in torch.tensor(losses).split(n)])
""",
        "a list": """
def smooth(losses, n=1000):
    t = torch.as_tensor(losses, dtype=torch.float64)
    return [t[i * n:(i + 1) * n].mean().item() for i in range(len(t) // n)]
""",
        "pooling": """
def smooth(losses, n=1000):
    return F.avg_pool1d(torch.tensor(losses).view(1, 1, -1), n)[0, 0]
""",
    },
}
