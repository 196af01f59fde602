"""Neighbours first, in images: tree and flat model on digits, with their pixels in place and shuffled, three seeds."""

import torch

from benchmarks import search
from benchmarks.lines import Setting
from lessonlib import images, training
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record

STEPS, BATCH = 400, 100

MODELS = {
    "tree": lambda: images.image_tree(8),
    "flat": lambda: images.flat_image_mlp(9),
    "larger tree": lambda: images.image_tree(24),
    "larger flat": lambda: images.flat_image_mlp(67),
}


def measure(setting: Setting) -> list[Record]:
    """Validation loss of both, small and larger, at equal parameters; each seed shuffles in another order."""
    digits = images.load_digits()
    found = []
    for pixels in ("in place", "shuffled"):

        def loss(name: str, rate: float, seed: int, pixels=pixels) -> float:
            x = digits.images if pixels == "in place" else images.shuffle_pixels(digits.images, seed)
            train, validation, _ = images.split_digits(x, digits.labels)
            torch.manual_seed(seed)
            model = fuse(MODELS[name]())
            optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
            batches = training.minibatches(*train, BATCH, generator=torch.Generator().manual_seed(seed))
            training.train(model, batches, optimizer, STEPS, training.warmup_hold_decay(STEPS), progress=False)
            return training.evaluate(model, *validation)

        found += search.compared(MODELS, loss, {"pixels": pixels})
    return found
