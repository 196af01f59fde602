"""Muon: an optimizer for matrices, whose step is equally strong in all directions.

Source: Jordan et al., 2024, "Muon: An optimizer for hidden layers in neural networks".
"""

import torch

from lessonlib.layers import Linear


class Muon(torch.optim.Optimizer):
    """Gradient descent whose update pushes a matrix equally hard in all its directions, common or rare.

    Each step takes a running mean of the gradients (Nesterov momentum) through `orthogonalize`.
    For matrices (fan_in, fan_out) inside a model; `weight_decay` shrinks them by lr times as much a step.
    torch.optim.Muon is the same rule with its products in bfloat16, very slow on a processor without such units.
    """

    def __init__(self, matrices, lr=0.04, momentum=0.9, weight_decay=0.0):
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, momentum = group["lr"], group["momentum"]
            for p in (p for p in group["params"] if p.grad is not None):
                mean = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - momentum)
                update = orthogonalize(p.grad.lerp(mean, momentum))  # Nesterov: look one step ahead
                fan_in, fan_out = p.shape
                p.mul_(1 - lr * group["weight_decay"])  # decoupled from the gradient, as in AdamW
                # A tall matrix has fewer directions than rows: a larger step makes up for it.
                p.sub_(update, alpha=lr * max(1, fan_in / fan_out) ** 0.5)


def orthogonalize(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """The same directions, nearly all with singular values between 0.7 and 1.2: (n, m) to (n, m).

    A singular value decomposition would give exactly 1, slowly. Here each step puts every singular value s through
    3.4445 s - 4.775 s**3 + 2.0315 s**5, with three matrix products (a Newton-Schulz iteration).
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix  # x @ x.T is then the smaller of the two squares
    x = x / x.norm().clamp(min=1e-7)  # so that no singular value is above 1
    for _ in range(steps):
        square = x @ x.T  # the same directions, s squared
        x = 3.4445 * x + (2.0315 * square @ square - 4.775 * square) @ x
    return x.T if tall else x


def muon_and_adamw(model, lr=0.04, adamw_lr=0.02, weight_decay=0.0):
    """Muon for the matrices of the hidden layers, AdamW for the rest: embedding, BatchNorm and the last layer."""
    hidden = [layer.weight for layer in model.layers if isinstance(layer, Linear)][:-1]
    rest = [p for p in model.parameters() if all(p is not w for w in hidden)]  # by identity: == compares numbers
    return [
        Muon(hidden, lr=lr, weight_decay=weight_decay),
        torch.optim.AdamW(rest, lr=adamw_lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True),
    ]
