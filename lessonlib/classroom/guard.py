"""Nothing is graded where nbgrader would run answers itself.

nbgrader's own Execute runs a submission in a kernel with all that the instructor may do: it can read the solutions and
write into the gradebook. And where nbgrader cannot read its configuration it says so and goes on with Execute. So
each run is looked at before it begins: in `teach`, in the server that shows the formgrader (this module is a server
extension there), and by our own preprocessors.
"""

from __future__ import annotations

from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.exchange import ExchangeFactory
from nbgrader.preprocessors import SaveAutoGrades
from traitlets.config import Configurable
from traitlets.utils.importstring import import_item

from lessonlib.classroom import assignments

CURE = (
    "Nothing was graded. Mend class/nbgrader_config.py; or move it away and run `course.py class` again, which makes "
    "another, with a new seed."
)


class Unsafe(NbGraderException):
    """The configuration would let answers do harm, or give points for nothing."""

    def __init__(self, why: str):
        super().__init__(f"{why} {CURE}")


def require_safe(run: Autograde) -> None:
    """Raise Unsafe unless answers are run by our sandbox alone, and its points are what is booked."""
    rebuilt, graded = import_item(assignments.SANITIZE[0]), import_item(assignments.AUTOGRADE[0])
    first, then = _classes(run.sanitize_preprocessors), _classes(run.autograde_preprocessors)
    for each in (*first, *then):
        if issubclass(each, ExecutePreprocessor):
            raise Unsafe(f"{each.__name__} is among the preprocessors: it would run answers in a kernel of yours.")
    if rebuilt not in first[:1] or not _is_on(rebuilt, run):
        raise Unsafe(f"The first of Autograde.sanitize_preprocessors is not {assignments.SANITIZE[0]}.")
    if graded not in then[:1] or SaveAutoGrades not in then or not _is_on(graded, run):
        raise Unsafe(
            f"The first of Autograde.autograde_preprocessors is not {assignments.AUTOGRADE[0]}, or nbgrader's "
            "SaveAutoGrades is not among them."
        )
    if graded(parent=run).seed is None:
        raise Unsafe("SandboxGrade.seed is not set: your nbgrader_config.py was not read, or the line is gone from it.")


def require_owned(settings: Configurable) -> None:
    """Raise Unsafe unless submissions are collected by their owners' accounts."""
    if not issubclass(ExchangeFactory(parent=settings).collect, import_item(assignments.COLLECT)):
        raise Unsafe(f"ExchangeFactory.collect is not {assignments.COLLECT}.")


def _classes(named: list) -> list[type]:
    try:
        found = [import_item(each) if isinstance(each, str) else each for each in named]
    except ImportError as error:
        raise Unsafe(f"A preprocessor cannot be imported ({error}).") from None
    if not all(isinstance(each, type) for each in found):
        raise Unsafe("A preprocessor is neither a name nor a class.")
    return found


def _is_on(preprocessor: type, run: Autograde) -> bool:
    return preprocessor(parent=run).enabled


# --- at the door of every run ---

_start = Autograde.start


def _guarded_start(run: Autograde) -> None:
    require_safe(run)
    require_owned(run)
    _start(run)


def install() -> None:
    """From now on, in this process, no run begins that was not found safe."""
    Autograde.start = _guarded_start


def _load_jupyter_server_extension(server: object) -> None:
    install()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "lessonlib.classroom.guard"}]
