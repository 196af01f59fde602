"""The end of a lesson: how many of its predictions you made, how many were right, which are worth another look."""

import html

import traitlets
from IPython.display import display

from lessonlib import lessons, predictions
from lessonlib.predictions import State
from lessonlib.widgets import content, fold
from lessonlib.widgets.base import MIME, LessonWidget, stylesheet
from lessonlib.widgets.together import Together


def your_predictions(lesson: str | int) -> None:
    """Show how a lesson's predictions stand ("tree", "05" or 5). Raises ValueError where it asks nothing."""
    display(PredictionSummary(lesson))


class PredictionSummary(LessonWidget, Together):
    """n guessed, m right, those worth another look; it follows as you guess. The file holds the questions alone."""

    scripts = ("prediction_summary",)
    _css = stylesheet("prediction_summary")

    sentence = traitlets.Unicode().tag(sync=True)
    again = traitlets.List().tag(sync=True)  # of those that differed: key, question, yours, actual
    unguessed = traitlets.List().tag(sync=True)  # of those not guessed: key, question
    all_shown = traitlets.Bool(False).tag(sync=True)

    def __init__(self, lesson: str | int):
        self.lesson, self._asked = lessons.find(lesson), predictions.of_lesson(lesson)
        if not self._asked:
            raise ValueError(f"The lesson {self.lesson.slug!r} asks no predictions.")
        super().__init__()
        self.on_msg(self._hear)
        self.refresh()

    def _hear(self, _, message, buffers):
        predictions.show_all(message["on"])
        self.refresh_all()

    def refresh(self) -> None:
        score = predictions.score(self.lesson.slug)
        words = {each.key: content.rich_line(each.question) for each in self._asked}
        self.sentence = _sentence(score)
        self.again = [{"key": key, "question": words[key], **_both(key)} for key in score.again]
        guessed = (State.AGREES, State.DIFFERS, State.WAITING)
        self.unguessed = [
            {"key": key, "question": words[key]} for key, state in score.states.items() if state not in guessed
        ]
        self.all_shown = predictions.all_shown()

    def static_text(self) -> str:
        lines = [f"- {content.plain(each.question)}" for each in self._asked]
        return "\n".join([f"What this lesson asks before it answers it ({len(lines)}):", *lines])

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super(LessonWidget, self)._repr_mimebundle_(**kwargs)
        asked = "".join(f"<li>{content.rich_line(each.question)}</li>" for each in self._asked)
        page = f"<p>{html.escape('What this lesson asks before it answers it:')}</p><ul>{asked}</ul>"
        return {**data, "text/plain": self.static_text(), "text/html": page, MIME: self._copy()}, metadata


def _sentence(score: predictions.Score) -> str:
    if not score.guessed:
        return f"None of this lesson's {score.asked} predictions is made yet. A wrong one teaches more than none."
    return f"You made {score.guessed} of {score.asked} predictions, and {_right(score.right, score.guessed)}."


def _right(right: int, guessed: int) -> str:
    if guessed == 1:
        return "it was right" if right else "it was not right"
    if right in (0, guessed):
        return "all of them were right" if right else "none of them was right"
    return f"{right} of them {'was' if right == 1 else 'were'} right"


def _both(key: str) -> dict:
    entry, asked = predictions.kept(key), predictions.find(key)
    if asked.kind is predictions.Kind.CURVE:
        return {"yours": "another line", "actual": "the dashed one"}
    return {"yours": fold.typed(asked, str(entry["yours"])), "actual": fold.words(asked, asked.read(entry["actual"]))}
