"""What makes the same tree train in seconds: one kernel for BatchNorm, all answers at once, and Muon."""

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
    proportions = torch.full((N, vocab_size), 1 / vocab_size)
    for length in range(T + 1) if prior else [T]:
        distinct, context = contexts(X[:, T - length :], vocab_size).unique(return_inverse=True)
        counts = torch.zeros(len(distinct), vocab_size)
        counts.index_put_((context, Y), torch.ones(N), accumulate=True)
        seen = counts.sum(1, keepdim=True)
        proportions = (counts[context] + prior * proportions) / (seen[context] + prior)
    return proportions


def contexts(X: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """A number for each window of X (N, T), the same for the same window: its characters read as digits, (N,)."""
    T = X.shape[1]
    if vocab_size**T >= 2**63:
        raise ValueError(
            f"{vocab_size} characters make more contexts of {T} than 64 bits can number. Use shorter windows."
        )
    return X @ vocab_size ** torch.arange(T)


class Muon(torch.optim.Optimizer):
    """Gradient descent whose update pushes a matrix equally hard in all its directions, common or rare.

    Each step takes a running mean of the gradients (Nesterov momentum) and makes its singular values about equal, see
    `level_out`. For matrices (fan_in, fan_out) inside a model; `weight_decay` shrinks them by lr times as much a step.
    torch.optim.Muon is the same rule with its products in bfloat16, very slow on a processor without such units.
    Source: Jordan et al., 2024, "Muon: An optimizer for hidden layers in neural networks".
    """

    def __init__(self, matrices, lr=0.04, momentum=0.9, weight_decay=0.0):
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, momentum = group["lr"], group["momentum"]
            for p in (p for p in group["params"] if p.grad is not None):
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - momentum)
                update = level_out(p.grad.lerp(mean, momentum))
                fan_in, fan_out = p.shape
                p.mul_(1 - lr * group["weight_decay"])
                p.sub_(update, alpha=lr * max(1, fan_in / fan_out) ** 0.5)


def level_out(matrix, rounds=5):
    """The same directions, nearly all with singular values between 0.7 and 1.2: (n, m) to (n, m).

    A singular value decomposition would give exactly 1, slowly. Here each round puts every singular value s through
    3.4445 s - 4.775 s**3 + 2.0315 s**5, with three matrix products (a Newton-Schulz iteration).
    """
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / x.norm().clamp(min=1e-7)  # so that no singular value is above 1
    for _ in range(rounds):
        square = x @ x.T
        x = 3.4445 * x + (2.0315 * square @ square - 4.775 * square) @ x
    return x.T if matrix.shape[0] > matrix.shape[1] else x


def muon_and_adamw(model, lr=0.04, adamw_lr=0.02, weight_decay=0.0):
    """Muon for the matrices of the hidden layers, AdamW for the rest: embedding, BatchNorm and the last layer."""
    hidden = [layer.weight for layer in model.layers if isinstance(layer, Linear)][:-1]
    rest = [p for p in model.parameters() if all(p is not w for w in hidden)]
    return [
        Muon(hidden, lr=lr, weight_decay=weight_decay),
        torch.optim.AdamW(rest, lr=adamw_lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True),
    ]
