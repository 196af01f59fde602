"""What passes here and would not where it is graded: there an answer's cell runs alone, with limits, and no notebook.

Said beside a check's result, before it costs anybody points. The cell is found in IPython's own history.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import sys
import time
from collections.abc import Iterable, Iterator

from . import notebook
from .exercise import IMPORTS, Exercise
from .probes import syntax

CELL_SECONDS = 12.0  # that an answer's cell has where it is graded, before its probes
BUSY = 2.0  # a machine that grades a class may be so much slower
OURS = {"torch", "numpy", "matplotlib", "PIL", "tqdm", "IPython"}
THERE = {*dir(builtins), "display", "get_ipython", "exit", "quit", "In", "Out", "__name__"}
WRITERS = re.compile(r"\.?(savefig|write_text|write_bytes|mkdir|to_csv|to_json|to_pickle|unlink|rmtree|makedirs)$")

_seconds: dict[str, float] = {}  # by a cell's source: how long it ran


def watch() -> None:
    """From now on note how long each cell runs, where there is IPython. Once is enough."""
    shell = _shell()
    if shell is None or getattr(shell, "_lessonlib_watched", False):
        return
    began = [time.monotonic()]

    def before(info: object) -> None:
        began[0] = time.monotonic()

    def after(result: object) -> None:
        _seconds[result.info.raw_cell or ""] = time.monotonic() - began[0]

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    shell._lessonlib_watched = True


def notes(exercise: Exercise, answer: object) -> tuple[str, ...]:
    """Sentences about this answer, which the notebook knows; none where all is well, or where there is no notebook."""
    shell = _shell()
    if shell is None:
        return ()
    if shell.user_ns.get(exercise.name) is not answer:
        if callable(answer):
            return (f"Where answers are graded, the one that counts is called `{exercise.name}`, in its own cell.",)
        return ()
    source = defining(exercise.name, reversed(shell.history_manager.input_hist_raw))
    if source is None:
        return ()
    return tuple(told(exercise, source, shell.user_ns, _seconds.get(source, 0.0)))


def told(exercise: Exercise, source: str, known: Iterable[str], seconds: float) -> Iterator[str]:
    """The same for a cell's source, in a notebook that knows the names in `known`, where it ran so many seconds."""
    tree, names = ast.parse(syntax.python(source)), set(known)
    if elsewhere := sorted(missing(source, exercise) & names):
        yield f"Where answers are graded, {_listed(elsewhere)} is not there: define it in the answer's cell."
    if packages := sorted(_imported(tree) - OURS - sys.stdlib_module_names):
        why = "copy what you use of it into the cell" if "lessonlib" in packages else "do without it, or ask first"
        yield f"Where answers are graded, {_listed(packages)} cannot be imported: {why}."
    if writes := list(dict.fromkeys(_writing(tree))):
        yield f"Where answers are graded, no file can be written: leave {_listed(writes)} out."
    if "await" in syntax.for_notebooks_only(source):
        yield "Where answers are graded, an `await` outside a function waits for nothing: leave it out."
    if seconds * BUSY > CELL_SECONDS:
        yield (
            f"Where answers are graded, this cell has {CELL_SECONDS:g} seconds. It took {seconds:.0f} here: move what "
            "takes long into a cell of your own."
        )


def defining(name: str, sources: Iterable[str]) -> str | None:
    """The first of the cells that defines `name`."""
    for source in sources:
        if name in source:
            try:
                body = ast.parse(syntax.python(source)).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            if any(name == getattr(node, "name", None) for node in body):
                return source
    return None


def missing(source: str, exercise: Exercise) -> set[str]:
    """The names that the cell takes from other cells, beside those that it is given; none where nobody knows those."""
    given = [notebook.source(exercise.lesson, grade_id) for grade_id in exercise.given_ids]
    if None in given:
        return set()
    there = {name for text in (IMPORTS, *given) for name in _defined(symtable.symtable(text, "<given>", "exec"))}
    table = symtable.symtable(syntax.python(source), "<answer>", "exec")
    return set(_used(table)) - _defined(table) - there - THERE


def _defined(table: symtable.SymbolTable) -> set[str]:
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """The global names that a cell reads, in its functions and classes too."""
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _used(inner)


def _imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _writing(tree: ast.AST) -> Iterator[str]:
    """The calls that write files, as `open(…, "w")`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in ("open", "io.open") or name.endswith(".open"):
            modes = [*node.args[:2], *(word.value for word in node.keywords if word.arg == "mode")]
            texts = [mode.value for mode in modes if isinstance(mode, ast.Constant) and isinstance(mode.value, str)]
            if any(re.fullmatch(r"[rwaxbt+]*[wax+][bt+]*", text) for text in texts):
                yield f'{name}(…, "{texts[-1]}")'
        elif WRITERS.search(name) or name in ("torch.save", "np.save", "np.savez", "np.savetxt"):
            yield f"{name}(…)"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _shell():
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
