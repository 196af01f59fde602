"""The loss, drawn while the cell trains: raw and smoothed, several runs overlaid, validation beside it."""

import math
import time
from array import array

import traitlets
from IPython.display import display

from lessonlib import style
from lessonlib.training import History, smooth
from lessonlib.widgets import kept_curve
from lessonlib.widgets.base import LessonWidget, stylesheet

RAW, TRAIN, VAL = 0, 1, 2  # what a point is: the loss of one batch, or of a whole split
MARKS = {"training": TRAIN, "validation": VAL}
FIELDS = 5  # a point is five float32 numbers: run, kind, step, loss, learning rate
CALM = 5  # steps: smoothed over fewer, a line is as noisy as the losses, and a broad one would hide the next
MOST_KEPT = 100_000  # steps; of longer runs the notebook holds the picture alone
WINDOWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class LiveLoss(LessonWidget):
    """A callback for `train` that draws the loss as it falls. Stopping the cell keeps the curve.

    with LiveLoss("Flat and tree") as live:
        live.run("flat")
        train(flat, batches, optimizer, 2000, callbacks=[live])
        live.val(2000, evaluate(flat, *validation))
        live.run("tree")
        ...

    In a loop of your own, call live(step, loss, lr). `window` is the k of the smoothing over k steps, and
    `smoothing` its kind: "running" (a running average) or "mean" (the mean of each k steps in turn).
    """

    scripts = ("kept_curve", "zoom", "live_loss")
    _css = stylesheet("live_loss")
    view_state = ("title", "window", "smoothing", "log_scale", "names", "notes", "written")

    title = traitlets.Unicode().tag(sync=True)
    window = traitlets.Int().tag(sync=True)
    smoothing = traitlets.Unicode().tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)  # "stopped at step 300 of 1000", or "", for each run
    written = traitlets.List().tag(sync=True)  # [step, "emma, olivia, …"]: what the model in training writes
    data = traitlets.Bytes().tag(sync=True)  # all points, once the runs are over

    def __init__(self, title="Training loss", window=100, smoothing="running", every=0.2):
        if smoothing not in ("running", "mean"):
            raise ValueError(f'smoothing is {smoothing!r}; it is "running" or "mean".')
        if window not in WINDOWS:
            raise ValueError(f"window is {window}; choose one of {', '.join(map(str, WINDOWS))}.")
        super().__init__(title=title, window=window, smoothing=smoothing, names=["run 1"], notes=[""])
        self.every = every  # seconds between two messages to the browser
        self._points, self._unsent = array("f"), array("f")
        self._run, self._sent_at, self._worked = 0.0, 0.0, 0.0
        self._histories: list[History | None] = [None]
        self._validated = [0]  # how many of each history's validation losses are drawn
        self._handle = None

    # While training

    def __call__(self, step: int, loss: float, lr: float = math.nan) -> None:
        """Log the loss of one step. Cheap: a message goes out every 0.2 s, and less often on a busy machine."""
        self._unsent.extend((self._run, RAW, step, loss, lr))
        waited = time.perf_counter() - self._sent_at
        if waited >= self.every and (waited >= 1 or time.thread_time() - self._worked >= self.every / 2):
            self.flush()
            self._sent_at, self._worked = time.perf_counter(), time.thread_time()

    def run(self, name: str) -> "LiveLoss":
        """Begin another run, drawn over the ones before; it gets a line of its own, with its name."""
        if self._empty():
            self.names = [*self.names[:-1], name]
        else:
            self.names, self.notes = [*self.names, name], [*self.notes, ""]
            self._histories.append(None)
            self._validated.append(0)
            self._run = float(len(self.names) - 1)
        return self

    def train(self, step: int, loss: float) -> None:
        """Draw the loss of the whole training split, as measured after `step` steps."""
        self._mark(TRAIN, step, loss)

    def val(self, step: int, loss: float) -> None:
        """Draw the loss of the validation split, as measured after `step` steps."""
        self._mark(VAL, step, loss)

    def write(self, step: int, names: list[str]) -> None:
        """Show beside the curve what the model writes after `step` steps: names that get better."""
        self.written = [*self.written, [step, ", ".join(names)]]

    @property
    def history(self) -> History | None:
        """`training.train` puts its History here: a validation loss in it is drawn too, and so is where it stopped."""
        return self._histories[-1]

    @history.setter
    def history(self, history: History) -> None:
        if not self._empty():
            self.run(f"run {len(self.names) + 1}")
        self._histories[-1] = history

    def flush(self) -> None:
        """Send what is new to the browser."""
        self._take_validation()
        if self._unsent:
            new, self._unsent = self._unsent, array("f")
            self._points.extend(new)
            self.send({"type": "points"}, [new.tobytes()])

    def finish(self) -> None:
        """Keep all points with the widget, and the last picture with the notebook."""
        self.flush()
        self.notes = [history.stopped or note if history else note
                      for history, note in zip(self._histories, self.notes, strict=True)]  # fmt: skip
        self.data = self._points.tobytes()
        if self._handle is not None:
            self._handle.update(self)

    def __enter__(self) -> "LiveLoss":
        self._handle = display(self, display_id=True)
        return self

    def __exit__(self, kind, *_) -> None:
        self.flush()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            steps = [step for step, _, _ in self.points(len(self.names) - 1)]
            self.notes = [*self.notes[:-1], f"stopped at step {steps[-1]:.0f}" if steps else "stopped"]
        self.finish()

    def _empty(self):
        """Whether the last run has no points yet."""
        logged = self._unsent or self._points
        return not logged or logged[-FIELDS] < self._run

    def _mark(self, kind, step, loss):
        self._unsent.extend((self._run, kind, step, loss, math.nan))
        self.flush()

    def _take_validation(self):
        for run, history in enumerate(self._histories):
            if history is not None:
                for step, loss in history.val[self._validated[run] :]:
                    self._unsent.extend((run, VAL, step, loss, math.nan))
                self._validated[run] = len(history.val)

    # Afterwards

    def points(self, run: int = 0, kind: int = RAW) -> list[tuple[float, float, float]]:
        """The (step, loss, learning rate) of a run's batches, or of its training or validation points."""
        p = self._points
        rows = range(0, len(p), FIELDS)
        return [(p[i + 2], p[i + 3], p[i + 4]) for i in rows if p[i] == run and p[i + 1] == kind]

    def smoothed(self, run: int = 0) -> tuple[list[float], list[float]]:
        """Steps and losses of the smoothed line of a run, as it is drawn."""
        steps, losses = [p[0] for p in self.points(run)], [p[1] for p in self.points(run)]
        if self.smoothing == "running":
            return steps, running_average(losses, self.window)
        k = max(1, min(self.window, len(losses)))
        means = smooth(losses, k).tolist() if losses else []
        return [sum(steps[i * k : i * k + k]) / k for i in range(len(means))], means

    def static_text(self) -> str:
        curves = [f"  {self._line(i)}" for i in range(len(self.names))]
        wrote = [f"  after {step:,} step{'s' * (step != 1)} it wrote: {names}" for step, names in self.written]
        return "\n".join([f"Loss curve: {self.title}", *curves, *wrote])

    def _line(self, run):
        losses = self.points(run)
        if not losses:
            return f"{self.names[run]}: no steps yet"
        words = [f"{self.names[run]}: {len(losses):,} steps, smoothed loss {self.smoothed(run)[1][-1]:.3f} at the end"]
        for kind, name in ((TRAIN, "training"), (VAL, "validation")):
            if marks := self.points(run, kind):
                words.append(f"{name} {marks[-1][1]:.3f}")
        return "; ".join([*words, *filter(None, [self.notes[run]])])

    def _copy(self) -> dict:
        """With the points of each run, so that the stored curve can be smoothed and zoomed without Python."""
        copy = super()._copy()
        runs = [
            kept_curve.packed(losses, {name: self._marks(run, kind) for name, kind in MARKS.items()})
            for run in range(len(self.names))
            if (losses := self.points(run))
        ]
        steps = sum(len(self.points(run)) for run in range(len(self.names)))
        complete = len(runs) == len(self.names) and not self._unsent and steps <= MOST_KEPT
        return {**copy, "state": {**copy["state"], "curves": runs} if complete else {}}

    def _marks(self, run, kind):
        """(step, loss) of its training or validation points, without those of a run that went astray."""
        return [(step, loss) for step, loss, _ in self.points(run, kind) if math.isfinite(loss)]

    @style.drawing
    def static_figure(self) -> style.Picture:
        rates = any(not math.isnan(lr) for run in range(len(self.names)) for _, _, lr in self.points(run))
        rows = {"nrows": 2, "height_ratios": [4, 1], "sharex": True} if rates else {}
        picture, axes = style.figure(self.static_text(), height=4.4 if rates else 3.4, **rows)
        ax = axes[0] if rates else axes
        for run, name in enumerate(self.names):
            self._draw_run(ax, run, name)
            if rates:
                look = style.line(run)
                axes[1].plot(*_columns(self.points(run), 0, 2), color=look["color"], linestyle=look["linestyle"])
        ax.set_yscale("log" if self.log_scale else "linear")
        self._limits(ax)
        how = "running average" if self.smoothing == "running" else "means"
        style.label(ax, self.title, "" if rates else "step", "loss (nats per character)")
        if rates:
            style.label(axes[1], "", "step", "lr")
        if self._points:
            title = f"thick: {how} over {self.window} steps" if self.window > 1 else "the loss of each step"
            ax.legend(frameon=False, title=title, fontsize=9, title_fontsize=9)
        return picture

    def _draw_run(self, ax, run, name):
        look = style.line(run)
        note = f" ({self.notes[run]})" if self.notes[run] else ""
        ax.plot(*_columns(self.points(run), 0, 1), color=look["color"], alpha=0.22, linewidth=0.5)
        calm = self.window >= CALM
        strength = {"linewidth": 2 if calm else 1, "alpha": 1 if calm or len(self.names) == 1 else 0.6}
        ax.plot(*self.smoothed(run), color=look["color"], linestyle=look["linestyle"], label=name + note, **strength)
        marks = ((VAL, "D", look["color"], 6, "validation"), (TRAIN, "o", "none", 10, "training"))
        for kind, mark, face, size, words in marks:
            if points := self.points(run, kind):
                label = f"{words}, {name}" if len(self.names) > 1 else words
                ax.plot(*_columns(points, 0, 1), mark, color=look["color"], markerfacecolor=face, markersize=size,
                        markeredgewidth=1.6, label=label)  # fmt: skip

    def _limits(self, ax):
        """The steep first steps would flatten the rest: leave them out of the scale."""
        values = []
        for run in range(len(self.names)):
            losses = [loss for _, loss, _ in self.points(run) if math.isfinite(loss)]
            values += sorted(losses[len(losses) // 20 :])
            values += [loss for kind in (TRAIN, VAL) for _, loss in self._marks(run, kind)]
        if values := sorted(values):
            low, high = values[len(values) // 200], values[-1 - len(values) // 200]
            pad = 0.06 * (high - low) or 0.1
            ax.set_ylim(max(low - pad, low * 0.5), high + pad)


def running_average(values: list[float], k: int) -> list[float]:
    """An exponential running average that forgets over about k values, without the pull towards 0 at its start."""
    keep, mean, weight, out = 1 - 1 / k, 0.0, 0.0, []
    for value in values:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + 1 - keep
        out.append(mean / weight)
    return out


def _columns(points, *which):
    return [[point[i] for point in points] for i in which]
