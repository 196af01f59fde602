"""What happens to a tensor on its way through a model: shapes, parameters, multiply-adds and reach, layer by layer."""

import copy
import html
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

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


def trace(model, x: torch.Tensor) -> Trace:
    """Run `model` on x (B, T) in evaluation mode and record every layer; the model itself is left untouched.

    Takes the course's layers (a Sequential in a Sequential too) and any torch.nn.Module. Reach counts the positions
    of the embedding that the last position of a layer's output depends on, measured by gradient.
    """
    steps = record(model, x)
    first = embedding_of(steps)
    rows = tuple(_row(layer, a, out, first) for layer, a, out in steps)
    return Trace(rows, sum(p.numel() for p in model.parameters()))


def record(model, x: torch.Tensor) -> list[tuple]:
    """Run a copy of `model` on x (B, T), in evaluation mode: (layer, input, output) of each call, ready for gradients."""
    model = copy.deepcopy(model, memo={id(out): None for out in _outputs(model)}).eval()
    steps = []
    with _recording(model, steps), torch.enable_grad():
        model(x)
    return steps


def embedding_of(steps) -> torch.Tensor | None:
    """The output of the first embedding in a record, (B, T, C): what reach is counted in."""
    return next((out for layer, _, out in steps if type(layer).__name__ == "Embedding"), None)


def _outputs(layer):
    """The last outputs that our layers hold: they hang on a graph, which deepcopy refuses to copy."""
    own = [layer.out] if getattr(layer, "out", None) is not None else []
    return own + [out for child in _children(layer) for out in _outputs(child)]


def _children(layer):
    """The layers inside a container; torch.nn's own modules count as one layer, whatever they are made of."""
    if not isinstance(layer, torch.nn.Module):
        return getattr(layer, "layers", [])
    is_layer = type(layer).__module__.startswith("torch.nn") and not isinstance(layer, CONTAINERS)
    return [] if is_layer else list(layer.children())


def _leaves(layer):
    children = _children(layer)
    return [leaf for child in children for leaf in _leaves(child)] if children else [layer]


@contextmanager
def _recording(model, steps):
    """Make every layer without children note (layer, input, output) as it is called."""
    if isinstance(model, torch.nn.Module):
        hooks = [leaf.register_forward_hook(partial(_note, steps)) for leaf in dict.fromkeys(_leaves(model))]
        yield
        for hook in hooks:
            hook.remove()
    else:
        _wrap(model, steps)
        yield


def _note(steps, layer, inputs, out):
    steps.append((layer, inputs[0], out[0] if isinstance(out, tuple) else out))


def _wrap(container, steps):
    """Our layers have no hooks, and need none: put a note-taker in each place of the copy's list."""
    for i, layer in enumerate(container.layers):
        if hasattr(layer, "layers"):
            _wrap(layer, steps)
        else:
            container.layers[i] = partial(_call, layer, steps)


def _call(layer, steps, x):
    out = layer(x)
    _note(steps, layer, (x,), out)
    return out


def _row(layer, x, out, first):
    return Row(
        _name(layer),
        tuple(x.shape),
        tuple(out.shape),
        sum(p.numel() for p in layer.parameters()),
        _multiply_adds(layer, out) // len(out),
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
    """How many positions of the first embedding (B, T, C) the end of the first example's output depends on.

    The last number of the output belongs to the last position, in (B, T, C) and in (B, C, T) alike. A few numbers
    are tried, since a single one may be a dead ReLU that depends on nothing.
    """
    if first is None or not out.requires_grad:
        return None
    grads = [torch.autograd.grad(number, first, retain_graph=True)[0] for number in out[0].flatten()[-8:]]
    return max(int((grad[0] != 0).any(-1).sum()) for grad in grads)
