import base64
import json
import math

import numpy as np
import pytest
import torch

from lessonlib.models import flat_mlp
from lessonlib.training import ValidateEvery, minibatches, smooth, train
from lessonlib.widgets import LiveLoss, live_loss
from lessonlib.widgets.base import MIME
from lessonlib.widgets.live_loss import FIELDS, VAL, running_average


@pytest.fixture
def sent(monkeypatch):
    """The buffers that go to the browser."""
    found = []
    monkeypatch.setattr(LiveLoss, "send", lambda self, message, buffers=None: found.append(bytes(buffers[0])))
    return found


def test_nothing_is_lost_in_12_000_steps(sent):
    live = LiveLoss()
    for step in range(12_000):
        live(step, 1 / (step + 1), 0.1)
    live.finish()
    assert len(live.points()) == 12_000
    assert len(b"".join(sent)) == 12_000 * FIELDS * 4
    assert live.data == b"".join(sent)
    assert live.points()[-1] == pytest.approx((11_999, 1 / 12_000, 0.1))


@pytest.mark.parametrize(("share", "fewest", "most"), [(1.0, 18, 21), (0.2, 7, 9), (0.01, 3, 5)])
def test_messages_are_few_however_many_steps_and_fewer_where_others_work_too(sent, monkeypatch, share, fewest, most):
    live, now = LiveLoss(every=0.2), 0.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    monkeypatch.setattr("time.thread_time", lambda: share * now)
    for step in range(4_000):
        now = step / 1000  # a step takes a millisecond
        live(step, 1.0, 0.1)
    assert fewest <= len(sent) <= most


def train_a_little(live, steps=30, **more):
    model = flat_mlp(5, 3, 2, 4)
    X, Y = torch.randint(0, 5, (64, 3)), torch.randint(0, 5, (64,))
    callbacks = [live, ValidateEvery(model, X, Y, 10)]
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    return train(model, minibatches(X, Y, 16), sgd, steps, callbacks=callbacks, progress=False, **more)


def test_as_a_callback_it_draws_what_the_history_keeps():
    with LiveLoss() as live:
        history = train_a_little(live)
    assert [p[1] for p in live.points()] == pytest.approx(history.losses)
    assert [p[2] for p in live.points()] == pytest.approx(history.lrs)
    assert [(p[0], p[1]) for p in live.points(0, VAL)] == [pytest.approx(v) for v in history.val]


def test_runs_are_kept_apart_and_named():
    with LiveLoss() as live:
        live.run("first")
        train_a_little(live)
        live.run("second")
        train_a_little(live, steps=20)
        train_a_little(live, steps=10)  # unnamed: a run of its own all the same
    assert live.names == ["first", "second", "run 3"]
    assert [len(live.points(run)) for run in range(3)] == [30, 20, 10]
    assert [len(live.points(run, VAL)) for run in range(3)] == [3, 2, 1]


def test_stopped_by_the_learner_it_keeps_the_curve_and_says_so():
    def stop(step, loss, lr):
        if step == 7:
            raise KeyboardInterrupt

    class Stopping(LiveLoss):
        def __call__(self, step, loss, lr=math.nan):
            super().__call__(step, loss, lr)
            stop(step, loss, lr)

    with Stopping() as live:
        train_a_little(live)
    assert len(live.points()) == 8
    assert "stopped at step 8 of 30" in live.static_text()


def test_a_loop_of_your_own_that_is_interrupted():
    live = LiveLoss()
    with pytest.raises(KeyboardInterrupt), live:
        for step in range(5):
            live(step, 2.0)
        raise KeyboardInterrupt
    assert len(live.points()) == 5
    assert "stopped at step 4" in live.static_text()
    assert live.data


def test_the_lesson_s_mean_is_among_the_smoothings():
    live = LiveLoss(smoothing="mean", window=10)
    losses = torch.rand(95).tolist()
    for step, loss in enumerate(losses):
        live(step, loss)
    live.flush()
    steps, means = live.smoothed()
    assert means == pytest.approx(smooth(losses, 10).tolist())
    assert steps[0] == 4.5


def test_a_running_average_of_a_constant_is_that_constant_from_the_first_step():
    assert running_average([3.0] * 20, 100) == pytest.approx([3.0] * 20)
    assert running_average([1.0, 2.0, 4.0], 1) == [1.0, 2.0, 4.0]


