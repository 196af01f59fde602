"""The pages that stand elsewhere in the course: README, teaching, glossary, cheat sheet, records, licences."""

import re
import shutil
from pathlib import Path

from lessonlib.course import Problem, address, numbers
from lessonlib.widgets import content

LINK = re.compile(r"(?<!!)\[([^]\[]*)\]\(([^)\s#]+)((?:#[^)\s]*)?)\)")
# Where a file of the course is found on the site.
PLACES = {
    "LICENSE": "licence.md#The-code",
    "LICENSE-TEXT.md": "licence.md#The-text",
    "lessonlib/content/README.md": "licence.md#The-data",
    "CITATION.cff": "licence.md#To-cite-the-course",
    "CONTRIBUTING.md": "contributing.md",
    "TEACHING.md": "teaching.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "about.md",
    "benchmarks/RECORDS.md": "records.md",
    "exercises/": "exercises/01_flat_mlp.ipynb",  # its number follows
}


def write(course: Path, folder: Path) -> None:
    """Write these pages of the course in `course` into `folder`."""
    pages = {
        "about.md": _headed(_read(course, "README.md"), "About the course"),
        "contributing.md": _read(course, "CONTRIBUTING.md"),
        "teaching.md": _read(course, "TEACHING.md"),
        "changelog.md": _read(course, "CHANGELOG.md"),
        "records.md": _read(course, "benchmarks/RECORDS.md"),
        "licence.md": _licence(course),
        "cheat_sheet.md": _headed(content.cheat_sheet(), "Cheat sheet"),
    }
    for name, text in pages.items():
        (folder / name).write_text(numbers.renumbered(_relinked(text, course), "notebooks/"), encoding="utf-8")
    (folder / "notebooks" / "glossary.md").write_text(_glossary(), encoding="utf-8")
    shutil.copytree(course / "images", folder / "images")


def _read(course: Path, name: str) -> str:
    return (course / name).read_text(encoding="utf-8")


def _headed(text: str, heading: str) -> str:
    """The page under another heading."""
    return re.sub(r"\A# .*", f"# {heading}", text)


def _glossary() -> str:
    """The words as headings of their own; a link to one finds it by the word itself."""
    return content.glossary_page().replace("\n### ", "\n## ")


def _licence(course: Path) -> str:
    """Everything on who may do what, on one page."""
    parts = {
        "The text": _headed(_read(course, "LICENSE-TEXT.md"), "").lstrip("# \n"),
        "The code": f"```text\n{_read(course, 'LICENSE').strip()}\n```",
        "The data": re.sub(r"^# ", "### ", _read(course, "lessonlib/content/README.md"), flags=re.MULTILINE),
        "To cite the course": f"```yaml\n{_read(course, 'CITATION.cff').strip()}\n```",
    }
    return "\n\n".join(["# Licence", *(f"## {name}\n\n{text}" for name, text in parts.items())]) + "\n"


def _relinked(text: str, course: Path) -> str:
    """Links to files of the course as links to pages of the site; what is no page is linked where it is published."""

    def to(link: re.Match) -> str:
        words, target, anchor = link[1], link[2].removeprefix("../"), link[3]
        if target in PLACES:
            return f"[{words}]({PLACES[target]}{anchor})"
        if target.endswith((".ipynb", ".png")) or not (course / target).exists():
            return link[0]
        return f"[{words}]({home}/blob/HEAD/{target})" if home else words

    home = _published()
    return LINK.sub(to, text)


def _published() -> str:
    """The address of the repository, empty where nothing tells it."""
    try:
        return address.repository()
    except Problem:
        return ""
