"""The tree in torch.nn's modules, as its own lesson builds it: the same layers, with channels last as in ours."""

import torch.nn as nn


class FlattenConsecutive(nn.Module):
    """Lay each run of n neighbours side by side: (B, T, C) to (B, T / n, C * n), or (B, C * n) where T is n."""

    def __init__(self, n: int):
        super().__init__()
        self.n = n

    def forward(self, x):
        B, T, C = x.shape
        return x.reshape(B, T // self.n, C * self.n).squeeze(1)  # axis 1 only: a batch of one stays a batch


class BatchNormLast(nn.BatchNorm1d):
    """nn.BatchNorm1d for channels that come last: (B, C) or (B, T, C)."""

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])  # (B * T, C): every position is an example, and axis 1 is channels
        return super().forward(rows).view(x.shape)


def tree(vocab_size: int, n_embd: int, n_hidden: int, levels: int = 3) -> nn.Sequential:
    """`models.tree` from torch.nn: (B, 2**levels) to (B, vocab_size). It starts from torch.nn's own random weights."""
    layers, fan_in = [nn.Embedding(vocab_size, n_embd)], 2 * n_embd
    for _ in range(levels):
        layers += [FlattenConsecutive(2), nn.Linear(fan_in, n_hidden, bias=False), BatchNormLast(n_hidden), nn.Tanh()]
        fan_in = 2 * n_hidden
    return nn.Sequential(*layers, nn.Linear(n_hidden, vocab_size))
