"""The training loop, minibatches, schedules, evaluation, and weights on disk."""

import math
import os
import pickle

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lessonlib import training
from lessonlib.layers import BatchNorm1d, Flatten, Linear, Sequential
from lessonlib.models import flat_mlp, tree
from lessonlib.training import ValidateEvery, evaluate, minibatches, smooth, train

V, T = 5, 4


def small(seed=0):
    torch.manual_seed(seed)
    return tree(V, 3, 6, 2)


def examples(n=64):
    """Contexts, and as target their last character: easy to learn."""
    X = torch.randint(0, V, (n, T))
    return X, X[:, -1].clone()


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr)


# The loop


def test_the_loop_is_the_published_one():
    """The same draws and the same updates as the lesson's loop, written out: hand-made SGD on drawn batches."""
    X, Y = examples()
    model = small()
    parameters = model.parameters()
    for _ in range(20):
        ix = torch.randint(0, len(X), (8,))
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= 0.1 * p.grad
    again = small()
    history = train(again, minibatches(X, Y, 8, replacement=True), sgd(again), 20)
    assert history.losses[-1] == pytest.approx(loss.item(), abs=1e-6)
    torch.testing.assert_close(training.state(again), training.state(model))


def test_training_learns_and_records_each_step():
    X, Y = examples()
    model = small()
    before = evaluate(model, X, Y)
    history = train(model, minibatches(X, Y, 16), sgd(model), 200)
    assert evaluate(model, X, Y) < 0.1 * before
    assert history.steps == list(range(200))
    assert len(history.losses) == len(history.lrs) == 200
    assert all(isinstance(loss, float) for loss in history.losses)
    assert history.losses[0] == pytest.approx(math.log(V), abs=0.2)
    assert history.stopped is None


def test_several_optimizers_each_update_their_own_part_at_their_own_rate():
    model = small()
    matrices = [layer.weight for layer in model.layers[:-1] if isinstance(layer, Linear)]
    rest = [p for p in model.parameters() if not any(p is m for m in matrices)]
    muon = torch.optim.Muon(matrices, lr=0.03, weight_decay=0.0)
    adamw = torch.optim.AdamW(rest, lr=0.01)
    X, Y = examples()
    before = [p.clone() for p in [*matrices, *rest]]
    seen = []
    history = train(
        model,
        minibatches(X, Y, 16),
        [muon, adamw],
        40,
        schedule=lambda step: 0.5,
        callbacks=[lambda *_: seen.append((muon.param_groups[0]["lr"], adamw.param_groups[0]["lr"]))],
    )
    assert set(seen) == {(0.015, 0.005)}
    assert history.lrs == [0.015] * 40
    assert (muon.param_groups[0]["lr"], adamw.param_groups[0]["lr"]) == (0.03, 0.01)  # their own, put back
    assert not any(torch.equal(a, b) for a, b in zip(before, [*matrices, *rest], strict=True))
    assert smooth(history.losses, 10)[-1] < smooth(history.losses, 10)[0] - 0.2


def test_two_optimizers_with_half_the_parameters_each_do_what_one_does_with_all():
    X, Y = examples()
    one, two = small(), small()
    half = two.parameters()[:4], two.parameters()[4:]
    for model, optimizer in ((one, sgd(one)), (two, [torch.optim.SGD(p, lr=0.1) for p in half])):
        train(model, minibatches(X, Y, 16, generator=torch.Generator().manual_seed(1)), optimizer, 10)
    torch.testing.assert_close(training.state(one), training.state(two))


def test_the_schedule_multiplies_the_rate_of_each_parameter_group():
    model = small()
    first, *rest = model.parameters()
    optimizer = torch.optim.SGD([{"params": [first], "lr": 0.4}, {"params": rest, "lr": 0.2}])
    rates = []
    train(
        model,
        minibatches(*examples(), 8),
        optimizer,
        3,
        schedule=lambda step: 1 / (step + 1),
        callbacks=[lambda step, loss, lr: rates.append((lr, optimizer.param_groups[1]["lr"]))],
    )
    assert rates == [pytest.approx((0.4 / k, 0.2 / k)) for k in (1, 2, 3)]


