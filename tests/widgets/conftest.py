import pytest
import torch

from lessonlib.data import Vocabulary
from lessonlib.models import tree

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(["abcdefghijklmnopqrstuvwxyz"])


@pytest.fixture
def model():
    return tree(27, 6, 8, levels=3)
