"""Soft targets: for each context the proportions of all that follows it, instead of one character at a time."""

import torch


def soft_targets(X: torch.Tensor, Y: torch.Tensor, vocab_size: int, prior: float = 0.0) -> torch.Tensor:
    """For each window of X (N, T), how often each character follows that very window: (N, vocab_size), rows sum to 1.

    '.' is followed by every first letter. Trained on one of them at a time, the model hears another target at each
    visit; trained on all, it hears their proportions at once, and the loss over all rows has the same gradient.

    A window seen once or twice says little. With a `prior`, its counts are mixed with `prior` imagined ones that are
    spread as after the same window without its oldest character, and so on down to no context at all.
    """
    N, T = X.shape
    proportions = torch.full((N, vocab_size), 1 / vocab_size)
    for length in range(T + 1) if prior else [T]:  # from no context to the whole window
        distinct, context = context_ids(X[:, T - length :], vocab_size).unique(return_inverse=True)
        counts = torch.zeros(len(distinct), vocab_size)
        counts.index_put_((context, Y), torch.ones(N), accumulate=True)  # counts[context of row i, Y[i]] += 1
        seen = counts.sum(1, keepdim=True)
        proportions = (counts[context] + prior * proportions) / (seen[context] + prior)
    return proportions


def context_ids(X: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """A number for each window of X (N, T), the same for the same window, (N,): its characters read as digits."""
    T = X.shape[1]
    if vocab_size**T < 2**63:
        return X @ vocab_size ** torch.arange(T)
    ids = X[:, 0]
    for column in X.T[1:]:  # more windows than 64 bits can number: number those that there are, column by column
        ids = (ids * vocab_size + column).unique(return_inverse=True)[1]
    return ids
