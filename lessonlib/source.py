"""The code behind a name, shown in the lesson where it is first used instead of left in a file."""

import ast
import inspect
import textwrap
from pathlib import Path


class Source:
    """Python source that shows itself highlighted in a notebook, and as plain text elsewhere."""

    def __init__(self, code: str):
        self.code = code

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```"

    def __repr__(self) -> str:
        return self.code


def show_source(thing, first: str | None = None, last: str | None = None) -> Source:
    """The source of a class or function of the course as a notebook shows it: without docstrings and checks of input.

    `first` and `last` pick a part: from the first line that begins with `first` to the next one that begins with
    `last`, both included. Raises ValueError where no line begins so.
    """
    code = textwrap.dedent(inspect.getsource(thing))
    left_out = _docstring_lines(code) | _check_lines(code)
    lines = [line for number, line in enumerate(code.splitlines(), 1) if number not in left_out]
    if first is not None:
        start = _find(lines, first, 0, thing)
        lines = lines[start : _find(lines, last or first, start, thing) + 1]
    body = textwrap.dedent("\n".join(lines)).strip("\n")
    return Source(f"# {_place(thing)}\n{body}")


def _find(lines: list[str], beginning: str, start: int, thing) -> int:
    for number in range(start, len(lines)):
        if lines[number].strip().startswith(beginning):
            return number
    raise ValueError(f"No line of {thing.__name__} begins with {beginning!r} from line {start + 1} on.")


def _docstring_lines(code: str) -> set[int]:
    """The numbers of all lines that docstrings stand on, counted from 1."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            words, after = node.body[0], node.body[1:2]
            end = words.end_lineno
            # the blank line that parts a docstring from what follows goes with it
            found |= set(range(words.lineno, min(end + 2, after[0].lineno) if after else end + 1))
    return found


def _check_lines(code: str) -> set[int]:
    """The lines of every `if` that does nothing but raise."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.If) and not node.orelse and [type(each) for each in node.body] == [ast.Raise]:
            found |= set(range(node.lineno, node.end_lineno + 1))
    return found


def _place(thing) -> str:
    """The file as the repository names it: lessonlib/layers.py."""
    file = Path(inspect.getsourcefile(thing)).resolve()
    home = Path(__file__).resolve().parents[1]
    return file.relative_to(home).as_posix() if file.is_relative_to(home) else file.name
