"""The delayed test: twelve questions with new numbers each time, a week or a month after the course."""

import random
import secrets
from datetime import date

from lessonlib import progress, style
from lessonlib.widgets import content, deck, delayed_questions
from lessonlib.widgets.flashcards import list_of_words
from lessonlib.widgets.quiz import Quiz

KEPT = 50  # tests; older ones are forgotten
SAMPLE = 1  # the seed of the test on a page without Python


class DelayedTest(Quiz):
    """Twelve questions over the whole course: DelayedTest(). Their numbers are new each time; `seed` repeats a test.

    What counts is the first try. A wrong one brings its flashcard back, and your results are kept, with their dates.
    """

    def __init__(self, seed: int | None = None):
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
            raise ValueError(f"seed is {seed!r}; give a whole number, or none for new numbers.")
        self.seed = secrets.randbelow(10**6) if seed is None else seed
        super().__init__()

    def _chosen(self, lessons) -> tuple[content.Question, ...]:
        questions = list(delayed_questions.drawn(self.seed))
        random.Random(self.seed).shuffle(questions)
        return tuple(questions)

    def _ask(self, number):
        """Show a question. "Start again", after the last one, begins another test."""
        if number == 0 and self.number == self.total:
            self.seed = secrets.randbelow(10**6)
            self._questions, self.first_tries = self._chosen(None), {}
        super()._ask(number)

    def _keep_first_try(self, question: content.Question, right: bool) -> None:
        self.first_tries = {**self.first_tries, question.id: right}
        tries = list(self.first_tries.values())
        entry = {"date": f"{date.today()}", "right": sum(tries), "answered": len(tries), "of": self.total}

        def change(record):
            tests = record.get("delayed_tests")
            tests = dict(tests) if isinstance(tests, dict) else {}
            tests.pop(str(self.seed), None)  # the newest stands last
            tests[str(self.seed)] = entry
            record["delayed_tests"] = dict(list(tests.items())[-KEPT:])

        progress.update(change)
        if not right:
            deck.see_again(question.card)

    def _copy(self) -> dict:
        return {**super()._copy(), "questions": []}

    @classmethod
    def asked(cls, copy: dict) -> list[content.Question]:
        """A test with fixed numbers, for a page without Python."""
        return list(delayed_questions.drawn(SAMPLE))

    def _heading(self):
        return f"Delayed test, {self.total} questions"

    def static_text(self) -> str:
        topics = ", ".join(dict.fromkeys(question.lesson for question in delayed_questions.drawn(SAMPLE)))
        return f"{self._heading()}, with new numbers each time: run the cell to take it.\nOn {topics}."

    @style.drawing
    def static_figure(self) -> style.Picture:
        return list_of_words("Delayed test: run the cell to take it", self.static_text().split("\n"))


def results() -> list[dict]:
    """Your tests until now, the oldest first: date, right, answered and of, each."""
    tests = progress.load().get("delayed_tests")
    found = tests.values() if isinstance(tests, dict) else ()
    return [test for test in found if isinstance(test, dict) and {"date", "right", "answered", "of"} <= set(test)]
