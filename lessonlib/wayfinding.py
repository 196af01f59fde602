"""Where am I, what is done, what next: one strip for the top and the bottom of every lesson and exercise.

It is plain HTML with ordinary links, so that it reads as well where nothing runs; the links begin at a folder beside
notebooks/, and so are the same from notebooks/ and from exercises/.
"""

from dataclasses import dataclass
from html import escape

from lessonlib import lessons, predictions, progress
from lessonlib.checks import registry
from lessonlib.checks.exercise import Exercise
from lessonlib.checks.panel import MARKS, part, state
from lessonlib.lessons import Lesson
from lessonlib.widgets import content


@dataclass(frozen=True)
class Link:
    """A few words that lead to a file; without one, to nowhere."""

    words: str
    file: str = ""

    def html(self) -> str:
        return f'<a href="{escape(self.file)}">{escape(self.words)}</a>' if self.file else escape(self.words)


def to_lesson(lesson: Lesson, words: str = "") -> Link:
    return Link(words or lesson.heading, lesson.link())


def to_exercises(lesson: Lesson, words: str = "exercises") -> Link:
    return Link(words, lesson.link("exercises"))


@dataclass(frozen=True)
class Strip:
    """A lesson's place in the course, and one way to go on.

    What is done is told at the bottom alone, and only where something is: a strip does not follow live, so what the
    top says, and what a lesson is stored with, must stay true.
    """

    lesson: Lesson
    bottom: bool = False

    def ways(self) -> tuple[Lesson | None, Lesson | None]:
        """The lesson before and the lesson after."""
        everyone = lessons.lessons()
        place = everyone.index(self.lesson)
        return (everyone[place - 1] if place else None), (everyone[place + 1] if place + 1 < len(everyone) else None)

    def exercises(self) -> list[tuple[Exercise, str]]:
        """The lesson's exercises, each with its state."""
        done = part(progress.load(), "checks")
        return [(each, state(done, each)) for each in registry.exercises().values() if each.lesson == self.lesson.slug]

    def counts(self) -> list[str]:
        """What this lesson has or, at the bottom, what is done of it; what it does not have is left out."""
        guesses = predictions.score(self.lesson.slug)
        quiz = progress.load().get("quiz")
        answered = quiz if isinstance(quiz, dict) else {}
        questions = [each.id for each in content.questions() if each.lesson == self.lesson.slug]
        said = []
        done = sum(id in answered for id in questions)
        if self.bottom and guesses.guessed:
            said.append(f"Predictions: {guesses.guessed} of {guesses.asked} made, {guesses.right} right")
        elif guesses.asked:
            said.append(_count(guesses.asked, "prediction"))
        if self.bottom and done:
            said.append(f"Quiz: {done} of {len(questions)} answered")
        elif questions:
            said.append(_count(len(questions), "quiz question"))
        return said

    def _exercises_row(self) -> str:
        """The exercises as a link and a fold; their states where there are any to tell."""
        exercises = self.exercises()
        if not exercises:
            return ""
        right = sum(found == "correct" for _, found in exercises)
        if self.bottom and any(found != "not attempted" for _, found in exercises):
            head = f"{to_exercises(self.lesson, 'Exercises').html()}: {right} of {len(exercises)} correct"
            each = [f"{MARKS[found]} {escape(one.title)} ({escape(found)})" for one, found in exercises]
        else:
            head = to_exercises(self.lesson, _count(len(exercises), "exercise")).html()
            each = [escape(one.title) for one, _ in exercises]
        return f"{head}<details><summary>show each</summary>{', '.join(each)}</details>"

    def onward(self) -> tuple[str, Link | None]:
        """One way to continue, in a word or two and as a link; at the top it is to read on."""
        if not self.bottom:
            return "Read on below.", None
        exercises, (_, after) = self.exercises(), self.ways()
        todo = [each.title for each, found in exercises if found != "correct"]
        if todo and len(todo) < len(exercises):
            return "Go on with", to_exercises(self.lesson, f"the exercises: {todo[0]}")
        if todo:
            return "Go on with", to_exercises(self.lesson, f"the exercises of {self.lesson.number}")
        if after:
            return "Go on with", to_lesson(after)
        return "That was the last lesson:", to_lesson(lessons.lessons()[0], "back to the map")

    def __repr__(self) -> str:
        before, after = self.ways()
        rows = [" | ".join(each.heading for each in (before, self.lesson, after) if each), *self.counts()]
        if exercises := self.exercises():
            marked = [f"{MARKS[found]} {each.title}" if self.bottom else each.title for each, found in exercises]
            rows.append(f"Exercises: {', '.join(marked)}")
        words, link = self.onward()
        return "\n".join([*rows, f"{words} {link.words}." if link else words])

    def _repr_html_(self) -> str:
        before, after = self.ways()
        neighbours = [
            f"← {to_lesson(before).html()}" if before else "",
            f"<strong>{escape(self.lesson.heading)}</strong>",
            f"{to_lesson(after).html()} →" if after else "",
        ]
        rows = [
            " &nbsp;·&nbsp; ".join(filter(None, neighbours)),
            self._core_path(),
            " &nbsp;·&nbsp; ".join(self.counts()),
            self._exercises_row(),
        ]
        words, link = self.onward()
        rows.append(f"<strong>{escape(words)}{f' {link.html()}' if link else ''}</strong>")
        return f'<nav aria-label="Where you are">{"".join(f"<div>{row}</div>" for row in rows if row)}</nav>'

    def _core_path(self) -> str:
        """The lessons of the core path, as numbers; this one is bold."""
        ways = [
            f"<strong>{each.number}</strong>" if each == self.lesson else to_lesson(each, each.number).html()
            for each in lessons.lessons()
            if each.core
        ]
        return f"Core path: {' › '.join(ways)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def way(lesson: Lesson, here: str) -> str:
    """The same as one line of Markdown for a lesson's exercises, which are kept without outputs.

    `here` is the way to notebooks/.
    """
    before, after = Strip(lesson).ways()
    parts = [f"[← {before.heading}]({here}{before.file})"] if before else []
    parts.append(f"**the exercises of [{lesson.heading}]({here}{lesson.file})**")
    parts += [f"[{after.heading} →]({here}{after.file})"] if after else []
    return " · ".join([*parts, f"[the map]({here}{lessons.lessons()[0].file})"])


def strip(lesson: str | int, bottom: bool = False) -> Strip:
    """The strip of a lesson ("tree", "05" or 5), as it stands at its top, or with `bottom` at its end."""
    return Strip(lessons.find(lesson), bottom)
