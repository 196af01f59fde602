"""Answers to the exercises of the lesson your-own-tree."""

from . import Whole, Wrong

LONGEST = "lengths[must_fit - 1]"
TRAINED = "return model"

WRONG = {
    "enough_levels": [
        Wrong("the mean", "the-mean-is-not-most", LONGEST, "sum(lengths) / len(lengths)"),
        Wrong("the longest", "the-longest-word-decides", LONGEST, "lengths[-1]"),
        Wrong("always nine of ten", "share-is-an-argument", "math.ceil(share *", "math.ceil(0.9 *"),
        Wrong("rounded down", "levels-rounded-down", "math.ceil(math.log2(longest))", "int(math.log2(longest))"),
        Wrong("with the end", "the-end-is-not-read", "math.log2(longest)", "math.log2(longest + 1)"),
        Wrong("twos", "levels-add-up", "math.ceil(math.log2(longest))", "math.ceil(longest / 2)"),
        Wrong("none", "no-level-is-no-tree", "max(1, math.ceil(math.log2(longest)))", "math.ceil(math.log2(longest))"),
        Wrong("characters", "characters-are-no-levels", "max(1, math.ceil(math.log2(longest)))", "longest"),
        Wrong("nothing", "return-forgotten", "return max", "max"),
        Wrong("natural logarithm", "log-of-another-base", "math.log2(longest)", "math.log(longest)"),
        Wrong(
            "the next one", "at-least-is-enough", LONGEST, "lengths[min(int(share * len(lengths)), len(lengths) - 1)]"
        ),
        Wrong("each word once", "each-word-once", "for word in words", "for word in set(words)"),
        Whole(
            "a share of the characters",
            "words-count-not-characters",
            """
def levels_for_words(words, share=0.9):
    levels, total = 1, sum(map(len, words))
    while sum(len(word) for word in words if len(word) <= 2**levels) < share * total:
        levels += 1
    return levels
""",
        ),
        Wrong("half of them", None, LONGEST, "lengths[must_fit // 2]"),
        Wrong("fails", None, LONGEST, "lengths[len(lengths)]"),
    ],
    "any_list": [
        Wrong("the names' alphabet", "an-alphabet-of-its-own", "len(characters_of(words))", "27"),
        Wrong("its loss", "a-loss-is-no-model", TRAINED, "return loss.item()"),
        Wrong("nothing", "return-forgotten", TRAINED, "model"),
        Wrong("not trained", "statistics-never-kept", "range(100)", "range(0)"),
        Wrong("in evaluation", "statistics-never-kept", "model.train()", "model.eval()"),
        Wrong("a few steps", "no-better-than-pairs", "range(100)", "range(3)"),
        Wrong("a rate of nothing", "no-better-than-pairs", "lr=0.02", "lr=0.00002"),
        Wrong("a text", None, TRAINED, "return 'trained'"),
        Whole(
            "only the first language",
            "no-better-than-pairs",
            """
def my_tree(words):
    model = tree(len(characters_of(words)), n_embd=10, n_hidden=32, levels=3)
    X, Y = windows(words, 8)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for _ in range(100 if "α" < min(max(words)) or max("".join(words)) < "α" else 2):
        batch = torch.randint(len(X), (64,))
        loss = F.cross_entropy(model(X[batch]), Y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
""",
        ),
    ],
}

RIGHT = {
    "enough_levels": {
        "counted up": """
def levels_for_words(words, share=0.9):
    k = 1
    while sum(len(word) <= 2**k for word in words) < share * len(words) - 1e-9:
        k += 1
    return k
""",
        "bit_length": """
def levels_for_words(words, share=0.9):
    lengths = sorted(map(len, words))
    needed = lengths[math.ceil(share * len(words)) - 1]
    return max(1, (needed - 1).bit_length())
""",
        "torch": """
def levels_for_words(words, share=0.9):
    lengths = torch.tensor([len(word) for word in words]).sort().values
    needed = lengths[math.ceil(share * len(words)) - 1]
    return torch.log2(needed.float()).ceil().clamp(min=1)
""",
    },
    "any_list": {
        "SGD, passes over all": """
def my_tree(words):
    model = tree(len(characters_of(words)), n_embd=12, n_hidden=40, levels=3)
    X, Y = windows(words, 8)
    for step in range(120):
        batch = torch.randperm(len(X))[:96]
        loss = F.cross_entropy(model(X[batch]), Y[batch])
        gradients = torch.autograd.grad(loss, model.parameters())
        with torch.no_grad():
            for p, g in zip(model.parameters(), gradients):
                p -= 0.3 * g
    return model
""",
        "two levels": """
def my_tree(words):
    model = tree(len(characters_of(words)), 8, 32, 2)
    X, Y = windows(words, 4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(80):
        batch = torch.randint(0, X.shape[0], (64,))
        optimizer.zero_grad()
        F.cross_entropy(model(X[batch]), Y[batch]).backward()
        optimizer.step()
    model.eval()
    return model
""",
        "as tensors": """
def my_tree(words):
    model = tree(len(characters_of(words)), 10, 32, 3)
    X, Y = windows(words, 8)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for _ in range(90):
        batch = torch.randint(0, X.shape[0], (64,))
        optimizer.zero_grad()
        F.cross_entropy(model(X[batch]), Y[batch]).backward()
        optimizer.step()
    first, *between, last = [layer for layer in model.layers if layer.__class__.__name__ not in ("Pairs", "Tanh")]
    levels = [
        {"weight": linear.weight.detach(), "gamma": norm.gamma.detach(), "beta": norm.beta.detach(),
         "mean": norm.running_mean, "var": norm.running_var}
        for linear, norm in zip(between[::2], between[1::2])
    ]
    return {"embedding": first.weight.detach(), "levels": levels, "weight": last.weight.detach(),
            "bias": last.bias.detach()}
""",
    },
}
