import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import Lab

from lessonlib.course.browsers import chromium


@pytest.fixture(scope="session")
def lab(committed_course: Path, tmp_path_factory) -> Iterator[Lab]:
    """One JupyterLab and one browser for all tests, on a copy of the course as committed."""
    browser = chromium()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    scratch = tmp_path_factory.mktemp("lab")
    root = scratch / "course"
    shutil.copytree(committed_course, root)
    with Lab(root, scratch, browser) as started:
        yield started
