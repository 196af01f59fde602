"""`python3 course.py gallery PAGE.html …`: a record of a shared tree, for the gallery; without a page, all records."""

import argparse
import json
from pathlib import Path

from lessonlib.course import Problem, files, gallery
from lessonlib.widgets.living_tree.rebuilt import rebuilt
from lessonlib.widgets.living_tree.share import kept, read_page

NEXT = (
    "Read those words: they will stand on the page, and a tree can have learned some of its words by heart.\n"
    "Then commit the file and open a pull request. gallery/README.md says what it is looked over for."
)


def main(argv: list[str]) -> int:
    """Write the record of one page, or say of each record what it holds."""
    parser = argparse.ArgumentParser(
        prog="course.py gallery",
        description="Make a record for the gallery of a page that share() has written. Without a page: check them all.",
    )
    parser.add_argument("page", nargs="?", type=Path, metavar="PAGE.html", help="the page of your tree")
    parser.add_argument("--name", help="the record's name, as in gallery/NAME.json")
    parser.add_argument("--by", help="you, as you want to be named")
    parser.add_argument("--words", help="what the tree learned from, such as '914 English names of birds'")
    parser.add_argument("--source", help="where those words are found, https://…")
    parser.add_argument("--licence", help=f"what allows their use: {', '.join(gallery.LICENCES)}")
    parser.add_argument("--about", help="a sentence about the tree")
    parser.add_argument("--title", help="its title, if it is not that of the page")
    told = parser.parse_args(argv)
    if told.page is None:
        for each in gallery.shared():
            print(f"{each.name}: {each.title}, by {each.by}; {each.tree.parameters:,} parameters")
        return 0
    asked = ("name", "by", "words", "source", "licence", "about")
    if missing := [f"--{option}" for option in asked if not getattr(told, option)]:
        raise Problem(f"A record needs {', '.join(missing)}, too. Nothing was written.")
    made = add(told)
    print(f"gallery/{made.name}.json: {made.title}, {made.tree.parameters:,} parameters. It writes:")
    print(*gallery.write(made.tree, 20), sep=", ")
    print(NEXT)
    return 0


def add(told: argparse.Namespace) -> gallery.Shared:
    """Write the record; returns what it holds. Raises Problem, with nothing written, where its form is not right."""
    target = gallery.FOLDER / f"{told.name}.json"
    if target.exists():
        raise Problem(f"{target} is there already. Choose another --name, or delete it to make it anew.")
    try:
        title, tree = read_page(told.page.read_text(encoding="utf-8"))
        found = {
            "title": told.title or title,
            "by": told.by,
            "about": told.about,
            "words": {"what": told.words, "source": told.source, "licence": told.licence},
            "tree": kept(rebuilt(tree), precision=16),
        }
        data = (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        made = gallery.parse(told.name, data)
    except ValueError as error:
        raise Problem(f"{told.page}: {error} Nothing was written.") from None
    files.write(target, data)
    return made
