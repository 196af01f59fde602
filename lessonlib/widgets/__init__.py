"""The interactive faces of the course: each shows something that a plain function of lessonlib also returns."""

from lessonlib.widgets.delayed_test import DelayedTest
from lessonlib.widgets.flashcards import Flashcards
from lessonlib.widgets.live_loss import LiveLoss
from lessonlib.widgets.living_tree import LivingTree
from lessonlib.widgets.living_tree import share as share
from lessonlib.widgets.look_inside import LookInside
from lessonlib.widgets.prediction import PredictionPrompt, predict, show_all
from lessonlib.widgets.prediction_summary import PredictionSummary, your_predictions
from lessonlib.widgets.quiz import Quiz
from lessonlib.widgets.receptive_field import ReceptiveField
from lessonlib.widgets.shape_ribbon import ShapeRibbon

__all__ = [
    "DelayedTest",
    "Flashcards",
    "LiveLoss",
    "LivingTree",
    "LookInside",
    "PredictionPrompt",
    "PredictionSummary",
    "Quiz",
    "ReceptiveField",
    "ShapeRibbon",
    "predict",
    "show_all",
    "your_predictions",
]
