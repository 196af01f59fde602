"""Answers to the exercise on the training step."""

from . import Whole, Wrong

LOSS = "loss = F.cross_entropy(model(x), y)"
ZERO, BACK, STEP, GIVE = (
    "    optimizer.zero_grad()\n",
    "    loss.backward()\n",
    "    optimizer.step()\n",
    "return loss.item()",
)


def loss(name: str, misconception: str | None, new: str) -> Wrong:
    """Another loss."""
    return Wrong(name, misconception, LOSS, f"loss = {new}")


WRONG = {
    "step": [
        Wrong("never cleared", "gradients-pile-up", ZERO, ""),
        Wrong("no backward", "no-backward", BACK, ""),
        Wrong("no step", "no-step", STEP, ""),
        Wrong(
            "the step first",
            "step-before-backward",
            "    " + LOSS + "\n" + ZERO + BACK + STEP,
            STEP + ZERO + "    " + LOSS + "\n" + BACK,
        ),
        Wrong("cleared too late", "zeroed-too-late", ZERO + BACK, BACK + ZERO),
        loss("softmax", "softmax-before-cross-entropy", "F.cross_entropy(model(x).softmax(-1), y)"),
        loss("a sum", "a-sum-is-no-mean", "F.cross_entropy(model(x), y, reduction='sum')"),
        loss("the newest character", "the-target-is-y", "F.cross_entropy(model(x), x[:, -1])"),
        loss("minus", "goes-uphill", "-F.cross_entropy(model(x), y)"),
        loss("another loss", None, "model(x).pow(2).mean()"),
        Wrong("the tensor", "the-loss-keeps-its-graph", GIVE, "return loss"),
        Wrong("the loss after", "the-loss-comes-first", GIVE, "return F.cross_entropy(model(x), y).item()"),
        Wrong("nothing", "return-forgotten", GIVE, "pass"),
        Wrong("half of it", None, GIVE, "return loss.item() / 2"),
        Wrong("a text", None, GIVE, "return f'{loss.item():.2f}'"),
        Wrong("two steps", None, STEP, STEP + STEP),
        Wrong("y changed", None, ZERO, "    y += 0 * y + 1\n" + ZERO),
        Whole(
            "a rule of one's own",
            "the-optimizer-is-an-argument",
            """
def train_step(model, optimizer, x, y):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.3 * p.grad
    return loss.item()
""",
        ),
        Wrong(
            "a rate of one's own",
            "the-optimizer-is-an-argument",
            STEP,
            "    for p in model.parameters():\n        p.data -= 0.1 * p.grad\n",
        ),
        Whole(
            "the rate, and not the rest",
            "the-optimizer-is-an-argument",
            """
def train_step(model, optimizer, x, y):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= optimizer.param_groups[0]["lr"] * p.grad
    return loss.item()
""",
        ),
        Whole(
            "a new optimizer each time",
            None,
            """
def train_step(model, optimizer, x, y):
    loss = F.cross_entropy(model(x), y)
    optimizer = torch.optim.SGD(model.parameters(), **{k: optimizer.param_groups[0][k] for k in
                                ("lr", "momentum", "weight_decay")})
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
""",
        ),
    ],
}

RIGHT = {
    "step": {
        "cleared at the end": """
def train_step(model, optimizer, x, y):
    loss = nn.CrossEntropyLoss()(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return float(loss)
""",
        "by hand, with log_softmax": """
def train_step(model, optimizer, x, y):
    for p in model.parameters():
        p.grad = None
    loss = -model(x).log_softmax(1)[torch.arange(len(y)), y].mean()
    loss.backward()
    optimizer.step()
    return loss.detach()
""",
        "gradients handed over": """
def train_step(model, optimizer, x, y):
    parameters = list(model.parameters())
    loss = F.nll_loss(F.log_softmax(model(x), dim=-1), y)
    for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.grad = gradient
    optimizer.step()
    return loss.item()
""",
        "a closure": """
def train_step(model, optimizer, x, y):
    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss
    return optimizer.step(closure).item()
""",
    },
}