def test_training_and_validation_points():
    live = LiveLoss("Two splits")
    live(0, 3.0, 0.1)
    live.train(100, 2.2)
    live.val(100, 2.4)
    text = live.static_text()
    assert "training 2.200" in text and "validation 2.400" in text


def test_a_loss_that_is_not_a_number_does_not_break_the_picture():
    live = LiveLoss()
    for step, loss in enumerate([2.0, math.nan, math.inf, 1.5]):
        live(step, loss, 0.1)
    live.finish()
    assert live.static_figure().png()


def test_an_empty_curve_is_a_picture_too():
    live = LiveLoss()
    live.finish()
    assert "no steps yet" in live.static_text()
    assert live.static_figure().png()


@pytest.mark.parametrize(("window", "says"), [(1, "the loss of each step"), (5, "thick: running average over 5 steps")])
def test_the_legend_says_what_the_thick_line_is_and_of_single_steps_that_there_is_none(monkeypatch, window, says):
    titles = []
    monkeypatch.setattr("matplotlib.axes.Axes.legend", lambda ax, **look: titles.append(look["title"]))
    live = LiveLoss(window=window)
    live(0, 3.3)
    live.finish()
    live.static_figure()
    assert says in titles


@pytest.mark.parametrize("wrong", [{"smoothing": "median"}, {"window": 7}])
def test_what_it_cannot_do_is_said(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is"):
        LiveLoss(**wrong)


def test_what_the_model_writes_stands_beside_its_curve():
    live = LiveLoss()
    live(0, 3.3)
    live.write(1, ["xq", "aa"])
    live.write(1000, ["emma", "nora"])
    assert live.static_text().splitlines()[-2:] == [
        "  after 1 step it wrote: xq, aa",
        "  after 1,000 steps it wrote: emma, nora",
    ]


# --- the curve that a notebook stores ---


def kept(live):
    return live._repr_mimebundle_()[0][MIME]["state"]["curves"]


def losses_of(curve):
    """What the page makes of a stored curve."""
    numbers = np.frombuffer(base64.b64decode(curve["losses"]), "<u2").astype(float)
    return np.where(numbers == 65_535, math.nan, curve["low"] + numbers * curve["unit"])


def test_a_stored_curve_is_the_run_to_a_65_000th_of_its_range():
    live, losses = LiveLoss(), [3 + math.sin(step) for step in range(2_000)]
    for step, loss in enumerate(losses):
        live(step, loss, 0.1 if step < 1_000 else 0.01)
    live.val(2_000, 2.5)
    live.finish()
    (curve,) = kept(live)
    assert losses_of(curve) == pytest.approx(losses, abs=2 / 65_534)
    assert curve["steps"] == {"first": 0, "by": 1, "n": 2_000}
    assert curve["validation"] == [[2_000, 2.5]]
    rates = dict(each.split(":") for each in curve["rates"].split())
    assert {rate for at, rate in rates.items() if int(at) < 1_000} == {"0.1"}
    assert rates["1999"] == "0.01"
    assert len(str(curve)) < 12_000  # of 40,000 bytes


def test_a_stored_curve_keeps_gaps_and_steps_of_any_kind():
    live = LiveLoss()
    for step, loss in ((0, 3.0), (1, math.nan), (7, math.inf), (20, 2.0)):
        live(step, loss)
    live.val(20, math.nan)
    live.finish()
    (curve,) = kept(live)
    assert curve["steps"] == [0, 1, 7, 20]
    assert [math.isnan(loss) for loss in losses_of(curve)] == [False, True, True, False]
    assert curve["rates"] == "" and curve["validation"] == []
    json.dumps(curve, allow_nan=False)


def test_without_points_or_with_very_many_the_picture_alone_is_stored(monkeypatch):
    live = LiveLoss()
    assert LiveLoss.page_state(live._repr_mimebundle_()[0][MIME]) is None
    monkeypatch.setattr(live_loss, "MOST_KEPT", 9)
    for step in range(10):
        live(step, 1.0)
    live.finish()
    assert LiveLoss.page_state(live._repr_mimebundle_()[0][MIME]) is None
