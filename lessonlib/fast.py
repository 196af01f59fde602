"""What makes the same tree train in seconds: one kernel for BatchNorm, all answers at once, and two optimizers."""

import torch
import torch.nn.functional as F

from lessonlib.layers import BatchNorm1d, Linear


class FusedBatchNorm1d(BatchNorm1d):
    """BatchNorm1d as one kernel of torch: the same numbers in fewer passes over memory, forward and backward."""

    def __call__(self, x):
        rows = x.reshape(-1, x.shape[-1])
        out = F.batch_norm(
            rows,
            self.running_mean,
            self.running_var,
            self.gamma,
            self.beta,
            self.training,
            self.momentum,
            self.eps,
        )
        self.out = out.view(x.shape)
        return self.out


def fuse(model):
    """Put a FusedBatchNorm1d, with the same parameters and running statistics, in place of every BatchNorm1d."""
    for i, layer in enumerate(model.layers):
        if hasattr(layer, "layers"):
            fuse(layer)
        elif type(layer) is BatchNorm1d:
            model.layers[i] = FusedBatchNorm1d(len(layer.gamma))
            vars(model.layers[i]).update(vars(layer))
    return model


def answers(X: torch.Tensor, Y: torch.Tensor, vocab_size: int, prior: float = 0.0) -> torch.Tensor:
    """For each window of X (N, T), how often each character follows that very window: (N, vocab_size), rows sum to 1.

    '.' is followed by every first letter. Trained on one of them at a time, the model hears another answer at each
    visit; trained on all, it hears their proportions at once, and the loss over all rows has the same gradient.

    A window seen once or twice says little. With a `prior`, its counts are mixed with `prior` imagined ones that are
    spread as after the same window without its oldest character, and so on down to no context at all.
    """
    N, T = X.shape
    if vocab_size**T >= 2**63:
        raise ValueError(
            f"{vocab_size} characters make more contexts of {T} than 64 bits can number. Use shorter windows."
        )
    proportions = torch.full((N, vocab_size), 1 / vocab_size)
    for length in range(T + 1) if prior else [T]:
        code = X[:, T - length :] @ vocab_size ** torch.arange(length)  # a number for each context, read as digits
        distinct, context = code.unique(return_inverse=True)
        counts = torch.zeros(len(distinct), vocab_size)
        counts.index_put_((context, Y), torch.ones(N), accumulate=True)
        seen = counts.sum(1, keepdim=True)
        proportions = (counts[context] + prior * proportions) / (seen[context] + prior)
    return proportions


def muon_and_adamw(model, lr=0.04, weight_decay=0.0):
    """Muon for the matrices of the hidden layers, AdamW for the rest (embedding, BatchNorm, last layer).

    Muon gives every direction of an update the same length (Jordan et al., 2024): a matrix learns its rare
    directions as fast as its common ones.
    """
    hidden = [layer.weight for layer in model.layers if isinstance(layer, Linear)][:-1]
    rest = [p for p in model.parameters() if all(p is not w for w in hidden)]
    return [
        torch.optim.Muon(hidden, lr=lr, momentum=0.9, weight_decay=weight_decay),
        torch.optim.AdamW(rest, lr=0.01, betas=(0.9, 0.99), weight_decay=0.01, fused=True),
    ]
