"""Each broken tree shows its fault from outside, where the exercise says so, and the one that is well shows none."""

import pytest

from lessonlib import broken_trees


@pytest.fixture(scope="module")
def examined():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(broken_trees, "STEPS", 40)
        return {name: broken_trees.examine(name) for name in broken_trees.TREES}


@pytest.mark.slow
def test_every_symptom_is_shown_by_one_tree_alone(examined):
    well = examined["d"]
    odd = {
        "rows": {"b", "f"},
        "shapes": {"g"},
        "first": {"c"},
        "means": {"e"},
    }
    for field, names in odd.items():
        assert {n for n, found in examined.items() if getattr(found, field) != getattr(well, field)} == names
    assert well.rows == ["........ → e", ".......e → m", "......em → m", ".....emm → a", "....emma → ."]
    assert well.first == [0, 1]
    assert well.means == (24,)


@pytest.mark.slow
def test_only_the_tree_that_is_evaluated_in_training_mode_has_two_losses(examined):
    apart = {name: abs(found.losses[1] - found.losses[2]) for name, found in examined.items()}
    assert apart.pop("a") > 0.01
    assert max(apart.values()) < 1e-4


@pytest.mark.slow
def test_a_tree_that_sees_the_answer_has_a_loss_far_too_low(examined):
    assert examined["b"].losses[2] < 0.7 * examined["d"].losses[2]


def test_the_learners_random_numbers_stay_as_they_are(monkeypatch):
    import torch

    monkeypatch.setattr(broken_trees, "STEPS", 1)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    broken_trees.examine("d")
    assert torch.equal(torch.get_rng_state(), before)
