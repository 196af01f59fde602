"""Where Jupyter, IPython and matplotlib keep their own files, where the home folder cannot be written."""

import os
import tempfile
from pathlib import Path

PLACES = {
    "JUPYTER_CONFIG_DIR": "jupyter",
    "JUPYTER_DATA_DIR": "jupyter/data",
    "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}


def move(folder: Path) -> str:
    """Lead them to `folder` where the home cannot be written; returns what was done, in words, or nothing."""
    home = Path("~").expanduser()
    if _can_write(home):
        return ""
    for name, place in PLACES.items():
        if name not in os.environ:
            (folder / place).mkdir(parents=True, exist_ok=True)
            os.environ[name] = str(folder / place)
    return f"Your home folder {home} cannot be written, so JupyterLab keeps its own files in {folder}."


def _can_write(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
