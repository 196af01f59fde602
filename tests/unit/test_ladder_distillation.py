"""A model that learns from its own predictions: when they are taken, and what then stands in the targets."""

import pytest
import torch

from lessonlib import data, models
from lessonlib.ladder.distillation import SelfDistillation
from lessonlib.ladder.soft_targets import soft_targets

WORDS = ["emma", "emily", "ella", "ella", "al", "ann", "mia", "mila", "milo", "eli"]


@pytest.fixture
def parts():
    vocabulary = data.Vocabulary(WORDS)
    X, Y = data.windows(WORDS, 8, vocabulary)
    return models.tree(len(vocabulary), 4, 6), X, soft_targets(X, Y, len(vocabulary))


def distillation_of(model, X, targets, **settings):
    """Self-distillation that predicts after each different window once."""
    distinct, context = X.unique(dim=0, return_inverse=True)
    assert len(distinct) < len(X)
    return SelfDistillation(model, distinct, context, targets, **settings)


def predictions(model, X):
    with torch.no_grad():
        return model.eval()(X).softmax(1)


def test_the_targets_mix_the_original_and_the_predictions_by_weight(parts):
    model, X, targets = parts
    original = targets.clone()
    distillation = distillation_of(model, X, targets, every=5, weight=0.25, patience=0)
    distillation(4, 0.0, 0.1)
    torch.testing.assert_close(targets, 0.75 * original + 0.25 * predictions(model, X))
    torch.testing.assert_close(targets.sum(1), torch.ones(len(X)))


def test_earlier_predictions_are_remembered(parts):
    model, X, targets = parts
    original = targets.clone()
    distillation = distillation_of(model, X, targets, every=1, weight=1.0, momentum=0.75, patience=0)
    first = predictions(model, X)
    distillation.update()
    with torch.no_grad():
        model.layers[-1].weight.mul_(-20)
    distillation.update()
    second = predictions(model, X)
    assert (first - second).abs().max() > 0.05
    torch.testing.assert_close(targets, 0.75 * first + 0.25 * second)
    assert torch.equal(distillation.original, original)


def test_it_waits_and_comes_back(parts):
    model, X, targets = parts
    original, renewed = targets.clone(), []
    distillation = distillation_of(model, X, targets, every=3, patience=2)
    for step in range(12):
        before = targets.clone()
        distillation(step, 0.0, 0.1)
        with torch.no_grad():
            model.layers[-1].bias.add_(torch.randn(len(model.layers[-1].bias)))
        if not torch.equal(before, targets):
            renewed.append(step)
    assert renewed == [8, 11]
    assert not torch.equal(targets, original)


def test_the_model_goes_on_training(parts):
    model, X, targets = parts
    model.train()
    distillation_of(model, X, targets, every=1).update()
    assert model.training and model.layers[3].training
