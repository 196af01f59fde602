"""Imports go down only: which room of lessonlib and benchmarks may know which, read from the source."""

import ast
import functools
import graphlib
import sys
from collections.abc import Iterable
from pathlib import Path

import lessonlib
from lessonlib.course import guest

ROOT = Path(lessonlib.__file__).parent

# From the ground up. A room knows the floors below it, and rooms of its own floor as long as there is no circle.
FLOORS = (
    {"lessons", "answers", "progress_form", "own_pages"},
    {"data", "layers", "style", "progress", "sound", "recordings", "images", "records", "source"},
    {
        "models",
        "torch_nn",
        "convolution",
        "wavenet",
        "attention",
        "broken_trees",
        "ladder",
        "shapes",
        "training",
        "sampling",
        "predictions",
    },
    {"plots", "diagrams", "image_plots", "weights", "sound_models", "realtime", "listening", "capstone"},
    {"widgets"},
    {"checks"},
    {"wayfinding"},
    {"course", "__main__", "__init__"},
    {"classroom"},
    {"benchmarks"},
)
KNOW_NOBODY = {"lessons", "own_pages", "records", "answers", "data", "layers", "style"}
# Checks stand apart: nothing that a learner's cell can rebind may decide whether an answer is right.
KNOWN_TO_CHECKS = {"checks", "answers", "lessons", "data", "style", "progress"}


def by_name() -> dict[str, Path]:
    """Every module of both packages under its dotted name; a package's name stands for its __init__."""
    files = [*sorted(ROOT.rglob("*.py")), *sorted((ROOT.parent / "benchmarks").rglob("*.py"))]
    names = (".".join(file.relative_to(ROOT.parent).with_suffix("").parts) for file in files)
    return {name.removesuffix(".__init__"): file for name, file in zip(names, files, strict=True)}


MODULES = by_name()


def room(module: str) -> str:
    """A room of lessonlib by its name; all of benchmarks is one room."""
    package, *inside = [*module.split("."), "__init__"]
    return package if package == "benchmarks" else inside[0]


def nodes(tree: ast.AST, deep: bool):
    """All that is in a file, or only what runs when the file is imported; never what is there for type checkers."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        if deep or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from nodes(child, deep)


@functools.cache
def names(file: Path, deep: bool = True) -> frozenset[str]:
    """The dotted names that a file imports, with relative ones made whole."""
    package = file.relative_to(ROOT.parent).parent.parts
    found = set()
    for node in nodes(ast.parse(file.read_text("utf-8")), deep):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = [*package[: len(package) - node.level + 1]] if node.level else []
            source += [node.module] if node.module else []
            found |= {".".join([*source, alias.name]) for alias in node.names}
    return frozenset(found)


def modules_behind(imported: Iterable[str]) -> set[str]:
    """The modules of ours that these names live in: lessonlib.data.split is in lessonlib.data."""
    found = set()
    for name in imported:
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        found |= {name} & set(MODULES)
    return found


def foreign(imported: Iterable[str]) -> set[str]:
    """The packages from outside, standard library left out."""
    return (
        {name.partition(".")[0] for name in imported}
        - {"lessonlib", "benchmarks", "__future__"}
        - sys.stdlib_module_names
    )


KNOWS = {module: modules_behind(names(file)) - {module} for module, file in MODULES.items()}


def floor(module: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if room(module) in rooms)


def test_every_room_has_its_floor():
    missing = {room(module) for module in MODULES} - set().union(*FLOORS)
    assert not missing, f"put {missing} on a floor in FLOORS: which rooms may they know, and who may know them?"


def test_imports_go_down():
    package = "lessonlib"  # its __init__ holds the version and nothing else
    pairs = [(module, other) for module, others in KNOWS.items() for other in others if other != package]
    assert len(pairs) > 50
    assert [(module, other) for module, other in pairs if floor(other) > floor(module)] == []


def test_the_ground_floor_and_the_checks_know_no_more_than_they_may():
    pairs = [(module, other) for module, others in KNOWS.items() for other in others if room(other) != room(module)]
    assert [pair for pair in pairs if room(pair[0]) in KNOW_NOBODY] == []
    pairs.remove(("lessonlib.checks.card", "lessonlib.widgets.verdict"))  # the card's buttons: shown once it is judged
    pairs.remove(("lessonlib.checks.standing", "lessonlib.records"))  # beside a tree that is measured; for no points
    assert [pair for pair in pairs if room(pair[0]) == "checks" and room(pair[1]) not in KNOWN_TO_CHECKS] == []


def test_there_are_no_circles():
    graphlib.TopologicalSorter(KNOWS).prepare()


def test_probes_know_only_each_other():
    """In grading they run beside the answer, where lessonlib cannot be imported."""
    home = "lessonlib.checks.probes"
    probes = {module: others for module, others in KNOWS.items() if module.startswith(home)}
    assert len(probes) > 5
    assert {other for others in probes.values() for other in others if not other.startswith(home)} == set()


def test_what_runs_before_the_install_needs_the_standard_library_alone():
    waiting, seen = (
        [
            ROOT.parent / "course.py",
            *(
                MODULES[f"lessonlib.{name}"]
                for name in ("course.commands", "course.environment", "course.doctor", "course.guest")
            ),
        ],
        set(),
    )
    while waiting:
        file = waiting.pop()
        seen.add(file)
        imported = names(file, deep=False)
        assert not foreign(imported), f"{file.name} imports {foreign(imported)}"
        packages = {parent for name in modules_behind(imported) for parent in (name, name.rpartition(".")[0]) if parent}
        waiting += [MODULES[name] for name in packages if MODULES[name] not in seen]
    assert MODULES["lessonlib"] in seen


def test_nbgrader_is_known_where_it_is_installed_alone():
    """`course.py class` runs in a learner's environment; what it makes runs in the class's own."""
    users = {module for module, file in MODULES.items() if any(name.startswith("nbgrader") for name in names(file))}
    assert users
    assert {room(module) for module in users} == {"classroom"}
    reached, waiting = set(), ["lessonlib.classroom.make"]
    while waiting:
        reached.add(module := waiting.pop())
        waiting += KNOWS[module] - reached
    assert reached & users == set()


def test_a_notebook_on_its_own_installs_every_package_that_the_lessons_import():
    keepers = {"course", "classroom", "__main__", "benchmarks"}
    inside = {name for module, file in MODULES.items() if room(module) not in keepers for name in names(file)}
    brought_along = {"IPython", "traitlets", "pygments", "filelock"}  # by ipywidgets and by torch
    assert foreign(inside) - brought_along - set(guest.NEEDED) == set()
    assert all("==" in package for package in guest.pinned())


def test_figures_are_made_without_pyplot():
    users = [file.name for file in MODULES.values() if any("pyplot" in name or name == "pylab" for name in names(file))]
    assert users == []
