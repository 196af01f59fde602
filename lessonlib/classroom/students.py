"""The students' repository: lessons and exercises, with no solutions, no tests and none of the course's history.

Two branches: `course` holds what we made, one commit for each version; `main` is what students get, with whatever
the instructor has added to it.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from lessonlib.classroom.place import Place
from lessonlib.course import ROOT, Problem, build, committed, git, notebooks

TAKEN = ("notebooks", "images", "LICENSE", "LICENSE-TEXT.md", ".gitignore")
OURS = {
    f"GIT_{role}_{what}": said
    for role in ("AUTHOR", "COMMITTER")
    for what, said in (("NAME", "The course"), ("EMAIL", "course@localhost"))
}
README = """# From the flat MLP to the tree

Begin with [the first page](notebooks/00_start_here.ipynb). The lessons are in `notebooks/`, and exercises to try in
`exercises/`. What you change here stays yours when a newer version of the course arrives.

**To hand in an exercise**, open *Nbgrader, Assignment List* in JupyterLab, fetch the assignment, work in the folder
that it makes, and submit it there. You may submit again until the date that your instructor names. Feedback comes the
same way: *Fetch Feedback*, in the same list. Only the fetched copy is handed in; what you write in `exercises/` is for
practice and earns no points. If a link from the fetched copy to a lesson leads nowhere, open the lesson in `notebooks/`
here.

Some lessons tell you to type `python3 course.py …`. That is for readers who run the course on their own machine.
"""


def update(where: Place, root: Path = ROOT) -> str:
    """Make the repository, or bring it up to what the course at `root` is; returns a sentence.

    Raises Problem where the instructor's changes and ours touch the same lines; then `main` is as it was.
    """
    if not (where.students / "HEAD").exists():
        git.run(where.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(where.students))
    with tempfile.TemporaryDirectory(prefix="course-class-") as scratch:
        copy = Path(scratch) / "students"
        git.run(where.folder, "clone", "--quiet", "--no-local", str(where.students), str(copy))
        is_new = git.attempt(copy, "rev-parse", "--verify", "origin/course") is None
        git.run(copy, "switch", "--quiet", *(["--orphan", "course"] if is_new else ["course"]))
        _fill(copy, Path(scratch) / "course", root)
        git.run(copy, "add", "--all")
        if not git.answer(copy, "status", "--porcelain"):
            return "The students' repository is up to date."
        version = git.version(root)
        git.run(copy, "commit", "--quiet", "-m", f"The course{f' at {version}' if version else ''}", **OURS)
        _merge(copy, is_new)
        git.run(copy, "push", "--quiet", "--atomic", "origin", "course", "main")
    return f"The students' repository is {where.students}."


def _merge(copy: Path, is_new: bool) -> None:
    if is_new:
        git.run(copy, "branch", "main")
        return
    git.run(copy, "switch", "--quiet", "main")
    try:
        git.run(copy, "merge", "--quiet", "--no-edit", "course", **OURS)
    except Problem:
        raise Problem(
            "The students' repository was left as it is: you have changed lines in it that the new version of the "
            f"course changes, too ({git.answer(copy, 'diff', '--name-only', '--diff-filter=U').replace(chr(10), ', ')})"
            ". Take your change out of its branch main, then run the command again."
        ) from None


def _fill(copy: Path, course: Path, root: Path) -> None:
    """Put what students get into `copy`, in the place of what was there: as committed, whoever worked in `root`."""
    committed.unpack(root, course)
    for old in copy.iterdir():
        if old.name != ".git":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for name in TAKEN:
        if (course / name).is_dir():
            shutil.copytree(course / name, copy / name)
        elif (course / name).exists():
            shutil.copy(course / name, copy / name)
    for name, exercise in build.exercises(course).items():
        notebooks.write(copy / "exercises" / name, notebooks.dumps(exercise))
    (copy / "README.md").write_text(README, encoding="utf-8")
