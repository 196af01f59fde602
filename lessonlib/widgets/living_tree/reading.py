"""Read any tree into a Description: by what its layers do to numbers, not by what they are called.

The model is run on a few contexts, and each layer's output is explained by one of the known steps. So the course's
layers, torch.nn's and a learner's own are read alike; what cannot be explained is named in a sentence.
"""

import copy

import torch

from lessonlib.data import Vocabulary
from lessonlib.widgets.living_tree.description import ACTIVATIONS, Description, Step

CONTAINERS = (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)
PROBES, CONTEXTS = 5, 24  # contexts that explain the steps; contexts that hold the whole against the model
CLOSE = 1e-4
EXACT, NEARLY = {"rtol": 0, "atol": 0}, {"rtol": 1e-5, "atol": 1e-7}
READ = (
    "A living tree is made of Embedding, FlattenConsecutive or Flatten, Linear, BatchNorm1d and Tanh: the course's, "
    "torch.nn's, or your own."
)
MEANS, VARIANCES = ("running_mean", "mean", "moving_mean"), ("running_var", "var", "moving_var", "running_variance")
SCALES, SHIFTS = ("gamma", "weight", "scale", "gain"), ("beta", "bias", "shift")


def read(model, vocabulary: Vocabulary, block_size: int | None = None) -> Description:
    """The steps of `model`, checked against the model itself in evaluation mode; the model is left as it is.

    Raises ValueError, in a sentence, for a model that does something else than a tree does, or does not fit the
    vocabulary.
    """
    if not hasattr(vocabulary, "characters"):
        raise ValueError(
            f"The vocabulary is {type(vocabulary).__name__}; pass a lessonlib.data.Vocabulary, made of the words "
            "that the model learned from."
        )
    model = _still(model)
    context = _context(model, vocabulary, block_size)
    draw = torch.Generator().manual_seed(0)
    ids = torch.randint(len(vocabulary), (PROBES, context), generator=draw)
    out, calls = _recorded(model, ids)
    _fits(out, calls, vocabulary)
    found = Description(tuple(vocabulary.characters), context, tuple(_Reader(ids).steps(calls, out)))
    _same(found, model, torch.randint(len(vocabulary), (CONTEXTS, context), generator=draw))
    return found


# The model, at rest


def _still(model):
    """A copy in evaluation mode, on the processor, that keeps no graph."""
    if not callable(model):
        raise ValueError(f"This is {type(model).__name__}, not a model that can be called on contexts. {READ}")
    kept = {id(t): t.detach() for part in _parts(model) for t in _own(part) if t.grad_fn is not None}
    model = copy.deepcopy(model, memo=kept)
    for part in _parts(model):
        if hasattr(part, "training"):
            part.training = False
    return model.to("cpu").float() if isinstance(model, torch.nn.Module) else model


def _own(part):
    return [value for value in vars(part).values() if isinstance(value, torch.Tensor)]