def test_callbacks_get_step_loss_and_rate_after_the_update():
    model, calls = small(), []
    before = [p.clone() for p in model.parameters()]

    def first(step, loss, lr):
        if step == 0:
            calls.append(any(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)))

    history = train(model, minibatches(*examples(), 8), sgd(model), 2, callbacks=[first, lambda *a: calls.append(a)])
    assert calls == [True, (0, history.losses[0], 0.1), (1, history.losses[1], 0.1)]


def test_the_model_is_put_into_training():
    model = small().eval()
    modes = []
    train(
        model, minibatches(*examples(), 8), sgd(model), 1, callbacks=[lambda *_: modes.append(model.layers[3].training)]
    )
    assert modes == [True]


def test_validate_every_measures_in_evaluation_mode_and_goes_on_in_training():
    model = small()
    X, Y = examples()
    watch = ValidateEvery(model, X, Y, every=10)
    history = train(model, minibatches(X, Y, 8), sgd(model), 25, callbacks=[watch])
    assert [step for step, _ in history.val] == [10, 20]
    assert history.val[1][1] < history.val[0][1]
    assert model.training
    assert model.layers[3].training


def test_a_torch_module_trains_just_as_well():
    model = nn.Sequential(nn.Embedding(V, 3), nn.Flatten(), nn.Linear(3 * T, V))
    X, Y = examples()
    history = train(model, minibatches(X, Y, 16), torch.optim.AdamW(model.parameters(), lr=0.05), 100)
    assert history.losses[-1] < 0.3


def test_no_steps_change_nothing():
    model = small()
    history = train(model, minibatches(*examples(), 8), sgd(model), 0)
    assert (history.steps, history.losses, history.stopped) == ([], [], None)


@pytest.mark.parametrize(("progress", "silenced"), [(True, False), (True, True), (False, False)])
def test_a_bar_counts_the_steps_unless_it_is_not_wanted(monkeypatch, progress, silenced):
    bars = []

    class Bar(training.tqdm):
        def __init__(self, **options):
            bars.append((self, options))
            super().__init__(**options | {"disable": True})

        def update(self, n=1):
            self.counted = getattr(self, "counted", 0) + n

    monkeypatch.setattr(training, "tqdm", Bar)
    if not silenced:
        monkeypatch.delenv("TQDM_DISABLE")
    train(model := small(), minibatches(*examples(), 8), sgd(model), 3, progress=progress)
    ((bar, options),) = bars
    assert options["disable"] is (silenced or not progress)
    assert (options["total"], bar.counted) == (3, 3)


# Stopping


def interrupt_at(step):
    def callback(k, loss, lr):
        if k == step:
            raise KeyboardInterrupt

    return callback


def stopping_schedule(step):
    if step == 7:
        raise KeyboardInterrupt
    return 0.5


def interrupted_batches(X, Y):
    batches = minibatches(X, Y, 8)
    for _ in range(7):
        yield next(batches)
    raise KeyboardInterrupt


WAYS = {
    "in a callback": lambda X, Y: {"batches": minibatches(X, Y, 8), "callbacks": [interrupt_at(6)]},
    "in the schedule": lambda X, Y: {"batches": minibatches(X, Y, 8), "schedule": stopping_schedule},
    "while a batch is made": lambda X, Y: {"batches": interrupted_batches(X, Y)},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_stopping_keeps_what_was_learned_and_says_where(way, capsys):
    model = small()
    optimizer = sgd(model)
    before = [p.clone() for p in model.parameters()]
    history = train(model, optimizer=optimizer, steps=30, **way(*examples()))
    assert history.stopped == "stopped at step 7 of 30"
    assert len(history.steps) == len(history.losses) == len(history.lrs) == 7
    assert "Training stopped at step 7 of 30. What was learned so far is kept." in capsys.readouterr().out
    assert not any(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_batches_that_run_out_are_said(capsys):
    X, Y = examples()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, Y), batch_size=16)
    history = train(model := small(), loader, sgd(model), 10)
    assert history.stopped == "stopped at step 4 of 10"
    assert "no more batches" in capsys.readouterr().out


