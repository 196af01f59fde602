"""The trees of the gallery, each as one file that needs no other: to open here, to save, to send."""

from pathlib import Path

from lessonlib.course import files, gallery
from lessonlib.course.site import TITLE
from lessonlib.widgets.living_tree.share import page


def write(folder: Path) -> None:
    """Write NAME.html for each tree into `folder`, by the code of today: a record holds no page."""
    for tree in gallery.shared():
        about = f"{tree.about} It has read {tree.what}. Shared by {tree.by}. From the course “{TITLE}”."
        files.write(folder / f"{tree.name}.html", page(tree.tree, tree.title, about, precision=16).encode("utf-8"))
