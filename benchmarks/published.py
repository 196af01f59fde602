"""The recipe of the published lesson, operation for operation: what our own figures are compared with.

After Andrej Karpathy's lecture "Building makemore Part 5: Building a WaveNet" (2022), written anew. Its BatchNorm
differs from torch.nn's and from lessonlib's: the unbiased variance normalises, and buffers have shape (1, 1, C).
"""

import time

import torch
import torch.nn.functional as F

STEPS, BATCH, DROP = 200_000, 32, 150_000  # steps; rows a step; where the learning rate falls from 0.1 to 0.01


class Level:
    """Pairs side by side, a matrix, BatchNorm, tanh: (B, T, C) to (B, T / 2, n_hidden); (B, n_hidden) at the top."""

    def __init__(self, fan_in, n_hidden, momentum=0.1):
        self.weight = torch.randn(fan_in, n_hidden) / fan_in**0.5
        self.gamma, self.beta = torch.ones(n_hidden), torch.zeros(n_hidden)
        self.running_mean, self.running_var = torch.zeros(n_hidden), torch.ones(n_hidden)
        self.momentum = momentum

    def __call__(self, x, training):
        B, T, C = x.shape
        x = x.view(B, T // 2, C * 2)
        if x.shape[1] == 1:
            x = x.squeeze(1)
        return torch.tanh(self.normalise(x @ self.weight, training))

    def normalise(self, x, training):
        if training:
            dims = 0 if x.ndim == 2 else (0, 1)
            mean, var = x.mean(dims, keepdim=True), x.var(dims, keepdim=True)
            with torch.no_grad():
                m = self.momentum
                self.running_mean = (1 - m) * self.running_mean + m * mean
                self.running_var = (1 - m) * self.running_var + m * var
        else:
            mean, var = self.running_mean, self.running_var
        normal = (x - mean) / torch.sqrt(var + 1e-5)
        return self.gamma * normal + self.beta


class Tree:
    """The scaled tree: 76,579 parameters with a vocabulary of 27."""

    def __init__(self, vocab_size=27, n_embd=24, n_hidden=128, levels=3):
        self.embedding = torch.randn(vocab_size, n_embd)
        self.levels = [Level(2 * (n_hidden if k else n_embd), n_hidden) for k in range(levels)]
        self.weight = torch.randn(n_hidden, vocab_size) / n_hidden**0.5
        self.bias = torch.zeros(vocab_size)
        self.weight *= 0.1
        self.training = True
        for p in self.parameters():
            p.requires_grad = True

    def __call__(self, x):
        x = self.embedding[x]
        for level in self.levels:
            x = level(x, self.training)
        x = x @ self.weight
        x += self.bias
        return x

    def parameters(self):
        inner = [p for level in self.levels for p in (level.weight, level.gamma, level.beta)]
        return [self.embedding, *inner, self.weight, self.bias]

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)


def step(model, parameters, X, Y, number, losses):
    """One step of plain SGD on 32 rows drawn with replacement."""
    ix = torch.randint(0, X.shape[0], (BATCH,))
    loss = F.cross_entropy(model(X[ix]), Y[ix])
    for p in parameters:
        p.grad = None
    loss.backward()
    lr = 0.1 if number < DROP else 0.01
    for p in parameters:
        p.data += -lr * p.grad
    losses.append(loss.log10().item())


def run(X, Y, steps=STEPS, every=1000, checkpoint=None, seed=42, *, vocab_size=27):
    """Train from the seed; return the model, the steps taken and the CPU seconds of the loop alone.

    Every `every` steps `checkpoint(model, step)` is asked, off the clock, whether to stop.
    """
    torch.manual_seed(seed)
    model, losses, seconds, done = Tree(vocab_size), [], 0.0, 0
    parameters = model.parameters()
    while done < steps:
        end = min(done + every, steps)
        begin = time.process_time()
        for number in range(done, end):
            step(model, parameters, X, Y, number, losses)
        seconds += time.process_time() - begin
        done = end
        if checkpoint and checkpoint(model, done):
            break
    return model, done, seconds
