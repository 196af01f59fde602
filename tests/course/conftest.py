from pathlib import Path

import pytest
from small_course import small_course


@pytest.fixture
def course(tmp_path) -> Path:
    """A course of one lesson and one exercise."""
    return small_course(tmp_path / "course")
