"""Answers to the exercises on broken trees."""

from . import Whole, Wrong

PAIR, LAST = "return torch.cat([x[:, ::2], x[:, 1::2]], dim=2)", "return x.squeeze(1)"
MODES = "        training = model.training\n        model.eval()\n"
LOSS, BACK = "loss = F.cross_entropy(model(X), Y).item()", "        model.train(training)\n"
ROWS, TARGETS = "range(len(ids) + 1)", "return torch.tensor([*ids, 0])"
WINDOW = "padded[i : i + block_size]"

WRONG = {
    "symptoms": [Wrong("another word", None, '"evaluation", "right"', '"seed", "right"')],
    "cure": [
        Wrong("halves", "halves-instead-of-neighbours", PAIR, "return torch.cat(x.chunk(2, 1), dim=2)"),
        Wrong("the right one first", "odd-before-even", PAIR, "return torch.cat([x[:, 1::2], x[:, ::2]], dim=2)"),
        Wrong("woven", "channels-interleaved", PAIR, "return torch.stack([x[:, ::2], x[:, 1::2]], 3).flatten(2)"),
        Wrong("a mean", "a-pair-keeps-its-numbers", PAIR, "return (x[:, ::2] + x[:, 1::2]) / 2"),
        Wrong("along time", "joined-along-time", PAIR, "return torch.cat([x[:, ::2], x[:, 1::2]], dim=1)"),
        Wrong("detached", "graph-is-cut", PAIR, "x = x.detach().requires_grad_()\n        " + PAIR),
        Wrong("a bare squeeze", "squeeze-removes-a-batch-of-one", LAST, "return x.squeeze()"),
        Wrong(
            "for a batch of one only",
            "squeeze-removes-a-batch-of-one",
            LAST,
            "return x.squeeze() if len(x) > 1 else x[:, 0]",
        ),
        Wrong("nothing is dropped", "one-position-keeps-its-dimension", LAST, "return x"),
        Wrong("always dropped", None, LAST, "return x[:, 0]"),
        Wrong("last cut", "graph-is-cut", LAST, "return x.squeeze(1).detach() + 0 * x.sum()"),
        Wrong("in training", "eval-uses-the-batch", "model.eval()", "model.train()"),
        Wrong("as it comes", "eval-uses-the-batch", MODES, "        training = model.training\n"),
        Wrong("left in evaluation", "the-mode-is-put-back", BACK, ""),
        Wrong("always back to training", "the-mode-is-put-back", BACK, "        model.train()\n"),
        Wrong("a sum", "a-sum-is-no-mean", LOSS, "loss = F.cross_entropy(model(X), Y, reduction='sum').item()"),
        Wrong("the averages moved", "eval-uses-the-batch", BACK, "        model.train()(X)\n" + BACK),
        Wrong("one ahead", "looks-to-the-right", WINDOW, "[*padded, 0][i + 1 : i + 1 + block_size]"),
        Wrong("newest first", "newest-character-first", WINDOW, WINDOW + "[::-1]"),
        Wrong("no window for the end", "no-end-target", ROWS, "range(len(ids))"),
        Wrong(
            "three wide",
            "block-size-is-an-argument",
            "padded = [0] * block_size",
            "block_size = 3\n        padded = [0] * block_size",
        ),
        Wrong(
            "ids changed",
            "argument-changed",
            "padded = [0] * block_size + ids",
            "ids[:0] = [0] * block_size\n        padded = ids\n        ids = ids[block_size:]",
        ),
        Wrong("floats", "indices-are-integers", TARGETS, "return torch.tensor([*ids, 0.0])"),
        Wrong("the one after", "a-target-off-by-one", TARGETS, "return torch.tensor([*ids[1:], 0, 0])"),
        Wrong("the newest character", "the-target-is-y", TARGETS, "return torch.tensor([0, *ids])"),
        Wrong("no end", "no-end-target", TARGETS, "return torch.tensor(ids)"),
        Wrong(
            "ids emptied",
            "argument-changed",
            TARGETS,
            "found = torch.tensor([*ids, 0])\n        ids.clear()\n        return found",
        ),
        Whole("as it was", "halves-instead-of-neighbours", "class Mended(Broken):\n    pass"),
    ],
}

RIGHT = {
    "symptoms": {
        "in any case": "def answer_symptoms():\n"
        "    return 'Evaluation', 'right', 'halves', 'none', 'STATISTICS', 'target', 'squeeze'",
    },
    "cure": {
        "views, a context of its own, lists": """
class Mended(Broken):
    def pair(self, x):
        B, T, C = x.shape
        return x.view(B, T // 2, 2 * C)

    def last(self, x):
        return x[:, 0] if x.shape[1] == 1 else x

    @torch.no_grad()
    def evaluate(self, model, X, Y):
        was = model.training
        try:
            model.eval()
            total = sum(F.cross_entropy(model(x), y, reduction="sum") for x, y in zip(X.split(5), Y.split(5)))
            return total / len(Y)
        finally:
            model.train(was)

    def contexts(self, ids, block_size):
        context, rows = [0] * block_size, []
        for ix in [*ids, 0]:
            rows.append(context)
            context = context[1:] + [ix]
        return rows

    def targets(self, ids):
        return ids + [0]
""",
        "unfold, static methods": """
class Mended(Broken):
    @staticmethod
    def pair(x):
        return x.unfold(1, 2, 2).transpose(2, 3).flatten(2)

    @staticmethod
    def last(x):
        return torch.squeeze(x, dim=1)

    def evaluate(self, model, X, Y):
        kept = model.training
        model.train(False)
        with torch.inference_mode():
            loss = -model(X).log_softmax(1).gather(1, Y[:, None]).mean()
        model.train(kept)
        return float(loss)

    def contexts(self, ids, block_size):
        return torch.tensor([0] * block_size + ids).unfold(0, block_size, 1)

    def targets(self, ids):
        return F.pad(torch.tensor(ids), (0, 1))
""",
        "no subclass": """
class Mended:
    def pair(self, x):
        return x.reshape(len(x), -1, 2 * x.shape[2])

    def last(self, x):
        return x.flatten(1) if x.shape[1] == 1 else x

    def evaluate(self, model, X, Y):
        modes = [(m, m.training) for m in model.modules()]
        loss = nn.CrossEntropyLoss()(model.eval()(X), Y).detach()
        for m, training in modes:
            m.training = training
        return loss

    def contexts(self, ids, block_size):
        full = [0] * block_size + ids + [0]
        return torch.tensor([full[end - block_size:end] for end in range(block_size, len(full))])

    def targets(self, ids):
        return torch.tensor(list(ids) + [0], dtype=torch.int32)
""",
    },
}
