"""Sound as rows of numbers: plucked strings, melodies, μ-law classes, and pieces of a waveform to train on.

A waveform is a row of samples between -1 and 1, (N,), `rate` of them a second. A model does not see the samples but
their classes, integers (N,), and predicts the next one, as it does with characters.
"""

import math
from collections.abc import Iterator, Sequence

import torch

RATE = 4000  # samples a second: everything below 2,000 Hz can be held
CLASSES = 64
SCALE = (130.81, 146.83, 164.81, 196.00, 220.00, 261.63, 293.66, 329.63)  # Hz: C D E G A C D E
NAMES = ("C3", "D3", "E3", "G3", "A3", "C4", "D4", "E4")
FIGURES = ((0, 1, 2, 3), (3, 2, 1, 0), (0, 2, 1, 3))  # steps of the scale, from a random first note
NOTE = 0.25  # seconds from one note of a melody to the next


def pluck(frequency: float, seconds: float, rate: int = RATE, generator=None) -> torch.Tensor:
    """A plucked string, (seconds * rate,): a burst of noise that goes round a loop of one period and is softened there.

    Each sample is the mean of the two that stand one period back, times a little less than 1. It is computed at four
    times the rate, so that a period has enough samples for the note to be in tune.
    Source: Karplus and Strong, 1983, "Digital Synthesis of Plucked-String and Drum Timbres".
    """
    if not 20 <= frequency <= rate / 4:
        raise ValueError(
            f"A string of {frequency} Hz was asked for; at {rate} samples a second choose 20 to {rate / 4:g}."
        )
    fine = 4 * rate
    period = round(fine / frequency - 0.5)  # the mean of two neighbours delays by half a sample more
    burst = torch.rand(period, generator=generator) * 2 - 1
    loop = (burst + burst.roll(1) + burst.roll(2) + burst.roll(3)) / 4  # a soft pick: less hiss
    rounds, before = [loop - loop.mean()], torch.zeros(1)
    for _ in range(math.ceil(seconds * fine / period)):
        last = rounds[-1]
        rounds.append(0.999 * (last + torch.cat([before, last[:-1]])) / 2)
        before = last[-1:]
    return resample(torch.cat(rounds)[: int(seconds * rate) * 4], fine, rate)


def resample(waveform: torch.Tensor, rate: int, to: int) -> torch.Tensor:
    """The same sound at another rate, (N,) to (N * to / rate,): what the new rate cannot hold is left out."""
    if rate == to:
        return waveform
    length = max(1, round(len(waveform) * to / rate))
    spectrum = torch.fft.rfft(waveform)
    kept = torch.zeros(length // 2 + 1, dtype=spectrum.dtype)
    both = min(len(kept), len(spectrum))
    kept[:both] = spectrum[:both]
    return torch.fft.irfft(kept, n=length) * (length / len(waveform))


def melody(notes: Sequence[int], generator=None, rate: int = RATE) -> torch.Tensor:
    """The notes, as places in SCALE, one after another, each until the next is plucked; the loudest sample is 1."""
    odd = [note for note in notes if not 0 <= note < len(SCALE)]
    if odd or not len(notes):
        raise ValueError(f"A melody has notes from 0 to {len(SCALE) - 1}, at least one; this one has {odd or 'none'}.")
    return loudest(torch.cat([loudest(pluck(SCALE[note], NOTE, rate, generator)) for note in notes]))


def chord(notes: Sequence[int], seconds: float = 1.0, generator=None, rate: int = RATE) -> torch.Tensor:
    """The notes, as places in SCALE, plucked at once."""
    return loudest(sum(pluck(SCALE[note], seconds, rate, generator) for note in notes))


def tune(n: int, generator=None) -> list[int]:
    """`n` notes made of FIGURES: four notes that go up, down or zigzag, then another four from a new first note."""
    notes = []
    while len(notes) < n:
        figure, first = (
            torch.randint(0, len(FIGURES), (1,), generator=generator),
            torch.randint(0, 5, (1,), generator=generator),
        )
        notes += [int(first) + step for step in FIGURES[int(figure)]]
    return notes[:n]


def loudest(waveform: torch.Tensor) -> torch.Tensor:
    """Scaled so that the loudest sample is 1 or -1; silence stays silence."""
    return waveform / waveform.abs().max().clamp(min=1e-9)


# From samples to classes and back


def mu_law(waveform: torch.Tensor, classes: int = CLASSES) -> torch.Tensor:
    """Each sample of (N,) as one of `classes` integers: fine steps near 0, coarse ones where it is loud.

    f(x) = sign(x) ln(1 + μ|x|) / ln(1 + μ) with μ = classes - 1, then rounded on the line from -1 to 1.
    Source: ITU-T G.711; van den Oord et al., 2016, use it with 256 classes.
    """
    mu = classes - 1
    x = waveform.clamp(-1, 1)
    return linear(x.sign() * torch.log1p(mu * x.abs()) / math.log1p(mu), classes)


def from_mu_law(ids: torch.Tensor, classes: int = CLASSES) -> torch.Tensor:
    """The samples that the classes stand for: (N,) integers to (N,) between -1 and 1."""
    mu = classes - 1
    y = from_linear(ids, classes)
    return y.sign() * torch.expm1(y.abs() * math.log1p(mu)) / mu


def linear(waveform: torch.Tensor, classes: int = CLASSES) -> torch.Tensor:
    """Each sample of (N,) as one of `classes` integers at equal distances from -1 to 1."""
    return ((waveform.clamp(-1, 1) + 1) / 2 * (classes - 1)).round().long()


def from_linear(ids: torch.Tensor, classes: int = CLASSES) -> torch.Tensor:
    """The samples that equally distant classes stand for."""
    return ids / (classes - 1) * 2 - 1


def signal_to_noise(waveform: torch.Tensor, kept: torch.Tensor) -> float:
    """How much louder the sound is than what was lost of it, in decibels: 20 dB is ten times."""
    return 10 * math.log10(waveform.square().sum() / (waveform - kept).square().sum().clamp(min=1e-12))


# What a model is trained on


def melodies(seed: int = 0, seconds: float = 60, classes: int = CLASSES) -> torch.Tensor:
    """The course's own music as classes, (seconds * RATE,): plucked strings, a note every quarter of a second."""
    generator = torch.Generator().manual_seed(seed)
    return mu_law(melody(tune(int(seconds / NOTE), generator), generator), classes)


def crops(ids: torch.Tensor, length: int, generator=None) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Pieces of a row of classes, without end, each from a random place: x (length,) and what follows, (length,)."""
    if len(ids) <= length:
        raise ValueError(
            f"Pieces of {length:,} samples were asked for, but there are only {len(ids):,}: take shorter ones."
        )
    while True:
        start = int(torch.randint(0, len(ids) - length, (1,), generator=generator))
        yield ids[start : start + length], ids[start + 1 : start + length + 1]


def dilations_for(reach: int) -> tuple[int, ...]:
    """1, 2, 4, … until their sum and one make `reach`, which must be a power of two."""
    if reach < 2 or reach & (reach - 1):
        raise ValueError(f"Dilations that double reach 2, 4, 8, … samples, not {reach}.")
    return tuple(2**k for k in range(reach.bit_length() - 1))


def milliseconds(reach: int, rate: int = RATE) -> float:
    """How long a stretch of sound `reach` samples are."""
    return 1000 * reach / rate
