"""The proxy that stands before a JupyterHub: configurable-http-proxy, as npm installs it from the lock beside this."""

import shutil
import subprocess
from importlib.resources import files as resources

from lessonlib.classroom.hub.layout import Layout
from lessonlib.course import Problem, files

OLDEST_NODE = 20
LOCK = "package-lock.json"


def install(layout: Layout) -> None:
    """Install the proxy into the class's folder, unless exactly this is there. Raises Problem where Node is missing."""
    wanted = resources("lessonlib.classroom.hub").joinpath(LOCK).read_bytes()
    if layout.proxy_command.exists() and (layout.proxy / LOCK).read_bytes() == wanted:
        return
    if obstacle := missing():
        raise Problem(obstacle)
    manifest = resources("lessonlib.classroom.hub").joinpath("package.json").read_bytes()
    files.write(layout.proxy / "package.json", manifest)
    files.write(layout.proxy / LOCK, wanted)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(command, cwd=layout.proxy, capture_output=True, text=True, timeout=600)
    if done.returncode:
        (layout.proxy / LOCK).unlink()  # or the next start would take this for done
        said = (done.stderr or done.stdout).strip()[-600:]
        raise Problem(f"npm could not install the hub's proxy: {said}\nIt needs npm's registry, once. Then try again.")


def missing() -> str:
    """What is missing for the proxy, and what to do about it; "" where nothing is."""
    cure = (
        f"JupyterHub's proxy runs on Node {OLDEST_NODE} or newer, with npm. Install both (Debian 13: sudo apt install "
        "nodejs npm; elsewhere see nodejs.org), then start the same line again. Everything but the hub works without."
    )
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            return f"{name} is not installed. {cure}"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    if not version.startswith("v") or int(version[1:].split(".")[0]) < OLDEST_NODE:
        return f"This machine has Node {version or 'of an unknown version'}. {cure}"
    return ""
