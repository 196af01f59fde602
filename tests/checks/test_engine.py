"""The engine survives whatever an answer does, leaves the notebook as it was, and says what it found."""

from __future__ import annotations

import builtins
import random
import signal
import sys

import cells
import numpy
import pytest
import torch

from lessonlib import progress
from lessonlib.checks import engine, notebook, show
from lessonlib.checks.card import Card
from lessonlib.checks.engine import Check, in_place
from lessonlib.checks.exercise import Case, Exercise, Kind, Mistake
from lessonlib.checks.exercises import flat_mlp, layers, shapes, tree, tree_earlier
from lessonlib.checks.probes import guard
from lessonlib.checks.probes.common import attempt
from lessonlib.checks.registry import exercises
from lessonlib.checks.result import Mark, State
from lessonlib.checks.show import text

EXERCISES = exercises()


def call(answer: object, seed: int) -> dict:
    """A probe that calls the answer."""
    return {"value": answer()}


def lesson_of_one(judge=lambda data, seed: None, kind: str = Kind.CODE, seconds: float = 30.0, probe=call) -> Exercise:
    """An exercise with one case."""
    case = Case("the only case", probe, judge)
    return Exercise(
        "one", "One", kind, "one", "easy", 1, (case,), ("first", "second"), seconds=seconds, lesson="layers"
    )


def state_after(source: str, seconds: float = 30.0) -> tuple[str, str]:
    """State and text of an answer whose function `one` has this body."""
    names = {"torch": torch}
    exec("def one():\n" + "\n".join(f"    {row}" for row in source.splitlines()), names)
    found = in_place(lesson_of_one(seconds=seconds), names["one"])
    return found.state, text(found)


# --- answers that are none ---

NONSENSE = {
    "None": None,
    "a number": 3,
    "a text": "x",
    "int": int,
    "a class without methods": type("Empty", (), {}),
    "a module": torch,
    "print": print,
    "a lambda": lambda *args, **kwargs: None,
    "a function that returns itself": (returns_itself := lambda *args, **kwargs: returns_itself),
    "divides by zero": lambda *args, **kwargs: 1 / 0,
    "exits": lambda *args, **kwargs: sys.exit(3),
}