def _parts(thing, seen=None):
    """The model and all callable things inside it, each once; lists and dictionaries are looked through."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if _is_layer(thing):
        yield thing
    for child in _inside(thing):
        yield from _parts(child, seen)


def _is_layer(thing):
    return callable(thing) and hasattr(thing, "__dict__") and not isinstance(thing, torch.Tensor | type(_parts) | type)


def _inside(thing):
    if isinstance(thing, torch.nn.Module):
        whole = type(thing).__module__.startswith("torch.nn") and not isinstance(thing, CONTAINERS)
        return [] if whole else [*thing.children(), *(v for v in vars(thing).values() if isinstance(v, list))]
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, list | tuple):
        return list(thing)
    return list(vars(thing).values()) if _is_layer(thing) else []


def _context(model, vocabulary, block_size):
    """How many characters the model sees: as told, as it says, or the first length that it takes."""
    told = block_size or getattr(model, "block_size", None)
    for length in [told] if told else [*range(1, 65), 128, 256, 512, 1024]:
        try:
            with torch.no_grad():
                out = model(torch.zeros(2, length, dtype=torch.long))
        except Exception as error:
            if told:
                raise ValueError(f"The model does not take contexts of {told} characters: {error}") from None
            continue
        if told or (isinstance(out, torch.Tensor) and tuple(out.shape) == (2, len(vocabulary))):
            return length
    raise ValueError(
        f"No context of 1 to 64 characters gives this model scores for {len(vocabulary)} characters. Pass its length "
        f"as block_size=…, and the vocabulary it was made for. {READ}"
    )


@torch.no_grad()
def _recorded(model, ids):
    """The model's output for ids (B, T), and (layer, input, output) of each innermost layer's call, in order."""
    calls: list[tuple] = []
    layers = [part for part in _parts(model) if part is not model]
    for layer in layers:
        if not any(_is_layer(inner) for child in _inside(layer) for inner in _parts(child)):
            _note(layer, calls)
    return model(ids), calls


def _note(layer, calls):
    kind = type(layer)

    def call(self, *args, **kwargs):
        out = kind.__call__(self, *args, **kwargs)
        if args and isinstance(args[0], torch.Tensor) and isinstance(out, torch.Tensor):
            calls.append((self, args[0].clone(), out.clone()))
        return out

    layer.__class__ = type(kind.__name__, (kind,), {"__call__": call})


def _fits(out, calls, vocabulary):
    if not calls:
        raise ValueError(f"No layers were found inside this model. {READ}")
    if tuple(out.shape) != (PROBES, len(vocabulary)):
        raise ValueError(
            f"For {PROBES} contexts the model gives {tuple(out.shape)}, but the vocabulary has {len(vocabulary)} "
            f"characters: expected ({PROBES}, {len(vocabulary)}). Pass the vocabulary that it was trained with."
        )
    if not out.isfinite().all():
        raise ValueError("The model's scores are not finite (nan or inf), so there is nothing to show. Train it anew.")


def _same(found, model, ids):
    with torch.no_grad():
        off = (found.run(ids)[-1][:, 0] - model(ids)).abs().max().item()
    if off > CLOSE:
        raise ValueError(
            f"The steps that were found give other scores than the model itself, by up to {off:.1g}. So they are not "
            f"shown. {READ}"
        )


# What each layer does


class _Reader:
    """Walks through the recorded calls and keeps the numbers as they stand, (B, T, C) with channels last."""

    def __init__(self, ids):
        self.x, self.found = ids, []

    def steps(self, calls, out):
        before = "the input"
        for number, (layer, x, y) in enumerate(calls, 1):
            kind = type(layer).__name__
            name = f"layer {number} of {len(calls)} ({kind})"
            if not self._free(x):
                raise ValueError(f"Between {before} and {name} the numbers change in an unknown way. {READ}")
            if not any(self._weighed(way, y) for way in _ways(layer, x, self.x)) and not self._free(y, kind.lower()):
                raise ValueError(
                    f"{name[0].upper()}{name[1:]} does something else than the layers of a tree: {tuple(x.shape)} "
                    f"went in, {tuple(y.shape)} came out. {READ}"
                )
            before = name
        if not self._free(out):
            raise ValueError(f"After {before} the numbers change in an unknown way. {READ}")
        return self.found

    def _free(self, target, kind=""):
        """Explain the way to `target` without any weights: nothing, regrouping, an activation, or both.

        Nothing and regrouping leave every bit of a number; so a tanh of small numbers, which hardly changes them, is
        not passed over. Where all are 0, the name of the layer's `kind` decides.
        """
        if not self.x.is_floating_point():
            return torch.equal(self.x, target)
        acts = [[Step(op)] for op in ACTIVATIONS]
        named = [act for act in acts if act[0].op in kind]
        for form in _forms(target):
            groups = [[Step("group", n=n)] for n in self._group(form)]
            for way in (*named, [], *groups, *acts, *(a + g for a in acts for g in groups)):
                exact = not any(step.op in ACTIVATIONS for step in way)
                if self._take(way, form, **(EXACT if exact else NEARLY)):
                    return True
        return False

    def _group(self, form):
        T, C = self.x.shape[1:]
        n = T // form.shape[1] if form.shape[1] and T % form.shape[1] == 0 else 1
        return [n] if n > 1 and form.shape[2] == n * C else []

    def _weighed(self, way, target):
        return any(self._take(way, form, rtol=1e-4, atol=1e-5) for form in _forms(target))

    def _take(self, way, form, rtol, atol):
        """Whether these steps lead from the numbers as they stand to `form`; if so, they now stand as it says."""
        x = self.x
        try:
            for step in way:
                x = step(x)
        except (RuntimeError, IndexError):
            return False
        if x.shape != form.shape or not torch.allclose(x, form, rtol=rtol, atol=atol):
            return False
        self.x = form
        self.found += way
        return True


def _forms(target):
    """The same numbers as (B, T, C): as they are, or turned from (B, C, T)."""
    target = target.float()
    if target.ndim == 2:
        return [target[:, None]]
    return [target, target.transpose(1, 2)] if target.ndim == 3 else []


def _ways(layer, x, now):
    """The steps that a layer's tensors make possible, most telling first."""
    tensors = _tensors(layer)
    tables = [t for t in tensors.values() if t.ndim == 2]
    if not x.is_floating_point():
        yield from ([Step("embedding", tensors={"weight": table})] for table in tables)
        return
    yield from _norms(layer, tensors, now.shape[-1])
    rows = [{}, *({"bias": t.reshape(-1)} for t in tensors.values() if t.numel() == max(t.shape, default=0))]
    for bias in rows:
        for table in tables:
            yield [Step("linear", tensors={"weight": table, **bias})]
            yield [Step("linear", tensors={"weight": table.T.contiguous(), **bias})]
        for kernel in (t for t in tensors.values() if t.ndim == 3):
            table = kernel.permute(2, 1, 0).flatten(0, 1)  # (C_out, C_in, n): row k * C_in + c is kernel[:, c, k]
            yield [Step("group", n=kernel.shape[2]), Step("linear", tensors={"weight": table, **bias})]


def _norms(layer, tensors, channels):
    mean, var = _first(tensors, MEANS), _first(tensors, VARIANCES)
    if mean is None or var is None or mean.numel() % channels:
        return
    for scale, shift in ((_first(tensors, SCALES), _first(tensors, SHIFTS)), (None, None)):
        parts = {"mean": mean, "var": var, "gamma": scale, "beta": shift}
        rows = {name: t.reshape(-1, channels) for name, t in parts.items() if t is not None}
        yield [Step("norm", eps=float(getattr(layer, "eps", 1e-5)), tensors=rows)]


def _tensors(layer):
    """A layer's numbers by name: parameters and buffers; not what it keeps of its last call."""
    own = dict(layer.state_dict()) if isinstance(layer, torch.nn.Module) else vars(layer)
    return {
        name: t.detach().float()
        for name, t in own.items()
        if isinstance(t, torch.Tensor) and name != "out" and t.is_floating_point()
    }


def _first(tensors, names):
    return next((tensors[name] for name in names if name in tensors), None)