def test_batches_beyond_the_steps_are_not_drawn():
    X, Y = examples()
    drawn = []
    batches = (drawn.append(i) or (X, Y) for i in range(10))
    train(model := small(), batches, sgd(model), 3)
    assert drawn == [0, 1, 2]


def test_other_errors_are_not_swallowed_and_the_rate_is_put_back():
    model = small()
    optimizer = sgd(model)

    def fail(step, loss, lr):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        train(model, minibatches(*examples(), 8), optimizer, 3, schedule=lambda step: 0.1, callbacks=[fail])
    assert optimizer.param_groups[0]["lr"] == 0.1


# What the loop refuses


@pytest.mark.parametrize("context", [8, 16])
def test_logits_of_another_shape_are_refused_in_a_sentence(context):
    model = small()
    X = torch.randint(0, V, (8, context))
    sentence = rf"logits of shape \(8, {context // 4}, {V}\) for 8 targets.*\(8, vocabulary\).*needs exactly 2\*\*k"
    with pytest.raises(ValueError, match=sentence):
        train(model, minibatches(X, X[:, 0], 8), sgd(model), 1)
    with pytest.raises(ValueError, match=sentence):
        evaluate(model, X, X[:, 0])
    assert model.training


def test_logits_for_another_number_of_targets_are_refused():
    model = Sequential([Flatten(), Linear(T, V)])
    with pytest.raises(ValueError, match=r"logits of shape \(8, 5\) for 3 targets"):
        train(model, [(torch.randn(8, T), torch.zeros(3, dtype=torch.long))], sgd(model), 1)


# Minibatches


def test_batches_with_replacement_are_the_published_draws():
    X, Y = examples()
    torch.manual_seed(42)
    expected = [torch.randint(0, len(X), (8,)) for _ in range(3)]
    torch.manual_seed(42)
    batches = minibatches(X, Y, 8, replacement=True)
    for ix, (x, y) in zip(expected, batches, strict=False):
        assert torch.equal(x, X[ix])
        assert torch.equal(y, Y[ix])


