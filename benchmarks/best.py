"""How low it goes: the best validation loss of 76,579 parameters in a minute, and of under 200,000 in two."""

import statistics
from dataclasses import replace
from functools import partial

from benchmarks.lines import SEEDS, Line, Setting
from lessonlib.ladder import SoftTargets, climb
from lessonlib.ladder.muon import muon_and_adamw
from lessonlib.ladder.rungs import PRECISION

LOW = replace(
    PRECISION,
    name="how low",
    why="More epochs, weight decay in Muon, targets that lean on shorter contexts where a window is rare, and on what "
    "the tree itself has predicted so far.",
    optimizers=partial(muon_and_adamw, lr=0.04, adamw_lr=0.01, weight_decay=0.5),
    epochs=20,
    batch_size=2048,
    targets=SoftTargets(prior=2.0, self_distillation=0.4),
    decay=0.6,
)
SIZES = {"76,579 parameters": (LOW, 24, 128), "under 200,000 parameters": (replace(LOW, epochs=16), 32, 208)}


def measure(setting: Setting) -> list[Line]:
    """The mean of three seeds; names also seen in training and new ones apart; the test names, used here alone."""
    return [line for size in SIZES for line in _lines(size, setting)]


def _lines(size, setting):
    rung, n_embd, n_hidden = SIZES[size]
    names = setting.names
    seen, new = names.seen_and_new(names.validation)
    asked = {"also in training": seen, "new": new, "test": names.test}
    runs = []
    for seed in SEEDS:
        result = climb(rung, names, seed, n_embd, n_hidden)
        losses = {which: names.loss(result.model, words) for which, words in asked.items() if words}
        runs.append({"seed": seed, "seconds": result.seconds, "validation": result.validation, **losses})
    mean = {key: statistics.mean(run[key] for run in runs) for key in runs[0]}
    lines = [Line(f"{size}: validation", mean["validation"], detail={"runs": runs})]
    if seen and new:
        claim = f"{size}: on names also in training, and on new ones"
        lines.append(Line(claim, mean["also in training"], mean["new"]))
    return [
        *lines,
        Line(f"{size}: test", mean["test"]),
        Line(f"{size}: time", max(run["seconds"] for run in runs), unit="s"),
    ]
