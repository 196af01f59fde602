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
    return Link(words or lesson.heading, f"../notebooks/{lesson.file}")


def to_exercises(lesson: Lesson, words: str = "exercises") -> Link:
    return Link(words, f"../exercises/{lesson.file}")


@dataclass(frozen=True)
class Strip:
    """A lesson's place in the course, what is done in it, and one way to go on."""

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
        """What is done in this lesson, each in a few words; what the lesson does not have is left out."""
        guesses = predictions.score(self.lesson.slug)
        quiz = progress.load().get("quiz")
        answered = quiz if isinstance(quiz, dict) else {}
        questions = [each.id for each in content.questions() if each.lesson == self.lesson.slug]
        said = []
        if guesses.asked:
            said.append(f"Predictions: {guesses.guessed} of {guesses.asked} made, {guesses.right} right")
        if questions:
            said.append(f"Quiz: {sum(id in answered for id in questions)} of {len(questions)} answered")
        return said

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
            rows.append("Exercises: " + ", ".join(f"{MARKS[found]} {each.title}" for each, found in exercises))
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
        ]
        if exercises := self.exercises():
            each = ", ".join(f"{MARKS[found]} {escape(one.title)} ({escape(found)})" for one, found in exercises)
            right = sum(found == "correct" for _, found in exercises)
            rows.append(
                f"{to_exercises(self.lesson, 'Exercises').html()}: {right} of {len(exercises)} correct"
                f"<details><summary>one by one</summary>{each}</details>"
            )
        words, link = self.onward()
        rows.append(f"<strong>{escape(words)}{f' {link.html()}' if link else ''}</strong>")
        return f'<nav aria-label="Where you are">{"".join(f"<div>{row}</div>" for row in rows if row)}</nav>'

    def _core_path(self) -> str:
        """The lessons of the short way, as numbers; this one is bold."""
        ways = [
            f"<strong>{each.number}</strong>" if each == self.lesson else to_lesson(each, each.number).html()
            for each in lessons.lessons()
            if each.core
        ]
        return f"The short way: {' › '.join(ways)}"


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
