"""Answers to the exercises on the ladder."""

from . import Whole, Wrong

RISE = "(step + 1) / (warmup * steps) if warmup else 1.0"
FALL = "(steps - step) / (decay * steps)"
ROWS = "x.reshape(-1, x.shape[-1])"
HEAD = "def fused_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):\n"
LAST = "training, momentum, eps)"

FUSED = (
    "def fused_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):\n"
    "    rest = running_mean, running_var, gamma, beta, training, momentum, eps\n"
)
RESHAPED = """
    if x.ndim == 2:
        return F.batch_norm(x, *rest)
    B, T, C = x.shape
    return F.batch_norm(x.reshape(B, C, T), *rest).reshape(x.shape)
"""
TWICE = """
    rows = x.reshape(-1, x.shape[-1])
    if training:
        with torch.no_grad():
            running_mean.lerp_(rows.mean(0), momentum)
            running_var.lerp_(rows.var(0), momentum)
    return F.batch_norm(rows, *rest).reshape(x.shape)
"""

WRONG = {
    "rise_hold_fall": [
        Wrong("no rise", "starts-at-full-rate", RISE, "1.0"),
        Wrong("no fall", "never-falls", FALL, "1.0"),
        Wrong("falls from the warm-up on", "falls-at-once", FALL, "(steps - step) / ((1 - warmup) * steps)"),
        Wrong("to a half", "falls-to-a-half", FALL, "0.5 + (steps - step) / (2 * decay * steps)"),
        Wrong(
            "swapped",
            "rise-and-fall-swapped",
            f"rise = {RISE}\n    fall = {FALL}",
            "rise = (step + 1) / (decay * steps)\n    fall = (steps - step) / (warmup * steps) if warmup else 1.0",
        ),
        Wrong("for 1,000", "a-thousand-is-written-in", FALL, "(1000 - step) / (decay * 1000)"),
        Wrong("0.4", "fractions-are-arguments", FALL, "(steps - step) / (0.4 * steps)"),
        Wrong("0.05", "fractions-are-arguments", RISE, "(step + 1) / (0.05 * steps)"),
        Wrong("no warm-up divides by 0", None, RISE, "(step + 1) / (warmup * steps)"),
        Wrong("the highest", None, "min(1.0, rise, fall)", "max(rise, fall)"),
    ],
    "fused": [
        Whole(
            "over the channels",
            "normalises-each-example",
            FUSED + "    return F.layer_norm(x, x.shape[-1:], gamma, beta, eps)",
        ),
        Whole("reshaped", "reshape-is-no-transpose", FUSED + RESHAPED),
        Whole("moved twice", "moved-twice", FUSED + TWICE),
        Wrong(
            "mean and variance swapped",
            "mean-and-variance-swapped",
            "running_mean, running_var, gamma",
            "running_var, running_mean, gamma",
        ),
        Wrong("as it comes", "channels-come-second", ROWS, "x"),
        Wrong("swapped", "gamma-before-beta", "gamma, beta, training", "beta, gamma, training"),
        Wrong("always training", "mode-left-out", LAST, "True, momentum, eps)"),
        Wrong("always evaluation", "mode-left-out", LAST, "False, momentum, eps)"),
        Wrong(
            "copies",
            "the-buffers-stay-behind",
            "running_mean, running_var, gamma",
            "running_mean.clone(), running_var.clone(), gamma",
        ),
        Wrong("the other share", "momentum-of-torch", LAST, "training, 1 - momentum, eps)"),
        Wrong("no momentum", "settings-left-out", LAST, "training, 0.1, eps)"),
        Wrong("no eps", "settings-left-out", LAST, "training, momentum)"),
        Wrong("detached", "cut-from-the-graph", f"rows = {ROWS}", f"rows = {ROWS}.detach()"),
        Wrong("three dimensions alone", None, f"rows = {ROWS}", f"B, T, C = x.shape\n    rows = {ROWS}"),
        Wrong("flattened back", None, "out.view(x.shape)", "out"),
    ],
    "gains": [],
}

RIGHT = {
    "rise_hold_fall": {
        "in pieces": """def rise_hold_fall(step, steps, warmup=0.05, decay=0.4):
    if step < warmup * steps:
        return step / (warmup * steps)
    if step > (1 - decay) * steps:
        return (steps - step) / (decay * steps)
    return 1.0
""",
        "to 0 at the last step": """def rise_hold_fall(step, steps, warmup=0.05, decay=0.4):
    rise = (step + 1) / max(1, warmup * steps)
    return max(0.0, min(1, rise, (steps - 1 - step) / (decay * steps)))
""",
        "a tensor": """def rise_hold_fall(step, steps, warmup=0.05, decay=0.4):
    done = torch.tensor(step / steps, dtype=torch.float64)
    rise = done / warmup if warmup else torch.ones(())
    return torch.minimum(rise, (1 - done) / decay).clamp(max=1)
""",
    },
    "fused": {
        "transposed": HEAD
        + """    if x.ndim == 2:
        return F.batch_norm(x, running_mean, running_var, gamma, beta, training, momentum, eps)
    out = F.batch_norm(x.transpose(1, 2), running_mean, running_var, gamma, beta, training, momentum, eps)
    return out.transpose(1, 2)
""",
        "by name": """def fused_batchnorm(x, gamma, beta, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    return F.batch_norm(x.flatten(0, -2), running_mean, running_var, weight=gamma, bias=beta, training=training,
                        momentum=momentum, eps=eps).reshape(*x.shape)
""",
        "through the module": HEAD
        + """    layer = nn.BatchNorm1d(x.shape[-1], eps, momentum)
    layer.weight, layer.bias = None, None
    del layer.weight, layer.bias
    layer.weight, layer.bias = gamma, beta
    layer.running_mean, layer.running_var = running_mean, running_var
    return layer.train(training)(x.reshape(-1, x.shape[-1])).reshape(x.shape)
""",
    },
    "gains": {"rounded": "def answer_gains():\n    return [2513, 3, 1.67, 0.67]"},
}
