"""Cells as a notebook understands them, where there is none: magics, `!commands`, `?help` and a bare `await`.

IPython itself says what such a line means; what would only show or measure something is left out.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from types import CodeType

RUNS = {"time", "prun", "capture"}  # these magics run the code that they are given, in the notebook's own names
COMPILED = re.compile(r"get_ipython\(\)\.(\w+)\('(\w*)")
AWAIT = "`await` outside a function waits for the notebook's own event loop, which there is none of here"


def compiled(source: str, file: str) -> CodeType:
    """The cell's code; a bare `await` is allowed. Raises SyntaxError where not even a notebook could read it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return compile(python(source), file, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def python(source: str) -> str:
    """The cell as Python, as IPython would run it; just as it is where it is Python already."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return source
    except SyntaxError:
        return _transformed(source)


def _transformed(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager  # only a cell that needs it waits for IPython

    return TransformerManager().transform_cell(source)


def for_notebooks_only(source: str) -> list[str]:
    """What in the cell only a notebook understands, each once: "%timeit", "!", "?", "await"."""
    try:
        changed, found = python(source), []
        code = compile(changed, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for call, name in COMPILED.findall(changed) if changed != source else ():
        commands = call in ("system", "getoutput")
        found.append("!" if commands else "?" if name.startswith("pinfo") else "%" * (1 + ("cell" in call)) + name)
    if code.co_flags & inspect.CO_COROUTINE:
        found.append("await")
    return list(dict.fromkeys(found))


def execute(source: str, file: str, names: dict) -> None:
    """Run a cell's source in `names`."""
    code = compiled(source, file)
    names.setdefault("get_ipython", lambda: _Notebook(names))
    _finish(eval(code, names) if code.co_flags & inspect.CO_COROUTINE else exec(code, names))


def _finish(waiting) -> None:
    """Run what awaits, as long as it only lets others go first: nobody else is here."""
    while waiting is not None:
        try:
            if waiting.send(None) is not None:
                raise RuntimeError(AWAIT)
        except StopIteration:
            return


class _Notebook:
    """What `get_ipython()` gives: magics that run code do so, the others do nothing."""

    def __init__(self, names: dict):
        self.user_ns = names

    def run_line_magic(self, name: str, line: str, **_: object) -> None:
        self._run(name, line)

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        self._run(name, cell)

    def _run(self, name: str, code: str) -> None:
        if name in RUNS:
            execute(code, f"<%{name}>", self.user_ns)

    def system(self, *_: object) -> None:
        """Programs are not run."""

    def getoutput(self, *_: object, **__: object) -> list[str]:
        return []

    def __getattr__(self, name: str):
        return lambda *_, **__: None
