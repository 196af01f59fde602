"""JupyterLab's settings, written into the environment so that a plain `jupyter lab` has them too."""

import json
from pathlib import Path

# What the page in the browser reads.
LAB = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # A slider moved while a cell runs is answered when the cell is done, on the main thread, not on another.
    "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}

# What the server reads. The token that guards it is left on.
SAVE_HOOK = "lessonlib.course.saving.drop_dead_views"
SERVER = {
    "LabApp": {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    },
    "LanguageServerManager": {"autodetect": False},
    "KernelManager": {"transport_encryption": "auto"},
    "FileContentsManager": {"pre_save_hook": SAVE_HOOK},
    "AsyncFileContentsManager": {"pre_save_hook": SAVE_HOOK},
}

FILES = {
    Path("share/jupyter/lab/settings/overrides.json"): LAB,
    Path("etc/jupyter/jupyter_server_config.json"): SERVER,
}


def write(environment: Path) -> None:
    """Write the settings below the environment's folder, where they differ from what stands there."""
    for name, content in FILES.items():
        file, text = environment / name, json.dumps(content, indent=2) + "\n"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
