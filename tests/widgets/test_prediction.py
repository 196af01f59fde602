from lessonlib import predictions, progress
from lessonlib.widgets import PredictionPrompt


def test_what_is_typed_is_kept_like_a_prediction_in_code():
    PredictionPrompt("tree-x", "How many?").yours = "7"
    assert progress.load()["predictions"]["tree-x"] == {"question": "How many?", "yours": "7"}


def test_compared_in_the_widget_and_in_print(capsys):
    prompt = PredictionPrompt("tree-x", "How many?")
    prompt.yours = "7"
    prompt.compare(3)
    assert prompt.outcome == {"actual": "3", "agrees": False, "verdict": predictions.VERDICTS[False]}
    assert "What came out:   3" in capsys.readouterr().out
    assert "tree-x" in predictions.missed()


def test_within_the_tolerance_it_agrees():
    prompt = PredictionPrompt("tree-x", "How much?")
    prompt.yours = "3.2"
    prompt.compare(3.26, tolerance=0.1)
    assert prompt.outcome["agrees"] is True
    assert predictions.missed() == {}


def test_without_a_prediction_nothing_is_missed():
    prompt = PredictionPrompt("tree-x", "How many?")
    prompt.compare(3)
    assert prompt.outcome["agrees"] is None
    assert predictions.missed() == {}


def test_another_prediction_forgets_what_came_out():
    prompt = PredictionPrompt("tree-x", "How many?")
    prompt.yours = "7"
    prompt.compare(3)
    prompt.yours = "3"
    assert prompt.outcome == {}
    assert predictions.missed() == {}


def test_shown_again_it_remembers():
    PredictionPrompt("tree-x", "How many?").yours = "7"
    assert PredictionPrompt("tree-x", "How many?").yours == "7"


def test_a_choice_is_among_its_words():
    text = PredictionPrompt("tree-x", "How many?", choices=[7, 3]).static_text()
    assert "( ) 7" in text and "Your prediction: none yet" in text
