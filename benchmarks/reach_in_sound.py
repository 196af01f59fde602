"""What a longer reach is worth on plucked strings: wavenets of equal size, each at its own rate, three seeds."""

import torch

from benchmarks import search
from benchmarks.lines import Setting
from lessonlib import sound, sound_models, training
from lessonlib.ladder.fused import fuse
from lessonlib.records import Record

STEPS, LENGTH = 120, 4096  # a step sees a second of sound


def measure(setting: Setting) -> list[Record]:
    """Nats a sample on 12 held-out seconds of music, after 120 steps on 60 seconds of it; names play no part."""
    ids, held_out = sound.melodies(seed=1, seconds=60), sound.melodies(seed=2, seconds=12)

    def loss(name: str, rate: float, seed: int) -> float:
        torch.manual_seed(seed)
        model = fuse(sound_models.sound_model(int(name.removeprefix("reach "))))
        optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
        batches = sound.crops(ids, LENGTH, torch.Generator().manual_seed(seed))
        training.train(model, batches, optimizer, STEPS, training.warmup_hold_decay(STEPS), progress=False)
        return training.evaluate(model, held_out[:-1], held_out[1:], batch_size=len(held_out))

    return search.compared([f"reach {reach}" for reach in sound_models.WIDTHS], loss, {"steps": STEPS})
