"""A prediction on the page: it opens after a guess, and what is stored gives nothing away."""

import pytest
import torch

from lessonlib import plots, predictions, progress
from lessonlib.predictions import State
from lessonlib.widgets import PredictionPrompt, PredictionSummary, deck, predict, prediction_summary, show_all

KEY = "flat-mlp-windows"  # 5


def stored(prompt):
    data, _ = prompt._repr_mimebundle_()
    return data["text/html"], data["text/plain"]


@pytest.fixture
def prompt():
    made = PredictionPrompt(KEY)
    made.reveal(5)
    return made


# --- guessing ---


def test_it_asks_and_says_nothing_before_a_guess(prompt):
    assert prompt.asked["question"] == "How many windows of 3 does the name &quot;emma&quot; give?"
    assert (prompt.yours, prompt.verdict, prompt.shown, prompt.all_shown) == ("", "", False, False)


@pytest.mark.parametrize("yours, agrees, verdict", [("5", True, "That is what"), ("four", False, "Something else")])
def test_a_guess_is_judged_and_kept(prompt, yours, agrees, verdict):
    prompt.guess(yours)
    assert prompt.agrees is agrees and prompt.verdict.startswith(verdict)
    assert progress.load()["predictions"][KEY]["yours"] == yours


def test_a_guess_that_cannot_be_read_is_said_and_not_kept(prompt):
    prompt.guess("many")
    assert prompt.complaint.startswith("That is not a number.")
    assert predictions.state(KEY) is State.OPEN
    prompt.guess("5")
    assert prompt.complaint == ""


def test_show_me_is_no_guess(prompt):
    prompt.see()
    assert prompt.shown and predictions.missed() == {}
    prompt.guess("")  # "Ask me again"
    assert not prompt.shown


def test_ask_me_again_takes_the_guess_back(prompt):
    prompt.guess("4")
    prompt.guess("")
    assert (prompt.yours, prompt.shown) == ("", False)


def test_run_again_it_remembers(prompt):
    prompt.guess("4")
    again = PredictionPrompt(KEY)
    assert (again.yours, again.agrees) == ("4", None)
    again.reveal(5)
    assert again.agrees is False


def test_show_all_reaches_what_is_on_the_page_and_what_comes(prompt):
    show_all()
    assert prompt.all_shown and PredictionPrompt(KEY).all_shown
    show_all(False)
    assert not prompt.all_shown


def test_a_missed_prediction_brings_its_cards_back(prompt):
    prompt.guess("4")
    assert KEY in predictions.missed()
    assert deck.due([]) == []


# --- the answer ---


def test_what_is_stored_is_the_same_for_everybody_and_closed(prompt):
    fresh = stored(prompt)
    prompt.guess("4")
    show_all()
    assert stored(prompt) == fresh
    html, text = fresh
    assert html.index("<details><summary>") < html.index("<strong>5</strong>")
    assert "5" not in text and "5" not in html[: html.index("<details>")]


def test_what_is_shown_opens_with_it():
    prompt = PredictionPrompt(KEY)
    prompt.reveal(5, plots.bars({"a & b": 1.0}, "Bars", "height"), torch.tensor([1, 2]), "<b>")
    html = stored(prompt)[0]
    inside = html[html.index("<details>") :]
    assert 'alt="Bars, as bars of height: a &amp; b 1.000."' in inside
    assert "data:image/png;base64," in inside and "tensor([1, 2])" in inside and "&lt;b&gt;" in inside


def test_what_a_block_prints_stands_in_the_answer(capsys):
    with predict(KEY) as came_out:
        print("secret & sum")
        came_out(5)
    printed = capsys.readouterr().out
    assert "secret" not in printed
    prompt = PredictionPrompt(KEY)
    with prompt as came_out:
        print("secret & sum")
        came_out(5)
    assert "<pre>secret &amp; sum</pre>" in prompt.answer


def test_a_block_that_fails_shows_what_it_printed(capsys):
    with pytest.raises(ZeroDivisionError), predict(KEY):
        print("so far")
        raise ZeroDivisionError
    assert "so far" in capsys.readouterr().out


def test_a_block_without_an_answer_is_an_error():
    with pytest.raises(RuntimeError, match="flat-mlp-windows ended without an answer"), predict(KEY):
        pass


def test_an_answer_of_another_kind_is_an_error():
    with pytest.raises(ValueError, match=r"The answer to flat-mlp-windows: .*expected a number"):
        predict(KEY, "many of them")
    with pytest.raises(ValueError, match="flat-mlp-windows"):
        predict("flat-mlp-nothing", 3)


def test_a_call_of_0_2_0_says_what_to_do(capsys):
    predict("01-windows", "How many?", yours=4)
    assert "course.py update" in capsys.readouterr().out


# --- the end of a lesson ---


def test_the_summary_counts_and_follows(prompt):
    summary = PredictionSummary("flat-mlp")
    assert summary.sentence.startswith("None of this lesson's ")
    assert KEY in [each["key"] for each in summary.unguessed]
    prompt.guess("4")
    assert summary.sentence.endswith("predictions, and it was not right.")
    assert [(each["key"], each["yours"], each["actual"]) for each in summary.again] == [(KEY, "4", "5")]
    prompt.guess("5")
    assert summary.sentence.endswith("predictions, and it was right.") and summary.again == []


@pytest.mark.parametrize(
    "right, guessed, said",
    [(0, 3, "none of them was right"), (1, 3, "1 of them was right"), (2, 3, "2 of them were right"),
     (3, 3, "all of them were right")],
)  # fmt: skip
def test_the_summary_counts_in_words(right, guessed, said):
    states = [State.AGREES] * right + [State.DIFFERS] * (guessed - right) + [State.OPEN] * 2
    score = predictions.Score({str(i): state for i, state in enumerate(states)})
    assert prediction_summary._sentence(score) == f"You made {guessed} of {len(states)} predictions, and {said}."


@pytest.mark.parametrize(
    "yours, said", [("12000", "12,000"), ("12,000", "12,000"), ("ln 27", "ln 27"), ("0.12345",) * 2]
)
def test_a_guess_is_said_as_the_answer_is(prompt, yours, said):
    prompt.guess(yours)
    assert (prompt.yours, prompt.said) == (yours, said)


def test_the_summary_stores_the_questions_alone(prompt):
    fresh = stored(PredictionSummary("flat-mlp"))
    prompt.guess("4")
    assert stored(PredictionSummary("flat-mlp")) == fresh
    assert "“emma”" in fresh[0] or "emma" in fresh[0]


def test_a_lesson_that_asks_nothing_has_no_summary():
    with pytest.raises(ValueError, match="'review' asks no predictions"):
        PredictionSummary("review")
