"""Reading a WAV file of your own, and saying in a sentence what is wrong with it."""

import struct
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from lessonlib.sound import RATE, loudest, resample

SHORTEST, LONGEST = 1.0, 60.0  # seconds
SPEECH = Path(__file__).parent / "content" / "speech.wav"
FORMATS = {1: "PCM", 2: "ADPCM", 3: "float", 6: "A-law", 7: "μ-law", 0x55: "MP3", 0x11: "IMA ADPCM"}
OTHERS = {b"ID3": "an MP3 file", b"\xff\xfb": "an MP3 file", b"OggS": "an Ogg file", b"fLaC": "a FLAC file"}
ADVICE = "Save it as an uncompressed WAV file (PCM) in any sound editor, and give that file's path."


class Recording(NamedTuple):
    """A waveform (N,) between -1 and 1, one channel at `rate` samples a second, and what was done to the file."""

    waveform: torch.Tensor
    rate: int
    notes: list[str]


def read_wav(path: str | Path, rate: int = RATE) -> Recording:
    """A WAV file as one channel at `rate`: stereo is mixed, other rates are resampled, more than 60 s are cut.

    PCM of 8, 16, 24 or 32 bits and floats of 32 or 64. Raises FileNotFoundError or ValueError, in a sentence, for
    what is no such file, is shorter than a second, or is silent.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}. Give the path of a WAV file, with its ending.")
    channels, had, samples = _samples(path.read_bytes(), path.name)
    waveform = torch.from_numpy(samples.reshape(-1, channels).mean(1))
    seconds = len(waveform) / had
    if not torch.isfinite(waveform).all():
        raise ValueError(f"{path.name} holds samples that are no numbers (NaN or infinite). {ADVICE}")
    if seconds < SHORTEST:
        raise ValueError(f"{path.name} lasts {seconds:.2f} seconds; to learn from, at least {SHORTEST:g} is needed.")
    notes = _notes(waveform, channels, had, rate, seconds)
    waveform = resample(waveform[: int(LONGEST * had)], had, rate)
    waveform = waveform - waveform.mean()  # a constant offset is not heard, but would use up classes
    if waveform.abs().max() < 1e-3:
        raise ValueError(f"{path.name} is silent: no sample is further from 0 than 1/1000. Was the microphone on?")
    return Recording(loudest(waveform).float(), rate, notes)


def _notes(waveform, channels, had, rate, seconds):
    notes = [f"{seconds:.1f} seconds at {had:,} samples a second."]
    if channels > 1:
        notes.append(f"{channels} channels: their mean was taken.")
    if had != rate:
        lost = f", so nothing above {rate // 2:,} Hz is left" if had > rate else ""
        notes.append(f"Resampled to {rate:,} samples a second{lost}.")
    if seconds > LONGEST:
        notes.append(f"Longer than {LONGEST:g} seconds: only the beginning was taken.")
    if (share := _clipped(waveform)) > 0.01:
        notes.append(f"{share:.0%} of the samples are at the limit: it was recorded too loud, and sounds distorted.")
    return notes


def _clipped(waveform):
    """The share of samples that stand exactly at the loudest value; with 8 bits that is common and says nothing."""
    if len(waveform.unique()) <= 256:
        return 0.0
    return (waveform.abs() == waveform.abs().max()).double().mean().item()


def _samples(data, name):
    """Channels, rate, and all samples of a WAV file's bytes, interleaved, as float64."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        kind = next((what for start, what in OTHERS.items() if data.startswith(start)), "something else")
        raise ValueError(f"{name} is no WAV file, but {kind}. {ADVICE}")
    chunks = dict(_chunks(data))
    if len(chunks.get(b"fmt ", b"")) < 16 or b"data" not in chunks:
        raise ValueError(f"{name} is a damaged WAV file: its description or its samples are missing. {ADVICE}")
    about, body = chunks[b"fmt "], chunks[b"data"]
    format, channels, rate, _, _, bits = struct.unpack("<HHIIHH", about[:16])
    if format == 0xFFFE and len(about) >= 26:
        format = struct.unpack("<H", about[24:26])[0]  # "extensible": the format proper stands further on
    if not channels or not rate:
        raise ValueError(f"{name} is a damaged WAV file: {channels} channels at {rate} samples a second. {ADVICE}")
    if (format, bits) not in READERS:
        raise ValueError(f"{name} holds {FORMATS.get(format, f'format {format}')} of {bits} bits. {ADVICE}")
    whole = bits // 8 * channels
    return channels, rate, READERS[format, bits](body[: len(body) // whole * whole])


def _chunks(data):
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _pcm24(body):
    padded = np.zeros((len(body) // 3, 4), dtype=np.uint8)
    padded[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)  # the three bytes become the upper ones of four
    return padded.view("<i4")[:, 0] / 2**31


READERS = {
    (1, 8): lambda body: (np.frombuffer(body, np.uint8) - 128.0) / 128,  # the only one without a sign
    (1, 16): lambda body: np.frombuffer(body, "<i2") / 2**15,
    (1, 24): _pcm24,
    (1, 32): lambda body: np.frombuffer(body, "<i4") / 2**31,
    (3, 32): lambda body: np.frombuffer(body, "<f4").astype(np.float64),
    (3, 64): lambda body: np.frombuffer(body, "<f8").astype(np.float64),
}


def write_wav(waveform: torch.Tensor, file, rate: int = RATE) -> None:
    """Write samples (N,) between -1 and 1 to `file`, a path or an open file, as PCM of 16 bits."""
    pcm = (waveform.detach().clamp(-1, 1) * 32767).round().numpy().astype("<i2")
    with wave.open(str(file) if isinstance(file, Path) else file, "wb") as w:
        w.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        w.writeframes(pcm.tobytes())
