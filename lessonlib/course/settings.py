"""JupyterLab's settings and its kernels', written into the environment so that a plain `jupyter lab` has them too."""

import json
from pathlib import Path

# What the page in the browser reads.
LAB = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # A slider moved while a cell runs is answered when the cell is done, on the main thread, not on another.
    "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"},
    # Light or dark as the system is.
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    # One document at a time: a link to the next lesson puts it in this one's place, and no list of files stands
    # beside the text. "Simple" in the status bar goes back to tabs.
    "@jupyterlab/application-extension:shell": {"startMode": "single"},
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none",
        "codeCellConfig": {"lineNumbers": False, "lineWrap": True},
    },
}

# nbgrader comes with the test line; its buttons are for teachers. `jupyter labextension enable` brings them back.
PAGE = {"disabledExtensions": {"@jupyter/nbgrader": True}}

# What the server reads. The token that guards it is left on.
SAVE_HOOK = "lessonlib.course.saving.drop_dead_views"
SERVER = {
    "LabApp": {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
        "custom_css": True,
    },
    "LanguageServerManager": {"autodetect": False},
    "KernelManager": {"transport_encryption": "auto"},
    "FileContentsManager": {"pre_save_hook": SAVE_HOOK},
    "AsyncFileContentsManager": {"pre_save_hook": SAVE_HOOK},
}
# What every kernel loads: a NameError says which cells to run (missing_names.py).
KERNEL = {"InteractiveShellApp": {"extensions": ["lessonlib.course.missing_names"]}}
STYLE = Path(__file__).with_name("lab.css")  # how lessons look; it changes the page alone, never a notebook's file

# The first lesson opens with its first cell run; what the page loads for it, in the form that JupyterLab asks for.
FIRST_CELL = Path(__file__).with_name("first_cell.js")
EXTENSION = {
    "name": "lessonlib-first-cell",
    "version": "1.0.0",
    "description": "Runs the first cell of the first lesson",
    "jupyterlab": {"extension": True, "_build": {"load": "static/remoteEntry.js", "extension": "./extension"}},
}

SETTINGS = Path("share/jupyter/lab/settings")
CUSTOM = Path("share/jupyter/lab/custom")
EXTENSIONS = Path("share/jupyter/labextensions/lessonlib-first-cell")
CONFIG = Path("etc/jupyter/jupyter_server_config.json")
KERNEL_CONFIG = Path("etc/ipython/ipython_kernel_config.json")


def texts(environment: Path) -> dict[Path, str]:
    """The files that go below the environment's folder, and what stands in each."""
    server = SERVER | {"ServerApp": {"tornado_settings": {"static_custom_path": [str(environment / CUSTOM)]}}}
    made = {
        SETTINGS / "overrides.json": LAB,
        SETTINGS / "page_config.json": PAGE,
        CONFIG: server,
        KERNEL_CONFIG: KERNEL,
        EXTENSIONS / "package.json": EXTENSION,
    }
    return {name: json.dumps(content, indent=2) + "\n" for name, content in made.items()} | {
        CUSTOM / "custom.css": STYLE.read_text(encoding="utf-8"),
        EXTENSIONS / "static/remoteEntry.js": FIRST_CELL.read_text(encoding="utf-8"),
    }


def write(environment: Path) -> None:
    """Write the settings below the environment's folder, where they differ from what stands there."""
    for name, text in texts(environment).items():
        file = environment / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
