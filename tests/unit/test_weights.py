"""Trained trees as files: the course's own reaches what its record says, and nothing else is taken for one."""

import pytest
import torch

from lessonlib import data, training, weights
from lessonlib.models import flat_mlp, tree

WORDS = ["ana", "zoë", "nguyễn", "o'neil"]


@pytest.fixture(scope="module")
def names():
    return data.split(data.load_words())


def test_the_pretrained_tree_has_the_size_of_the_scaled_up_one_and_is_small_on_disk():
    model, vocabulary = weights.pretrained()
    assert sum(p.numel() for p in model.parameters()) == 76_579
    assert vocabulary.characters == data.Vocabulary(data.load_words()).characters
    assert model.training is False
    assert model.block_size == 8
    assert weights.PRETRAINED.stat().st_size < 320_000


def test_the_pretrained_tree_reaches_the_losses_of_its_record(names):
    model, vocabulary = weights.pretrained()
    _, validation, test = names
    record = weights.record(weights.PRETRAINED)
    for words, told in ((validation, record["validation"]), (test, record["test"])):
        measured = training.evaluate(model, *data.windows(words, model.block_size, vocabulary))
        assert measured == pytest.approx(told, abs=1e-4)
    assert record["validation"] <= 1.950
    assert {"seed", "seconds", "command", "commit", "torch", "recipe", "words"} <= set(record)


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_a_tree_comes_back_as_it_was(tmp_path, levels):
    vocabulary = data.Vocabulary(WORDS)
    model = tree(len(vocabulary), 3, 5, levels)
    x = torch.randint(0, len(vocabulary), (64, model.block_size))
    model(x)  # the running statistics are no longer those of a new model
    weights.save(model, vocabulary, tmp_path / "t.safetensors", {"seed": 3})
    loaded, again = weights.load(tmp_path / "t.safetensors")
    assert torch.equal(loaded(x), model.eval()(x))
    assert again.characters == vocabulary.characters
    assert weights.record(tmp_path / "t.safetensors") == {"seed": 3}


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    vocabulary = data.Vocabulary(WORDS)
    file = tmp_path / "t.safetensors"
    file.write_text("mine")
    with pytest.raises(FileExistsError, match="Choose another name"):
        weights.save(tree(len(vocabulary), 3, 5), vocabulary, file)
    assert file.read_text() == "mine"


def test_what_is_no_tree_is_refused_in_words(tmp_path):
    with pytest.raises(TypeError, match=r"saves a models\.tree"):
        weights.save(flat_mlp(27, 8, 10, 20), data.Vocabulary(WORDS), tmp_path / "flat.safetensors")
    (tmp_path / "noise").write_bytes(b"\xff" * 100)
    with pytest.raises(ValueError, match="holds no tree of this course"):
        weights.load(tmp_path / "noise")
    with pytest.raises(FileNotFoundError):
        weights.load(tmp_path / "nothing")


def test_tensors_of_another_shape_are_refused(tmp_path):
    vocabulary = data.Vocabulary(WORDS)
    model = tree(len(vocabulary), 3, 5)
    model.layers[3].running_mean = torch.zeros(1, 4, 5)
    weights.save(model, vocabulary, tmp_path / "t.safetensors")
    with pytest.raises(ValueError, match=r"layers\.3\.running_mean"):
        weights.load(tmp_path / "t.safetensors")
