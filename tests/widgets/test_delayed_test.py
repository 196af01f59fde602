"""The delayed test: new numbers each time, one right choice a question, results and cards kept."""

import re

import pytest
import torch

from lessonlib import lessons, progress
from lessonlib.layers import BatchNorm1d, FlattenConsecutive, Linear
from lessonlib.widgets import DelayedTest, content, delayed_questions, delayed_test


def taken(test, right: bool):
    """Answer all questions rightly, or all wrongly."""
    for number, question in enumerate(test._questions):
        test._ask(number)
        choice = next(i for i, choice in enumerate(question.choices) if choice.right is right)
        test.answer(choice)
    return test


def test_every_question_has_one_right_choice_and_says_why_whatever_its_numbers():
    cards = {card.id: card.lesson for card in content.cards()}
    slugs = {lesson.slug for lesson in lessons.lessons()}
    for seed in range(200):
        questions = delayed_questions.drawn(seed)
        assert len({question.id for question in questions}) == 12
        for question in questions:
            texts = [choice.text for choice in question.choices]
            assert sum(choice.right for choice in question.choices) == 1
            assert len(texts) == len(set(texts)) >= 3, (question.question, texts)
            assert all(choice.why for choice in question.choices if not choice.right or choice.text), question.id
            assert question.card in cards
            assert question.lesson in slugs


def test_it_asks_about_the_whole_course():
    assert len({question.lesson for question in delayed_questions.drawn(1)}) >= 10


def test_the_right_answers_are_right():
    """Against torch and by counting, for the numbers that each question names."""
    for seed in range(20):
        found = {q.id: (q, next(c.text for c in q.choices if c.right)) for q in delayed_questions.drawn(seed)}

        def numbers(id, found=found):
            return [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", found[id][0].question.replace("1d", ""))]

        rows, columns, _ = numbers("layers-delayed-linear")
        bricks = [*Linear(rows, columns).parameters(), *BatchNorm1d(columns).parameters()]
        assert found["layers-delayed-linear"][1] == f"{sum(p.numel() for p in bricks):,}"
        n, *shape = numbers("shapes-delayed-groups")
        assert found["shapes-delayed-groups"][1] == str(tuple(FlattenConsecutive(n)(torch.zeros(shape)).shape))
        shape = tuple(torch.nn.Linear(*numbers("torch-nn-delayed-turned")).weight.shape)
        assert found["torch-nn-delayed-turned"][1] == str(shape)
        positions, _ = numbers("attention-delayed-mask")
        assert found["attention-delayed-mask"][1] == f"{int(torch.ones(positions, positions).tril().sum())}"
        _, *dilations = numbers("convolution-delayed-dilations")
        assert found["convolution-delayed-dilations"][1] == f"{1 + sum(dilations)}"
        first, last, times = numbers("wavenet-delayed-stacks")
        reach = 1 + times * sum(2**i for i in range(last.bit_length()))
        assert (first, found["wavenet-delayed-stacks"][1]) == (1, f"{reach}")


def test_numbers_are_new_each_time_and_a_seed_repeats_them():
    one, same, other = DelayedTest(3), DelayedTest(3), DelayedTest(4)
    assert one._questions == same._questions
    assert one._questions != other._questions
    assert len({DelayedTest().seed for _ in range(5)}) > 1


def test_a_result_is_kept_and_missed_questions_bring_their_cards_back():
    taken(DelayedTest(1), True)
    assert not progress.load().get("cards")
    taken(DelayedTest(2), False)
    first, second = delayed_test.results()
    assert (first["right"], first["answered"], first["of"]) == (12, 12, 12)
    assert (second["right"], second["answered"]) == (0, 12)
    again = {id for id, entry in progress.load()["cards"].items() if entry.get("again")}
    assert again == {question.card for question in delayed_questions.drawn(2)}
    assert "quiz" not in progress.load()


def test_start_again_begins_another_test():
    test = taken(DelayedTest(1), True)
    before = test._questions
    test._hear(test, {"type": "go", "number": test.total}, [])
    test._hear(test, {"type": "go", "number": 0}, [])
    assert test._questions != before
    assert not test.first_tries
    test.answer(0)
    assert [entry["answered"] for entry in delayed_test.results()] == [12, 1]


def test_only_the_first_try_counts():
    test = DelayedTest(1)
    wrong = next(i for i, choice in enumerate(test._questions[0].choices) if not choice.right)
    test.answer(wrong)
    test.answer(next(i for i, choice in enumerate(test._questions[0].choices) if choice.right))
    assert delayed_test.results()[0]["right"] == 0


def test_old_tests_are_forgotten_and_a_spoilt_record_is_begun_anew():
    progress.update(lambda record: record.update(delayed_tests=[1]))
    assert delayed_test.results() == []
    for seed in range(delayed_test.KEPT + 3):
        test = DelayedTest(seed)
        test.answer(0)
    assert len(delayed_test.results()) == delayed_test.KEPT


@pytest.mark.parametrize("seed", ["x", 1.5, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="whole number"):
        DelayedTest(seed)


def test_text_is_the_same_for_every_test_and_a_page_without_python_holds_one():
    assert DelayedTest(1).static_text() == DelayedTest(2).static_text()
    page = DelayedTest.html_of(DelayedTest(5)._copy())
    assert page.count("<details>") >= 36
