"""`python3 course.py site [FOLDER]`: the course as pages, built by Sphinx from a copy made for reading."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from lessonlib.course import ROOT, Problem, automatic, targets
from lessonlib.course.site import HERE, gather, markup, placing


def main(argv: list[str]) -> int:
    """Build the site and say where it is and how large."""
    parser = argparse.ArgumentParser(
        prog="course.py site", description="Write the course as a site that opens from a file and from any web server."
    )
    place = ROOT / "exported" / "site"
    parser.add_argument("folder", nargs="?", type=Path, default=place, help="where to put it (exported/site/)")
    parser.add_argument("--url", default="", help="where it will be published: link previews then name their pictures")
    arguments = parser.parse_args(argv)
    placing.check(arguments.folder)
    targets.try_folder(arguments.folder, "FOLDER")
    with tempfile.TemporaryDirectory(prefix="course-site-", ignore_cleanup_errors=True) as scratch:
        built = build(ROOT, Path(scratch), arguments.url)
        placing.put(built, arguments.folder)
        sizes = {file: file.stat().st_size for file in built.rglob("*") if file.is_file()}
    pages = sum(file.suffix == ".html" for file in sizes)
    print(f"{pages} pages, {sum(sizes.values()) / 1e6:.1f} MB: {arguments.folder / 'index.html'}")
    return 0


def build(root: Path, scratch: Path, url: str = "") -> Path:
    """The site of the course at `root`, built in the empty folder `scratch`; returns the folder of its pages.

    Raises Problem where a page says something that Sphinx cannot resolve, as a link that leads nowhere.
    """
    source, pages = scratch / "source", scratch / "pages"
    for changed in gather.gather(root, source):
        print(f"{changed} differs from the last commit; the site shows it as committed.")
    options = ["-q", "-E", "-n", "-W", "--keep-going", "-D", f"html_baseurl={url}"]
    command = [sys.executable, "-P", "-m", "sphinx", *options, "-c", HERE, "-d", scratch / "doctrees", source, pages]
    with automatic.fresh_surroundings() as environment:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise Problem(f"The site could not be built:\n{done.stderr.strip().replace(str(scratch), '')}")
    placing.tidy(pages)
    markup.mend(pages, url)
    return pages
