"""What happens to a tensor on its way through a model: shapes, parameters, multiply-adds and reach, layer by layer."""

import copy
import html
from dataclasses import dataclass

import torch

CONTAINERS = (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)
COLUMNS = ("layer", "shape in", "shape out", "parameters", "multiply-adds", "reach")


@dataclass(frozen=True)
class Row:
    """One layer. Multiply-adds are those of its matrix products for one example; reach is None before it is defined."""

    name: str
    shape_in: tuple[int, ...]
    shape_out: tuple[int, ...]
    parameters: int
    multiply_adds: int
    reach: int | None

    def cells(self) -> tuple[str, ...]:
        """The row as text, one string a column."""
        reach = "" if self.reach is None else str(self.reach)
        return (
            self.name,
            str(self.shape_in),
            str(self.shape_out),
            f"{self.parameters:,}",
            f"{self.multiply_adds:,}",
            reach,
        )


@dataclass(frozen=True)
class Trace:
    """The rows of a trace, and the model's parameters in all; prints as text, shows as a table in a notebook."""

    rows: tuple[Row, ...]
    parameters: int

    @property
    def multiply_adds(self) -> int:
        return sum(row.multiply_adds for row in self.rows)

    def _total(self):
        return ("total", "", "", f"{self.parameters:,}", f"{self.multiply_adds:,}", "")

    def __str__(self) -> str:
        table = [COLUMNS, *(row.cells() for row in self.rows), self._total()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = []
        for cells in table:
            left = [cell.ljust(width) for cell, width in zip(cells[:3], widths[:3], strict=True)]
            right = [cell.rjust(width) for cell, width in zip(cells[3:], widths[3:], strict=True)]
            lines.append("  ".join(left + right).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def line(cells, tag):
            side = ["left"] * 3 + ["right"] * 3
            return "".join(
                f'<{tag} style="text-align:{s}">{html.escape(c)}</{tag}>' for c, s in zip(cells, side, strict=True)
            )

        body = "".join(f"<tr>{line(row.cells(), 'td')}</tr>" for row in self.rows)
        return (
            "<table><caption>Layer by layer: multiply-adds are for one example; reach is how many inputs one output "
            f"sees.</caption><thead><tr>{line(COLUMNS, 'th')}</tr></thead><tbody>{body}"
            f"<tr>{line(self._total(), 'th')}</tr></tbody></table>"
        )


@torch.enable_grad()
def trace(model, x: torch.Tensor) -> Trace:
    """Run `model` on x (B, T) in evaluation mode and record every layer; the model itself is left untouched.

    Takes the course's layers (a Sequential in a Sequential too) and any torch.nn.Module. Reach counts the positions
    of the embedding that the last position of a layer's output depends on, measured by gradient. Multiply-adds are
    counted in Linear and Conv1d layers, not in what a module computes between its layers, as attention does.
    """
    calls = layer_calls(model, x)
    first = embedding_of(calls)
    rows = tuple(_row(layer, a, out, first, len(x)) for layer, a, out in calls)
    return Trace(rows, sum(p.numel() for p in set(model.parameters())))


@torch.enable_grad()
def layer_calls(model, x: torch.Tensor, training: bool = False) -> list[tuple]:
    """Run a copy of `model` on x (B, T) and return (layer, input, output) of each call, ready for gradients."""
    kept = {id(tensor): tensor.detach() for tensor in _on_a_graph(model)}
    model = copy.deepcopy(model, memo=kept).train(training)
    calls = []
    for layer in {id(layer): layer for layer in _inside(model) if not _children(layer)}.values():
        _note_calls(layer, calls)
    for p in model.parameters():
        p.requires_grad_()  # a frozen embedding has a reach too
    model(x)
    return calls


def embedding_of(calls) -> torch.Tensor | None:
    """The output of the embedding of the characters, (B, T, C): what reach is counted in.

    Of several it is the one that looks up most: the others look up positions, which are the same for each example.
    """
    found = [(ix, out) for layer, ix, out in calls if type(layer).__name__ == "Embedding"]
    return max(found, key=lambda call: (call[0].ndim, call[0].numel()), default=(None, None))[1]


def _children(layer):
    """The layers inside a container; torch.nn's own modules count as one layer, whatever they are made of."""
    if not isinstance(layer, torch.nn.Module):
        return getattr(layer, "layers", [])
    is_layer = type(layer).__module__.startswith("torch.nn") and not isinstance(layer, CONTAINERS)
    return [] if is_layer else list(layer.children())


def _inside(layer):
    """The layer itself and all that is inside it."""
    yield layer
    for child in _children(layer):
        yield from _inside(child)


def _on_a_graph(model):
    """Tensors that layers kept of their last call, such as `.out`: deepcopy refuses what hangs on a graph."""
    kept = (value for layer in _inside(model) for value in vars(layer).values())
    return [value for value in kept if isinstance(value, torch.Tensor) and value.grad_fn is not None]


def _note_calls(layer, calls):
    """Give one layer of the copy a class of its own, which notes (layer, input, output) of each call.

    Python looks up `__call__` on the class, never on the object. To change the layer's own class instead would reach
    every model that uses it, and torch's hooks are for torch's modules alone.
    """
    kind = type(layer)

    def call(self, *args, **kwargs):
        out = kind.__call__(self, *args, **kwargs)
        x = [*args, *kwargs.values()][0]
        calls.append((self, x, out[0] if isinstance(out, tuple) else out))
        return out

    layer.__class__ = type(kind.__name__, (kind,), {"__call__": call})


def _row(layer, x, out, first, examples):
    return Row(
        _name(layer),
        tuple(x.shape),
        tuple(out.shape),
        sum(p.numel() for p in layer.parameters()),
        _multiply_adds(layer, out) // examples,
        _reach(out, first),
    )


def _name(layer):
    n = getattr(layer, "n", None)
    return f"{type(layer).__name__}({n})" if isinstance(n, int) else type(layer).__name__


def _multiply_adds(layer, out):
    """Each output number of a Linear or a convolution is a sum of as many products as a column of its weight has."""
    weight = getattr(layer, "weight", None)
    if type(layer).__name__ == "Linear":
        return out.numel() * (weight.numel() // out.shape[-1])
    if isinstance(layer, torch.nn.Conv1d):
        return out.numel() * weight[0].numel()
    return 0


def _reach(out, first):
    """How many positions of the embedding `first` the last number of the output depends on.

    It belongs to the last position of the last example, in (B, T, C) and in (B, C, T) alike. Where it depends on
    nothing, the numbers before it are tried: it may be a ReLU that is 0.
    """
    if first is None or not out.requires_grad:
        return None
    numbers = out.flatten()[-8:].flip(0)
    grads = (torch.autograd.grad(n, first, retain_graph=True, materialize_grads=True)[0] for n in numbers)
    return next(filter(None, (int((grad != 0).any(-1).sum()) for grad in grads)), 0)
