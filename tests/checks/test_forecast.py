"""What passes in the notebook and would not where it is graded is said beside the check's result."""

import json

import pytest

from lessonlib.checks import forecast, notebook
from lessonlib.checks.engine import Check
from lessonlib.checks.registry import exercises

EXERCISES = exercises()
UNIFORM = EXERCISES["uniform"]
DEFINED = "def answer_uniform():\n    return "


def said(source: str, known=(), seconds: float = 0.0) -> str:
    return " ".join(forecast.told(UNIFORM, source, known, seconds))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (DEFINED + "helper(1)", "`helper` is not there: define it in the answer's cell"),
        ("x = helper\n" + DEFINED + "x", "`helper` is not there"),
        ("class A:\n    y = helper\n" + DEFINED + "A", "`helper` is not there"),
        ("from lessonlib import data\n" + DEFINED + "1", "`lessonlib` cannot be imported"),
        ("def answer_uniform():\n    import pandas as pd\n    return pd", "`pandas` cannot be imported"),
        ("import sklearn.linear_model\n" + DEFINED + "1", "`sklearn` cannot be imported"),
        ("open('a.txt', 'w').write('x')\n" + DEFINED + "1", 'leave `open(…, "w")` out'),
        ("open('a.txt', mode='ab')\n" + DEFINED + "1", 'leave `open(…, "ab")` out'),
        ("torch.save(1, 'x')\n" + DEFINED + "1", "leave `torch.save(…)` out"),
        ("import matplotlib.pyplot as plt\nplt.savefig('x')\n" + DEFINED + "1", "leave `plt.savefig(…)` out"),
        ("import asyncio\nawait asyncio.sleep(0)\n" + DEFINED + "1", "`await` outside a function"),
    ],
)
def test_what_is_not_there_where_it_is_graded_is_said(source, words):
    assert words in said(source, known={"helper", "plt", "torch"})


@pytest.mark.parametrize(
    "source",
    [
        DEFINED + "math.log(27), torch.zeros(1), F.relu, nn.Linear",
        DEFINED + "typo_that_is_nowhere",
        "import numpy as np\nopen('a.txt').read()\nopen('words', 'rb')\n" + DEFINED + "[n for n in np.arange(3)]",
        "%matplotlib inline\n!ls\nt = %timeit -o 1\n" + DEFINED + "display(1)",
        "def helper(): return 1\n" + DEFINED + "helper()",
        "display = 3\nfor i in range(3): pass\n" + DEFINED + "print(i)",
    ],
)
def test_nothing_is_said_where_all_is_well(source):
    assert said(source, known={"i", "helper", "t"}) == ""


def test_a_cell_that_takes_long_is_named():
    assert "has 12 seconds. It took 9 here" in said(DEFINED + "1", seconds=9.0)
    assert said(DEFINED + "1", seconds=3.0) == ""


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_nothing_is_said_about_the_solutions(exercise):
    cells = json.loads(notebook.path(exercise.lesson).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    known = {name for source in sources for name in ("model", "F", "words", "X", "Y", "helper") if name in source}
    source = notebook.without_markers(notebook.source(exercise.lesson, exercise.grade_id))
    assert forecast.missing(source, exercise) == set()
    assert list(forecast.told(exercise, source, known, 0.0)) == []


def test_in_a_notebook_it_stands_below_the_result(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr(forecast, "_shell", lambda: shell)
    shell.user_ns["check"] = Check("flat-mlp", UNIFORM)
    for cell in ("helper = 7", DEFINED + "helper, 1, 2", "card = check.uniform(answer_uniform)"):
        shell.run_cell(cell, store_history=True).raise_error()
    assert "`helper` is not there" in " ".join(shell.user_ns["card"].result.notes)
    assert max(forecast._seconds.values()) < 30
    shell.run_cell("card = check.uniform(lambda: (1, 2, 3))", store_history=True).raise_error()
    assert "is called `answer_uniform`" in " ".join(shell.user_ns["card"].result.notes)
