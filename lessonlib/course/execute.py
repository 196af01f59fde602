"""`python3 course.py execute FILES`: run notebooks from the top and store their outputs, the same every time."""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config

from lessonlib.checks import budget
from lessonlib.course import ROOT, Problem, notebooks
from lessonlib.course.automatic import fresh_surroundings
from lessonlib.course.clock import Clock
from lessonlib.course.saving import VIEW

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PASSING = ("execution", "ExecuteTime", "collapsed", "scrolled", "trusted")  # what a run or a view leaves on a cell
SECONDS_A_CELL = 600


def main(argv: list[str]) -> int:
    """Execute each file in its own folder; one that fails is left as it was. 1 where one takes longer than it may."""
    parser = argparse.ArgumentParser(
        prog="course.py execute", description="Run notebooks from the top and store their outputs in them."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="NOTEBOOK")
    slow = []
    for file in parser.parse_args(argv).files:
        clock = execute(file)
        print(f"{file}: executed in {clock.told()}", flush=True)
        if sentence := clock.too_long(budget.slowness):
            slow.append(file)
            print(f"    {sentence}", flush=True)
    return 1 if slow else 0


def execute(file: Path) -> Clock:
    """Run the notebook in `file` and store it there, whole or not at all; returns what its cells took.

    Raises Problem where the file is no notebook, a cell fails, or an output tells where it was made.
    """
    notebook = notebooks.without_outputs(notebooks.read(file))
    clock = run(notebook, file)
    tidy(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if place := place_told(output):
                raise Problem(
                    f"{file}: an output of cell {cell.id!r} names a place on this machine ({place}), "
                    "so nothing was stored. Print the name of the file without its folder."
                )
    notebooks.write(file, notebooks.dumps(notebook))
    return clock


def run(notebook: NotebookNode, file: Path) -> Clock:
    """Run every cell, in the notebook's own folder and in surroundings that hold nobody's settings.

    Returns what its cells took. Raises Problem where one fails.
    """
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        config=Config(KernelManager={"transport_encryption": "auto"}),
        timeout=SECONDS_A_CELL,
        resources={"metadata": {"path": str(file.resolve().parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    clock = Clock()
    clock.follow(client)
    with fresh_surroundings() as environment:
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            raise Problem(f"{file}: a cell fails, so nothing was stored.\n{plain(str(error)).strip()}") from None
    return clock


def tidy(notebook: NotebookNode) -> None:
    """Keep what depends on the notebook alone, and not on the run, the machine or the editor."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for name in PASSING:
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = plain(output.text)
            elif "data" in output:
                output.data.pop(VIEW, None)  # without its kernel it would say "model not found"


def plain(text: str) -> str:
    """Text without terminal colours, and of each line that was overwritten (\\r) only what was last seen."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def place_told(output: NotebookNode) -> str | None:
    """The first folder of this machine that an output's text names, if there is one."""
    here = {ROOT, Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix), Path(sys.base_prefix)}
    shown = [str(value) for kind, value in output.get("data", {}).items() if kind not in ("image/png", "image/jpeg")]
    text = "\n".join([output.get("text", ""), *shown])
    return next((str(place) for place in sorted(here) if len(place.parts) > 1 and str(place) in text), None)
