from pathlib import Path

import pytest
from small_course import solution_notebook

from lessonlib.course import build, notebooks


@pytest.fixture
def course(tmp_path) -> Path:
    """A course of one exercise, built."""
    root = tmp_path / "course"
    notebooks.write(root / "solutions" / "01_adding.ipynb", notebooks.dumps(solution_notebook()))
    assert build.run(root, root / "exercises") == 0
    return root
