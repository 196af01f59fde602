"""The interactive faces of the course: each shows something that a plain function of lessonlib also returns."""

from lessonlib.widgets.live_loss import LiveLoss
from lessonlib.widgets.receptive_field import ReceptiveField

__all__ = ["LiveLoss", "ReceptiveField"]
