"""All that is made from the course's data, so that no text and no number stands in two places by hand.

Whole pages, parts of pages and lessons (parts.py), the numbers of lessons in names and links (numbers.py), and what an
exercise's declaration says about its cells (declared.py).
"""

from pathlib import Path

from lessonlib import lessons
from lessonlib.checks import registry
from lessonlib.course import ROOT, Problem, declared, files, history, notebooks, numbers, parts
from lessonlib.widgets import content

# Hand-written pages with generated parts or links to lessons, and the way from each to notebooks/.
TEXTS = dict.fromkeys(("README.md", "CONTRIBUTING.md", "TEACHING.md"), "notebooks/")
BUILD = "Run: python3 course.py build"
LESSONS = {"notebooks": "", "solutions": "../notebooks/"}


def made(root: Path = ROOT) -> dict[Path, str]:
    """Each page of the course at `root` that is made as a whole, and what belongs in it."""
    whole = {
        root / "notebooks" / "glossary.md": content.glossary_page(),
        root / "benchmarks" / "RECORDS.md": history.page(),
    }
    for name, here in TEXTS.items():
        if (page := root / name).exists():
            whole[page] = _current(page.read_text(encoding="utf-8"), here)
    return whole


def lesson(path: Path, here: str) -> bytes:
    """The notebook in `path` with its numbers, links and generated parts as the data gives them.

    Where nothing changes, these are the file's own bytes.
    """
    notebook = notebooks.read(path)
    before = notebooks.dumps(notebook)
    known = next((each for each in lessons.lessons() if each.file == path.name), None)
    if path.parent.name == "solutions" and known:
        declared.fill(notebook, [e for e in registry.exercises().values() if e.lesson == known.slug])
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        text = _current(cell.source, here)
        if known:
            text = numbers.head(text, known)
        cell.source = text
    after = notebooks.dumps(notebook)
    return after if after != before else path.read_bytes()


def _current(text: str, here: str) -> str:
    return parts.filled(numbers.renumbered(text, here), here)


def write(root: Path = ROOT, check: bool = False) -> list[str]:
    """Bring everything up to date, or with `check` only say what is not; a sentence for each trouble."""
    moves = numbers.misnamed(root)
    if check and moves:
        return [f"{old.relative_to(root)} is now {new.name}. {BUILD}" for old, new in moves.items()]
    for old, new in moves.items():
        old.rename(new)
        print(f"{old.relative_to(root)} is now {new.name}.")
    stale = {path: data for path, data in _wanted(root).items() if not path.exists() or path.read_bytes() != data}
    if check:
        return [*(f"{path.relative_to(root)} is not what the data gives. {BUILD}" for path in stale), *missing(root)]
    for path, data in stale.items():
        files.write(path, data)
        print(f"{path.relative_to(root)} is up to date.")
    return missing(root)


def missing(root: Path) -> list[str]:
    """A sentence for each lesson of the catalogue that has no notebook."""
    files = (root / "notebooks" / each.file for each in lessons.lessons())
    sentence = "notebooks/{} is missing: write it, or take it out of lessons.toml."
    return [sentence.format(file.name) for file in files if not file.exists()]


def _wanted(root: Path) -> dict[Path, bytes]:
    """What belongs in each file. Raises Problem with the file's name where a text asks for what there is not."""
    wanted = {path: text.encode("utf-8") for path, text in made(root).items()}
    for folder, here in LESSONS.items():
        for path in notebooks.numbered(root / folder):
            try:
                wanted[path] = lesson(path, here)
            except Problem as problem:
                raise Problem(f"{path.relative_to(root)}: {problem}") from None
    return wanted
