"""The points of a loss curve, packed small enough to be stored with a notebook: two bytes a step."""

import base64
from collections.abc import Sequence

import numpy as np

HIGHEST = 65_534  # of two bytes; one more stands for a loss that is no number
RATES = 257  # learning rates kept of a run: they change slowly, or at a few places


def packed(losses: Sequence[tuple[float, float, float]], marks: dict[str, list[tuple[float, float]]]) -> dict:
    """One run as plain data: its (step, loss, learning rate) for each batch, and `marks`, lists of (step, loss).

    Losses are rounded to 1/65,534 of their range.
    """
    steps, values, rates = (np.array(column, dtype=np.float64) for column in zip(*losses, strict=True))
    finite = np.isfinite(values)
    low, high = (values[finite].min(), values[finite].max()) if finite.any() else (0.0, 0.0)
    unit = (high - low) / HIGHEST or 1.0
    numbers = np.where(finite, np.rint((np.where(finite, values, low) - low) / unit), HIGHEST + 1).astype("<u2")
    some = np.unique(np.linspace(0, len(steps) - 1, RATES).astype(int))
    return {
        "steps": _even(steps.astype(int).tolist()),
        "low": float(low),
        "unit": float(unit),
        "losses": base64.b64encode(numbers.tobytes()).decode(),
        "rates": " ".join(f"{at}:{rates[at]:.6g}" for at in some if np.isfinite(rates[at])),  # one line of a file
        **{name: [[int(step), float(f"{loss:.6g}")] for step, loss in found] for name, found in marks.items()},
    }


def _even(steps: list[int]) -> dict | list[int]:
    """Steps at equal distances as the first and the distance; others as they are."""
    first, by = steps[0], steps[1] - steps[0] if len(steps) > 1 else 1
    even = steps == [first + by * i for i in range(len(steps))]
    return {"first": first, "by": by, "n": len(steps)} if even else steps