@given(n=st.integers(1, 20), batch_size=st.integers(1, 20), seed=st.integers(0, 5))
def test_an_epoch_without_replacement_sees_no_row_twice(n, batch_size, seed):
    batch_size = min(batch_size, n)
    X = torch.arange(n)
    batches = minibatches(X, -X, batch_size, generator=torch.Generator().manual_seed(seed))
    for _ in range(2):
        rows = [next(batches) for _ in range(n // batch_size)]
        assert all(torch.equal(x, -y) and len(x) == batch_size for x, y in rows)
        seen = torch.cat([x for x, _ in rows]).tolist()
        assert len(set(seen)) == len(seen)


def test_epochs_are_shuffled_anew_and_the_same_seed_gives_the_same():
    X = torch.arange(30)

    def order(replacement, seed, epochs=2):
        batches = minibatches(X, X, 10, replacement, torch.Generator().manual_seed(seed))
        return [next(batches)[0].tolist() for _ in range(3 * epochs)]

    for replacement in (True, False):
        state = torch.get_rng_state()
        assert order(replacement, 1) == order(replacement, 1) != order(replacement, 2)
        assert torch.equal(state, torch.get_rng_state())
        first, second = order(replacement, 1)[:3], order(replacement, 1)[3:]
        assert first != second


@pytest.mark.parametrize("batch_size", [0, -1, 65])
def test_a_batch_size_that_cannot_be_is_refused(batch_size):
    sentence = f"batch_size is {batch_size}; with 64 examples it must be between 1 and 64"
    with pytest.raises(ValueError, match=sentence):
        next(minibatches(*examples(64), batch_size))


# Schedules


def test_drop_is_the_published_schedule():
    schedule = training.step_decay(at=150_000)
    assert [schedule(step) for step in (0, 149_999, 150_000, 199_999)] == [1.0, 1.0, 0.1, 0.1]


@given(steps=st.integers(1, 200), warmup=st.sampled_from([0, 0.05, 0.5]), decay=st.sampled_from([0, 0.4, 1]))
def test_warmup_hold_decay_rises_holds_and_falls(steps, warmup, decay):
    factors = [training.warmup_hold_decay(steps, warmup, decay)(step) for step in range(steps)]
    assert all(0 < factor <= 1 for factor in factors)
    turn = factors.index(max(factors))
    assert factors[:turn] == sorted(factors[:turn])
    assert factors[turn:] == sorted(factors[turn:], reverse=True)


def test_warmup_hold_decay_by_hand():
    factors = [training.warmup_hold_decay(100)(step) for step in (0, 4, 5, 60, 80, 99)]
    assert factors == pytest.approx([0.2, 1, 1, 1, 0.5, 0.025])


def test_a_sweep_goes_from_low_to_high_in_equal_factors():
    factors = [training.lr_range_test(5, low=0.001, high=10)(step) for step in range(5)]
    assert factors == pytest.approx([0.001, 0.01, 0.1, 1, 10])
    assert training.lr_range_test(1)(0) == pytest.approx(0.001)


# Evaluation


@pytest.mark.parametrize("batch_size", [1, 7, 64, 4096])
def test_evaluate_is_the_mean_over_all_examples_in_evaluation_mode(batch_size):
    X, Y = examples()
    model = small()
    train(model, minibatches(X, Y, 16), sgd(model), 5)
    statistics = model.layers[3].running_mean
    with torch.no_grad():
        expected = F.cross_entropy(model.eval()(X), Y).item()
    for mode in (True, False):
        assert evaluate(model.train(mode), X, Y, batch_size) == pytest.approx(expected, abs=1e-5)
        assert model.training is model.layers[3].training is mode
    assert model.layers[3].running_mean is statistics
    assert not model.out.requires_grad


def test_one_example_can_be_evaluated():
    X, Y = examples(1)
    assert math.isfinite(evaluate(small(), X, Y))


def test_the_mode_comes_back_after_an_error():
    model = small()
    with pytest.raises(ZeroDivisionError), training.evaluating(model):
        assert not model.layers[3].training
        raise ZeroDivisionError
    assert model.layers[3].training


# Smoothing


@pytest.mark.filterwarnings("error")
def test_smooth_is_the_lessons_view_and_mean():
    losses = torch.rand(4000)
    torch.testing.assert_close(smooth(losses.tolist(), 1000), losses.view(-1, 1000).mean(1))
    assert torch.equal(smooth(losses, 1000), losses.view(-1, 1000).mean(1))


def test_smooth_leaves_a_remainder_out():
    assert smooth([1.0, 3, 5, 7, 100], k=2).tolist() == [2, 6]
    assert smooth([1.0] * 2500).tolist() == [1, 1]


@pytest.mark.parametrize(("k", "n"), [(0, 5), (6, 5), (1, 0)])
def test_smooth_refuses_a_k_that_cannot_be(k, n):
    with pytest.raises(ValueError, match=f"k is {k}, but there are {n} losses"):
        smooth([1.0] * n, k)


# Weights on disk


def trained():
    model = small()
    train(model, minibatches(*examples(), 16), sgd(model), 5)
    return model


def test_weights_and_statistics_come_back(tmp_path):
    model, other = trained(), small(seed=9)
    training.save(model, tmp_path / "tree.pt")
    training.load(other, tmp_path / "tree.pt")
    X, _ = examples()
    assert torch.equal(model.eval()(X), other.eval()(X))
    assert other.layers[3].running_var.tolist() == model.layers[3].running_var.tolist()
    assert all(p.requires_grad and p.is_leaf for p in other.parameters())


def test_nested_statistics_are_kept(tmp_path):
    models = [Sequential([Linear(3, 2), Sequential([Sequential([BatchNorm1d(2)])])]) for _ in range(2)]
    models[0](torch.randn(9, 3) + 2)
    training.save(models[0], tmp_path / "nested.pt")
    training.load(models[1], tmp_path / "nested.pt")
    x = torch.randn(4, 3)
    assert torch.equal(*(model.eval()(x) for model in models))


def test_a_torch_module_keeps_its_statistics_too(tmp_path):
    models = [nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)) for _ in range(2)]
    models[0](torch.randn(9, 3) + 2)
    training.save(models[0], tmp_path / "module.pt")
    training.load(models[1], tmp_path / "module.pt")
    assert all(torch.equal(a, b) for a, b in zip(*(m.state_dict().values() for m in models), strict=True))


