"""A tree as a list of steps with their weights: what the browser runs, and the same arithmetic in Python.

Weights are kept unfolded, BatchNorm with its eps and buffers, so that each step that is shown is the model's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}
ROLES = ("weight", "bias", "mean", "var", "gamma", "beta")


@dataclass(frozen=True)
class Step:
    """One step on x (B, T, C), channels last, T = 1 where a single position is left.

    `op` says which: "embedding" and "linear" (weight, perhaps bias), "group" (lay n neighbours end to end), "norm"
    (mean and var, perhaps gamma and beta, each (1, C), or (T, C) where every position has its own), or an activation.
    """

    op: str
    n: int = 1
    eps: float = 0.0
    tensors: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        t = self.tensors
        if self.op == "embedding":
            return t["weight"][x]
        if self.op == "group":
            B, T, C = x.shape
            return x.reshape(B, T // self.n, C * self.n)
        if self.op == "linear":
            return x @ t["weight"] + t.get("bias", 0.0)
        if self.op == "norm":
            normal = (x - t["mean"]) / torch.sqrt(t["var"] + self.eps)
            return normal * t.get("gamma", 1.0) + t.get("beta", 0.0)
        return ACTIVATIONS[self.op](x)


@dataclass(frozen=True)
class Description:
    """A tree: its characters, how many it sees, and its steps from the embedding to the logits."""

    characters: Sequence[str]
    context: int
    steps: Sequence[Step]

    @torch.no_grad()
    def run(self, ids: torch.Tensor) -> list[torch.Tensor]:
        """What comes out of each step for contexts ids (B, T), each (B, T, C); the last is the logits (B, 1, V)."""
        found, x = [], ids
        for step in self.steps:
            x = step(x)
            found.append(x)
        return found

    def chances(self, text: str, temperature: float = 1.0) -> torch.Tensor:
        """The probability of each character (V,) after `text`."""
        index = {c: i for i, c in enumerate(self.characters)}
        ids = ([0] * self.context + [index[c] for c in text])[-self.context :]
        return torch.softmax(self.run(torch.tensor([ids]))[-1][0, 0] / temperature, dim=0)

    @property
    def groups(self) -> list[int]:
        """How many neighbours each level fuses: [2, 2, 2] for pairs, fours, the eight."""
        return [step.n for step in self.steps if step.op == "group"]

    @property
    def parameters(self) -> int:
        """Trained numbers; the running statistics are none."""
        return sum(t.numel() for step in self.steps for role, t in step.tensors.items() if role not in ("mean", "var"))

    def outline(self) -> dict:
        """The steps for the browser: each tensor as [where it begins among the numbers, rows, columns]."""
        start, steps = 0, []
        for step in self.steps:
            said: dict = {"op": step.op, "n": step.n, "eps": step.eps}
            for role in ROLES:
                if role in step.tensors:
                    rows, columns = _table(step.tensors[role]).shape
                    said[role] = [start, rows, columns]
                    start += rows * columns
            steps.append(said)
        return {"characters": list(self.characters), "context": self.context, "steps": steps}

    def numbers(self, dtype: torch.dtype = torch.float32) -> bytes:
        """All weights and buffers one after another, in the order of `outline`, the low byte of each first."""
        tables = [_table(step.tensors[role]) for step in self.steps for role in ROLES if role in step.tensors]
        whole = torch.cat([table.flatten() for table in tables]).to(dtype).numpy()
        return whole.astype(whole.dtype.newbyteorder("<")).tobytes()


def _table(tensor):
    return tensor if tensor.ndim == 2 else tensor.reshape(1, -1)
