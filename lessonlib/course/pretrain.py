"""`python3 course.py pretrain`: train the tree that comes with the course, and keep its record beside its weights."""

import argparse
from datetime import date
from pathlib import Path

import torch

from lessonlib import data, training, weights
from lessonlib.course import ROOT, Problem, git, pretrain_sound
from lessonlib.ladder import Names, climb
from lessonlib.ladder.rungs import LOWEST

SEED = 42
TARGET = 1.950  # validation loss in nats; a worse tree is not stored


def main(argv: list[str]) -> int:
    """Train on the embedded names, about half a minute on one thread, and write the file."""
    parser = argparse.ArgumentParser(prog="course.py pretrain", description=__doc__.partition(": ")[2])
    parser.add_argument("--to", type=Path, default=weights.PRETRAINED, metavar="FILE", help="where to write it")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed for the weights and the batches ({SEED})")
    parser.add_argument(
        "--sound", action="store_true", help="train the WaveNets of the sound lesson instead (three minutes)"
    )
    arguments = parser.parse_args(argv)
    if arguments.sound:
        return pretrain_sound.main()
    if arguments.to.exists() and arguments.to != weights.PRETRAINED:
        raise Problem(f"{arguments.to} is already there. Choose another name, or move that file away first.")
    torch.set_num_threads(1)
    names = Names(data.load_words())
    model, record = train(names, arguments.seed)
    print("\n".join(f"{key}: {value}" for key, value in record.items()))
    if record["validation"] > TARGET:
        raise Problem(f"Validation {record['validation']} is above {TARGET}: nothing was written. Try another seed.")
    fresh = arguments.to.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    weights.save(model, names.vocabulary, fresh, record)
    fresh.replace(arguments.to)
    print(f"written to {arguments.to}")
    return 0


def train(names: Names, seed: int):
    """The trained tree and its record; the test names are looked at once, here."""
    result = climb(LOWEST, names, seed, n_embd=24, n_hidden=128)
    windows = data.windows(names.test, result.model.block_size, names.vocabulary)
    return result.model, {
        "words": "names.txt",
        "recipe": LOWEST.name,
        "seed": seed,
        "steps": result.steps,
        "seconds": round(result.seconds, 1),
        "validation": round(result.validation, 4),
        "test": round(training.evaluate(result.model, *windows), 4),
        "command": f"python3 course.py pretrain --seed {seed}",
        "date": f"{date.today():%Y-%m-%d}",
        "commit": git.version(ROOT),
        "torch": torch.__version__,
    }