def test_loading_trains_on_where_it_was(tmp_path):
    model = trained()
    training.save(model, tmp_path / "tree.pt")
    other = small(seed=9)
    optimizer = sgd(other)
    training.load(other, tmp_path / "tree.pt")
    before = other.parameters()[0].clone()
    train(other, minibatches(*examples(), 16), optimizer, 1)
    assert not torch.equal(before, other.parameters()[0])


class Hostile:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def test_a_hostile_file_runs_nothing(tmp_path):
    mark = tmp_path / "ran"
    for i, write in enumerate([torch.save, lambda thing, path: path.write_bytes(pickle.dumps(thing, protocol=2))]):
        write([Hostile(mark)], path := tmp_path / f"hostile{i}.pt")
        with pytest.raises(ValueError, match="is damaged, or not a file that save"):
            training.load(small(), path)
        assert not mark.exists()
    pickle.loads(path.read_bytes())
    assert mark.exists()  # so the file was dangerous indeed


DAMAGED = {
    "empty": b"",
    "text": b"these are not weights\n",
    "numbers": bytes(range(256)) * 4,
    "half an archive": None,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_and_the_model_is_left_alone(tmp_path, content):
    path = tmp_path / "tree.pt"
    training.save(trained(), path)
    path.write_bytes(path.read_bytes()[:-900] if content is None else content)
    model = small()
    before = [t.clone() for t in training.state(model)]
    with pytest.raises(ValueError, match="is damaged, or not a file that save"):
        training.load(model, path)
    assert all(torch.equal(a, b) for a, b in zip(before, training.state(model), strict=True))


@pytest.mark.parametrize(
    "content", [{"weight": torch.zeros(3)}, [1, 2], torch.zeros(3)], ids=["dict", "numbers", "tensor"]
)
def test_a_file_of_other_things_is_refused(tmp_path, content):
    torch.save(content, path := tmp_path / "other.pt")
    with pytest.raises(ValueError, match="is damaged, or not a file that save"):
        training.load(small(), path)


OTHERS = {
    "other layers": (lambda: flat_mlp(V, T, 3, 6), "holds 146 numbers in 8 tensors; this model has 206 in 13"),
    "other sizes": (lambda: tree(V, 3, 7, 2), "holds 251 numbers in 13 tensors; this model has 206 in 13"),
}


@pytest.mark.parametrize(("build", "sentence"), OTHERS.values(), ids=OTHERS)
def test_weights_of_another_model_are_refused_whole(tmp_path, build, sentence):
    training.save(build(), path := tmp_path / "other.pt")
    model = small()
    before = [t.clone() for t in training.state(model)]
    with pytest.raises(ValueError, match=sentence + ". Build the model with the sizes it was saved with"):
        training.load(model, path)
    assert all(torch.equal(a, b) for a, b in zip(before, training.state(model), strict=True))


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There are no saved weights at .*none\.pt"):
        training.load(small(), tmp_path / "none.pt")
