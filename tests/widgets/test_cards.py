"""The data files of cards and questions, and which cards come again."""

import json
import re

import pytest

from lessonlib import lessons, predictions, progress
from lessonlib.course import ROOT
from lessonlib.widgets import Flashcards, Quiz, content, deck

SEVEN = {  # what the course must have a card for
    "flat-context", "wavenet-idea", "one-fusion", "field-doubles", "depth-not-width", "three-gains", "modern-ai"
}  # fmt: skip


# The data files


def test_the_seven_cards_are_there_and_ids_are_unique():
    ids = [card.id for card in content.cards()]
    assert set(ids) >= SEVEN
    assert len(ids) == len(set(ids))


def test_every_question_has_one_right_choice_and_a_card():
    cards = {card.id for card in content.cards()}
    questions = content.questions()
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert sum(choice.right for choice in question.choices) == 1, question.id
        assert question.card in cards, question.id
        assert question.id.startswith(f"{question.lesson}-"), question.id
        assert all(choice.why for choice in question.choices), question.id


def test_the_right_choice_is_not_always_at_the_same_place():
    places = {[choice.right for choice in question.choices].index(True) for question in content.questions()}
    assert len(places) > 1


def test_all_belong_to_a_lesson():
    slugs = {lesson.slug for lesson in lessons.lessons()}
    assert {entry.lesson for entry in (*content.cards(), *content.questions())} <= slugs


def test_cards_name_predictions_that_are_asked():
    notebooks = [json.loads(file.read_text("utf-8")) for file in (ROOT / "notebooks").glob("*.ipynb")]
    code = "\n".join("".join(cell["source"]) for notebook in notebooks for cell in notebook["cells"])
    asked = set(re.findall(r"""(?:predict|PredictionPrompt)\(\s*["']([\w-]+)["']""", code))
    named = {prediction for card in content.cards() for prediction in card.predictions}
    assert named <= asked


@pytest.mark.parametrize("entry", [*content.cards(), *content.questions()], ids=lambda entry: entry.id)
def test_markdown_becomes_html_without_leftovers(entry):
    texts = [entry.question]
    texts += [entry.answer] if isinstance(entry, content.Card) else [t for c in entry.choices for t in (c.text, c.why)]
    for text in texts:
        assert not re.search(r"\$|\*\*|`", content.rich(text))
        assert not re.search(r"\$|\*\*|`|\\", content.plain(text))


def test_formulas_are_drawn_without_a_script():
    assert "<math" in content.rich("$2^k$")
    assert content.plain(r"for $\log_2 N$ levels") == "for log2 N levels"


def test_a_number_that_is_no_lesson_is_named():
    with pytest.raises(ValueError, match="no lesson '99'"):
        Flashcards("99")


@pytest.mark.parametrize("entries", [content.cards(), content.questions()], ids=["cards", "questions"])
def test_any_lessons_begun_may_be_asked_for(entries):
    every = [lesson.slug for lesson in lessons.lessons()]
    assert content.of_lessons(entries, every) == content.of_lessons(entries, None) == list(entries)
    assert content.of_lessons(entries, []) == list(entries)
    assert content.of_lessons(entries, "5") == content.of_lessons(entries, 5) == content.of_lessons(entries, ["tree"])
    assert {entry.lesson for entry in entries} >= set(every[1:13])
    with pytest.raises(ValueError, match="nothing for the lesson start-here"):
        content.of_lessons(entries, "00")


# Which cards come


def test_what_was_missed_comes_before_what_is_new_and_what_is_known_stays_away():
    ids = [card.id for card in content.cards()]
    deck.mark(ids[0], True)
    deck.mark(ids[5], False)
    due = [card.id for card in deck.due(content.cards())]
    assert due[0] == ids[5]
    assert ids[0] not in due
    assert len(due) == len(ids) - 1


def test_flipping_through_keeps_what_you_knew():
    cards = Flashcards("05")
    first, second = cards.queue[:2]
    cards.known = {first: True}
    cards.known = {first: True, second: False}
    again = Flashcards("05")
    assert again.known == {first: True, second: False}
    assert again.queue[0] == second and first not in again.queue


def test_a_wrong_answer_brings_its_card_back_even_if_it_was_known():
    quiz = Quiz("05")
    question = content.of_lessons(content.questions(), "05")[0]
    deck.mark(question.card, True)
    quiz.answer([choice.right for choice in question.choices].index(False))
    assert Flashcards().queue[0] == question.card
    deck.mark(question.card, True)
    assert question.card not in Flashcards().queue


def test_a_missed_prediction_brings_its_card_back_until_it_is_known(monkeypatch):
    card = content.Card("c", "05", "?", "!", predictions=("tree-matrices",))
    deck.mark("c", True)
    assert deck.due([card]) == []
    predictions.guess("tree-matrices", 7)
    predictions.settle("tree-matrices", 3)
    assert deck.due([card]) == [card]
    deck.mark("c", True)
    assert deck.due([card]) == []


def test_cards_name_predictions_that_there_are():
    named = {key for card in content.cards() for key in card.predictions}
    assert named <= {each.key for each in predictions.declared()}


# The quiz


def test_the_page_holds_no_answer():
    quiz = Quiz()
    for number in range(quiz.total):
        quiz._ask(number)
        state = json.dumps(quiz.get_state(), default=str)
        question = content.questions()[number]
        assert "right" not in quiz.question
        # what is said to a choice is not on the page before it is picked
        assert not any(json.dumps(content.rich(choice.why))[1:-1] in state for choice in question.choices)


def test_feedback_is_that_of_the_choice_and_the_first_try_counts():
    quiz = Quiz("05")
    question = content.of_lessons(content.questions(), "05")[0]
    rights = [choice.right for choice in question.choices]
    wrong, right = rights.index(False), rights.index(True)
    assert quiz.answer(wrong) is False
    assert quiz.feedback["why"] == content.rich(question.choices[wrong].why)
    assert quiz.answer(right) is True
    assert quiz.feedback["right"] is True
    assert quiz.first_tries == {question.id: False}
    assert progress.load()["quiz"] == {question.id: False}


def test_it_moves_on_and_ends():
    quiz = Quiz("05")
    quiz.answer(0)
    quiz._handle_custom_msg({"type": "go", "number": 1}, [])
    assert quiz.number == 1 and quiz.feedback == {}
    quiz._handle_custom_msg({"type": "go", "number": quiz.total}, [])
    assert quiz.number == quiz.total
    with pytest.raises(ValueError, match="no question"):
        quiz.answer(0)


def test_a_choice_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="choice is 9"):
        Quiz("05").answer(9)


# Questions from earlier lessons


def test_a_lesson_opens_with_questions_of_earlier_ones_the_missed_first():
    fresh = [question.id for question in Quiz(before="tree")._questions]
    assert len(fresh) == 2
    assert fresh == [question.id for question in Quiz(before="tree")._questions]
    earlier = [question for question in content.questions() if question.lesson in ("flat-mlp", "layers", "shapes")]
    missed = next(question.id for question in earlier if question.id not in fresh)
    progress.update(lambda record: record.setdefault("quiz", {}).update({missed: False, fresh[0]: True}))
    again = [question.id for question in Quiz(before="tree")._questions]
    assert again[0] == missed
    assert fresh[0] not in again
    assert all(content_of(id).lesson not in ("tree", "wavenet") for id in again)


def content_of(id):
    return next(question for question in content.questions() if question.id == id)


def test_before_the_first_questions_there_are_none_to_ask():
    assert Quiz(before="flat-mlp").total == 0
