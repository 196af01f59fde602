"""A trained tree as a file: its weights, its characters, and the record of how it came to be.

The format is safetensors: plain numbers behind a header of JSON. Opening such a file runs nothing, whoever made it.
"""

import json
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from lessonlib.data import Vocabulary
from lessonlib.models import tree

PRETRAINED = Path(__file__).parent / "content" / "weights" / "tree.safetensors"


def pretrained():
    """The course's tree of 76,579 parameters, trained: (model in evaluation mode, vocabulary).

    What it was trained on and what it reaches is in `record(PRETRAINED)`; `course.py pretrain` makes it anew.
    """
    return load(PRETRAINED)


def state(model) -> dict[str, torch.Tensor]:
    """Every parameter and buffer of a Sequential of ours by name, "layers.1.weight", as torch.nn would call it."""
    return {
        f"layers.{i}.{name}": value
        for i, layer in enumerate(model.layers)
        for name, value in vars(layer).items()
        if isinstance(value, torch.Tensor) and name != "out"
    }


def save(model, vocabulary: Vocabulary, file: str | Path, record: Mapping | None = None) -> None:
    """Write a `models.tree` and its vocabulary to `file`; `record` is what you want to keep beside it.

    Raises FileExistsError where there is a file of that name: a trained model is never written over.
    """
    file = Path(file)
    if file.exists():
        raise FileExistsError(f"{file} is already there. Choose another name, or move that file away first.")
    vocab_size, n_embd, n_hidden = _sizes(model)
    shape = [vocab_size, n_embd, n_hidden, model.block_size.bit_length() - 1]
    about = {"characters": vocabulary.characters, "tree": shape, "record": dict(record or {})}
    tensors = {name: value.detach().contiguous() for name, value in state(model).items()}
    save_file(tensors, file, metadata={"lessonlib": json.dumps(about, ensure_ascii=False)})


def load(file: str | Path):
    """The tree that `save` wrote: (model in evaluation mode, vocabulary). Raises ValueError for any other file."""
    with _opened(file) as (about, tensors):
        model = tree(*about["tree"])
        own = state(model)
        found = {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118  it is no dict
        odd = [n for n in own.keys() | found.keys() if n not in own or n not in found or own[n].shape != found[n].shape]
        if odd:
            raise ValueError(
                f"{file} is not a tree of sizes {about['tree']}: {min(odd)} is missing, extra or misshapen."
            )
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(found[name])
    return model.eval(), Vocabulary(about["characters"])


def record(file: str | Path) -> dict:
    """What was kept beside the weights in `file`: for the course's own, seed, recipe, losses, versions."""
    with _opened(file) as (about, _):
        return about["record"]


def _sizes(model):
    """Vocabulary, embedding and hidden width of a `models.tree`; a TypeError for what is built in another way."""
    try:
        embedding, fuse, linear, *_ = model.layers
        assert fuse.n == 2
        return *embedding.weight.shape, linear.weight.shape[1]
    except (AttributeError, AssertionError, ValueError):
        raise TypeError(f"This saves a models.tree; {type(model).__name__} is built in another way.") from None


@contextmanager
def _opened(file):
    """The description and the tensors of a file that `save` wrote; a ValueError in words for any other file."""
    try:
        tensors = safe_open(file, framework="pt")
        about = json.loads(tensors.metadata()["lessonlib"])
    except FileNotFoundError:
        raise
    except (SafetensorError, OSError, TypeError, KeyError, ValueError) as error:
        raise ValueError(f"{file} holds no tree of this course ({error}). `weights.save` writes such files.") from None
    with tensors:
        yield about, tensors
