"""A small transformer: causal self-attention, and a stack of blocks that each refine what is there.

Source: Vaswani et al., 2017, "Attention Is All You Need", arXiv:1706.03762; the order of the parts (normalise, compute,
add) follows Radford et al., 2019. Written with torch.nn, which lesson 10 introduces.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from lessonlib.data import Vocabulary


class SelfAttention(nn.Module):
    """Every position looks back and takes a weighted mean of what it finds: (B, T, C) to (B, T, C), in `heads` parts.

    `.weights` keeps the last weights, (B, heads, T, T): row t holds how much position t takes from each position.
    """

    def __init__(self, channels, heads):
        super().__init__()
        if channels % heads:
            raise ValueError(f"{channels} channels cannot be shared evenly by {heads} heads.")
        self.heads = heads
        self.query = nn.Linear(channels, channels, bias=False)
        self.key = nn.Linear(channels, channels, bias=False)
        self.value = nn.Linear(channels, channels, bias=False)
        self.mix = nn.Linear(channels, channels, bias=False)
        self.weights = None

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (self._per_head(layer(x)) for layer in (self.query, self.key, self.value))  # (B, heads, T, C / heads)
        scores = q @ k.transpose(-2, -1) / (C // self.heads) ** 0.5  # (B, heads, T, T)
        future = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(future, -torch.inf).softmax(-1)
        self.weights = weights.detach()
        return self.mix((weights @ v).transpose(1, 2).reshape(B, T, C))

    def _per_head(self, x):
        B, T, C = x.shape
        return x.view(B, T, self.heads, C // self.heads).transpose(1, 2)


class Block(nn.Module):
    """One round of refinement: look around and add what was found, then think about it and add the thought."""

    def __init__(self, channels, heads):
        super().__init__()
        self.attend = nn.Sequential(nn.LayerNorm(channels), SelfAttention(channels, heads))
        self.think = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
        )

    def forward(self, x):
        x = x + self.attend(x)
        return x + self.think(x)


class Transformer(nn.Module):
    """Characters and their places are embedded and added, refined by `layers` blocks, and read out at every position.

    Takes names as rows that begin with '.', x (B, T) with T up to `context`, filled up with '.' on the right; gives
    the logits (N, vocab_size) of the N positions that stand in a name, row by row: the first '.' and each character.
    """

    def __init__(self, vocab_size, context, channels, heads, layers):
        super().__init__()
        self.characters = nn.Embedding(vocab_size, channels)
        self.places = nn.Embedding(context, channels)
        self.blocks = nn.Sequential(*[Block(channels, heads) for _ in range(layers)])
        self.read_out = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, vocab_size))

    def forward(self, x):
        refined = self.blocks(self.embed(x))
        return self.read_out(refined[in_name(x)])

    def embed(self, x):
        """What each character is plus where it stands: (B, T) to (B, T, C)."""
        return self.characters(x) + self.places(torch.arange(x.shape[1], device=x.device))


def in_name(x: torch.Tensor) -> torch.Tensor:
    """Which positions of x (B, T) stand in a name: the '.' that begins it, and its characters; (B, T) of booleans."""
    mask = x != 0
    mask[:, 0] = True
    return mask


def whole_names(words: list[str], vocabulary: Vocabulary, context: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One row a name: what is read, '.emma...', and what comes next, 'emma....'; both (names, context), int64."""
    longest = max(words, key=len)
    if len(longest) + 1 > context:
        raise ValueError(f"{longest!r} and its '.' need {len(longest) + 1} positions, but the context is {context}.")
    ids = [vocabulary.encode(word) for word in words]
    X = torch.tensor([[0, *row] + [0] * (context - 1 - len(row)) for row in ids])
    Y = torch.tensor([row + [0] * (context - len(row)) for row in ids])
    return X, Y


def name_batches(X, Y, batch_size: int, generator=None):
    """Endless batches of whole names, without replacement: x (B, T), and y (N,), the targets inside the names."""
    while True:
        for ix in torch.randperm(len(X), generator=generator).split(batch_size):
            x = X[ix]
            yield x, Y[ix][in_name(x)]


@torch.no_grad()
def evaluate_names(model, X, Y, batch_size: int = 1024) -> float:
    """Mean negative log likelihood in nats per character over whole names, in evaluation mode."""
    was_training = model.training
    model.eval()
    total = sum(
        F.cross_entropy(model(x), y[in_name(x)], reduction="sum").item()
        for x, y in zip(X.split(batch_size), Y.split(batch_size), strict=True)
    )
    model.train(was_training)
    return total / int(in_name(X).sum())
