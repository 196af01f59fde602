"""A model that learns from its own opinion: when it is asked, and what then stands in the targets."""

import pytest
import torch

from lessonlib import data, fast, models
from lessonlib.distillation import OwnTeacher

WORDS = ["emma", "emily", "ella", "ella", "al", "ann", "mia", "mila", "milo", "eli"]


@pytest.fixture
def parts():
    vocabulary = data.Vocabulary(WORDS)
    X, Y = data.windows(WORDS, 8, vocabulary)
    return models.tree(len(vocabulary), 4, 6), X, fast.answers(X, Y, len(vocabulary))


def teacher_of(model, X, targets, **settings):
    """A teacher that asks about each different window once."""
    distinct, which = X.unique(dim=0, return_inverse=True)
    assert len(distinct) < len(X)
    return OwnTeacher(model, distinct, which, targets, **settings)


def opinion(model, X):
    with torch.no_grad():
        return model.eval()(X).softmax(1)


def test_the_targets_are_answers_and_opinion_in_the_shares_asked_for(parts):
    model, X, targets = parts
    answers = targets.clone()
    teacher = teacher_of(model, X, targets, every=5, share=0.25, patience=0)
    teacher(4, 0.0, 0.1)
    torch.testing.assert_close(targets, 0.75 * answers + 0.25 * opinion(model, X))
    torch.testing.assert_close(targets.sum(1), torch.ones(len(X)))


def test_earlier_opinions_are_remembered(parts):
    model, X, targets = parts
    answers = targets.clone()
    teacher = teacher_of(model, X, targets, every=1, share=1.0, memory=0.75, patience=0)
    first = opinion(model, X)
    teacher.ask()
    with torch.no_grad():
        model.layers[-1].weight.mul_(-20)
    teacher.ask()
    second = opinion(model, X)
    assert (first - second).abs().max() > 0.05
    torch.testing.assert_close(targets, 0.75 * first + 0.25 * second)
    assert torch.equal(teacher.answers, answers)


def test_it_waits_and_comes_back(parts):
    model, X, targets = parts
    answers, asked = targets.clone(), []
    teacher = teacher_of(model, X, targets, every=3, patience=2)
    for step in range(12):
        before = targets.clone()
        teacher(step, 0.0, 0.1)
        with torch.no_grad():
            model.layers[-1].bias.add_(torch.randn(len(model.layers[-1].bias)))
        if not torch.equal(before, targets):
            asked.append(step)
    assert asked == [8, 11]
    assert not torch.equal(targets, answers)


def test_the_model_goes_on_training(parts):
    model, X, targets = parts
    model.train()
    teacher_of(model, X, targets, every=1).ask()
    assert model.training and model.layers[3].training
