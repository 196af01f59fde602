"""Look inside a trained model: activations and gradients by layer, the embedding, and what it would write next."""

import torch
import torch.nn.functional as F
import traitlets

from lessonlib import shapes, style
from lessonlib.data import Vocabulary
from lessonlib.sampling import sample
from lessonlib.widgets.base import LessonWidget, stylesheet

BINS = 40
SATURATED = 0.97  # a tanh beyond this hardly passes a gradient on
NO_NUMBERS = "not finite"
BROKEN = (
    "Not all numbers in this model are finite: training has diverged, mostly because the learning rate was too high. "
    "What is left of them is shown."
)
VIEWS = ("activations", "gradients", "embedding", "next")


class LookInside(LessonWidget):
    """Four views of your model: LookInside(model, vocabulary, X) for contexts X (N, T); with targets Y gradients too.

    `text` is the context whose next character is shown first (without one, some that the list knows), `view` the view
    that opens: "activations", "gradients", "embedding" or "next". The model is looked at in evaluation mode, on a copy.
    """

    scripts = ("look_inside",)
    _css = stylesheet("look_inside")
    view_state = (
        "view", "text", "temperature", "characters", "activations", "gradients", "embedding", "logits", "written"
    )  # fmt: skip

    view = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    characters = traitlets.List(traitlets.Unicode()).tag(sync=True)
    activations = traitlets.List().tag(sync=True)
    gradients = traitlets.List().tag(sync=True)
    embedding = traitlets.Dict().tag(sync=True)
    logits = traitlets.List().tag(sync=True)  # after 0, 1, … characters of the text
    written = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, model, vocabulary: Vocabulary, X: torch.Tensor, Y=None, text=None, view="activations"):
        if view not in VIEWS:
            raise ValueError(f"view is {view!r}; it is one of {', '.join(VIEWS)}.")
        self._model, self._vocabulary, self._block_size = model, vocabulary, X.shape[1]
        activations, gradients = by_layer(model, X[:1000], None if Y is None else Y[:1000])
        super().__init__(
            view=view,
            text=_some_text(X, vocabulary) if text is None else text,
            characters=list(vocabulary.characters),
            activations=[histogram(name, v, tanh=name.startswith("Tanh")) for name, v in activations.items()],
            gradients=_same_scale(gradients),
            embedding=embedding_map(_embedding_weight(model, X), vocabulary.characters),
        )
        if self._is_broken:
            print(BROKEN)
        self._predict()
        self.observe(self._predict, "text")
        self.on_msg(self._write)

    def _predict(self, _=None):
        """The logits after each beginning of the text; characters that the vocabulary lacks are left out of it."""
        known = "".join(c for c in self.text if c in self.characters)
        if known != self.text:
            self.text = known
        ids = [0] * self._block_size + self._vocabulary.encode(self.text)
        contexts = torch.tensor([ids[i : i + self._block_size] for i in range(len(self.text) + 1)])
        logits = shapes.layer_calls(self._model, contexts)[-1][2].detach()
        self.logits = [[round(v, 3) for v in row] for row in _numbers(logits).tolist()]
        self.written = []

    def _write(self, _, message, buffers):
        if message.get("type") == "write" and not self._is_broken:
            self.written = sample(
                self._model, self._vocabulary, n=8, temperature=self.temperature, block_size=self._block_size,
                start=self.text[: message["length"]],
            )  # fmt: skip

    def probabilities(self, temperature: float | None = None) -> torch.Tensor:
        """The probability of each character (V,) after the text."""
        return F.softmax(torch.tensor(self.logits[-1]) / (temperature or self.temperature), dim=0)

    @property
    def _is_broken(self) -> bool:
        return any(NO_NUMBERS in layer["name"] for layer in self.activations)

    # What it shows, without a browser

    def static_text(self) -> str:
        lines = ["Inside the model. Activations, mean and standard deviation:"]
        if self._is_broken:
            lines.insert(0, BROKEN)
        for layer in self.activations:
            saturated = f", {layer['saturated']:.0%} saturated" if layer["saturated"] is not None else ""
            lines.append(f"  {layer['name']:14} {layer['mean']:+.2f} {layer['std']:.2f}{saturated}")
        likely = self.probabilities().topk(min(3, len(self.characters)))
        best = ", ".join(
            f"{self.characters[i]!r} {p:.2f}" for p, i in zip(*map(torch.Tensor.tolist, likely), strict=True)
        )
        return "\n".join([*lines, f"After {self.text!r} most likely comes: {best}"])

    @style.drawing
    def static_figure(self) -> style.Picture:
        picture, axes = style.figure(self.static_text(), width=8.6, height=6.2, nrows=2, ncols=2)
        tanhs = [layer for layer in self.activations if layer["saturated"] is not None] or self.activations
        _draw_histograms(axes[0, 0], tanhs, "Activations")
        names = {layer["name"] for layer in tanhs}
        _draw_histograms(axes[0, 1], [g for g in self.gradients if g["name"] in names], "Gradients at the same layers")
        _draw_embedding(axes[1, 0], self.embedding)
        shown = axes[1, 1]
        shown.bar(self.characters, self.probabilities().tolist(), color=style.SKY, edgecolor=style.BLACK, linewidth=0.5)
        style.label(shown, f"What comes after {self.text!r}", "next character", "probability")
        return picture


