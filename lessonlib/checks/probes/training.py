"""Probes: the training step, called five times; the training loop with its learning rates and its mode."""

from __future__ import annotations

import torch
from torch import nn

from .common import attempt, generator

VOCAB, CONTEXT, BATCH, STEPS, RATE = 9, 3, 6, 5, 0.3
TRAINS = True  # with an optimizer: see engine.py


def model(seed: int, norm: bool = False) -> nn.Sequential:
    """ids (B, 3) to scores (B, 9); with `norm`, a BatchNorm1d stands before the tanh."""
    layers = [nn.Embedding(VOCAB, 4), nn.Flatten(), nn.Linear(3 * 4, 7), *([nn.BatchNorm1d(7)] if norm else [])]
    made = nn.Sequential(*layers, nn.Tanh(), nn.Linear(7, VOCAB))
    drawn = generator(seed)
    with torch.no_grad():
        for p in made.parameters():
            p.copy_(torch.randn(p.shape, generator=drawn) * 0.5 + (0.5 if norm else 0))
    return made


def batches(seed: int, count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """`count` batches: x (6, 3) and y (6,)."""
    drawn = generator(seed + 1)
    shapes = ((BATCH, CONTEXT), (BATCH,))
    return [tuple(torch.randint(0, VOCAB, shape, generator=drawn) for shape in shapes) for _ in range(count)]


def sgd(net: nn.Module) -> torch.optim.SGD:
    return torch.optim.SGD(net.parameters(), lr=RATE)


def in_groups(net: nn.Module) -> torch.optim.SGD:
    """The last layer's bias at twice the rate of all else."""
    *others, last = net.parameters()
    return torch.optim.SGD([{"params": others}, {"params": [last], "lr": 2 * RATE}], lr=RATE)


def heavy(net: nn.Module) -> torch.optim.SGD:
    return torch.optim.SGD(net.parameters(), lr=RATE / 10, momentum=0.9, weight_decay=0.1)


def factor(step: int) -> float:
    """Of the learning rate: 1, 0.5, 0.25, 0.5, 1, …"""
    return (1.0, 0.5, 0.25, 0.5)[step % 4]


def values(net: nn.Module) -> list[torch.Tensor]:
    return [p.detach().clone() for p in net.parameters()]


# --- the step ---


def steps(answer: object, seed: int) -> dict:
    return {"run": attempt(_steps, answer, seed, sgd)}


def steps_of_another(answer: object, seed: int) -> dict:
    return {"run": attempt(_steps, answer, seed, heavy)}


def _steps(answer, seed: int, optimizer_of) -> dict:
    net, passed = model(seed), []
    optimizer, given = optimizer_of(net), batches(seed, STEPS)
    found = {"states": [], "losses": [], "graph": False, "backward": False, "changed": False}
    last, used = list(net.parameters())[-1], []
    optimizer.register_step_post_hook(lambda *_: used.append(1))
    last.register_hook(lambda gradient: passed.append(1))
    for x, y in given:
        before = x.clone(), y.clone()
        loss = answer(net, optimizer, x, y)
        found["graph"] |= isinstance(loss, torch.Tensor) and loss.requires_grad
        found["changed"] |= not (torch.equal(x, before[0]) and torch.equal(y, before[1]))
        found["losses"].append(loss)
        found["states"].append(values(net))
    found["backward"], found["stepped"] = bool(passed), bool(used)
    found["gradient"] = last.grad is not None and bool(last.grad.any())
    return found


# --- the loop ---


def loop(answer: object, seed: int) -> dict:
    return {"run": attempt(_loop, answer, seed, lambda step: 1.0)}


def loop_with_factor(answer: object, seed: int) -> dict:
    return {"run": attempt(_loop, answer, seed, factor)}


def loop_to_the_low(answer: object, seed: int) -> dict:
    return {"run": attempt(_loop, answer, seed, lambda step: 0.5), "to 0": attempt(_loop, answer, seed, falling)}


def falling(step: int) -> float:
    """1, …, 0: the last step goes nowhere."""
    return 1 - step / (STEPS - 1)


def loop_in_evaluation(answer: object, seed: int) -> dict:
    return {"run": attempt(_loop, answer, seed, lambda step: 1.0, True, False)}


def _loop(answer, seed: int, schedule, norm: bool = False, training: bool = True) -> dict:
    net = model(seed, norm).train(training)
    optimizer, taken, passed, used = in_groups(net), [], [], []
    optimizer.register_step_post_hook(lambda *_: used.append(1))
    list(net.parameters())[-1].register_hook(lambda gradient: passed.append(1))

    def endless():
        for batch in batches(seed, STEPS + 30):
            taken.append(1)
            yield batch

    losses = answer(net, optimizer, endless(), STEPS, schedule)
    items = list(losses) if isinstance(losses, list | tuple) else []
    return {
        "losses": losses,
        "graph": any(isinstance(item, torch.Tensor) and item.requires_grad for item in items),
        "state": values(net),
        "taken": len(taken),
        "backward": bool(passed),
        "stepped": bool(used),
        "rates": [group["lr"] for group in optimizer.param_groups],
        "training": all(module.training == training for module in net.modules()),
        "running": [buffer for buffer in net.buffers() if buffer.ndim],
    }
