"""Muon: an optimizer for matrices, whose step is equally strong in all directions.

Sources: Jordan et al., 2024, "Muon: An optimizer for hidden layers in neural networks"; for the polynomials of THREE
Amsel et al., 2025, "The Polar Express", arXiv:2505.16932.
"""

import torch

from lessonlib.layers import Linear

# What one iteration of `orthogonalize` does to a singular value s: a s + b s**3 + c s**5, as (a, b, c).
FIVE = 5 * ((3.4445, -4.775, 2.0315),)  # one polynomial, five times
# Each brings all that the one before it left nearer to 1 than any other of its degree can, for s from 0.01 to 1.
THREE = ((8.0934, -23.6205, 17.4462), (3.6366, -2.7219, 0.5365), (2.6613, -1.9772, 0.4526))


class Muon(torch.optim.Optimizer):
    """Gradient descent whose update pushes a matrix equally hard in all its directions, common or rare.

    Each step takes a running mean of the gradients (Nesterov momentum) through `orthogonalize`.
    For matrices (fan_in, fan_out) inside a model; `weight_decay` shrinks them by lr times as much a step.
    torch.optim.Muon is the same rule with its products in bfloat16, very slow on a processor without such units.
    """

    def __init__(self, matrices, lr=0.04, momentum=0.9, weight_decay=0.0, polynomials=FIVE):
        settings = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "polynomials": polynomials}
        super().__init__(matrices, settings)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, momentum = group["lr"], group["momentum"]
            for p in (p for p in group["params"] if p.grad is not None):
                mean = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - momentum)
                ahead = p.grad.lerp(mean, momentum)  # Nesterov: look one step ahead
                update = orthogonalize(ahead, group["polynomials"])
                fan_in, fan_out = p.shape
                p.mul_(1 - lr * group["weight_decay"])  # decoupled from the gradient, as in AdamW
                # A tall matrix has fewer directions than rows: a larger step makes up for it.
                p.sub_(update, alpha=lr * max(1, fan_in / fan_out) ** 0.5)


def orthogonalize(matrix: torch.Tensor, polynomials=FIVE) -> torch.Tensor:
    """The same directions, nearly all with singular values between 0.7 and 1.3: (n, m) to (n, m).

    A singular value decomposition would give exactly 1, slowly. Here each of the polynomials is applied to every
    singular value at once, with three matrix products (a Newton-Schulz iteration).
    """
    wide = matrix.shape[0] < matrix.shape[1]
    x = matrix.T if wide else matrix  # x.T @ x is then the smaller of the two squares
    x = x / x.norm().clamp(min=1e-7)  # so that no singular value is above 1
    for a, b, c in polynomials:
        square = x.T @ x  # the same directions, s squared
        factor = torch.addmm(square, square, square, beta=b, alpha=c)  # b s**2 + c s**4
        x = torch.addmm(x, x, factor, beta=a)  # a x + x @ factor, in one pass
    return x.T if wide else x


def muon_and_adamw(model, lr=0.04, adamw_lr=0.02, weight_decay=0.0, momentum=0.9, polynomials=FIVE):
    """Muon for the matrices of the hidden layers, AdamW for the rest: embedding, BatchNorm and the last layer."""
    hidden = [layer.weight for layer in model.layers if isinstance(layer, Linear)][:-1]
    rest = [p for p in model.parameters() if all(p is not w for w in hidden)]  # by identity: == compares numbers
    return [
        Muon(hidden, lr, momentum, weight_decay, polynomials),
        torch.optim.AdamW(rest, lr=adamw_lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True),
    ]
