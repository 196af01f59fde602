"""The wavenets of the sound lesson: equal in parameters, different in reach; and four of them, trained, as one file."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from lessonlib.sound import CLASSES, dilations_for
from lessonlib.training import state
from lessonlib.wavenet import wavenet

FILE = Path(__file__).parent / "content" / "weights" / "sound.safetensors"
WIDTHS = {8: 46, 64: 32, 256: 27, 1024: 24}  # channels, so that each reach has about 42,000 parameters
SKIP = 32


def sound_model(reach: int, channels: int | None = None):
    """A fresh wavenet over the classes of a waveform that sees `reach` samples: (M,) to (M, 64)."""
    if channels is None and reach not in WIDTHS:
        raise ValueError(f"There are widths for a reach of {', '.join(map(str, WIDTHS))}; for {reach} give `channels`.")
    return wavenet(CLASSES, channels or WIDTHS[reach], SKIP, dilations_for(reach), restart=False)


def pretrained(reach: int, file: Path = FILE):
    """The trained wavenet of this reach, in evaluation mode; `record()` says how it came to be."""
    model = sound_model(reach)
    with safe_open(file, framework="pt") as stored, torch.no_grad():
        for i, value in enumerate(state(model)):
            value.copy_(stored.get_tensor(f"{reach}.{i}"))
    return model.eval()


def record(file: Path = FILE) -> dict:
    """How the trained wavenets came to be: recipe, date, command, and by reach loss, rate and seconds."""
    with safe_open(file, framework="pt") as stored:
        return json.loads(stored.metadata()["lessonlib"])


def save(models: Mapping[int, object], about: Mapping, file: Path) -> None:
    """Write trained wavenets by reach, in half precision: 1/1,000 of a weight is far below what a sample shows."""
    tensors = {
        f"{reach}.{i}": value.detach().half().contiguous()
        for reach, model in models.items()
        for i, value in enumerate(state(model))
    }
    save_file(tensors, file, metadata={"lessonlib": json.dumps(dict(about), ensure_ascii=False)})
