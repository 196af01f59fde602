"""Around a learner's code: a time limit, captured output, private randomness, no way out through exit()."""

from __future__ import annotations

import _thread
import contextlib
import io
import random
import signal
import sys
import threading
import time
import warnings

import torch

PRINTED_LIMIT = 200_000  # characters; then the code is stopped
SHOWN = 2_000  # characters kept for the learner
PATIENCE = 4  # times the limit, for code that waits or is kept waiting


class TimeUp(BaseException):
    """The time limit was reached. No Exception, so that a learner's `except Exception` lets it through."""


class Flooded(BaseException):
    """More was printed than anybody would read."""


class Exited(BaseException):
    """The code asked to exit."""


class Printed(io.TextIOBase):
    """A standard stream that keeps the first SHOWN characters and stops a flood."""

    def __init__(self):
        self.kept: list[str] = []
        self.count = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.count < SHOWN:
            self.kept.append(text[: SHOWN - self.count])
        self.count += len(text)
        if self.count > PRINTED_LIMIT:
            raise Flooded
        return len(text)

    def text(self) -> str:
        more = self.count - SHOWN
        return "".join(self.kept) + (f"\n… and {more:,} more characters" if more > 0 else "")


def time_limit(seconds: float):
    """A context that raises TimeUp after `seconds`.

    Only what Python itself runs can be stopped so, and outside the main thread there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    return _alarm(seconds) if hasattr(signal, "setitimer") else _interrupt(seconds)


@contextlib.contextmanager
def _alarm(seconds: float):
    """The alarm strikes again every half second: an `except:` may eat the first TimeUp.

    Code that has had little of the processor, because the machine is busy with something else, gets more time.
    """
    begun, patience = time.process_time(), time.monotonic() + PATIENCE * seconds

    def up(signum, frame):
        if time.process_time() - begun >= seconds / 2 or time.monotonic() > patience:
            raise TimeUp

    handler = signal.signal(signal.SIGALRM, up)
    another = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)  # whoever set one before gets it back
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        except TimeUp:  # it struck just now; the next one would be half a second away
            signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *another)


@contextlib.contextmanager
def _interrupt(seconds: float):
    """Where there are no alarms (Windows): the interrupt of the stop button."""
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if timer.is_alive():
            raise
        raise TimeUp from None
    finally:
        timer.cancel()


@contextlib.contextmanager
def no_exit():
    """In a notebook, `exit()` would ask the kernel to stop after the cell: turn it into an exception."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        yield
        return

    def ask_exit():
        raise Exited

    shell.ask_exit = ask_exit
    try:
        yield
    finally:
        del shell.ask_exit


@contextlib.contextmanager
def own_randomness(seed: int):
    """The global generators start from `seed` inside, and are afterwards as if nothing had happened."""
    state = random.getstate()
    numpy = getattr(sys.modules.get("numpy"), "random", None)
    numpy_state = numpy and numpy.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            random.seed(seed)
            yield
    finally:
        random.setstate(state)
        if numpy:
            numpy.set_state(numpy_state)


@contextlib.contextmanager
def guarded(seconds: float, seed: int):
    """All of the above, and warnings shown as output. Yields the Printed stream."""
    printed = Printed()
    with (
        own_randomness(seed),
        warnings.catch_warnings(),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        no_exit(),
        time_limit(seconds),
    ):
        warnings.simplefilter("default")
        warnings.showwarning = lambda message, category, *where, **more: printed.write(
            f"{category.__name__}: {message}\n"
        )
        yield printed
