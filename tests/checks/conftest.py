"""The kill table: what the checks did with wrong and right answers, printed after the tests.

Several processes each count their own tests; the one that started them adds the counts up.
"""

from __future__ import annotations

from collections import Counter

import pytest

_KEY = pytest.StashKey()


class KillTable:
    """Counts, by exercise."""

    def __init__(self):
        self.wrong, self.named, self.right, self.mutants = Counter(), Counter(), Counter(), Counter()

    def rejected(self, id: str, by_name: bool) -> None:
        self.wrong[id] += 1
        self.named[id] += by_name

    def accepted(self, id: str) -> None:
        self.right[id] += 1

    def mutated(self, rejected: int, by_name: int, equivalent: int) -> None:
        self.mutants.update(tried=rejected + equivalent, rejected=rejected, named=by_name, equivalent=equivalent)

    def add(self, counts: dict[str, dict[str, int]]) -> None:
        """Take in what another process counted."""
        for name, more in counts.items():
            getattr(self, name).update(more)

    def rows(self) -> list[str]:
        ids = list(dict.fromkeys([*self.wrong, *self.right]))
        total = f"{'all':22} {self.wrong.total():>8} {self.named.total():>8} {self.right.total():>14}"
        body = [f"{id:22} {self.wrong[id]:>8} {self.named[id]:>8} {self.right[id]:>14}" for id in ids]
        return [f"{'exercise':22} {'rejected':>8} {'by name':>8} {'right accepted':>14}", *body, total]


def pytest_configure(config):
    config.stash[_KEY] = KillTable()


@pytest.fixture
def kill_table(request) -> KillTable:
    return request.config.stash[_KEY]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # one of several processes: only plain types cross over
        counted = vars(session.config.stash[_KEY])
        session.config.workeroutput["kill_table"] = {name: dict(counts) for name, counts in counted.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    node.config.stash[_KEY].add(getattr(node, "workeroutput", {}).get("kill_table", {}))


def pytest_terminal_summary(terminalreporter, config):
    table = config.stash[_KEY]
    if table.wrong:
        terminalreporter.section("kill table of the checks")
        for row in table.rows():
            terminalreporter.write_line(row)
    if table.mutants:
        counts = ", ".join(f"{count:,} {what}" for what, count in table.mutants.items())
        terminalreporter.write_line(f"mutants of the solutions: {counts}")
