"""Training steps per second of lessonlib's layers, of torch.nn, and of the published lesson's formulas."""

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks import published
from benchmarks.lines import Setting, in_turns, line
from lessonlib import models
from lessonlib.records import Record

BATCH = 32
STEPS = 40  # in one turn


def measure(setting: Setting) -> list[Record]:
    """The tree of 76,579 parameters, plain SGD, batches of 32."""
    X, Y = setting.names.windows
    vocab_size = len(setting.names.vocabulary)
    theirs, ours, torchs = published.Tree(vocab_size), models.tree(vocab_size, 24, 128), nn_tree(vocab_size)
    parameters = theirs.parameters()

    def published_steps():
        for _ in range(STEPS):
            published.step(theirs, parameters, X, Y, 0, [])

    calls = {"published": published_steps, "ours": _sgd(ours, X, Y), "torch-nn": _sgd(torchs, X, Y)}
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


class Pairs(nn.Module):
    """FlattenConsecutive(2): (B, T, C) to (B, T / 2, 2 C)."""

    def forward(self, x):
        B, T, C = x.shape
        return x.view(B, T // 2, 2 * C)


class LastNorm(nn.BatchNorm1d):
    """torch.nn.BatchNorm1d over the last axis of (B, T, C)."""

    def forward(self, x):
        return super().forward(x.flatten(0, 1)).view(x.shape)


def nn_tree(vocab_size, n_embd=24, n_hidden=128, levels=3):
    """The tree in torch.nn's modules."""
    layers, fan_in = [nn.Embedding(vocab_size, n_embd)], 2 * n_embd
    for _ in range(levels):
        layers += [Pairs(), nn.Linear(fan_in, n_hidden, bias=False), LastNorm(n_hidden), nn.Tanh()]
        fan_in = 2 * n_hidden
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(n_hidden, vocab_size))