class Hostile:
    """Fails at whatever it is asked."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")

    def __eq__(self, other):
        raise RuntimeError("eq")

    def __call__(self, *args, **kwargs):
        return Hostile()


@pytest.mark.parametrize("id", EXERCISES)
def test_nonsense_is_not_yet_and_never_raises(id):
    for name, answer in {**NONSENSE, "hostile": Hostile, "hostile too": Hostile()}.items():
        found = in_place(EXERCISES[id], answer)
        assert found.state == State.NOT_YET, f"{name}: {text(found)}"
        assert found.score == 0, name
        assert "[no]" in text(found), name
        assert show.html(found), name


# --- answers that misbehave ---


def test_an_endless_loop_is_stopped():
    state, text = state_after("while True:\n    pass", seconds=0.5)
    assert state == State.NOT_YET
    assert "An endless loop" in text


def test_an_endless_loop_that_catches_exceptions_is_stopped():
    state, _ = state_after("while True:\n    try:\n        1 / 0\n    except Exception:\n        pass", seconds=0.5)
    assert state == State.NOT_YET


def test_a_bare_except_that_eats_the_first_stop_is_stopped_by_the_next():
    state, _ = state_after("try:\n    while True: pass\nexcept:\n    pass\nwhile True: pass", seconds=0.5)
    assert state == State.NOT_YET


def test_a_long_sleep_is_stopped():
    state, _ = state_after("import time; time.sleep(600)", seconds=0.5)
    assert state == State.NOT_YET


def test_a_machine_that_is_busy_with_something_else_costs_no_answer():
    state, _ = state_after("import time; time.sleep(1.5)", seconds=1.0)
    assert state == State.CORRECT


def test_code_checks_of_the_course_stop_within_five_seconds():
    training = {"any_list"}  # these train a model, and say in their task how long that may take
    assert all(exercise.seconds <= 4.5 for id, exercise in EXERCISES.items() if id not in training)


def test_printing_without_end_is_stopped():
    state, text = state_after("while True: print('again and again')")
    assert state == State.NOT_YET
    assert "would not stop printing" in text
    assert len(text) < 5000


@pytest.mark.parametrize("way", ["exit()", "quit()", "import sys; sys.exit()", "raise SystemExit(0)"])
def test_exit_is_no_way_out(way):
    state, text = state_after(way)
    assert state == State.NOT_YET
    assert "exit" in text


@pytest.mark.parametrize("way", ["return one()", "raise MemoryError", "torch.empty(10**15)", "raise BaseException"])
def test_what_is_raised_is_told(way):
    state, text = state_after(way)
    assert state == State.NOT_YET
    assert "raised" in text


def test_an_error_names_the_line_of_the_learner():
    found = cells.result(
        EXERCISES["linear"], "class Linear:\n    def __init__(self, a, b, bias=True):\n        a / nothing"
    )
    assert "`a / nothing`" in text(found)
    assert "NameError" in text(found)


def test_a_broken_message_of_an_exception_is_survived():
    state, text = state_after(
        "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\nraise Bad()",
    )
    assert state == State.NOT_YET
    assert "Bad" in text


@pytest.mark.parametrize(
    "value",
    ["[[0] * 10**6] * 10**3", "torch.zeros(1).expand(10**11)", "'x' * 10**8", "10**5000", "torch.zeros(3).to_sparse()"],
)
def test_results_that_are_too_large_or_strange_do_not_come_back(value):
    names = {"torch": torch}
    seen = []
    exec(f"def one():\n    return {value}", names)
    in_place(lesson_of_one(lambda data, seed: seen.append(data["value"])), names["one"])
    assert "?" in str(seen[0])
    assert len(str(seen[0])) < 200


def test_nested_lists_do_not_explode():
    names = {}
    exec("def one():\n    x = [1]\n    for _ in range(5): x = [x] * 1000\n    return x", names)
    seen = []
    in_place(lesson_of_one(lambda data, seed: seen.append(data["value"])), names["one"])
    assert seen == [{"?": "a very large list"}]


def test_a_tensor_subclass_comes_back_as_a_tensor():
    class Odd(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            if func is torch.Tensor.detach:
                return super().__torch_function__(func, types, args, kwargs)
            return Odd(torch.ones(3))

    seen = []
    in_place(lesson_of_one(lambda data, seed: seen.append(data["value"])), lambda: Odd(torch.zeros(3)))
    assert type(seen[0]) is torch.Tensor
    assert seen[0].tolist() == [0, 0, 0]


# --- the notebook stays as it was ---


def right_linear():
    return cells.answer(EXERCISES["linear"], cells.solution(EXERCISES["linear"]))


def test_random_states_and_streams_are_untouched(capsys):
    noisy = cells.answer(
        EXERCISES["smooth"],
        "def smooth(losses, n=1000):\n    import random, sys, numpy\n    print('out'); print('err', file=sys.stderr)\n"
        "    torch.manual_seed(0); random.seed(0); numpy.random.seed(0)\n    torch.rand(3)\n    return losses",
    )
    torch.manual_seed(5), random.seed(5), numpy.random.seed(5)
    before = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist()
    found = in_place(EXERCISES["smooth"], noisy)
    in_place(EXERCISES["linear"], right_linear())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert numpy.random.get_state()[1].tolist() == before[2]
    assert capsys.readouterr() == ("", "")
    assert "| out" in text(found)
    assert "| err" in text(found)
    assert "<details><summary>What your code printed</summary><pre>out\nerr" in show.html(found)


def test_warnings_are_kept_with_the_output():
    state, text = state_after("import warnings; warnings.warn('careful')")
    assert state == State.CORRECT
    assert "| UserWarning: careful" in text


def test_a_patched_torch_fools_no_check(monkeypatch):
    monkeypatch.setattr(torch, "allclose", lambda *args, **kwargs: True)
    monkeypatch.setattr(torch.Tensor, "shape", (2, 3))
    monkeypatch.setattr(torch.Tensor, "__eq__", lambda a, b: torch.ones(1).bool())
    monkeypatch.setattr(builtins, "all", lambda items: True)
    wrong = cells.solution(EXERCISES["linear"]).replace("out = out + self.bias", "pass")
    found = cells.result(EXERCISES["linear"], wrong)
    patched = torch.Tensor.shape
    monkeypatch.undo()
    assert patched == (2, 3)  # the learner's own is back afterwards
    assert found.misconceptions == ("bias-not-added",)
    assert "torch.allclose" in text(found)


def test_an_answer_that_patches_torch_while_it_runs_gets_nothing_for_it():
    names = {"torch": torch}
    exec(
        "class Linear:\n    def __init__(self, *args, **kwargs):\n        torch.Tensor.std = lambda self: self\n"
        "        torch.equal = torch.allclose = lambda *a: True\n    def parameters(self): return []",
        names,
    )
    original = torch.equal, torch.Tensor.std
    assert in_place(EXERCISES["linear"], names["Linear"]).score == 0
    assert (torch.equal, torch.Tensor.std) == original


def test_modes_of_torch_are_put_back():
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    try:
        assert in_place(EXERCISES["linear"], right_linear()).state == State.CORRECT
        assert torch.get_default_dtype() == torch.float64
        assert not torch.is_grad_enabled()
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)


# --- what a check tells ---


def test_a_check_that_breaks_blames_itself():
    def judge(data, seed):
        raise KeyError("a slip of ours")

    found = in_place(lesson_of_one(judge), lambda: 1)
    assert found.state == State.BROKEN
    assert found.score == 0
    assert "The check itself failed, not you" in text(found)
    assert "The check itself failed, not you" in show.html(found)


def test_a_probe_that_returns_what_no_judge_expects_is_survived():
    found = in_place(lesson_of_one(lambda data, seed: data["value"].shape), lambda: "text")
    assert found.state == State.BROKEN


def test_partial_credit_of_code_stops_at_the_first_failure():
    half = cells.solution(EXERCISES["linear"]).replace("out = out + self.bias", "pass")
    found = cells.result(EXERCISES["linear"], half)
    assert (found.score, found.points, found.state) == (2, 7, State.NOT_YET)
    assert [line.mark for line in found.lines].count("not looked at yet") == 3


def test_partial_credit_of_values_looks_at_every_part():
    found = in_place(EXERCISES["count"], lambda: (270, None, 400, 1, 12097))
    assert [line.mark for line in found.lines] == [Mark.PASSED, "open", Mark.PASSED, "not yet", Mark.PASSED]
    assert found.score == 3


def test_all_parts_open_is_not_attempted():
    assert in_place(EXERCISES["count"], lambda: (None,) * 5).state == State.NOT_ATTEMPTED


def test_under_nbgrader_the_text_is_the_points(monkeypatch):
    found = cells.result(EXERCISES["linear"], cells.solution(EXERCISES["linear"]))
    assert "correct" in Card(found)._repr_mimebundle_()["text/plain"]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert Card(found)._repr_mimebundle_()["text/plain"] == "7"
    assert float(Card(in_place(EXERCISES["linear"], None))._repr_mimebundle_()["text/plain"]) == 0


def test_lessonlib_expect_makes_a_check_raise(monkeypatch):
    monkeypatch.setenv("LESSONLIB_EXPECT", "pass")
    layers.check.linear(right_linear())
    with pytest.raises(AssertionError, match="not yet"):
        layers.check.linear(int)
    monkeypatch.setenv("LESSONLIB_EXPECT", "todo")
    with pytest.raises(AssertionError, match="correct"):
        layers.check.linear(right_linear())


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_states_have_a_contrast_of_4_5_and_a_word():
    for state, (mark, ground) in show.STATES.items():
        assert 1.05 / (luminance(ground) + 0.05) >= 4.5, state
        assert mark


def test_html_needs_no_style_sheet_and_no_script():
    found = cells.result(EXERCISES["flatten_consecutive"], cells.solution(EXERCISES["flatten_consecutive"]))
    wrong = in_place(EXERCISES["flatten_consecutive"], lambda n: lambda x: x.reshape(x.shape[0], n, -1))
    for html in (show.html(found), show.html(wrong)):
        assert "<style" not in html
        assert "<script" not in html
        assert "var(" not in html
        colours = {part.split(";")[0].split('"')[0].strip() for part in html.split("color: ")[1:]}
        assert colours <= {"#ffffff"} | {ground for ground in colours if "background-color: " + ground in html}


def test_what_came_from_the_learner_is_escaped():
    def one():
        raise ValueError("<b>bold</b>")

    html = show.html(in_place(lesson_of_one(), one))
    assert "<b>bold" not in html
    assert "&lt;b&gt;bold" in html


def test_your_tensor_stands_beside_the_expected_one():
    halves = cells.solution(EXERCISES["flatten_consecutive"]).replace(
        "x = x.reshape(B, T // self.n, C * self.n)", "x = torch.cat(x.chunk(self.n, 1), 2)"
    )
    found = cells.result(EXERCISES["flatten_consecutive"], halves)
    assert "yours (* differs):" in text(found)
    assert show.html(found).count("<table") == 2
    assert "≠" in show.html(found)


# --- hints, solution, progress ---


@pytest.mark.parametrize("id", EXERCISES)
def test_hints_are_progressive(id):
    check = Check(EXERCISES[id].lesson, EXERCISES[id])
    texts = [check.hint(id).text for _ in range(len(EXERCISES[id].hints) + 1)]
    assert len(EXERCISES[id].hints) >= 2
    assert len(set(texts)) == len(texts)
    assert "last hint" in texts[-1]


def test_the_solution_comes_when_asked_twice():
    check = Check("shapes", *shapes.check.exercises)
    assert "Ask once more" in check.solution("pairs").text
    text = check.solution("pairs").text
    assert "torch.cat([even, odd], dim=2)" in text
    assert "###" not in text


def test_the_solution_comes_after_an_attempt():
    check = Check("shapes", *shapes.check.exercises)
    check.pairs(lambda x: x)
    assert "torch.cat" in check.solution("pairs").text


def test_a_missing_solution_notebook_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(notebook, "SOLUTIONS", tmp_path)
    check = Check("shapes", *shapes.check.exercises)
    check.solution("pairs")
    assert "solutions/" in check.solution("pairs").text


def test_where_there_are_no_solutions_the_first_answer_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(notebook, "SOLUTIONS", tmp_path / "none")
    check = Check("shapes", *shapes.check.exercises)
    assert check.solution("pairs").text == engine.NO_SOLUTIONS
    told = [check.hint("pairs").text for _ in range(len(EXERCISES["pairs"].hints) + 1)]
    assert told[-1] == f"That was the last hint. {engine.NO_SOLUTIONS}"


def test_unknown_names_get_a_sentence():
    check = Check("flat-mlp", *flat_mlp.check.exercises)
    assert "windows, uniform, lucky, smooth" in check.hint("window").text
    assert "windows, uniform, lucky, smooth" in check.solution("window").text
    with pytest.raises(AttributeError, match="windows, uniform, lucky, smooth"):
        check.window(3)
    assert dir(check) == sorted([*(e.id for e in check.exercises), "hint", "solution"])
    assert {"windows", "uniform"} < set(dir(check))


def test_a_check_without_an_answer_says_what_to_hand_over():
    assert "check.walls(answer_walls)" in repr(tree.check.walls())
    assert progress.load().get("checks", {}) == {}


def test_a_part_that_is_no_number_costs_the_other_parts_nothing():
    assert in_place(tree_earlier.FLAT_WIDTH, lambda: ("many", 64, 1024, 2)).score == 3
    assert in_place(tree_earlier.FLAT_WIDTH, lambda: (None, 64, 1024, 2)).score == 3
    assert in_place(tree_earlier.FLAT_WIDTH, lambda: (20, 64, 1024, 2)).score == 3
    assert in_place(tree_earlier.FLAT_WIDTH, lambda: (160, 640, 1024, 20)).score == 3


def test_a_mistake_of_kinds_of_numbers_is_told_as_one():
    result = in_place(tree.FUSION, lambda: torch.tensor([1, 2]) @ torch.tensor([[1.0], [2.0]]))
    assert "dtype" in text(result) and ".float()" in text(result)


def test_progress_keeps_state_points_attempts_and_mistakes():
    check = Check("layers", *layers.check.exercises)
    check.linear(None)
    half = cells.solution(EXERCISES["linear"]).replace("out = out + self.bias", "pass")
    check.linear(cells.answer(EXERCISES["linear"], half))
    check.linear(right_linear())
    check.embed(lambda ix, C: exec("raise NotImplementedError"))
    kept = progress.load()["checks"]
    assert set(kept) == {"linear"}
    assert kept["linear"] == {
        "lesson": "layers",
        "state": State.CORRECT,
        "score": 7,
        "points": 7,
        "best": 7,
        "attempts": 3,
        "misconceptions": {"bias-not-added": 1},
    }
    assert "7 of 7" in repr(check)
    assert "7 of 7" in check._repr_html_()


def test_a_progress_file_that_cannot_be_written_costs_nothing(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert Check("layers", *layers.check.exercises).linear(right_linear()).result.state == State.CORRECT


def test_attempt_lets_the_stub_through():
    with pytest.raises(NotImplementedError):
        attempt(lambda: exec("raise NotImplementedError"))


def test_a_mistake_without_a_name_is_told_in_its_own_words():
    def judge(data, seed):
        raise Mistake("It should be 2.", next="Add 1.")

    told = text(in_place(lesson_of_one(judge), lambda: 1))
    assert "It should be 2." in told
    assert "Try next: Add 1." in told


def test_a_mistake_made_twice_is_told_once_and_then_named():
    told = text(in_place(EXERCISES["walls"], lambda: (2.303, 2.303, 2.303, 2.303)))
    assert told.count("Known mistake: Out of reach.") == 1
    assert told.count("2.303 is not right yet. Known mistake, as above: Out of reach.") == 1


def test_a_set_will_do_for_positions_and_nowhere_else():
    assert in_place(EXERCISES["strange"], lambda: ({11, 10, 6, 5}, range(3), 3)).lines[0].mark == Mark.PASSED
    told = text(in_place(EXERCISES["strange"], lambda: ("many", None, None)))
    assert "expected a list of positions, such as [0, 3]" in told
    assert "You returned a set of 5; expected 5 parts" in text(
        in_place(EXERCISES["five_levels"], lambda: {31, 4, 22, 480, 15090})
    )


def test_the_time_limit_gives_an_earlier_alarm_back():
    before = signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 500)
    try:
        in_place(lesson_of_one(), lambda: 1)
        assert 400 < signal.getitimer(signal.ITIMER_REAL)[0] <= 500
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGALRM, before[1])
        signal.setitimer(signal.ITIMER_REAL, *before[0])


def test_the_limit_without_alarms_stops_a_loop():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests begun in the background ignore it
    try:
        with pytest.raises(guard.TimeUp), guard._interrupt(0.3):
            while True:
                pass
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("id", ["linear", "batchnorm"])
def test_whole_numbers_for_weights_are_the_answers_mistake(id):
    """A judge that cannot average whole numbers says so, and not that the check failed."""
    source = {
        "linear": "class Linear(torch.nn.Module):\n    def __init__(self, fan_in, fan_out, bias=True):\n"
        "        super().__init__()\n        self.weight = torch.ones(fan_in, fan_out, dtype=torch.int64)\n"
        "        self.bias = torch.zeros(fan_out, dtype=torch.int64)\n"
        "    def parameters(self): return [self.weight, self.bias]\n"
        "    def __call__(self, x): return x @ self.weight.float() + self.bias",
        "batchnorm": "class BatchNorm1d(torch.nn.BatchNorm1d):\n"
        "    def __call__(self, x): return super().__call__(x.reshape(-1, x.shape[-1])).reshape(x.shape).long()",
    }[id]
    names = {"torch": torch}
    exec(source, names)
    result = in_place(EXERCISES[id], names[EXERCISES[id].name])
    assert result.state == State.NOT_YET
    assert "check itself failed" not in text(result)


@pytest.mark.parametrize(
    "value", [torch.ones(3, dtype=torch.int64), torch.tensor([True]), float("nan"), [1.0, float("inf")]]
)
def test_a_judge_that_falls_over_odd_numbers_names_them(value):
    def strict(data, seed):
        raise RuntimeError("mean(): could not infer output dtype")

    result = in_place(lesson_of_one(strict), lambda: value)
    assert result.state == State.NOT_YET
    assert "in `value`" in text(result)
