"""`python3 course.py pretrain --sound`: train the four wavenets that come with the sound lesson."""

import time
from datetime import date
from pathlib import Path

import torch

from lessonlib import sound, sound_models, training
from lessonlib.course import ROOT, git
from lessonlib.ladder.fused import fuse

RATE = 0.01
STEPS, LENGTH, SEED = 600, 4096, 1


def main(file: Path = sound_models.FILE) -> int:
    """About three minutes on one thread; writes all of them at once."""
    torch.set_num_threads(1)
    ids, held_out = sound.melodies(seed=1, seconds=120), sound.melodies(seed=2, seconds=12)
    models, runs = {}, {}
    for reach in sound_models.WIDTHS:
        models[reach], runs[reach] = train(reach, ids, held_out)
        print(f"reach {reach}: {runs[reach]}", flush=True)
    about = {
        "steps": STEPS,
        "samples a step": LENGTH,
        "rate": RATE,
        "seed": SEED,
        "reach": runs,
        "command": "python3 course.py pretrain --sound",
        "date": f"{date.today():%Y-%m-%d}",
        "commit": git.version(ROOT),
        "torch": torch.__version__,
    }
    sound_models.save(models, about, file)
    print(f"written to {file}")
    return 0


def train(reach: int, ids: torch.Tensor, held_out: torch.Tensor):
    """One trained wavenet, and its line of the record."""
    torch.manual_seed(SEED)
    model = fuse(sound_models.sound_model(reach))
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    batches = sound.crops(ids, LENGTH, torch.Generator().manual_seed(SEED))
    begin = time.process_time()
    training.train(model, batches, optimizer, STEPS, training.warmup_hold_decay(STEPS))
    seconds = time.process_time() - begin
    loss = training.evaluate(model, held_out[:-1], held_out[1:], batch_size=len(held_out))
    parameters = sum(p.numel() for p in model.parameters())
    return model, {"parameters": parameters, "loss": round(loss, 4), "seconds": round(seconds, 1)}
