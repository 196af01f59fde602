"""`python3 course.py class FOLDER`: all that an instructor needs to run the course for a class."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
from pathlib import Path

from lessonlib.classroom import assignments, environment, hub, place, students
from lessonlib.classroom.made import NEWER, Made, give
from lessonlib.classroom.place import Place
from lessonlib.course import Problem

TEACH = """#!/bin/sh
# The instructor's command; `teach` alone lists the assignments and what it can do. Made by `course.py class`.
{variables}
exec "$LESSONLIB_CLASS/env/bin/python" -P -m lessonlib.classroom "$@"
"""


def main(argv: list[str]) -> int:
    """Make the class, or bring it up to date."""
    parser = argparse.ArgumentParser(
        prog="course.py class",
        description="Make what a class needs: the students' repository, a folder for nbgrader, a hub. Run it again "
        "after an update of the course: nothing that you or your students have written is lost.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where, for example /srv/tree-2026")
    parser.add_argument(
        "--owner", metavar="ACCOUNT", help="the instructor's account, if you run this as root for somebody else"
    )
    options = parser.parse_args(argv)
    place.require_linux()
    where = Place(options.folder.absolute(), place.owner(options.owner))
    for line in make(where):
        print(line)
    print(f"Your class is in {where.folder}. Go on with {where.folder / 'README.md'}.")
    return 0


def make(where: Place) -> list[str]:
    """Make the class at this place; returns what there is to say. Raises Problem where it cannot be made."""
    os.umask(0o022)  # what is for the instructor alone says so itself
    _try(where)
    made = Made(where.folder)
    environment.ClassEnvironment(where.env).ensure()
    said = [students.update(where)]
    assignments.write(where, made)
    made.write(where.teach, TEACH.format(variables=_exports(where)), 0o755)
    hub.write(where, made)
    made.write(where.folder / "README.md", _readme(where))
    made.keep()
    _check(where)
    for folder in (where.course, where.folder / NEWER):
        give(folder, where.owner)
    return [*said, *made.said, *environment.warnings(where)]


def _readme(where: Place) -> str:
    return README.format(teach=where.teach, folder=where.folder, hub=hub.readme(where))


def _try(where: Place) -> None:
    """Raise Problem for a folder that is somebody else's."""
    if where.folder.is_dir() and any(where.folder.iterdir()) and not (where.env.exists() or where.course.exists()):
        raise Problem(f"{where.folder} holds other files. Nothing was done. Name an empty folder, or a new one.")
    try:
        where.folder.mkdir(parents=True, exist_ok=True)
        where.folder.chmod(0o755)
    except OSError as error:
        raise Problem(f"{where.folder} cannot be made: {error.strerror}. Name another folder.") from None


def _exports(where: Place) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in where.variables(instructor=True).items())


def _check(where: Place) -> None:
    """Let the class's own command make the gradebook; it refuses where grading would not be safe."""
    done = subprocess.run([where.teach, "check"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"The class was made, but its own check failed:\n{(done.stdout + done.stderr).strip()}")


README = """# Your class

Made by `python3 course.py class {folder}`. Run that again after an update of the course; what you and your students
have written stays.

## Three lines to start

```sh
{teach} release 02_layers        # students can fetch it now (--due "2026-12-18 23:59")
{teach} grade 02_layers          # collect what was handed in, grade it, record it
{teach} feedback 02_layers       # a page for each student
```

The number is enough: `{teach} grade 02`. To move the date of a released assignment, `release` it once more with
another `--due`; students keep their copy.

`{teach}` alone lists the assignments and everything else it can do. `{teach} open` shows the same in JupyterLab, on
nbgrader's own pages: menu *Nbgrader, Formgrader*, where *Generate* comes before *Release*. (`--no-browser` only prints
the address.) Run these commands with the account that the class belongs to; only `trial`, `accounts` and `hub` need
sudo.

Points for Canvas or Moodle, and a page about the class:

```sh
{teach} grades {folder}/class/grades/02_layers/grades.json --canvas export.csv
{teach} grades {folder}/class/grades/02_layers/grades.json --report class.html
```

**There are two copies of each exercise.** The one in `course/exercises` is for practice, and lessons lead to it. The
one that counts is what a student fetches: `02_layers/02_layers.ipynb`. Say so when you release the first: who works
in the practice copy and submits the other hands in nothing. `grade` names submissions without an answer.

## Students without the hub

A student with an account on this machine types, once in each terminal:

```sh
export PATH={folder}/env/bin:$PATH
export JUPYTER_CONFIG_PATH={folder}/settings/students:{folder}/settings
export GIT_CONFIG_SYSTEM={folder}/settings/gitconfig
```

and then, in their home folder:

```sh
git clone {folder}/students.git course     # the lessons; once
ln -s course/notebooks course/exercises .  # links in what you fetch lead there; once
nbgrader fetch_assignment 02_layers        # makes the folder 02_layers
jupyter lab                                # work in 02_layers/02_layers.ipynb
nbgrader submit 02_layers
nbgrader fetch_feedback 02_layers          # when the instructor has given it
```

nbgrader says each time that it found no nbgrader_config.py; it needs none there. In JupyterLab, *Nbgrader, Assignment
List* does the same by mouse. The feedback page is nbgrader's own, and the one page here that loads something from
elsewhere: MathJax, for formulas.

{hub}
## What is where

| | | who reads it |
|---|---|---|
| `class/` | nbgrader's folder: sources with solutions, gradebook, what was handed in, grades | you alone |
| `class/nbgrader_config.py` | your settings | you alone |
| `class/grades/` | reports, grades.json and the journal of each assignment | you alone |
| `students.git` | what students get: lessons and exercises | everybody |
| `exchange/` | where nbgrader passes files between you and your students | as nbgrader sets it |
| `env/` | the packages, lessonlib among them | everybody |
| `newer/` | a newer version of a file that you have changed | |

Back up `class/`; everything else can be made again.

## How answers are graded

Each answer runs in a limited process of its own, never in a kernel with your rights. Where the settings are broken,
or would let nbgrader run notebooks itself, nothing is graded; `{teach} check` says whether that is so. A submission
counts for the account that owns its files, whatever it is called. Its time is when its files last changed, not what
the student wrote.

Grading again gives the same points: they depend on the answers and the seed in `class/nbgrader_config.py`. A run that
was stopped resumes where it left off. A score that you have set by hand stays.
"""
