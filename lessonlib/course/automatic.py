"""The surroundings of every run without a learner: execute, test, grade, export."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PERSONAL = ("PYTHON", "JUPYTER", "IPYTHON", "LESSONLIB", "MPL")  # settings of whoever starts the run


def surroundings(folder: Path) -> dict[str, str]:
    """Environment variables for a run that depends on nobody's settings and leaves a learner's progress alone.

    One thread, no progress bars, sets in a fixed order; IPython, Jupyter and the progress file live in `folder`.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(PERSONAL)}
    return own | {
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TQDM_DISABLE": "1",
        "LESSONLIB_STRICT": "1",  # a prediction's answer must be the declared one
        "LESSONLIB_PROGRESS": str(folder / "progress.json"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
    }


@contextmanager
def nobodys_progress() -> Iterator[None]:
    """In this process: what is made for everybody sees no learner's progress, and leaves none."""
    before = os.environ.get("LESSONLIB_PROGRESS")
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        os.environ["LESSONLIB_PROGRESS"] = str(Path(folder) / "progress.json")
        try:
            yield
        finally:
            os.environ.pop("LESSONLIB_PROGRESS")
            if before is not None:
                os.environ["LESSONLIB_PROGRESS"] = before


@contextmanager
def fresh_surroundings() -> Iterator[dict[str, str]]:
    """The same, in a temporary folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        yield surroundings(Path(folder))
