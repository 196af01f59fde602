"""A wavenet in numpy, sample by sample, says what the model says; the trained ones are what their record says."""

import pytest
import torch

from lessonlib import sound, sound_models, training
from lessonlib.convolution import IncrementalDecoder, dilated
from lessonlib.models import tree
from lessonlib.realtime import SampleBySample, generate_sound


def lively(reach, channels=6):
    """A model whose every parameter and running statistic matters."""
    torch.manual_seed(reach)
    model = sound_models.sound_model(reach, channels)
    with torch.no_grad():
        for value in training.state(model):
            value.add_(torch.rand_like(value) * 0.3)
    return model.eval()


@pytest.mark.parametrize("reach", [2, 8, 64])
def test_the_same_logits_sample_by_sample(reach):
    model, ids = lively(reach), torch.randint(0, 64, (3 * reach,))
    decoder, quick = IncrementalDecoder(model), SampleBySample(model)
    with torch.no_grad():
        whole = model(ids)
        kept = torch.cat([decoder(id[None]) for id in ids])
    numpy = torch.stack([torch.from_numpy(quick(int(id))) for id in ids])
    assert torch.allclose(whole, kept, atol=1e-4)
    assert torch.allclose(whole, numpy, atol=1e-4)


def test_what_is_drawn_follows_the_models_probabilities():
    model = lively(2)
    drawn = generate_sound(model, 4000, 5, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = model(torch.cat([torch.tensor([5]), drawn[:-1]])).softmax(1).mean(0)
    assert (torch.bincount(drawn, minlength=64) / 4000 - expected).abs().max() < 0.02


def test_what_is_no_wavenet_is_refused():
    with pytest.raises(ValueError, match="without a SkipStack"):
        SampleBySample(dilated(tree(27, 4, 8)))
    with pytest.raises(ValueError, match="temperature"):
        generate_sound(lively(2), 10, 0, temperature=0)


@pytest.mark.parametrize("reach", [8, 1024])
def test_the_trained_wavenets_reach_what_their_record_says(reach):
    run = sound_models.record()["reach"][str(reach)]
    model, held_out = sound_models.pretrained(reach), sound.melodies(seed=2, seconds=12)
    assert sum(p.numel() for p in model.parameters()) == run["parameters"]
    assert training.evaluate(model, held_out[:-1], held_out[1:], len(held_out)) == pytest.approx(run["loss"], abs=5e-3)


def test_the_four_are_equal_in_parameters_and_unequal_in_reach():
    counts = [sum(p.numel() for p in sound_models.sound_model(reach).parameters()) for reach in sound_models.WIDTHS]
    assert max(counts) / min(counts) < 1.03
    with pytest.raises(ValueError, match="give `channels`"):
        sound_models.sound_model(16)


def test_what_is_saved_comes_back(tmp_path):
    model = lively(8, channels=46)
    sound_models.save({8: model}, {"date": "today"}, tmp_path / "s.safetensors")
    again = sound_models.pretrained(8, tmp_path / "s.safetensors")
    for a, b in zip(training.state(model), training.state(again), strict=True):
        assert torch.allclose(a, b, rtol=1e-3, atol=1e-4)
    assert sound_models.record(tmp_path / "s.safetensors") == {"date": "today"}
