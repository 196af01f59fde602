"""The finished pages, put into a folder: what somebody else has there stays as it is."""

import json
import shutil
from pathlib import Path

from lessonlib.course import Problem, files

# Code hosts leave out folders that begin with an underscore, unless a file of this name lies beside them. Ours also
# says which files the folder has from us, each with its digest.
LIST = ".nojekyll"
NOT_NEEDED = ("*.map", ".buildinfo", "objects.inv")


def tidy(pages: Path) -> None:
    """Remove what Sphinx leaves beside the pages."""
    for pattern in NOT_NEEDED:
        for file in pages.rglob(pattern):
            file.unlink()
    shutil.rmtree(pages / "_sources", ignore_errors=True)


def check(folder: Path) -> None:
    """Raise a Problem where the folder holds anything that is not as this command has left it."""
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file. Name a folder for the site.")
    known = _known(folder)
    if not known and folder.exists() and any(folder.iterdir()):
        raise Problem(f"{folder} has files in it that are not of this site. Name another folder, or an empty one.")
    for name, digests in known.items():
        file = folder / name
        if file.is_file() and files.digest(file.read_bytes()) not in digests:
            raise Problem(
                f"{file} was changed after the site was made. Nothing was written. Keep your change elsewhere and "
                "delete the file, or name another folder."
            )


def put(pages: Path, folder: Path) -> None:
    """Bring the folder to these pages: what is new is written, what the last site had and this has not is removed.

    Raises Problem, with nothing written, where a file of somebody else's is in the way.
    """
    check(folder)
    old = _known(folder)
    new = {file.relative_to(pages).as_posix(): file.read_bytes() for file in pages.rglob("*") if file.is_file()}
    for name in sorted(new.keys() - old.keys()):
        if (folder / name).exists():
            raise Problem(f"{folder / name} is not of this site and would be written over. Move it, then try again.")
    digests = {name: [files.digest(data)] for name, data in new.items()}
    both = {name: old.get(name, []) + digests.get(name, []) for name in old.keys() | digests.keys()}
    _note(folder, both)  # whoever is cut off on the way leaves files of the old site and of the new
    for name, data in new.items():
        files.write(folder / name, data)
    for name in old.keys() - new.keys():
        (folder / name).unlink(missing_ok=True)
    _note(folder, digests)


def _known(folder: Path) -> dict[str, list[str]]:
    """The files that the folder has from us, each with the digests that it may have."""
    try:
        known = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _note(folder: Path, digests: dict[str, list[str]]) -> None:
    files.write(folder / LIST, json.dumps(digests, indent=0, sort_keys=True).encode("utf-8"))
