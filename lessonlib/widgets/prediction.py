"""A prediction to make before you look, with a field to type in or choices to pick; kept like `predict` keeps it."""

import traitlets

from lessonlib import predictions, progress, style
from lessonlib.widgets.base import LessonWidget, script, stylesheet
from lessonlib.widgets.flashcards import list_of_words


class PredictionPrompt(LessonWidget):
    """Ask before a surprise, in one cell; say what came out in a later one.

    guess = PredictionPrompt("05-wall", "What loss will 2 levels reach?")
    guess.compare(3.26, tolerance=0.1)

    With `choices` you pick one instead of typing. `predictions.compare` does as well: both keep the same record.
    A prediction that was missed brings back the flashcards that name it.
    """

    _esm = script("prediction")
    _css = stylesheet("prediction")

    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    yours = traitlets.Unicode().tag(sync=True)  # "" until there is one
    outcome = traitlets.Dict().tag(sync=True)  # {} until compared; then what came out, and the verdict in words

    def __init__(self, id: str, question: str, choices=()):
        self.id = id
        kept = progress.load().get("predictions", {}).get(predictions.permanent(id), {})
        yours = "" if kept.get("yours") is None else str(kept["yours"])
        super().__init__(question=question, choices=[str(choice) for choice in choices], yours=yours)
        self.observe(self._record, "yours")

    def _record(self, _):
        self.outcome = {}
        predictions.record(self.id, self.question, self.yours or None)

    def compare(self, actual, tolerance: float = 0.0) -> None:
        """Show and print what came out beside what you predicted; numbers count as equal within `tolerance`."""
        predictions.compare(self.id, actual, tolerance)
        agrees = predictions.judge(self.id, actual, tolerance)["agrees"]
        verdict = "You made no prediction." if agrees is None else predictions.VERDICTS[agrees]
        self.outcome = {"actual": str(actual), "agrees": agrees, "verdict": verdict}

    def static_text(self) -> str:
        lines = [f"Prediction: {self.question}", *(f"  ( ) {choice}" for choice in self.choices)]
        lines.append(f"Your prediction: {self.yours or 'none yet'}")
        if self.outcome:
            lines.append(f"What came out: {self.outcome['actual']}. {self.outcome['verdict']}")
        return "\n".join(lines)

    def static_figure(self) -> style.Picture:
        return list_of_words("Predict before you look", [self.question, *self.choices])
