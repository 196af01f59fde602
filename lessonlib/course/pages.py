"""Pages of the course that are made from its data, so that no text stands in two places by hand."""

from pathlib import Path

from lessonlib.course import ROOT, files
from lessonlib.widgets import content


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Each made page of the course at `root`, and what belongs in it."""
    return {root / "notebooks" / "glossary.md": content.glossary_page()}


def write(root: Path = ROOT, check: bool = False) -> list[str]:
    """Write the pages, or with `check` say which are not what the data gives; a sentence for each."""
    stale = [(path, text) for path, text in pages(root).items() if not path.exists() or path.read_text("utf-8") != text]
    if check:
        return [
            f"{path.relative_to(root)} is not what the data gives. Run: python3 course.py build" for path, _ in stale
        ]
    for path, text in stale:
        files.write(path, text.encode("utf-8"))
    return []
