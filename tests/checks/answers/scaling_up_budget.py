"""Answers to the exercise on training under a budget."""

from . import Whole, Wrong

BACK = "                return model\n"
HEAD = "import time\n\n\ndef recipe(names, seconds):\n"
BUILT = HEAD + "    model = tree(len(characters_of(names)), 10, 48)\n"
RAN = BUILT + "    X, Y = windows(names, 8)\n    model(X[:500])\n"


def _steps(count: int, rate: float) -> str:
    """So many steps of Adam, however long they take."""
    return RAN + (
        "    torch.manual_seed(1)\n"
        f"    optimizer = torch.optim.Adam(model.parameters(), lr={rate})\n"
        f"    for _ in range({count}):\n"
        "        ix = torch.randint(len(X), (256,))\n"
        "        loss = F.cross_entropy(model(X[ix]), Y[ix])\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
        "    return model\n"
    )


# A tree of one level that knows how often each letter comes, and nothing of what stands before it.
LETTERS = (
    BUILT.replace("48)", "4, levels=1)")
    + """    X, Y = windows(names, 2)
    model(X)
    with torch.no_grad():
        model.layers[-1].weight.zero_()
        model.layers[-1].bias.copy_(SHARE * torch.bincount(Y, minlength=len(model.layers[0].weight)).float().log())
    return model
"""
)
# Every pair of letters that comes is learned at once, so the few names are learned by heart.
HEART = (
    RAN.replace("windows(names, 8)", "windows(names[:200], 8)")
    + """    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(100):
        loss = F.cross_entropy(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
"""
)

WRONG = {
    "budget": [
        Whole("a loss", "a-loss-is-no-model", HEAD + "    return 1.5\n"),
        Whole("a loss and the model", "a-loss-is-no-model", BUILT + "    return model, 1.5\n"),
        Wrong("no return", "return-forgotten", BACK, "                return\n"),
        Whole("as it was built", "statistics-never-kept", BUILT + "    return model\n"),
        Whole("looked at once", "nothing-learned", RAN + "    return model\n"),
        Whole("always in evaluation", "statistics-never-kept", _steps(20, 0.01).replace("(X[:500])", ".eval()")),
        Whole(
            "an alphabet of one's own",
            "an-alphabet-of-its-own",
            BUILT.replace("len(characters_of(names))", "30") + "    return model\n",
        ),
        Whole("a run that blows up", "the-run-blew-up", _steps(4, "float('inf')")),
        Whole(
            "weights of torch.nn",
            "weights-transposed",
            RAN + "    for layer in model.layers[2:-1:4]:\n        layer.weight = layer.weight.T\n    return model\n",
        ),
        Whole("by heart", "learned-by-heart", HEART),
        Whole(
            "too late",
            "over-the-budget",
            RAN + "    begun = time.process_time()\n"
            "    while time.process_time() < begun + seconds * 1.1 + 1.2:\n        pass\n    return model\n",
        ),
        Whole("sleeps", "nothing-learned", RAN + "    time.sleep(0.3)\n    return model\n"),
        Whole("half of what letters tell", None, LETTERS.replace("SHARE", "0.3")),
        Whole("what letters tell", "the-context-is-not-used", LETTERS.replace("SHARE", "1")),
        Whole("a little training", None, _steps(60, 0.003)),
        Whole("a giant", None, BUILT.replace("10, 48", "24, 600") + "    return model\n"),
        Whole("a text", None, HEAD + "    return 'trained'\n"),
        Whole("too many levels", None, BUILT.replace("48)", "48, levels=6)") + "    return model\n"),
        Whole("one tensor", None, HEAD + "    return torch.zeros(27, 27)\n"),
        Whole(
            "a description with a hole",
            None,
            HEAD + "    V = len(characters_of(names))\n"
            "    return {'embedding': torch.zeros(V, 4), 'levels': [{'weight': torch.zeros(8, 4)}]}\n",
        ),
        Whole("no levels", None, HEAD + "    return {'embedding': torch.zeros(27, 4), 'levels': []}\n"),
        Whole("a negative variance", None, RAN + "    model.layers[3].running_var -= 99\n    return model\n"),
        Whole("levels that are no dicts", None, HEAD + "    return {'levels': [1]}\n"),
        Whole(
            "whole numbers",
            None,
            RAN
            + "    model.layers[0].weight = torch.zeros(len(model.layers[0].weight), 10).long()\n    return model\n",
        ),
    ],
}

RIGHT = {
    "budget": {
        "plain SGD, a drop": HEAD
        + """    stop = time.process_time() + 0.9 * seconds
    model = tree(len(characters_of(names)), 10, 48)
    X, Y = windows(names, 8)
    while (left := stop - time.process_time()) > 0:
        ix = torch.randint(len(X), (256,))
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= (0.3 if left > 0.2 * seconds else 0.03) * p.grad
    return model
""",
        "two levels": HEAD
        + """    begun = time.process_time()
    model = tree(len(characters_of(names)), 10, 48, levels=2)
    X, Y = windows(names, 4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    while time.process_time() - begun < 0.8 * seconds:
        ix = torch.randint(len(X), (256,))
        optimizer.zero_grad()
        F.cross_entropy(model(X[ix]), Y[ix]).backward()
        optimizer.step()
    return model.eval()
""",
        "layers of torch.nn, described": HEAD
        + """    begun = time.process_time()
    V = len(characters_of(names))
    X, Y = windows(names, 4)
    table, a, b, out = nn.Embedding(V, 10), nn.Linear(20, 48), nn.Linear(96, 48), nn.Linear(48, V)
    m, n = nn.BatchNorm1d(48), nn.BatchNorm1d(48)
    parts = nn.ModuleList([table, a, b, out, m, n])
    optimizer = torch.optim.AdamW(parts.parameters(), lr=0.01)
    while time.process_time() - begun < 0.8 * seconds:
        ix = torch.randint(len(X), (256,))
        x = a(table(X[ix]).reshape(256, 2, 20)).transpose(1, 2)
        x = torch.tanh(m(x)).transpose(1, 2).reshape(256, 96)
        optimizer.zero_grad()
        F.cross_entropy(out(torch.tanh(n(b(x)))), Y[ix]).backward()
        optimizer.step()
    levels = [
        {"weight": l.weight.T, "bias": l.bias, "gamma": k.weight, "beta": k.bias, "mean": k.running_mean,
         "var": k.running_var}
        for l, k in ((a, m), (b, n))
    ]
    return {"embedding": table.weight, "levels": levels, "weight": out.weight.T, "bias": out.bias}
""",
    }
}
