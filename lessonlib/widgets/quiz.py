"""The quiz: answers and feedback stay in Python; a wrong first answer brings its flashcard back."""

import random
import textwrap

import traitlets

from lessonlib import lessons as catalogue
from lessonlib import progress, style
from lessonlib.widgets import content, deck
from lessonlib.widgets.base import LessonWidget, stylesheet
from lessonlib.widgets.flashcards import list_of_words


class Quiz(LessonWidget):
    """The questions of one lesson, Quiz("tree"), of several, Quiz(["shapes", "tree"]), or of all, Quiz().

    Quiz(before="tree", n=2) asks again what earlier lessons asked: what was missed first, then what is still open.
    You may try again until you are right; what counts is the first try.
    """

    scripts = ("quiz",)
    _css = stylesheet("quiz")

    number = traitlets.Int(0).tag(sync=True)  # of the question that is shown, from 0
    total = traitlets.Int().tag(sync=True)
    question = traitlets.Dict().tag(sync=True)  # id, text and choices, without the answer
    feedback = traitlets.Dict().tag(sync=True)  # {} before a try; then the choice, whether it is right, and why
    first_tries = traitlets.Dict().tag(sync=True)  # question id: whether the first answer was right

    def __init__(self, lessons=None, before=None, n=2):
        self._questions = self._chosen(lessons) if before is None else _earlier(before, n)
        super().__init__(total=len(self._questions))
        self._ask(0)
        self.on_msg(self._hear)

    def _chosen(self, lessons):
        return content.of_lessons(content.questions(), lessons)

    def _hear(self, _, message, buffers):
        if message["type"] == "answer":
            self.answer(message["choice"])
        elif message["type"] == "go" and 0 <= message["number"] <= self.total:
            self._ask(message["number"])

    def _ask(self, number):
        """Show a question; past the last one, the result."""
        with self.hold_sync():
            self.number, self.feedback = number, {}
            if number < self.total:
                now = self._questions[number]
                choices = [content.rich(choice.text) for choice in now.choices]
                self.question = {
                    "id": now.id,
                    "lesson": catalogue.find(now.lesson).number,
                    "text": content.rich(now.question),
                    "choices": choices,
                }

    def answer(self, choice: int) -> bool:
        """Answer the question that is shown with the choice of that number, from 0; returns whether it is right."""
        if self.number == self.total:
            raise ValueError("There is no question left to answer.")
        now = self._questions[self.number]
        if not 0 <= choice < len(now.choices):
            raise ValueError(f"choice is {choice}; this question has choices 0 to {len(now.choices) - 1}.")
        picked = now.choices[choice]
        if now.id not in self.first_tries:
            self._keep_first_try(now, picked.right)
        self.feedback = {"choice": choice, "right": picked.right, "why": content.rich(picked.why)}
        return picked.right

    def _keep_first_try(self, question: content.Question, right: bool) -> None:
        self.first_tries = {**self.first_tries, question.id: right}
        progress.update(lambda record: record.setdefault("quiz", {}).update({question.id: right}))
        if not right:
            deck.see_again(question.card)

    def _copy(self) -> dict:
        return super()._copy() | {"questions": [question.id for question in self._questions]}

    @classmethod
    def asked(cls, copy: dict) -> list[content.Question]:
        """The questions of a stored copy."""
        return [question for question in content.questions() if question.id in copy.get("questions", ())]

    @classmethod
    def page_state(cls, copy: dict) -> dict | None:
        """The questions with what is right and why: on a page without Python the page itself judges."""
        questions = [_with_answers(question) for question in cls.asked(copy)]
        if not questions:
            return None
        first = {"text": questions[0]["text"], "choices": [choice["text"] for choice in questions[0]["choices"]]}
        shown = {"number": 0, "total": len(questions), "question": first, "feedback": {}, "first_tries": {}}
        return {**shown, "questions": questions}

    @classmethod
    def html_of(cls, copy: dict) -> str | None:
        """The quiz for a page without scripts: a list of questions, each choice with what is to be said about it."""
        asked = cls.asked(copy)
        return f"<ol>{''.join(map(as_list, asked))}</ol>" if asked else None

    def _heading(self):
        return f"Quiz, {self.total} question{'' if self.total == 1 else 's'}"

    def static_text(self) -> str:
        lines = [self._heading()]
        for number, question in enumerate(self._questions, 1):
            lines.append(f"{number}. {content.plain(question.question)}")
            lines += [textwrap.indent(content.plain(choice.text), "   ( ) ") for choice in question.choices]
        return "\n".join(lines)

    @style.drawing
    def static_figure(self) -> style.Picture:
        return list_of_words(
            f"{self._heading()}: run the cell to answer",
            [
                "\n".join([content.plain(question.question), *(f"○ {content.plain(c.text)}" for c in question.choices)])
                for question in self._questions
            ],
        )


def _earlier(before: str | int, n: int) -> list[content.Question]:
    """Up to `n` questions of the lessons before that one: missed ones first, then open ones, then others."""
    here = catalogue.find(before)
    earlier = {each.slug for each in catalogue.lessons() if each.number < here.number}
    asked = [question for question in content.questions() if question.lesson in earlier]
    random.Random(here.slug).shuffle(asked)
    tries = progress.load().get("quiz", {})
    return sorted(asked, key=lambda question: {False: 0, None: 1}.get(tries.get(question.id), 2))[:n]


def _with_answers(question: content.Question) -> dict:
    choices = [
        {"text": content.rich(each.text), "right": each.right, "why": content.rich(each.why)}
        for each in question.choices
    ]
    return {"text": content.rich(question.question), "choices": choices}


def as_list(question: content.Question) -> str:
    """A question of a list, for a page without scripts."""
    return f"<li>{content.rich(question.question)}{''.join(map(_as_fold, question.choices))}</li>"


def _as_fold(choice: content.Choice) -> str:
    """A choice that opens on what is to be said about it."""
    words = content.rich(choice.text).strip().removeprefix("<p>").removesuffix("</p>")
    verdict = "✓ Correct." if choice.right else "✗ Not this one."
    return f"<details><summary>{words}</summary><p><strong>{verdict}</strong></p>{content.rich(choice.why)}</details>"
