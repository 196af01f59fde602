"""Twelve questions over the whole course whose numbers are drawn anew for each test; every answer is computed."""

import math
import random
from collections.abc import Callable

from lessonlib.widgets.content import Choice, Question

Wrong = dict[int | float, str]  # a wrong value, and what to say to whoever chooses it


def drawn(seed: int) -> tuple[Question, ...]:
    """The questions of the test with this seed, in the order of the lessons."""
    generator = random.Random(seed)
    return tuple(make(generator) for make in TEMPLATES)


def _asked(generator, name, lesson, card, question, right, why, wrong: Wrong, form: Callable = "{:,}".format):
    """A question with its choices mixed; wrong values that happen to equal the right one are left out."""
    others = {form(value): told for value, told in wrong.items() if form(value) != form(right)}
    choices = [Choice(form(right), why, right=True), *(Choice(text, told) for text, told in others.items())]
    generator.shuffle(choices)
    return Question(f"{lesson}-{name}", lesson, card, question, tuple(choices))


def first_loss(generator):
    size = generator.choice((20, 33, 45, 65, 90))
    return _asked(
        generator, "delayed-loss", "flat-mlp", "first-loss",
        f"A model over {size} characters finds all of them equally likely. What is its loss, in nats?",
        math.log(size), f"ln {size}: the loss of a guess that is spread evenly.",
        {math.log2(size): "That is log₂: bits. A loss is measured in nats.",
         1 / size: "That is the probability of each. The loss is minus its logarithm.",
         size / 10: "It grows with the logarithm of the size, and not with the size."},
        "{:.2f}".format,
    )  # fmt: skip


def linear(generator):
    rows, columns = generator.choice((20, 48, 64)), generator.choice((100, 150, 300))
    return _asked(
        generator, "delayed-linear", "layers", "flat-context",
        f"`Linear({rows}, {columns})` with a bias, then `BatchNorm1d({columns})`. How many parameters do they have?",
        rows * columns + 3 * columns, f"{rows} · {columns} weights, {columns} biases, gamma and beta a channel.",
        {rows * columns + columns: "BatchNorm has parameters, too: gamma and beta.",
         rows * columns + 5 * columns: "Running mean and variance are kept, and no gradient reaches them.",
         rows * columns + 2 * columns: "Here the Linear has a bias, too, useless or not."},
    )  # fmt: skip


def statistics(generator):
    batch, positions, channels = generator.choice((16, 48, 64)), generator.choice((4, 8)), generator.choice((30, 100))
    return _asked(
        generator, "delayed-statistics", "batchnorm", "batchnorm-bug",
        f"BatchNorm gets ({batch}, {positions}, {channels}), channels last. How many values are behind each mean?",
        batch * positions, f"A channel lives across the batch and all positions: {batch} · {positions}.",
        {batch: "Then each position would have statistics of its own, from fewer values.",
         positions: "Then each example would have statistics of its own.",
         channels: "Channels keep apart: each has a mean of its own."},
    )  # fmt: skip


def groups(generator):
    batch, n, channels = generator.choice((4, 16)), generator.choice((2, 4)), generator.choice((10, 24))
    positions = n * generator.choice((3, 4, 6))
    left = positions // n
    return _asked(
        generator, "delayed-groups", "shapes", "flatten-consecutive",
        f"`FlattenConsecutive({n})` gets ({batch}, {positions}, {channels}). Which shape comes out?",
        (batch, left, n * channels), f"Each {n} neighbours become one position of {n} · {channels} numbers.",
        {(batch, n, left * channels): f"These are {n} groups. You were asked for groups of {n}.",
         (batch, left, channels): "Numbers were lost: nothing is dropped or summed.",
         (batch, positions * channels): "That flattens everything."},
        str,
    )  # fmt: skip


def levels(generator):
    k = generator.choice((5, 6, 7, 9))
    return _asked(
        generator, "delayed-levels", "tree", "field-doubles",
        f"A tree that joins pairs should see {2**k} characters. How many levels does it need?",
        k, f"Each level doubles the reach, and 2 to the power {k} is {2**k}.",
        {2 ** (k - 1): "A level does not add two characters. It doubles.", k - 1: f"That reaches {2 ** (k - 1)}.",
         2**k - 1: "That is the number of fusions. There are far fewer levels."},
    )  # fmt: skip


