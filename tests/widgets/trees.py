"""Trees of every kind that a living tree must show, as (model, vocabulary), with statistics that are not at rest."""

import torch
from torch import nn

from lessonlib.data import Vocabulary
from lessonlib.ladder.fused import fuse
from lessonlib.layers import BatchNorm1d, Embedding, FlattenConsecutive, Linear, Sequential, Tanh
from lessonlib.models import flat_mlp, tree

LATIN = Vocabulary(["abcdefghijklmnopqrstuvwxyz"])
CHINESE = Vocabulary(["张伟", "王芳", "李娜", "刘洋", "é̂"])


class FirstBatchNorm(BatchNorm1d):
    """The one of lesson 06, with the fault: statistics over the batch alone, so of shape (1, T, C)."""

    def _batch_statistics(self, x):
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True)
        with torch.no_grad():
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean
            self.running_var = 0.9 * self.running_var + 0.1 * var
        return mean, var


class OwnLinear:
    """A learner's own: no base class, other names."""

    def __init__(self, a, b):
        self.W, self.b = torch.randn(a, b) / a**0.5, torch.randn(b)

    def __call__(self, x):
        return x @ self.W + self.b

    def parameters(self):
        return [self.W, self.b]


class OwnTree:
    """Calls its layers by hand, regroups with view, and takes torch's tanh."""

    def __init__(self):
        self.C, self.one, self.two = Embedding(27, 5), OwnLinear(10, 9), OwnLinear(18, 9)
        self.norm, self.scores = BatchNorm1d(9), OwnLinear(9, 27)

    def __call__(self, x):
        B = len(x)
        x = torch.tanh(self.one(self.C(x).view(B, 2, 10)))
        x = self.norm(self.two(x.view(B, 18))).tanh()
        return self.scores(x)

    def parameters(self):
        return [p for part in (self.C, self.one, self.two, self.norm, self.scores) for p in part.parameters()]


class FlattenModule(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // self.n, C * self.n).squeeze(1)


class Turn(nn.Module):
    """(B, T, C) to (B, C, T) and back; leaves (B, C) alone."""

    def forward(self, x):
        return x.transpose(1, 2) if x.ndim == 3 else x


class Convolved(nn.Module):
    """Lesson 10: channels in the middle, a convolution with a stride for each level."""

    def __init__(self):
        super().__init__()
        self.embedding, self.last = nn.Embedding(27, 6), nn.Linear(9, 27)
        self.levels = nn.ModuleList(nn.Conv1d(c, 9, kernel_size=2, stride=2) for c in (6, 9, 9))
        self.norms = nn.ModuleList(nn.BatchNorm1d(9) for _ in range(3))

    def forward(self, x):
        x = self.embedding(x).transpose(1, 2)
        for level, norm in zip(self.levels, self.norms, strict=True):
            x = torch.tanh(norm(level(x)))
        return self.last(x[:, :, 0])


def modules(sizes=(6, 9, 9)):
    """nn.Sequential inside nn.Sequential, BatchNorm between two turns."""
    levels = [
        nn.Sequential(FlattenModule(2), nn.Linear(2 * c, 9), Turn(), nn.BatchNorm1d(9), Turn(), nn.Tanh())
        for c in sizes
    ]
    return nn.Sequential(nn.Embedding(27, 6), *levels, nn.Dropout(0.5), nn.Linear(9, 27))


def without_batchnorm():
    return Sequential([
        Embedding(27, 5), FlattenConsecutive(2), Linear(10, 9), Tanh(), FlattenConsecutive(2), Linear(18, 9), Tanh(),
        Linear(9, 27),
    ])  # fmt: skip


def in_threes():
    return Sequential([
        Embedding(27, 5), FlattenConsecutive(2), Linear(10, 9, bias=False), BatchNorm1d(9), Tanh(),
        FlattenConsecutive(2), Linear(18, 7), Tanh(), FlattenConsecutive(3), Linear(21, 9), Tanh(), Linear(9, 27),
    ])  # fmt: skip


def faulty():
    model = tree(27, 6, 8)
    model.layers = [FirstBatchNorm(8) if isinstance(layer, BatchNorm1d) else layer for layer in model.layers]
    return model


def large_eps():
    """With the usual 1e-5, a step that forgot eps would be right within every tolerance here."""
    model = tree(27, 6, 8)
    for layer in model.layers:
        if isinstance(layer, BatchNorm1d):
            layer.eps = 0.3
    return model


# How it is made, its vocabulary, and the length of its context.
KINDS = {
    "the course's": (lambda: tree(27, 24, 128), LATIN, 8),
    "with the BatchNorm bug": (faulty, LATIN, 8),
    "with a large eps": (large_eps, LATIN, 8),
    "fused": (lambda: fuse(tree(27, 6, 8)), LATIN, 8),
    "without BatchNorm": (without_batchnorm, LATIN, 4),
    "one level": (lambda: tree(27, 6, 8, levels=1), LATIN, 2),
    "five levels": (lambda: tree(27, 4, 6, levels=5), LATIN, 32),
    "twos and a three": (in_threes, LATIN, 12),
    "flat": (lambda: flat_mlp(27, 8, 6, 8), LATIN, 8),
    "deep flat": (lambda: flat_mlp(27, 3, 6, 8, hidden_layers=2), LATIN, 3),
    "a learner's own": (OwnTree, LATIN, 4),
    "torch.nn": (modules, LATIN, 8),
    "torch.nn convolved": (Convolved, LATIN, 8),
    "another script": (lambda: tree(len(CHINESE), 4, 6, levels=2), CHINESE, 4),
}


def made(kind):
    """One tree of this kind and its vocabulary, after a few batches and with parameters off their beginnings."""
    torch.manual_seed(0)
    make, vocabulary, length = KINDS[kind]
    model = make()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.1 * torch.randn(p.shape))
        for _ in range(3):
            model(torch.randint(len(vocabulary), (32, length)))
    return model, vocabulary
