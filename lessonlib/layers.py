"""The Lego bricks of the course: seven layers with the names and arguments of torch.nn, each a few lines long.

A layer is an object that you call on a tensor. It lists its `parameters()`, knows whether it is training
(`train()`, `eval()`), and keeps its last output in `.out`, so that you can look at it afterwards.
Shapes are written B (batch), T (time: positions in the context), C (channels: features of one position).
"""

import torch


class Layer:
    """What all layers share: a mode, no parameters unless a layer says so, and `.out`."""

    training = True  # until train() or eval() gives a layer a mode of its own
    out = None

    def parameters(self) -> list[torch.Tensor]:
        return []

    def train(self, mode: bool = True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)


class Linear(Layer):
    """x @ weight + bias: (..., fan_in) to (..., fan_out). `weight` is (fan_in, fan_out); torch.nn transposes it.

    Weights start at standard deviation 1/sqrt(fan_in), so that outputs vary about as much as inputs do.
    """

    def __init__(self, fan_in: int, fan_out: int, bias: bool = True):
        # A sum of fan_in products has fan_in times the variance of one; the square root takes that back.
        self.weight = (torch.randn(fan_in, fan_out) / fan_in**0.5).requires_grad_()
        self.bias = torch.zeros(fan_out, requires_grad=True) if bias else None

    def __call__(self, x):
        self.out = x @ self.weight  # (..., fan_in) @ (fan_in, fan_out): the last axis alone takes part
        if self.bias is not None:
            self.out = self.out + self.bias  # (fan_out,), the same for every row
        return self.out

    def parameters(self):
        return [self.weight] if self.bias is None else [self.weight, self.bias]


class BatchNorm1d(Layer):
    """Give each channel mean 0 and variance 1, then a learned scale `gamma` and shift `beta`. (..., C) to (..., C).

    Channels come last: for (B, T, C) the statistics of a channel are taken over all B * T values it has.
    (torch.nn.BatchNorm1d wants (B, C, T) instead.) In training the batch's own statistics are used, and running
    averages of them are kept, of shape (C,); in evaluation the running averages are used.
    As in torch.nn, the biased variance normalises and the unbiased one goes into the running average.
    Source: Ioffe and Szegedy, 2015, arXiv:1502.03167.
    """

    def __init__(self, dim: int, eps: float = 1e-5, momentum: float = 0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma = torch.ones(dim, requires_grad=True)  # what normalising takes away, training can give back
        self.beta = torch.zeros(dim, requires_grad=True)
        self.running_mean = torch.zeros(dim)  # buffers: kept and saved, but no gradient reaches them
        self.running_var = torch.ones(dim)

    def __call__(self, x):
        if self.training:
            mean, var = self._batch_statistics(x)  # (C,) each
        else:
            mean, var = self.running_mean, self.running_var
        # eps keeps a channel that never varies from being divided by 0.
        self.out = self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta
        return self.out

    def _batch_statistics(self, x):
        others = tuple(range(x.ndim - 1))  # every axis but the channels: (0,) of (B, C), (0, 1) of (B, T, C)
        n = x.numel() // x.shape[-1]  # how many values each channel has: B, or B * T
        if n < 2:
            raise ValueError(
                f"BatchNorm1d got {tuple(x.shape)}: a single value per channel has no variance. In training it needs "
                "at least two; call .eval() on the model to use the running statistics instead."
            )
        mean, var = x.mean(others), x.var(others, correction=0)
        with torch.no_grad():  # the running averages watch; they are no path for gradients
            unbiased = var * n / (n - 1)  # a sample varies about its own mean, a little less than about the true one
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        return mean, var

    def parameters(self):
        return [self.gamma, self.beta]


class Tanh(Layer):
    """Squash every number into (-1, 1); any shape."""

    def __call__(self, x):
        self.out = torch.tanh(x)
        return self.out


class Embedding(Layer):
    """Look up a learned vector for each index: integers (...) to (..., embedding_dim)."""

    def __init__(self, num_embeddings: int, embedding_dim: int):
        self.weight = torch.randn(num_embeddings, embedding_dim).requires_grad_()

    def __call__(self, ix):
        self.out = self.weight[ix]  # row ix of the table: one_hot(ix) @ weight, without the multiplication
        return self.out

    def parameters(self):
        return [self.weight]


class Flatten(Layer):
    """Lay all positions side by side: (B, T, C) to (B, T * C)."""

    def __call__(self, x):
        self.out = x.flatten(1)  # from axis 1 on: the batch stays
        return self.out


class FlattenConsecutive(Layer):
    """Lay each run of n neighbours side by side: (B, T, C) to (B, T / n, C * n), the same numbers in the same order.

    When a single position is left, its dimension is dropped: (B, C * n).
    """

    def __init__(self, n: int):
        self.n = n

    def __call__(self, x):
        B, T, C = x.shape if x.ndim == 3 else (x.shape[0], 1, x.shape[-1])  # (B, C): one position is left
        if T % self.n != 0:
            raise ValueError(
                f"FlattenConsecutive({self.n}) got shape {tuple(x.shape)}: T = {T} does not divide into groups of "
                f"n = {self.n}. Choose a context whose length divides at every level."
            )
        x = x.reshape(B, T // self.n, C * self.n)  # side by side in memory already: a view, no copy
        self.out = x.squeeze(1)  # dimension 1 only: a batch of one must stay a batch
        return self.out


class Sequential(Layer):
    """Call layers one after another. A Sequential is a layer too, so it may stand inside another one."""

    def __init__(self, layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)  # what one gives, the next one takes
        self.out = x
        return self.out

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def train(self, mode=True):
        for layer in self.layers:
            layer.train(mode)
        return super().train(mode)
