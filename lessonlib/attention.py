"""A small transformer: causal self-attention, and a stack of blocks that each refine what is there.

Source: Vaswani et al., 2017, "Attention Is All You Need", arXiv:1706.03762; the order of the parts (normalise, compute,
add) follows Radford et al., 2019. Written with torch.nn, which the lesson before introduces.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from lessonlib.data import Vocabulary
from lessonlib.training import evaluating


class SelfAttention(nn.Module):
    """Every position looks back and takes a weighted mean of what it finds: (B, T, C) to (B, T, C), in `heads` parts.

    `.weights` keeps the last weights, (B, heads, T, T): row t holds how much position t takes from each position.
    """

    def __init__(self, channels, heads):
        super().__init__()
        if channels % heads:
            raise ValueError(f"{channels} channels cannot be divided evenly among {heads} heads.")
        self.heads = heads
        self.query = nn.Linear(channels, channels, bias=False)
        self.key = nn.Linear(channels, channels, bias=False)
        self.value = nn.Linear(channels, channels, bias=False)
        self.proj = nn.Linear(channels, channels, bias=False)  # the output projection: mixes what the heads found
        self.weights = None

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (self._per_head(layer(x)) for layer in (self.query, self.key, self.value))  # (B, heads, T, C / heads)
        # A dot product of d numbers varies like sqrt(d): without the division softmax would put all on one position.
        scores = q @ k.transpose(-2, -1) / (C // self.heads) ** 0.5  # (B, heads, T, T)
        future = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)  # True where the column is later
        weights = scores.masked_fill(future, -torch.inf).softmax(-1)  # exp(-inf) is 0: nothing from the future
        self.weights = weights.detach()
        found = weights @ v  # (B, heads, T, C / heads)
        return self.proj(found.transpose(1, 2).reshape(B, T, C))  # the heads side by side again

    def _per_head(self, x):
        """(B, T, C) to (B, heads, T, C / heads): heads are like examples, each computed by itself."""
        B, T, C = x.shape
        return x.view(B, T, self.heads, C // self.heads).transpose(1, 2)


class Block(nn.Module):
    """One round of refinement: look around and add what was found, then work on it and add what came of it."""

    def __init__(self, channels, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attention = SelfAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))  # the only place where positions hear from each other
        return x + self.mlp(self.norm2(x))  # each position by itself


class Transformer(nn.Module):
    """Characters and their positions are embedded and added, refined by `layers` blocks; a head gives the logits.

    Takes names as rows that begin with '.', x (B, T) with T up to `context`, filled up with '.' on the right; gives
    the logits (N, vocab_size) of the N positions that are no padding, row by row: the first '.' and each character.
    """

    def __init__(self, vocab_size, context, channels, heads, layers):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, channels)
        self.position_embedding = nn.Embedding(context, channels)
        self.blocks = nn.Sequential(*[Block(channels, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, vocab_size)

    def forward(self, x):
        refined = self.blocks(self.embed(x))  # (B, T, C)
        return self.head(self.norm(refined[not_padding(x)]))  # (N, C) to (N, V): no work is done on padding

    def embed(self, x):
        """What each character is plus where it stands: (B, T) to (B, T, C)."""
        positions = torch.arange(x.shape[1], device=x.device)
        return self.token_embedding(x) + self.position_embedding(positions)  # (B, T, C) + (T, C)


def not_padding(x: torch.Tensor) -> torch.Tensor:
    """Which positions of x (B, T) belong to a name: the '.' that begins it, and its characters; (B, T) of booleans."""
    mask = x != 0
    mask[:, 0] = True  # the first '.' begins the name, the others fill up
    return mask


def pad_names(words: list[str], vocabulary: Vocabulary, context: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One row a name: what is read, '.emma...', and what comes next, 'emma....'; both (names, context), int64."""
    longest = max(words, key=len)
    if len(longest) + 1 > context:
        raise ValueError(f"{longest!r} and its '.' need {len(longest) + 1} positions, but the context is {context}.")
    ids = [vocabulary.encode(word) for word in words]
    X = torch.tensor([[0, *row] + [0] * (context - 1 - len(row)) for row in ids])
    Y = torch.tensor([row + [0] * (context - len(row)) for row in ids])
    return X, Y


def padded_batches(X, Y, batch_size: int, generator=None):
    """Endless batches of whole names, without replacement: x (B, T), and y (N,), the targets that are no padding."""
    while True:
        for ix in torch.randperm(len(X), generator=generator).split(batch_size):
            x = X[ix]
            yield x, Y[ix][not_padding(x)]


@torch.no_grad()
def evaluate_padded(model, X, Y, batch_size: int = 1024) -> float:
    """Mean negative log likelihood in nats per character over whole names, in evaluation mode; the mode is put back."""
    total = 0.0
    with evaluating(model):
        for x, y in zip(X.split(batch_size), Y.split(batch_size), strict=True):
            total += F.cross_entropy(model(x), y[not_padding(x)], reduction="sum").item()
    return total / int(not_padding(X).sum())
