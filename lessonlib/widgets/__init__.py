"""The interactive faces of the course: each shows something that a plain function of lessonlib also returns."""

from lessonlib.widgets.flashcards import Flashcards
from lessonlib.widgets.live_loss import LiveLoss
from lessonlib.widgets.living_tree import LivingTree
from lessonlib.widgets.living_tree import share as share
from lessonlib.widgets.look_inside import LookInside
from lessonlib.widgets.prediction import PredictionPrompt
from lessonlib.widgets.quiz import Quiz
from lessonlib.widgets.receptive_field import ReceptiveField
from lessonlib.widgets.shape_ribbon import ShapeRibbon

__all__ = [
    "Flashcards",
    "LiveLoss",
    "LivingTree",
    "LookInside",
    "PredictionPrompt",
    "Quiz",
    "ReceptiveField",
    "ShapeRibbon",
]