def matrices(generator):
    k = generator.choice((3, 4, 5))
    return _asked(
        generator, "delayed-fusions", "tree", "shared-weights",
        f"A tree of pairs reads {2**k} characters. How many fusions does it make for one window?",
        2**k - 1, "Each fusion leaves one vector fewer, until one is left.",
        {k: "That is how many matrices there are. Every pair of a level uses the same one.",
         2 ** (k - 1): "Those are the fusions of the first level alone.", 2**k: "One is left at the end."},
    )  # fmt: skip


def ranges(generator):
    low = generator.randrange(1900, 2200) / 1000
    spread, gap = generator.choice((0.010, 0.014)), generator.choice((-0.006, 0.02))
    other = low + spread + gap
    told = [f"{x:.3f} to {x + spread:.3f}" for x in (low, other)]
    apart = gap > 0
    claims = {
        "Neither is lower.": ("The ranges overlap.", "The highest loss of A lies below the lowest of B."),
        "A is lower.": ("The ranges do not overlap.", "Some run of B is below some run of A."),
        "B is lower.": ("", "Look again: a lower loss is better."),
    }
    right = "A is lower." if apart else "Neither is lower."
    choices = [Choice(text, why[0] if text == right else why[1], text == right) for text, why in claims.items()]
    generator.shuffle(choices)
    question = f"Three seeds each: model A {told[0]}, model B {told[1]}. What do these figures support?"
    return Question(
        "training-the-tree-delayed-ranges", "training-the-tree", "fair-comparison", question, tuple(choices)
    )


def passes(generator):
    windows, batch, epochs = generator.choice((60_000, 90_000)), generator.choice((200, 300)), generator.choice((4, 6))
    return _asked(
        generator, "delayed-steps", "scaling-up", "decay-noise",
        f"{windows:,} windows, batches of {batch}, without replacement. How many steps do {epochs} epochs take?",
        epochs * windows // batch, f"{windows // batch} batches an epoch, {epochs} times.",
        {windows // batch: "That is one epoch.", epochs * windows: "A step takes a batch, and not one window.",
         epochs * batch: "Count the batches of one epoch first."},
    )  # fmt: skip


def dilations(generator):
    k = generator.choice((4, 5, 6))
    names = ", ".join(str(2**i) for i in range(k))
    return _asked(
        generator, "delayed-dilations", "convolution", "conv-gains",
        f"Causal convolutions of kernel size 2 with dilations {names}, in a stack. How many positions reach an output?",
        2**k, f"1 + {names.replace(', ', ' + ')}.",
        {2 * k: "Each layer adds its own dilation, and not 2.", 2**k - 1: "And the position itself.",
         k + 1: "That is the reach without dilations."},
    )  # fmt: skip


def blocks(generator):
    k, times = generator.choice((3, 4, 5)), generator.choice((2, 3))
    one = 2**k - 1
    return _asked(
        generator, "delayed-stacks", "wavenet", "stack-reach",
        f"Dilations 1 to {2 ** (k - 1)}, doubling, and that stack {times} times. How many positions does it reach?",
        times * one + 1, f"Each stack adds {one}; the position itself comes on top.",
        {2**k * times: "Stacks share the position where they meet.", 2 ** (k * times): "A new stack begins at 1 again.",
         2**k: "That is one stack."},
    )  # fmt: skip


def turned(generator):
    rows, columns = generator.choice((20, 48)), generator.choice((27, 68, 128))
    return _asked(
        generator, "delayed-turned", "torch-nn", "turned-weights",
        f"What is the shape of the weight of `torch.nn.Linear({rows}, {columns})`?",
        (columns, rows), "torch.nn keeps it as (out, in).",
        {(rows, columns): "That is the course's own `Linear`.", (columns, rows + 1): "The bias is a tensor of its own.",
         (rows * columns,): "It is a matrix."},
        str,
    )  # fmt: skip


def causal(generator):
    n = generator.choice((6, 9, 12))
    return _asked(
        generator, "delayed-mask", "attention", "attention-order",
        f"Causal self-attention over {n} positions. How many weights can differ from 0, in one head?",
        n * (n + 1) // 2, "Position t looks at t positions: 1 + 2 + … + " + f"{n}.",
        {n * n: "The mask takes away those to the right.", n * (n - 1) // 2: "A position also sees itself.",
         n: "Each position looks at more than one."},
    )  # fmt: skip


TEMPLATES = (
    first_loss, linear, statistics, groups, levels, matrices, ranges, passes, dilations, blocks, turned, causal
)  # fmt: skip
