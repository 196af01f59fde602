"""The checks: what a learner is told about an answer.

The path of one answer:

    exercises/LESSON.py  an Exercise: its cases, hints, minutes           (declare.py -> exercise.py)
    probes/LESSON.py     a probe runs the learner's code and gives data   (probes/runner.py: run -> Outcome)
    exercises/LESSON.py  a judge looks at that data, raises a Mistake     (judging.py: judge -> Result)
    result.py            a Result: state, score, lines                    (shown by card.py, show.py, draw.py)

In a notebook `check.linear(Linear)` does all of it in place (engine.py). The grader runs the probes in a limited
child, which gets the folder probes/ and nothing else, and the judges in its own process, with the seed that it gave
the child. `registry.exercises()` lists every exercise of the course. LESSON is the lesson's slug; names, ids, points
and captions of an exercise are made from its declaration.

What may cross between an answer and a judge: plain data (probes/plain.py), never an object. Raw outputs, gradients
and weights go to the judge; a verdict, a loss or a time that the answer tells of itself counts for nothing. A recipe
for training gets one thing more than a seed, its `material`: names to train on, and seconds (budget.py). Its weights
come back as tensors in a declared structure (exercises/handed_over.py); the judge builds the tree from them and
measures it on names that were never in the answer's process. Whoever compares models hands over models, or figures
that nobody gets points for (exercises/comparison.py judges only what follows from them).

How to add an exercise to a lesson:

1. exercises/LESSON.py: `value(…)` or `prediction(…)` with a `part(title, right, {wrong: "misconception"})` for each
   value. For `code(…)`, a `Case(title, probe, judge)` for each step: a function in probes/LESSON.py that calls the
   learner's code on inputs drawn from the seed, and a judge that works out what is right (reference.py, expect.py)
   and accepts every convention in public use. Add it to `check`. A mistake that has no name yet gets one in the
   .toml file beside it; one that several lessons know, in common.toml.
2. solutions/NN_lesson.ipynb: the task, the answer cell `lesson-id` with its solution between the markers, inside a
   function body. `course.py build` writes caption, metadata and check cell.
3. tests/checks/answers/LESSON.py: wrong answers by name, right ones in many styles. `pytest tests/checks` fails while
   a case or a misconception is hit by none of them.

Then `python3 course.py build` and `python3 course.py execute solutions/NN_lesson.ipynb`.
"""

from . import old_names

old_names.keep(__name__)