def by_layer(model, X, Y=None) -> tuple[dict, dict]:
    """Output of each computing layer by name, and (with targets Y) the gradient of the mean loss at it."""
    steps = [step for step in shapes.layer_calls(model, X) if _computes(step)]
    names = _numbered([type(layer).__name__ for layer, _, _ in steps])
    outs = [out for _, _, out in steps]
    gradients = torch.autograd.grad(F.cross_entropy(outs[-1], Y), outs) if Y is not None else []
    activations = {name: out.detach().flatten() for name, out in zip(names, outs, strict=True)}
    return activations, dict(zip(names, (g.flatten() for g in gradients), strict=False))


def _computes(step):
    """Whether a layer changes numbers: an embedding looks them up, a Flatten only lays them out anew."""
    name = type(step[0]).__name__
    return name != "Embedding" and not name.startswith("Flatten")


def _numbered(names):
    """Linear, Tanh, Linear as Linear 1, Tanh 1, Linear 2."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(f"{name} {seen[name]}")
    return out


def histogram(name: str, values: torch.Tensor, tanh: bool = False, reach: float | None = None) -> dict:
    """Counts of `values` in BINS bins: over (-1, 1) for a tanh, else over -reach to reach."""
    finite = values[values.isfinite()]
    if len(finite) < len(values):
        name = f"{name}, {NO_NUMBERS}"
    finite = finite if len(finite) else torch.zeros(1)
    reach = 1.0 if tanh else reach or finite.abs().max().item() or 1.0
    counts = torch.histc(finite, bins=BINS, min=-reach, max=reach)
    return {
        "name": name,
        "reach": reach,
        "counts": counts.int().tolist(),
        "mean": finite.mean().item(),
        "std": finite.std(correction=int(len(finite) > 1)).item(),
        "saturated": (finite.abs() > SATURATED).float().mean().item() if tanh else None,
    }


def _numbers(values: torch.Tensor) -> torch.Tensor:
    """The values with 0 for each that is not finite: a browser has no word for those."""
    return values.nan_to_num(0.0, 0.0, 0.0)


def _some_text(X: torch.Tensor, vocabulary: Vocabulary) -> str:
    """A name of the course's list where the vocabulary has its characters; else the fullest of the first contexts."""
    if set("charl") <= set(vocabulary.characters):
        return "charl"
    rows = X[:100]
    return vocabulary.decode(rows[(rows > 0).sum(1).argmax()].tolist()).strip(".")


def _same_scale(gradients):
    """One scale for all layers, so that a gradient that dies out is seen to; 3 standard deviations of the widest."""
    reach = 3 * max((_numbers(v).std(correction=0).item() for v in gradients.values()), default=1.0)
    return [histogram(name, v, reach=reach) for name, v in gradients.items()]


def _embedding_weight(model, X):
    for layer, _, _ in shapes.layer_calls(model, X[:1]):
        if type(layer).__name__ == "Embedding":
            return layer.weight.detach()
    raise ValueError("This model has no Embedding layer to look into. Pass a model that begins with one.")


def embedding_map(weight: torch.Tensor, characters) -> dict:
    """Each row of `weight` (V, C) in the plane of the two widest directions (PCA), with its three nearest rows."""
    weight = _numbers(weight)
    centred = weight - weight.mean(0)
    _, sizes, directions = torch.linalg.svd(centred, full_matrices=False)
    points = centred @ directions[:2].T
    points = points * torch.sign(points[points.abs().argmax(0), range(points.shape[1])])  # the same way up every time
    near = torch.cdist(weight, weight).argsort(1)[:, 1:4]
    return {
        "labels": list(characters),
        "points": [[round(x, 3) for x in point] for point in points.tolist()],
        "near": near.tolist(),
        "share": round(((sizes[:2] ** 2).sum() / (sizes**2).sum().clamp(min=1e-30)).item(), 2),
    }


# The still picture


def _draw_histograms(ax, layers, title):
    style.label(ax, title, "value", "share of values")
    if not layers:
        ax.text(0.5, 0.5, "Hand in the targets Y too\nto see gradients.", transform=ax.transAxes, ha="center")
    for i, layer in enumerate(layers[:5]):
        look = style.line(i)
        edges = torch.linspace(-layer["reach"], layer["reach"], BINS + 1)
        share = torch.tensor(layer["counts"]) / max(1, sum(layer["counts"]))
        ax.plot(
            (edges[:-1] + edges[1:]) / 2, share, color=look["color"], linestyle=look["linestyle"], label=layer["name"]
        )
    if layers:
        ax.legend(frameon=False, fontsize=8)


def _draw_embedding(ax, found):
    xs, ys = zip(*found["points"], strict=True)
    ax.plot(xs, ys, linestyle="none")
    for label, x, y in zip(found["labels"], xs, ys, strict=True):
        ax.text(x, y, label, ha="center", va="center", weight="bold" if label in "aeiou" else "normal",
                color=style.VERMILION if label in "aeiou" else style.BLACK)  # fmt: skip
    ax.margins(0.08)
    style.label(ax, f"The embedding on a plane ({found['share']:.0%} of variance)")
