"""The author's command that makes the pretrained tree: what it stores, and when it stores nothing."""

from dataclasses import replace

import pytest
import torch

from lessonlib import data, weights
from lessonlib.course import Problem, pretrain
from lessonlib.ladder import Names
from lessonlib.models import tree


def trained(validation):
    """In place of half a minute of training: a new tree, and the record of one that came to `validation`."""
    return lambda names, seed: (tree(27, 24, 128), {"seed": seed, "validation": validation})


def test_the_file_holds_what_was_trained(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(pretrain, "train", trained(1.9))
    assert pretrain.main(["--to", str(tmp_path / "t.safetensors"), "--seed", "7"]) == 0
    assert weights.record(tmp_path / "t.safetensors") == {"seed": 7, "validation": 1.9}
    assert "seed: 7" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["t.safetensors"]


def test_a_tree_that_misses_the_target_is_not_stored(monkeypatch, tmp_path):
    monkeypatch.setattr(pretrain, "train", trained(1.96))
    with pytest.raises(Problem, match=r"above 1\.95: nothing was written"):
        pretrain.main(["--to", str(tmp_path / "t.safetensors")])
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_somebody_is_not_written_over(monkeypatch, tmp_path):
    monkeypatch.setattr(pretrain, "train", trained(1.9))
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Problem, match="already there"):
        pretrain.main(["--to", str(tmp_path / "mine")])
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.slow
def test_a_run_gives_a_tree_and_its_record(monkeypatch):
    monkeypatch.setattr(pretrain, "LOWEST", replace(pretrain.LOWEST, epochs=1, batch_size=64))
    torch.set_num_threads(1)
    model, record = pretrain.train(Names(data.load_words()[::40]), seed=1)
    assert sum(p.numel() for p in model.parameters()) == 76_579
    assert record["seed"] == 1
    assert record["validation"] < 3
    assert record["test"] < 3
