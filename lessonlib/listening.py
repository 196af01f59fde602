"""Hearing a waveform, seeing it, and giving it a number: a player, a spectrogram, the share of energy on the notes."""

import base64
import html
import io
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from matplotlib import colormaps

from lessonlib import style
from lessonlib.recordings import write_wav
from lessonlib.sound import RATE, SCALE

FRAME, HOP = 256, 128  # samples in a column of a spectrogram, and from one column to the next
NOTE_FRAME = 1000  # a quarter of a second: long enough to tell two neighbouring notes apart
GREYS = colormaps["Greys"].resampled(8)  # a step for each 6 decibels; a picture of many greys would be a large file
BAND = (110, 360)  # Hz: where the strings of SCALE have their lowest partials


class Player:
    """A sound with buttons to play it; nothing plays by itself. `about` says in words what is to be heard."""

    def __init__(self, waveform: torch.Tensor, title: str, about: str = "", rate: int = RATE):
        self.waveform, self.title, self.about, self.rate = waveform, title, about, rate

    @property
    def caption(self) -> str:
        seconds = f"{len(self.waveform) / self.rate:.1f} s"
        return f"{self.title} ({seconds})" + (f": {self.about}" if self.about else "")

    def data_uri(self) -> str:
        """The sound as a WAV file inside an address, so that a page needs no file beside it."""
        file = io.BytesIO()
        write_wav(self.waveform, file, self.rate)
        return "data:audio/wav;base64," + base64.b64encode(file.getvalue()).decode()

    def _repr_html_(self):
        label = html.escape(self.caption)
        return (
            f'<p>{label}<br><audio controls preload="metadata" src="{self.data_uri()}" title="{label}">'
            "This viewer plays no sound; the picture and the number beside it say what there is to hear.</audio></p>"
        )

    def __repr__(self):
        return f"Sound: {self.caption}"


def spectrogram(waveform: torch.Tensor) -> torch.Tensor:
    """How loud each frequency is in each moment, in decibels below the loudest: (FRAME / 2 + 1, moments)."""
    frames = waveform.unfold(0, FRAME, HOP) * torch.hann_window(FRAME)
    loud = torch.fft.rfft(frames).abs().T
    return 20 * (loud / loud.max().clamp(min=1e-9)).clamp(min=1e-4).log10()


def share_on_notes(waveform: torch.Tensor, rate: int = RATE) -> float:
    """Of the energy between 110 and 360 Hz, the share within 3 % of a note of the scale, half a semitone: 0 to 1.

    White noise has nearly a half of it there, since the notes' neighbourhoods cover nearly a half of that band.
    """
    if len(waveform) < NOTE_FRAME:
        raise ValueError(f"{len(waveform)} samples are too short to tell notes apart: give at least {NOTE_FRAME}.")
    frames = waveform.unfold(0, NOTE_FRAME, NOTE_FRAME // 2) * torch.hann_window(NOTE_FRAME)
    energy = torch.fft.rfft(frames, n=8 * NOTE_FRAME).abs().square().sum(0)
    frequency = torch.arange(len(energy)) * rate / (8 * NOTE_FRAME)
    band = (frequency > BAND[0]) & (frequency < BAND[1])
    on = torch.stack([(frequency - note).abs() < 0.03 * note for note in SCALE]).any(0)
    return (energy[band & on].sum() / energy[band].sum().clamp(min=1e-12)).item()


def plucks(waveform: torch.Tensor) -> int:
    """How often the sound above 1,000 Hz jumps up by 8 decibels or more within a tenth of a second: the onsets found.

    It misses soft ones: of four plucks a second in the course's music it finds two or three.
    """
    if len(waveform) < 4 * FRAME:
        raise ValueError(f"{len(waveform)} samples are too short to look for onsets: give at least {4 * FRAME}.")
    frames = waveform.unfold(0, FRAME, FRAME // 4) * torch.hann_window(FRAME)
    high = torch.fft.rfft(frames).abs().square()[:, FRAME // 4 :].sum(1)
    loud = 10 * high.clamp(min=1e-6).log10()
    rise = loud[6:] - loud[:-6]
    highest_near = F.max_pool1d(rise[None], 9, stride=1, padding=4)[0]
    return int(((rise == highest_near) & (rise > 8)).sum())


@style.drawing
def pictures(sounds: Mapping[str, torch.Tensor], alt: str, shown: float = 0.05, rate: int = RATE) -> style.Picture:
    """A row for each named sound: `shown` seconds of its waveform from the middle, and the spectrogram of all of it."""
    fig, axes = style.figure(
        alt, width=8.4, height=0.7 + 1.75 * len(sounds), nrows=len(sounds), ncols=2, squeeze=False, width_ratios=(2, 3)
    )
    for i, ((name, waveform), (left, right)) in enumerate(zip(sounds.items(), axes, strict=True)):
        piece = waveform[len(waveform) // 2 :][: int(shown * rate)]
        left.plot((torch.arange(len(piece)) * 1000 / rate).tolist(), piece.tolist(), color=style.BLUE, linewidth=1)
        left.set_ylim(-1.05, 1.05)
        extent = (0, len(waveform) / rate, 0, rate / 2)
        right.imshow(
            spectrogram(waveform).numpy(),
            origin="lower",
            aspect="auto",
            extent=extent,
            cmap=GREYS,
            vmin=-48,
            vmax=0,
            interpolation="nearest",
        )
        right.grid(False)
        last = i == len(sounds) - 1
        style.label(left, name, "milliseconds" if last else "", "sample")
        style.label(right, "", "seconds" if last else "", "Hz")
    return fig
