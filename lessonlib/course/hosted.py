"""`python3 course.py hosted [FOLDER]`: copies of the notebooks that run on their own, for Colab and Kaggle.

Such a host opens a single file. Each copy therefore begins with a cell that fetches the course, at the commit that the
copy was made from, and its links are whole addresses. The notebooks of the course stay as they are.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from lessonlib.course import ROOT, Problem, address, build, committed, git, notebooks, targets

BRANCH = "hosted"  # where the copies are published: a branch of the course's own repository
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
MARKDOWN_LINK = re.compile(r"(\]\()([^)\s]+)(\))")
HTML_LINK = re.compile(r"""(\b(?:href|src)=["'])([^"']+)(["'])""")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.IGNORECASE)  # whole addresses, data, places on the same page


class Host(NamedTuple):
    """A service that opens notebooks of a repository: its name, where it opens one, and what to know there."""

    name: str
    opens: str
    note: str


HOSTS = {
    "colab": Host(
        "Colab",
        "https://colab.research.google.com/github/{owner}/blob/{branch}/{path}",
        "To keep what you write, save a copy in Drive. Your progress is lost with the machine, unless you mount your "
        "Drive and run `%env LESSONLIB_PROGRESS=/content/drive/MyDrive/progress.json` before anything else.",
    ),
    "kaggle": Host(
        "Kaggle",
        "https://www.kaggle.com/kernels/welcome?src=https://github.com/{owner}/blob/{branch}/{path}",
        "Switch on the internet first, in the settings. Your progress is lost with the machine.",
    ),
}
ABOUT = (
    "You have opened this notebook on its own, away from the course. Run the cell below first: it fetches the rest. "
    "{note}"
)
SET_UP = Path(__file__).with_name("hosted_cell.py")  # the cell that each copy begins with
GAP = re.compile(r'^([A-Z]+) = "…"$', re.MULTILINE)


def main(argv: list[str]) -> int:
    """Write the copies and say how they are published."""
    parser = argparse.ArgumentParser(
        prog="course.py hosted", description="Write copies of the notebooks that run on their own in Colab and Kaggle."
    )
    place = ROOT / "exported" / "hosted"
    parser.add_argument("folder", nargs="?", type=Path, default=place, help="where to put them (exported/hosted/)")
    folder = parser.parse_args(argv).folder
    targets.try_folder(folder, "FOLDER")
    made = copies(ROOT)
    for path, data in made.items():
        notebooks.write(folder / path, data)
    print(f"{len(made) - 1} notebooks are in {folder}, and README.md there links to them.")
    print(f"They fetch the last commit, so push that, and put the folder on the branch {BRANCH!r} of the repository.")
    return 0


def copies(root: Path) -> dict[str, bytes]:
    """Each file of the branch by its path: the notebooks as committed, once for each host, and a page of links.

    Raises Problem where the course is no clone, or is not published on GitHub, which is where the hosts look.
    """
    source = address.repository(root)
    owner = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", source)
    if not owner:
        raise Problem(f"Colab and Kaggle open notebooks from GitHub, and the course is published at {source}.")
    commit = git.answer(root, "rev-parse", "HEAD")
    made, found = {}, dict(_notebooks(root))
    for key, host in HOSTS.items():
        place = _Place(source, commit, host.opens.format(owner=owner[1], branch=BRANCH, path=key), set(found))
        for path, notebook in found.items():
            made[f"{key}/{path}"] = notebooks.dumps(hosted(notebook, path, host, place))
    made["README.md"] = _page(found, owner[1], source).encode()
    return made


def _notebooks(root: Path) -> Iterator[tuple[str, NotebookNode]]:
    """The lessons and the exercises as committed, by their paths: nobody's answers are among them."""
    with tempfile.TemporaryDirectory(prefix="course-hosted-") as scratch:
        course = Path(scratch) / "course"
        committed.unpack(root, course)
        for path in notebooks.numbered(course / "notebooks"):
            yield f"notebooks/{path.name}", notebooks.read(path)
        for name, notebook in build.exercises(course).items():
            yield f"exercises/{name}", notebook


class _Place(NamedTuple):
    """Where things are: the course's source at a commit, and the host's address of a folder with `paths`."""

    source: str
    commit: str
    opens: str
    paths: set[str]

    def full(self, link: str, at: str) -> str:
        """The whole address of a link in the notebook `at`: of another copy, or else of the file in the repository."""
        if ELSEWHERE.match(link):
            return link
        path, mark, rest = urljoin(at, link).partition("#")
        if path in self.paths:
            return f"{self.opens}/{path}"
        kind = "raw" if path.endswith((".png", ".svg", ".jpg")) else "blob"
        return f"{self.source}/{kind}/{self.commit}/{path}{mark}{rest}"


def hosted(notebook: NotebookNode, path: str, host: Host, place: _Place) -> NotebookNode:
    """A copy of the notebook at `path` with the set-up below its title, and whole addresses in texts and outputs."""
    copy = notebooks.parse(notebooks.dumps(notebook), path)

    def whole(link: re.Match) -> str:
        return f"{link[1]}{place.full(link[2], path)}{link[3]}"

    def in_markdown(text: str) -> str:
        parts = CODE.split(text)
        parts[::2] = [HTML_LINK.sub(whole, MARKDOWN_LINK.sub(whole, part)) for part in parts[::2]]
        return "".join(parts)

    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = in_markdown(cell.source)
        for output in cell.get("outputs", []):
            for kind, change in (
                ("text/markdown", in_markdown),
                ("text/html", lambda text: HTML_LINK.sub(whole, text)),
            ):
                if kind in output.get("data", {}):
                    output.data[kind] = change(_text(output.data[kind]))
    copy.cells[1:1] = [
        new_markdown_cell(ABOUT.format(note=host.note), id="hosted-about"),
        new_code_cell(set_up(place), id="hosted-set-up"),
    ]
    return copy


def set_up(place: _Place) -> str:
    """The cell that fetches the course."""
    told = {"SOURCE": place.source, "COMMIT": place.commit, "LINKS": place.opens}
    code = GAP.sub(lambda gap: f'{gap[1]} = "{told[gap[1]]}"', SET_UP.read_text(encoding="utf-8"))
    return code.replace("  # noqa: PTH100", "").strip()


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def _page(found: dict[str, NotebookNode], owner: str, source: str) -> str:
    """The page that one sees on the branch: every notebook with a way into each host."""
    rows = [f"| notebook | {' | '.join(host.name for host in HOSTS.values())} |", "|---" * (len(HOSTS) + 1) + "|"]
    for path, notebook in found.items():
        title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        ways = [
            f"[open]({host.opens.format(owner=owner, branch=BRANCH, path=f'{key}/{path}')})"
            for key, host in HOSTS.items()
        ]
        rows.append(f"| {title} | {' | '.join(ways)} |")
    head = "# The notebooks, for Colab and Kaggle"
    made = f"`course.py hosted` makes them from [the course]({source}). To change one, change it there."
    return "\n".join([head, "", made, "", *rows, ""])
