"""A hub for the course: what JupyterHub is given to run a trial or a class. JupyterHub does the rest.

    layout          which file lies where
    proxy           JupyterHub's own proxy, installed by npm
    accounts        accounts of this machine, made and removed again
    trial           `teach trial`: invented students, on this machine alone
    start           `teach hub`: the class's hub
    people          `teach accounts`: an account for each student
    settings        what the configuration of either hub consists of   JupyterHub's side
      authentication  who may log in, and from where                    from here on
      arrival         before a server starts: the account, the copy of the course
    written/        what `course.py class` writes for whoever runs the hub, with gaps to fill in

What is imported here knows the standard library alone; only `settings` and what it calls import JupyterHub.
"""

import json
from importlib.resources import files as resources
from string import Template

from lessonlib.classroom.hub import proxy
from lessonlib.classroom.hub.layout import Layout
from lessonlib.classroom.made import Made
from lessonlib.classroom.place import Place

PRIVATE = 0o600
HIDE_NBGRADER = {"disabledExtensions": {"@jupyter/nbgrader": True}}  # in a trial there is nowhere to hand in


def write(place: Place, made: Made) -> None:
    """Write the hub's files for the class at `place`; say so where a hub could not run for want of Node."""
    layout = Layout(place)
    place.hub.mkdir(exist_ok=True)
    place.hub.chmod(0o700)
    place.settings.mkdir(exist_ok=True)
    made.write(layout.git_config, f"[safe]\n\tdirectory = {place.students}\n")
    made.write(layout.trial_settings / "labconfig" / "page_config.json", json.dumps(HIDE_NBGRADER, indent=1) + "\n")
    made.write(layout.roster, written("students.txt", place), PRIVATE, once=True)
    made.write(layout.configuration, written("jupyterhub_config.py.txt", place), PRIVATE)
    made.write(layout.service, written("course-hub.service.txt", place), PRIVATE)
    made.write(place.folder / "HUB.md", written("HUB.md", place))
    for name in ("Dockerfile", "values.yaml"):
        made.write(place.hub / "kubernetes" / name, written(name, place), PRIVATE)
    if obstacle := proxy.missing():
        made.said.append(f"There can be no hub yet. {obstacle}")


def written(name: str, place: Place) -> str:
    """The text of a file in written/, with what belongs to this class in its gaps."""
    text = resources("lessonlib.classroom.hub").joinpath("written", name).read_text("utf-8")
    teachers = f'{{"{place.owner}"}}' if place.owner else "set()"
    gaps = {"folder": place.folder, "teachers": teachers, "teacher": place.owner or "ACCOUNT"}
    if "$tljh" in text:
        gaps["tljh"] = written("tljh.py.txt", place).strip()
    return Template(text).safe_substitute(gaps)


def readme(place: Place) -> str:
    """What the instructor's page says of the hub."""
    return f"""## A hub

```sh
sudo {place.teach} trial         # a look: two invented students, this machine alone, Ctrl-C clears it away
sudo {place.teach} accounts      # a class: an account for each name in hub/students.txt
sudo {place.teach} hub           # and its hub
```

[HUB.md](HUB.md) has the rest: the school's own login, limits, who can read what, The Littlest JupyterHub, Kubernetes.
"""
