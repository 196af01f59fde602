"""Rungs: what can be said and what cannot, and that each trains as it always did."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from lessonlib import data, models
from lessonlib.ladder import RUNGS, Names, Rung, SoftTargets, climb, forms
from lessonlib.ladder.rungs import LOWEST, SCHEDULE, SHARED_CHUNKS, adamw
from lessonlib.ladder.soft_targets import soft_targets

# Validation losses of two epochs on 300 names, batches of 128, seed 3, 6 and 10 channels, as each rung of 0.2.0 gave
# them on one machine, the last three as of 0.5.0. Processors differ from the sixth digit on, and training makes that
# larger.
RECORDED = {
    "schedule": 2.877190,
    "fused BatchNorm": 2.877190,
    "whole names": 2.856074,
    "Muon": 2.651932,
    "soft targets": 2.635538,
    "shared chunks": 2.701426,
    "three polynomials": 2.699518,
    "shorter contexts": 2.624148,
}

RECORDED_LOW = 2.597144  # the same with a prior and self-distillation, five epochs


@pytest.fixture(scope="module")
def names():
    return Names(data.load_words()[:300])


def small(rung, names, **changes):
    return climb(replace(rung, batch_size=128, **{"epochs": 2} | changes), names, seed=3, n_embd=6, n_hidden=10)


def test_each_rung_trains_as_it_always_did(names):
    found = {rung.name: small(rung, names).validation for rung in RUNGS}
    assert found == pytest.approx(RECORDED, abs=1e-3)


def test_a_prior_and_self_distillation_train_as_they_always_did(names):
    found = small(LOWEST, names, epochs=5)
    assert found.steps == 65
    assert found.validation == pytest.approx(RECORDED_LOW, abs=1e-3)


def test_rows_that_stand_for_many_windows_need_soft_targets():
    with pytest.raises(ValueError, match=r"'odd' has shared chunks.*no soft targets"):
        Rung("odd", "", adamw, epochs=1, batch_size=64, form=forms.shared_chunks)
    with pytest.raises(ValueError, match="targets=SoftTargets"):
        replace(SHARED_CHUNKS, targets=None)
    with pytest.raises(TypeError):
        replace(SCHEDULE, self_distillation=0.4)  # it is a setting of soft targets


@pytest.mark.parametrize("form", [forms.windows, forms.whole_names, forms.shared_chunks])
def test_a_form_gives_every_context_to_self_distillation(form, names):
    X, Y = names.windows
    targets = soft_targets(X, Y, len(names.vocabulary))
    torch.manual_seed(1)
    tree = models.tree(len(names.vocabulary), 4, 5).eval()
    prepared = form(tree, names, targets, 128)
    inputs, row = prepared.contexts()
    with torch.no_grad():
        torch.testing.assert_close(prepared.model(inputs)[row], tree(X), rtol=0, atol=1e-5)


@pytest.mark.parametrize("form", [forms.windows, forms.whole_names, forms.shared_chunks])
def test_a_form_has_the_trees_own_layers_and_batches_that_fit(form, names):
    X, Y = names.windows
    tree = models.tree(len(names.vocabulary), 4, 5)
    prepared = form(tree, names, soft_targets(X, Y, len(names.vocabulary)), 128)
    assert [id(p) for p in prepared.model.parameters()] == [id(p) for p in tree.parameters()]
    x, y = next(prepared.batches)
    loss = F.cross_entropy(prepared.model(x), y)
    assert len(y) <= 128 and loss.isfinite()


@pytest.mark.slow
def test_self_distillation_goes_with_every_form(names):
    for form in (forms.windows, forms.whole_names):
        rung = replace(SHARED_CHUNKS, form=form)
        distilled = small(rung, names, epochs=5, targets=SoftTargets(self_distillation=0.5)).validation
        assert abs(distilled - small(rung, names, epochs=5).validation) > 1e-4, form
