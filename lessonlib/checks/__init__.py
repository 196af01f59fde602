"""The checks: what a learner is told about an answer.

The path of one answer:

    exNN.py      an Exercise: its cases, points, hints           (exercise.py)
    probes/      a probe runs the learner's code, gives data     (probes/runner.py: run -> Outcome)
    exNN.py      a judge looks at that data, raises a Mistake    (judging.py: judge -> Result)
    result.py    a Result: state, score, lines; shows itself

In a notebook `check.linear(Linear)` does all of it in place. The grader runs `run` in a limited child, which gets
the folder probes/ and nothing else, and `judge` in its own process, with the seed that it gave the child.
`registry.exercises()` lists every exercise of the course.
"""
