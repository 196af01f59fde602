"""What a lesson makes people wait for: seconds of processor time, cell by cell, and how many there may be.

Processor time, since other programs at work do not change it much; divided by how many times slower than the
reference this machine is at that moment, so that the bounds mean the same everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
from nbclient import NotebookClient

CELL, LESSON, COURSE = 8.0, 35.0, 240.0  # seconds: of one cell, of a lesson, of all lessons together


@dataclass
class Clock:
    """The seconds that each cell has taken, by its id, in the kernel and in the processes it has started."""

    cells: dict[str, float] = field(default_factory=dict)

    def follow(self, client: NotebookClient) -> None:
        """Measure what the client executes from now on."""
        begun = 0.0

        def begin(cell, cell_index: int) -> None:
            nonlocal begun
            begun = _used(client)

        def end(cell, cell_index: int, execute_reply: dict) -> None:
            self.cells[cell.id] = _used(client) - begun

        client.on_cell_execute, client.on_cell_executed = begin, end

    @property
    def seconds(self) -> float:
        return sum(self.cells.values())

    @property
    def longest(self) -> tuple[str, float]:
        """The id of the cell that took longest, and its seconds; "" and 0 where no cell was run."""
        return max(self.cells.items(), key=lambda item: item[1], default=("", 0.0))

    def told(self) -> str:
        """The seconds in words."""
        cell, seconds = self.longest
        return f"{self.seconds:.0f} s of processor time" + (f", {seconds:.1f} s of it in {cell}" if cell else "")

    def too_long(self, slowness: Callable[[], float]) -> str:
        """A sentence where the lesson or a cell takes longer than it may, else "".

        `slowness` says how many times as long as the reference this machine takes; it is asked only if it matters.
        """
        cell, seconds = self.longest
        if self.seconds <= LESSON and seconds <= CELL:
            return ""
        times = slowness()
        over = [
            f"{name} takes {taken / times:.1f} s, {most:g} are the most"
            for name, taken, most in ((f"the cell {cell}", seconds, CELL), ("the lesson", self.seconds, LESSON))
            if taken / times > most
        ]
        return f"Too long to wait for: {'; '.join(over)} (this machine counted as {times:.1f})." if over else ""


def _used(client: NotebookClient) -> float:
    """Seconds of processor time that the kernel and the processes it has waited for have used."""
    times = psutil.Process(client.km.provisioner.pid).cpu_times()
    return times.user + times.system + getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
