"""Training steps per second: our layers, the same with fused BatchNorm, torch.nn, and the published formulas."""

import torch
import torch.nn.functional as F

from benchmarks import published
from benchmarks.lines import Setting, in_turns, line
from lessonlib import models, torch_nn
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record

BATCH = 32
STEPS = 40  # in one turn


def measure(setting: Setting) -> list[Record]:
    """The tree of 76,579 parameters, plain SGD, batches of 32."""
    X, Y = setting.names.windows
    vocab_size = len(setting.names.vocabulary)
    theirs, fused = published.Tree(vocab_size), fuse(models.tree(vocab_size, 24, 128))
    ours, torchs = (kind.tree(vocab_size, 24, 128) for kind in (models, torch_nn))
    parameters = theirs.parameters()

    def published_steps():
        for _ in range(STEPS):
            published.step(theirs, parameters, X, Y, 0, [])

    calls = {
        "published": published_steps,
        "ours": _sgd(ours, X, Y),
        "fused": _sgd(fused, X, Y),
        "torch-nn": _sgd(torchs, X, Y),
    }
    return [
        line(subject, "steps", "/s", [STEPS / turn for turn in seconds], figure="median")
        for subject, seconds in in_turns(calls).items()
    ]


def _sgd(model, X, Y):
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.1)

    def steps():
        for _ in range(STEPS):
            ix = torch.randint(0, len(X), (BATCH,))
            loss = F.cross_entropy(model(X[ix]), Y[ix])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return steps
