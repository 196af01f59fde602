"""The checks: what a learner is told about an answer.

The path of one answer:

    exNN.py        an Exercise: its cases, points, hints            (exercise.py)
    probes/exNN.py a probe runs the learner's code and gives data   (probes/runner.py: run -> Outcome)
    exNN.py        a judge looks at that data and raises a Mistake  (judging.py: judge -> Result)
    result.py      a Result: state, score, lines                    (shown by card.py, show.py, draw.py)

In a notebook `check.linear(Linear)` does all of it in place (engine.py). The grader runs the probes in a limited
child, which gets the folder probes/ and nothing else, and the judges in its own process, with the seed that it gave
the child. `registry.exercises()` lists every exercise of the course.

How to add the exercises of a lesson NN:

1. probes/exNN.py: functions `probe(answer, seed) -> dict` that call the learner's code on inputs drawn from the
   seed and return outputs, weights, shapes, errors (`common.attempt`), never a verdict. What draws the inputs is a
   function of its own, for the judge calls it, too.
2. exNN.py: a judge `judge(data, seed)` for each case, the `Exercise`s, `EXERCISES`, and `check = Check(EXERCISES)`.
   A judge works out what is right (reference.py), and on a wrong answer compares it with what each known
   misconception would have given. `expect.py` has the sentences for tensors, `values.py` judges for numbers,
   shapes, words, yes or no. Judge what came, not how it was made: every convention in public use passes.
3. misconceptions.toml: an id, a name, what is so instead, one thing to try. Reuse ids across lessons.
4. solutions/NN_name.ipynb: the first code cell is `IMPORTS` and the import of `check`; then for each exercise a task,
   given cells if it needs any, the answer cell, the check cell `check.id(Name)`, with nbgrader's metadata.
   `### BEGIN SOLUTION` and `### END SOLUTION` stand inside function bodies.
5. tests/checks/answers/exNN.py: wrong answers by name, right ones in many styles. `pytest tests/checks` fails while
   a case or a misconception is hit by none of them, or metadata and registry differ.
6. `python3 course.py execute solutions/NN_name.ipynb`, then `python3 course.py build`.
"""
