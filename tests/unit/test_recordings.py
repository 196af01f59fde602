"""A learner's WAV file: every kind that sound editors write is read, and what is wrong is said in a sentence."""

import io
import math
import struct
import wave

import numpy as np
import pytest
import torch

from lessonlib.recordings import SPEECH, read_wav, write_wav


def tone(rate=8000, seconds=1.5, loud=0.5):
    return loud * np.sin(2 * math.pi * 220 * np.arange(int(rate * seconds)) / rate)


def riff(body, format=1, channels=1, rate=8000, bits=16, extra=b""):
    about = (
        struct.pack("<HHIIHH", format, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits) + extra
    )
    chunks = b"".join(name + struct.pack("<I", len(c)) + c + b"\0" * (len(c) % 2)
                      for name, c in ((b"fmt ", about), (b"LIST", b"odd"), (b"data", body)))  # fmt: skip
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def pcm(x, bits):
    if bits == 8:
        return (x * 127 + 128).round().astype(np.uint8).tobytes()
    whole = (x * (2 ** (bits - 1) - 1)).round().astype("<i4")
    return whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()


def written(tmp_path, data):
    (tmp_path / "mine.wav").write_bytes(data)
    return tmp_path / "mine.wav"


KINDS = {
    "8 bits": lambda x: riff(pcm(x, 8), bits=8),
    "16 bits": lambda x: riff(pcm(x, 16), bits=16),
    "24 bits": lambda x: riff(pcm(x, 24), bits=24),
    "32 bits": lambda x: riff(pcm(x, 32), bits=32),
    "float 32": lambda x: riff(x.astype("<f4").tobytes(), 3, bits=32),
    "float 64": lambda x: riff(x.astype("<f8").tobytes(), 3, bits=64),
    "extensible": lambda x: riff(pcm(x, 24), 0xFFFE, bits=24, extra=struct.pack("<HHIH", 22, 24, 4, 1) + b"\0" * 14),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same_sound(tmp_path, kind):
    found = read_wav(written(tmp_path, KINDS[kind](tone())))
    expected = torch.from_numpy(tone(4000, loud=1.0)).float()
    assert len(found.waveform) == 6000 and found.rate == 4000
    assert (found.waveform - expected)[200:-200].abs().max() < 0.03
    assert any("Resampled" in note for note in found.notes)


def test_stereo_is_mixed(tmp_path):
    both = np.stack([tone(), np.zeros_like(tone())], 1).ravel()
    found = read_wav(written(tmp_path, riff(pcm(both, 16), channels=2)))
    assert len(found.waveform) == 6000 and "2 channels: their mean was taken." in found.notes


def test_what_is_too_long_is_cut_and_said(tmp_path):
    found = read_wav(written(tmp_path, riff(pcm(tone(seconds=70), 8), bits=8)))
    assert len(found.waveform) == 60 * 4000 and any("only the beginning" in note for note in found.notes)


@pytest.mark.parametrize(("loud", "said"), [(4, True), (1.05, True), (0.9, False)])
def test_what_is_clipped_is_said(tmp_path, loud, said):
    as_recorded = tone(loud=loud) + np.random.default_rng(0).normal(0, 0.01, 12000)
    found = read_wav(written(tmp_path, riff(pcm(as_recorded.clip(-1, 1), 16))))
    assert any("too loud" in note for note in found.notes) is said


NAN = np.full(8000, np.nan, "<f4").tobytes()
WRONG = {
    "an MP3 file": b"ID3\x04" + b"\0" * 99,
    "something else": b"hello",
    "at least 1 is needed": riff(pcm(tone(seconds=0.2), 16)),
    "is silent": riff(pcm(0 * tone(), 16)),
    "lasts 0.00 seconds": riff(b""),
    "damaged": b"RIFF\x04\0\0\0WAVE",
    "0 channels": riff(pcm(tone(), 16), channels=0),
    "A-law of 8 bits": riff(b"\0" * 9000, 6, bits=8),
    "no numbers": riff(NAN, 3, bits=32),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_cannot_be_used_is_said(tmp_path, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        read_wav(written(tmp_path, WRONG[sentence]))
    assert "mine.wav" in str(error.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.wav"):
        read_wav(tmp_path / "nowhere.wav")


def test_a_file_cut_off_in_its_samples_is_read_as_far_as_it_goes(tmp_path):
    whole = riff(pcm(tone(seconds=3), 16))
    assert len(read_wav(written(tmp_path, whole[: len(whole) // 2 + 1])).waveform) > 5000


def test_what_is_written_is_a_wav_file_of_16_bits():
    file = io.BytesIO()
    write_wav(torch.tensor([0.0, 1.0, -2.0]), file)
    file.seek(0)
    with wave.open(file) as w:
        assert (w.getnchannels(), w.getsampwidth(), w.getframerate(), w.getnframes()) == (1, 2, 4000, 3)


def test_the_courses_own_speech_is_a_recording():
    assert 15 < len(read_wav(SPEECH).waveform) / 4000 < 20
