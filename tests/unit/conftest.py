import pytest
import torch
from hypothesis import settings

settings.register_profile("unit", max_examples=25, deadline=None, derandomize=True, database=None)
settings.load_profile("unit")
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    """A test draws from a known seed, shows no progress bar and leaves the learner's progress file alone."""
    torch.manual_seed(0)
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.setenv("LESSONLIB_PROGRESS", str(tmp_path / "progress.json"))
