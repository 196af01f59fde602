"""One thing on the page for each prediction: the question, a field that fits it, and the answer when you have guessed.

    predict("shapes-embed", tuple(e.shape))                  # what came out is at hand
    predict("flat-mlp-luck", apart, plots.histograms(…))     # and what is shown with it

    with predict("training-the-tree-gain") as came_out:      # guess while it trains
        …                                                    # what is printed here stands in the answer
        came_out(best, plots.dots(…))

The notebook file holds the question and a closed fold, whatever a learner guessed.
"""

import contextlib
import io
import sys

import traitlets
from IPython.display import display

from lessonlib import answers, predictions
from lessonlib.predictions import State
from lessonlib.widgets import content, fold
from lessonlib.widgets.base import MIME, LessonWidget, stylesheet
from lessonlib.widgets.together import Together

VERDICTS = {True: "That is what came out.", False: "Something else came out: worth a second look."}
NOTHING = object()


def predict(key: str, actual: object = NOTHING, *shown: object, **old: object) -> "PredictionPrompt | None":
    """Ask the prediction of this key, and answer it with `actual` after a guess or at "Show me".

    `shown` opens with the answer: a Picture, a tensor, a text, anything that shows itself as HTML. Without `actual`,
    returns the prompt for a `with` block, whose target is called with the answer; what the block prints is kept for
    the answer. Raises ValueError for an unknown key or an answer that is not of the declared kind.
    """
    if "yours" in old or (isinstance(actual, str) and "?" in actual):
        print(predictions.OF_0_2_0)
        return None
    prompt = PredictionPrompt(key, **old)
    if actual is NOTHING:
        return prompt
    prompt.reveal(actual, *shown)
    display(prompt)
    return None


class PredictionPrompt(LessonWidget, Together):
    """The question of a key that content/predictions.toml declares; see `predict`."""

    scripts = ("prediction",)
    _css = stylesheet("prediction")

    asked = traitlets.Dict().tag(sync=True)  # the question as HTML, its kind, and what its field needs
    yours = traitlets.Unicode().tag(sync=True)  # the guess, "" until there is one
    said = traitlets.Unicode().tag(sync=True)  # the guess, set as the answer is
    answer = traitlets.Unicode().tag(sync=True)  # what the fold holds, as HTML; "" until it is known
    actual = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Unicode().tag(sync=True)
    agrees = traitlets.Bool(None, allow_none=True).tag(sync=True)
    complaint = traitlets.Unicode().tag(sync=True)  # why a guess could not be read
    shown = traitlets.Bool(False).tag(sync=True)  # somebody chose to see the answer
    all_shown = traitlets.Bool(False).tag(sync=True)

    def __init__(self, key: str):
        self.prediction = predictions.find(key)
        super().__init__(asked=_for_the_page(self.prediction))
        self._handle, self._printed, self._came, self._shown_with = None, "", NOTHING, ()
        self.on_msg(self._hear)
        self.refresh()

    # the answer

    def reveal(self, actual: object, *shown: object) -> None:
        """Give the answer, and what is shown with it."""
        try:
            actual = self.prediction.read(actual)
        except answers.Unreadable as error:
            raise ValueError(f"The answer to {self.prediction.key}: {error}") from None
        self._came, self._shown_with = actual, shown
        predictions.settle(self.prediction.key, actual)
        self._write()

    def _write(self):
        self.actual = fold.words(self.prediction, self._came)
        self.answer = fold.opened(self.prediction, self.actual, self._printed, self._shown_with)
        self.refresh_all()

    def __enter__(self):
        self._handle = display(self, display_id=True)
        self._capture = contextlib.redirect_stdout(io.StringIO())
        self._buffer = self._capture.__enter__()
        return self.reveal

    def __exit__(self, kind, *_) -> None:
        self._capture.__exit__(None, None, None)
        self._printed = self._buffer.getvalue()
        if kind is not None:  # what was printed before a cell failed, or was stopped, helps to see why
            sys.stdout.write(self._printed)
            return
        if self._came is NOTHING:
            raise RuntimeError(
                f"The block of {self.prediction.key} ended without an answer: call what stands after `as` with it."
            )
        self._write()
        if self._handle is not None:
            self._handle.update(self)

    # the learner

    def _hear(self, _, message, buffers):
        does = {"guess": lambda: self.guess(message["yours"]), "again": lambda: self.guess(""), "see": self.see}
        does |= {"all": lambda: show_all(message["on"])}
        does[message["type"]]()
        self.send({"type": "heard"})

    def guess(self, yours: str) -> None:
        """Keep a guess as it was typed; "" takes it back. What cannot be read is said, and not kept."""
        try:
            predictions.guess(self.prediction.key, yours or None)
            self.complaint = ""
        except answers.Unreadable as error:
            self.complaint = f"That is not {error.expected}. {error.advice}"
        self.refresh_all()

    def see(self) -> None:
        """Show the answer without a guess."""
        predictions.see(self.prediction.key)
        self.refresh_all()

    def refresh(self) -> None:
        """Show what is kept."""
        entry = predictions.kept(self.prediction.key)
        with self.hold_trait_notifications():
            self.yours = "" if entry.get("yours") is None else str(entry["yours"])
            self.said = fold.typed(self.prediction, self.yours)
            self.agrees = entry.get("agrees") if self.yours and self.answer else None
            self.verdict = VERDICTS.get(self.agrees, "")
            self.shown = predictions.state(self.prediction.key) is State.SEEN
            self.all_shown = predictions.all_shown()

    # what is stored: the same for every learner

    def static_text(self) -> str:
        return fold.plain(self.prediction)

    @staticmethod
    def asking(key: str) -> dict:
        """The state of a prediction on a page without Python, which takes the answer out of the fold it stores.

        Raises ValueError for an unknown key.
        """
        unknown = {"yours": "", "said": "", "answer": "", "actual": "", "verdict": "", "complaint": ""}
        return {
            **unknown,
            "asked": _for_the_page(predictions.find(key)),
            "agrees": None,
            "shown": False,
            "all_shown": False,
        }

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super(LessonWidget, self)._repr_mimebundle_(**kwargs)
        html = fold.closed(self.prediction, self.answer)
        return {**data, "text/plain": self.static_text(), "text/html": html, MIME: self._copy()}, metadata


def _for_the_page(prediction) -> dict:
    """What the field needs."""
    return {
        "key": prediction.key,
        "question": content.rich_line(prediction.question),
        "words": content.plain(prediction.question),
        "hint": content.rich_line(prediction.hint),
        "kind": prediction.kind.value,
        "choices": ["yes", "no"] if prediction.kind == "yes or no" else list(prediction.choices),
        "unit": prediction.unit,
        "range": list(prediction.range),
        "step": prediction.step,
        "points": list(prediction.points),
        "axes": list(prediction.axes),
    }


def show_all(on: bool = True) -> None:
    """Show all answers, in every lesson, from now on; show_all(False) asks again. It is remembered."""
    predictions.show_all(on)
    Together.refresh_all()
