"""Sound: strings in tune, μ-law against its formula, pieces to train on, and what cannot be done in a sentence."""

import math

import pytest
import torch

from lessonlib import sound
from lessonlib.listening import Player, pictures, plucks, share_on_notes, spectrogram


@pytest.mark.parametrize("frequency", sound.SCALE)
def test_a_string_is_in_tune_to_a_fifth_of_a_semitone(frequency):
    string = sound.pluck(frequency, 2.0, generator=torch.Generator().manual_seed(0))
    energy = torch.fft.rfft(string).abs()
    around = slice(int(2 * frequency * 0.9), int(2 * frequency * 1.1))  # bins of half a hertz
    found = (int(energy[around].argmax()) + around.start) / 2
    assert abs(12 * math.log2(found / frequency)) < 0.2


def test_a_string_fades():
    string = sound.pluck(220, 1.0)
    assert string[-500:].square().mean() < string[:500].square().mean()


def test_a_string_too_high_for_the_rate_is_refused():
    with pytest.raises(ValueError, match="at 4000 samples a second choose 20 to 1000"):
        sound.pluck(1500, 1.0)


def test_mu_law_is_its_formula_and_comes_back_to_the_same_class():
    x = torch.tensor([-1.0, -0.5, 0.0, 0.01, 0.5, 1.0])
    by_hand = [math.copysign(math.log(1 + 63 * abs(v)) / math.log(64), v) for v in x.tolist()]
    assert sound.mu_law(x).tolist() == [round((y + 1) / 2 * 63) for y in by_hand]
    every = torch.arange(sound.CLASSES)
    assert torch.equal(sound.mu_law(sound.from_mu_law(every)), every)
    assert torch.equal(sound.linear(sound.from_linear(every)), every)


def test_mu_law_loses_less_of_a_soft_sound_and_more_of_a_loud_one():
    soft, loud = 0.05 * torch.randn(4000), torch.rand(4000) * 0.4 + 0.6
    for wave, better in ((soft, "μ-law"), (loud, "equal")):
        lost = {
            "μ-law": sound.signal_to_noise(wave, sound.from_mu_law(sound.mu_law(wave))),
            "equal": sound.signal_to_noise(wave, sound.from_linear(sound.linear(wave))),
        }
        assert max(lost, key=lost.get) == better


@pytest.mark.parametrize("to", [4000, 8000, 22050, 44100])
def test_resampling_keeps_a_tone(to):
    tone = torch.sin(2 * math.pi * 200 * torch.arange(16000) / 16000)
    again = sound.resample(tone, 16000, to)
    assert torch.allclose(again, torch.sin(2 * math.pi * 200 * torch.arange(to) / to), atol=1e-3)


def test_melodies_are_the_same_for_a_seed_and_others_for_another():
    assert torch.equal(sound.melodies(1, 2), sound.melodies(1, 2))
    assert not torch.equal(sound.melodies(1, 2), sound.melodies(2, 2))
    assert sound.melodies(1, 2).shape == (8000,)


def test_a_piece_is_followed_by_itself_one_sample_on():
    x, y = next(sound.crops(torch.arange(100), 10))
    assert torch.equal(x + 1, y)
    with pytest.raises(ValueError, match="take shorter ones"):
        next(sound.crops(torch.arange(10), 10))


def test_dilations_add_up_to_the_reach():
    assert [1 + sum(sound.dilations_for(reach)) for reach in (2, 8, 1024)] == [2, 8, 1024]
    for wrong in (0, 1, 12):
        with pytest.raises(ValueError, match=str(wrong)):
            sound.dilations_for(wrong)


def test_energy_lies_on_the_notes_of_music_and_by_half_of_noise():
    music = sound.from_mu_law(sound.melodies(3, 4))
    noise = torch.randn(16000, generator=torch.Generator().manual_seed(0))
    assert share_on_notes(music) > 0.9
    assert 0.4 < share_on_notes(noise) < 0.55
    with pytest.raises(ValueError, match="too short"):
        share_on_notes(noise[:500])


def test_a_spectrogram_has_its_peak_at_the_tone():
    tone = torch.sin(2 * math.pi * 500 * torch.arange(4000) / 4000)
    assert set(spectrogram(tone).argmax(0).tolist()) == {500 * 256 // 4000}


def test_a_player_says_what_it_plays_and_does_not_start_by_itself():
    page = Player(torch.zeros(4000), "A <tone>", "nothing")._repr_html_()
    assert "A &lt;tone&gt; (1.0 s): nothing" in page and "controls" in page and "autoplay" not in page
    assert 'src="data:audio/wav;base64,UklGR' in page


def test_pictures_have_a_row_for_each_sound():
    assert len(pictures({"a": torch.randn(4000), "b": torch.randn(4000)}, "two").axes) == 4


def test_onsets_are_found_in_music_and_not_in_noise():
    quiet, burst = 0.001 * torch.randn(2000), torch.randn(500)
    assert plucks(torch.cat([quiet, burst, quiet, quiet, burst, quiet])) == 2
    assert plucks(torch.randn(16000, generator=torch.Generator().manual_seed(0))) == 0
    assert 8 <= plucks(sound.from_mu_law(sound.melodies(2, 4))) <= 16
    with pytest.raises(ValueError, match="too short"):
        plucks(torch.randn(1000))
