"""The example for several processes: two give what one gives, to within the noise of BatchNorm's shares."""

import re
import subprocess
import sys

import pytest
import torch

from lessonlib.course import ROOT


def validation_loss(processes, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("\n".join(["anna", "hannah", "emma", "olivia", "mia", "noah", "liam"] * 60), encoding="utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command += [str(ROOT / "examples" / "scaling_out.py"), "--words", str(words), "--epochs", "4", "--batch-size", "64"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = re.search(rf"{processes} processes.*validation loss ([\d.]+)", done.stdout)
    return float(found[1])


@pytest.mark.slow
@pytest.mark.skipif(not torch.distributed.is_available(), reason="this build of torch has no torch.distributed")
def test_two_processes_train_as_one_does(tmp_path):
    one, two = validation_loss(1, tmp_path), validation_loss(2, tmp_path)
    assert one < 1.0, "it has learned seven names"
    assert abs(one - two) < 0.1
