"""Answers to the exercise on the training loop."""

from . import Whole, Wrong

FOR = "    for step, (x, y) in zip(range(steps), batches):\n"
RATE = '            group["lr"] = rate * factor(step)\n'
ZERO, BACK = "        optimizer.zero_grad()\n", "        loss.backward()\n"
KEEP = "        losses.append(loss.item())\n"
AFTER = '    for group, rate in zip(optimizer.param_groups, rates):\n        group["lr"] = rate\n'
TRAIN, PUT_BACK = "    model.train()\n", "    model.train(training)\n"

ONE_RATE = """
def fit(model, optimizer, batches, steps, factor):
    was, rate, losses = model.training, optimizer.param_groups[0]["lr"], []
    model.train()
    for step in range(steps):
        x, y = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = rate * factor(step)
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    for group in optimizer.param_groups:
        group["lr"] = rate
    model.train(was)
    return losses
"""
DIVIDED = (
    ONE_RATE.replace('optimizer.param_groups[0]["lr"], []', "1.0, []")
    .replace("rate * factor(step)", 'group["lr"] / rate * factor(step)')
    .replace("        loss = F", "        rate = factor(step)\n        loss = F")
    .replace('group["lr"] = rate\n', 'group["lr"] /= rate\n')
)

WRONG = {
    "loop": [
        Whole("one rate for both groups", "each-group-has-its-rate", ONE_RATE),
        Whole("divided by the last factor", "the-rate-is-put-back", DIVIDED),
        Wrong(
            "cleared in between",
            "zeroed-too-late",
            "        optimizer.step()\n",
            "        optimizer.zero_grad()\n        optimizer.step()\n",
        ),
        Wrong("never cleared", "gradients-pile-up", ZERO, ""),
        Wrong("without end", "batches-have-no-end", FOR, "    for step, (x, y) in enumerate(batches):\n"),
        Wrong(
            "all batches first",
            "batches-have-no-end",
            FOR,
            "    every = list(batches)\n    for step, (x, y) in zip(range(steps), every):\n",
        ),
        Wrong(
            "one batch",
            "one-batch-for-all",
            FOR,
            "    x, y = next(iter(batches))\n    for step in range(steps):\n",
        ),
        Wrong("one step too few", None, "range(steps)", "range(steps - 1)"),
        Wrong("five steps", None, "range(steps)", "range(4)"),
        Wrong("no schedule", "the-schedule-is-not-used", RATE, "            pass\n"),
        Wrong("multiplied up", "factors-multiply-up", RATE, '            group["lr"] *= factor(step)\n'),
        Wrong("one ahead", "steps-count-from-0", "factor(step)", "factor(step + 1)"),
        Wrong("the factor alone", None, "rate * factor(step)", "factor(step)"),
        Wrong("the rate stays", "the-rate-is-put-back", AFTER, ""),
        Wrong("in evaluation", "training-mode-is-off", TRAIN, "    model.eval()\n"),
        Wrong("the mode as it comes", "training-mode-is-off", TRAIN, ""),
        Wrong("left in training", "the-mode-is-put-back", PUT_BACK, ""),
        Wrong("left in evaluation", "the-mode-is-put-back", PUT_BACK, "    model.eval()\n"),
        Wrong("called twice", None, ZERO, ZERO + "        model(x)\n"),
        Wrong("with graphs", "the-loss-keeps-its-graph", KEEP, "        losses.append(loss)\n"),
        Wrong("the last loss", None, KEEP, "        losses = [loss.item()]\n"),
        Wrong("a running mean", None, KEEP, "        losses.append((sum(losses) + loss.item()) / (len(losses) + 1))\n"),
        Wrong("nothing", "return-forgotten", "    return losses\n", "    pass\n"),
        Wrong("one number", None, "    return losses\n", "    return losses[-1]\n"),
        Whole(
            "a rule of one's own",
            None,
            """
def fit(model, optimizer, batches, steps, factor):
    losses = []
    for step in range(steps):
        x, y = next(batches)
        loss = F.cross_entropy(model(x), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * factor(step) * p.grad
        losses.append(loss.item())
    return losses
""",
        ),
    ],
}

RIGHT = {
    "loop": {
        "next, try and finally": """
def fit(model, optimizer, batches, steps, factor):
    was = model.training
    kept = [g['lr'] for g in optimizer.param_groups]
    out = torch.zeros(steps)
    try:
        model.train()
        batches = iter(batches)
        for i in range(steps):
            x, y = next(batches)
            for g, lr in zip(optimizer.param_groups, kept):
                g['lr'] = lr * factor(i)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            out[i] = loss.detach()
    finally:
        model.train(was)
        for g, lr in zip(optimizer.param_groups, kept):
            g['lr'] = lr
    return out
""",
        "a break, one batch too many taken": """
def fit(model, optimizer, batches, steps, factor):
    losses, rates = [], {id(g): g["lr"] for g in optimizer.param_groups}
    mode = "train" if model.training else "eval"
    model.train()
    for step, (x, y) in enumerate(batches):
        if step == steps:
            break
        for p in model.parameters():
            p.grad = None
        for g in optimizer.param_groups:
            g["lr"] = rates[id(g)] * factor(step)
        loss = nn.NLLLoss()(model(x).log_softmax(-1), y)
        loss.backward()
        optimizer.step()
        losses += [float(loss)]
    for g in optimizer.param_groups:
        g["lr"] = rates[id(g)]
    getattr(model, mode)()
    return losses
""",
        "a scheduler of torch": """
def fit(model, optimizer, batches, steps, factor):
    training, losses = model.training, []
    rates = [group["lr"] for group in optimizer.param_groups]
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    model.train()
    for _ in range(steps):
        x, y = next(batches)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.detach())
    for group, rate in zip(optimizer.param_groups, rates):
        group["lr"] = rate
    return model.train(training) and losses
""",
    },
}
