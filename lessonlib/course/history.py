"""benchmarks/RECORDS.md: every record that was kept, a table for each benchmark, so that progress can be seen."""

from collections.abc import Sequence

from lessonlib import records
from lessonlib.records import Record

HEAD = """# Records

What `python3 course.py bench` measured and `--keep` added to [records/](records/); this page is made from those files
by `python3 course.py build`. A column is a run, the newest first. ± is the standard deviation over seeds or turns;
"against" compares the newest figure with the benchmark's baseline, measured in the same run: how many times as fast,
or for a loss the difference. *embedded* is the list of names that comes with the course, *published* the one that the
published lesson used.
"""


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *(section for name in records.catalogue() if (section := _section(name)))])


def _section(name: str) -> str:
    kept = [record for record in records.load() if record.bench == name]
    lists = sorted({record.words for record in kept})
    tables = [_table([record for record in kept if record.words == words], words) for words in lists]
    benchmark = records.catalogue()[name]
    head = f"## {benchmark.title}\n\n{benchmark.question} (`python3 course.py bench {name}`)\n"
    return "\n".join([head, *tables]) if tables else ""


def _table(kept: Sequence[Record], words: str) -> str:
    """The records of one benchmark on one list: a row for each key, a column for each run."""
    runs = sorted({(record.date, record.commit): record for record in kept}.items(), reverse=True)
    keys = list(dict.fromkeys(record.key for record in reversed(kept)))
    keys.sort(key=lambda key: [record.key for record in kept].index(key))
    heads = [f"{date[:10]}, `{commit}`" for (date, commit), _ in runs]
    rows = [f"| *{words}* | quantity | {' | '.join(heads)} | against |", "|---" * (len(runs) + 3) + "|"]
    for key in keys:
        found = {(record.date, record.commit): record for record in kept if record.key == key}
        cells = [_cell(found.get(run)) for run, _ in runs]
        newest = max(found.values(), key=lambda record: record.date)
        title = records.title(newest)
        rows.append(f"| {title} | {newest.quantity} | {' | '.join(cells)} | {records.compared(newest, kept)} |")
    machines = [f"{date[:10]}, `{commit}`: {records.machine(record)}" for (date, commit), record in runs]
    return "\n".join([*rows, "", f"Machines: {'; '.join(machines)}.", ""])


def _cell(record: Record | None) -> str:
    if record is None:
        return ""
    spread = f" ± {records.amount(record.spread, '')}" if record.spread is not None else ""
    return f"{records.amount(record.value, record.unit)}{spread}"
