"""The interactive faces of the course: each shows something that a plain function of lessonlib also returns."""

from lessonlib.widgets.receptive_field import ReceptiveField

__all__ = ["ReceptiveField"]
