"""Soft targets: for each context the proportions of all that follows it, instead of one character at a time."""

import torch


def soft_targets(X: torch.Tensor, Y: torch.Tensor, vocab_size: int, prior: float = 0.0) -> torch.Tensor:
    """For each window of X (N, T), how often each character follows that very window: (N, vocab_size), rows sum to 1.

    '.' is followed by every first letter. Trained on one of them at a time, the model hears another target at each
    visit; trained on all, it hears their proportions at once, and the loss over all rows has the same gradient.

    A window seen once or twice says little. With a `prior`, its counts are mixed with `prior` imagined ones that are
    spread as after the same window without its oldest character, and so on down to no context at all.
    """
    T = X.shape[1]
    different, window = context_ids(X, vocab_size).unique(return_inverse=True)  # (K,) and (N,): which of the K
    K = len(different)
    counts = (window * vocab_size + Y).bincount(minlength=K * vocab_size).view(K, vocab_size).float()
    first = first_of_each(window, K)
    proportions = torch.full((K, vocab_size), 1 / vocab_size)
    for length in range(T + 1) if prior else [T]:  # from no context to the whole window
        context = context_ids(X[first, T - length :], vocab_size).unique(return_inverse=True)[1]  # (K,)
        pooled = torch.zeros_like(counts).index_add_(0, context, counts)  # of all windows with one context
        proportions = (pooled[context] + prior * proportions) / (pooled.sum(1)[context] + prior)[:, None]
    return proportions[window]


def context_ids(X: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """A number for each window of X (N, T), the same for the same window, (N,): its characters read as digits."""
    T = X.shape[1]
    if vocab_size**T < 2**63:
        return X @ vocab_size ** torch.arange(T)
    ids = X[:, 0]
    for column in X.T[1:]:  # more windows than 64 bits can number: number those that there are, column by column
        ids = (ids * vocab_size + column).unique(return_inverse=True)[1]
    return ids


def first_of_each(numbers: torch.Tensor, K: int) -> torch.Tensor:
    """Where each number from 0 to K - 1 occurs first in `numbers` (N,), (K,)."""
    N = len(numbers)
    return torch.full((K,), N).scatter_reduce_(0, numbers, torch.arange(N), "amin")
