"""The exercises on sound: reach in milliseconds, μ-law by hand, what a reach can know."""

import math

from ..declare import easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake

# --- reach in milliseconds ---

MILLISECONDS = value("milliseconds", "Reach in milliseconds", easy, 6)(
    part(
        "dilations 1, 2, 4, 8 at 8,000 samples a second, in ms",
        2,
        {
            1.875: "a-sample-sees-itself",
            16: "samples-are-not-milliseconds",
            1: "the-last-dilation-is-not-all",
            0.002: "a-second-has-1000-milliseconds",
        },
        tolerance=0.01,
    ),
    part(
        "samples in 250 ms at 16,000 a second",
        4000,
        {64: "time-times-rate", 4_000_000: "a-second-has-1000-milliseconds", 4: "a-second-has-1000-milliseconds"},
    ),
    part(
        "dilations 1, 2, 4, … needed to see them",
        12,
        {
            11: "too-short-is-not-enough",
            9: "log-of-another-base",
            4000: "dilations-double-the-reach",
            2000: "dilations-double-the-reach",
        },
    ),
    part(
        "dilations needed to see a period of 110 Hz at 4,000 a second",
        6,
        {
            5: "too-short-is-not-enough",
            4: "log-of-another-base",
            36: "dilations-double-the-reach",
            37: "dilations-double-the-reach",
        },
    ),
    why="Time is samples divided by the sampling rate; k dilations that double reach 2 to the power k samples.",
    hints=(
        "Reach in samples: 1 + the sum of the dilations. One sample lasts 1 / rate of a second.",
        "A period of 110 Hz at 4,000 a second has 4,000 / 110 samples. With k dilations 1, 2, 4, … the reach is 2**k.",
    ),
)

# --- μ-law by hand ---


def _by_f(place: int, mistake: Mistake, parts: list) -> Mistake:
    """The first part tells whether the logarithm was forgotten, or a class was rounded the wrong way."""
    if mistake.misconception != "round-to-the-nearest" or place not in (1, 2) or not isinstance(parts[0], int | float):
        return mistake
    if math.isclose(parts[0], 1 / 7, abs_tol=5e-3):
        return Mistake(mistake.says, "the-logarithm-comes-first")
    if math.isclose(parts[0], 1 / 3, abs_tol=5e-3):
        return mistake
    return Mistake(mistake.says, next="Get f right first: the class follows from it.")


MU = value("mu", "μ-law by hand", medium, 7)(
    part(
        "f(1/7)",
        1 / 3,
        {
            1 / 7: "the-logarithm-comes-first",
            math.log(2): "divided-by-the-largest",
            1 / 6: "the-line-is-two-long",
            0: "one-is-added-inside",
        },
        tolerance=6e-3,
    ),
    part(
        "the class of 1/7",
        5,
        {4: "round-to-the-nearest", 2: "the-line-is-two-long", 6: "classes-count-from-0"},
    ),
    part(
        "the class of -3/7",
        1,
        {6: "the-sign-stays", 2: "round-to-the-nearest", -5: "the-line-is-two-long"},
    ),
    part("the class of -1", 0, {1: "classes-count-from-0", -7: "the-line-is-two-long", 7: "the-sign-stays"}),
    part("classes from 0 to 1/7, at equal steps", 1, {0: "round-to-the-nearest"}),
    instead=_by_f,
    why="The logarithm gives the quiet seventh next to 0 a third of the line, more than twice what equal steps give "
    "it.",
    hints=(
        "1 + 7 · 1/7 = 2, and ln 8 = 3 ln 2.",
        "f lies between -1 and 1: add 1, halve, and it lies between 0 and 1; times 7, rounded, is the class.",
        "At equal steps there is no f: the class of x is (x + 1) / 2 · 7, rounded; 0 becomes 3.5 and 1/7 becomes 4.",
    ),
)

# --- what a reach can know ---

KNOWS = prediction("knows", "What a reach can know", medium, 5)(
    part("does a reach of 16 at 4,000 a second see a period of 200 Hz?", False, "a-period-is-rate-over-frequency"),
    part(
        "256 samples at 8,000 a second, in ms",
        32,
        {64: "reach-is-counted-in-samples", 128: "reach-is-counted-in-samples"},
    ),
    part(
        "new rows for one sample, ten dilations, all kept",
        10,
        {1024: "what-is-kept-is-not-computed", 1023: "what-is-kept-is-not-computed", 1: "one-row-a-level"},
    ),
    part(
        "rows that wait in its queues",
        1023,
        {1024: "the-newest-does-not-wait", 10: "a-queue-is-as-long-as-its-dilation", 512: "dilations-are-added-up"},
    ),
    why="Reach is counted in samples. A faster rate makes the same reach shorter in time, and all that is seen "
    "except the newest sample waits in the queues.",
    hints=(
        "A period has rate / frequency samples.",
        "Each level computes one row and keeps as many as its dilation.",
    ),
)

check = Check("sound", MILLISECONDS, MU, KNOWS)
