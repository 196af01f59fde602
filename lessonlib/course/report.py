"""What grading found, written down: a page for the learner, JSON and CSV for whoever collects the points."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lessonlib.checks import show
from lessonlib.checks.result import Result
from lessonlib.course import notebooks
from lessonlib.course.submissions import Sheet, readable

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #808080; padding: 0.2rem 0.7rem; text-align: left; }}
pre {{ overflow-x: auto; white-space: pre-wrap; }}
section {{ margin: 2rem 0; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


@dataclass(frozen=True)
class Grade:
    """What became of one submission: a result for each exercise, or a problem in words."""

    path: Path
    seed: int
    sheet: Sheet | None = None
    results: tuple[Result, ...] = ()
    walls: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def score(self) -> int:
        return sum(result.score for result in self.results)

    def summary(self) -> str:
        """One line: the notebook and its points, or the problem."""
        return self.problem or f"{self.sheet.file}, {self.score} of {self.sheet.points} points"


# --- the page ---


def write_page(folder: Path, name: str, grade: Grade) -> None:
    """Write the learner's page as `name`.html."""
    if grade.problem:
        body = f"<h1>Not graded</h1>\n<p>{escape(readable(grade.problem))}</p>"
    else:
        body = "\n".join([_overview(grade), *map(_section, grade.results), _footer(grade)])
    page = PAGE.format(title=escape(f"{name}: {grade.summary()}"), body=body)
    notebooks.write(folder / f"{name}.html", page.encode("utf-8", "replace"))


def _overview(grade: Grade) -> str:
    rows = "\n".join(
        f"<tr><td>{escape(r.exercise.title)}</td><td>{r.state}</td><td>{r.score} of {r.points}</td></tr>"
        for r in grade.results
    )
    return (
        f"<h1>{escape(grade.sheet.file)}: {grade.score} of {grade.sheet.points} points</h1>\n"
        f"<p>What was graded: {escape(readable(grade.path.name))}</p>\n"
        "<table>\n<tr><th>Exercise</th><th>State</th><th>Points</th></tr>\n" + rows + "\n</table>"
    )


def _section(result: Result) -> str:
    return f"<section>\n<h2>{escape(result.exercise.title)}</h2>\n{shown(result, on_page=True)}\n</section>"


def shown(result: Result, on_page: bool = False) -> str:
    """The result as the notebook shows it, or a page; should a strange answer break the picture, in words."""
    try:
        return show.html(result, on_page=on_page)
    except Exception:
        bare = tuple(dataclasses.replace(line, mistake=None) for line in result.lines)
        return f"<pre>{escape(show.text(dataclasses.replace(result, lines=bare)))}</pre>"


def _footer(grade: Grade) -> str:
    limits = f"Answers ran with limits on {', '.join(sorted(grade.walls))}." if grade.walls else ""
    open_files = grade.walls and "files" not in grade.walls
    warning = " This system could not keep them from reading other files." if open_files else ""
    return f"<p><small>{limits}{warning} Seed {grade.seed}.</small></p>"


# --- the tables ---

PATIENCE = 10  # times as long as writing the tables took is worked on before they are written again


class Tables:
    """The reports in `folder`: a page and a line for each submission, there as soon as it is graded."""

    def __init__(self, folder: Path, names: dict[Path, str]):
        self.folder, self.names = folder, names
        self.grades: dict[Path, Grade] = {}
        self._again = 0.0

    def add(self, grade: Grade) -> None:
        """Write the submission's page and, most times, the tables."""
        self.grades[grade.path] = grade
        write_page(self.folder, self.names[grade.path], grade)
        began = time.monotonic()
        if began >= self._again:
            self._write()
            self._again = time.monotonic() + PATIENCE * (time.monotonic() - began)

    def _write(self) -> None:
        write_tables(
            self.folder, [(name, self.grades[path]) for path, name in self.names.items() if path in self.grades]
        )

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()


def write_tables(folder: Path, grades: list[tuple[str, Grade]]) -> None:
    """Write grades.json with everything and grades.csv with a line for each submission."""
    told = [_record(name, grade) for name, grade in grades]
    text = json.dumps(told, indent=1, ensure_ascii=False)
    notebooks.write(folder / "grades.json", text.encode("utf-8", "replace"))
    rows = io.StringIO()
    table = csv.writer(rows)
    table.writerow(["submission", "file", "notebook", "points", "out_of", "exercises", "problem"])
    for record in told:
        exercises = "; ".join(f"{e['id']} {e['points']}/{e['out_of']}" for e in record["exercises"])
        line = [record[key] for key in ("submission", "file", "notebook", "points", "out_of")]
        table.writerow([_cell(value) for value in (*line, exercises, record["problem"])])
    notebooks.write(folder / "grades.csv", rows.getvalue().encode("utf-8", "replace"))


def _record(name: str, grade: Grade) -> dict:
    return {
        "submission": name,
        "file": readable(str(grade.path)),
        "notebook": grade.sheet.file if grade.sheet else "",
        "points": "" if grade.problem else grade.score,
        "out_of": grade.sheet.points if grade.sheet else "",
        "problem": readable(grade.problem),
        "seed": grade.seed,
        "limits": sorted(grade.walls),
        "exercises": [_exercise(result) for result in grade.results],
    }


def _exercise(result: Result) -> dict:
    cases = [
        {
            "title": line.title,
            "points": line.points,
            "mark": line.mark,
            "says": line.mistake.says if line.mistake else "",
            "misconception": (line.mistake.misconception or "") if line.mistake else "",
            "next": line.mistake.next if line.mistake else "",
        }
        for line in result.lines
    ]
    return {
        "id": result.exercise.id,
        "title": result.exercise.title,
        "state": result.state,
        "points": result.score,
        "out_of": result.points,
        "misconceptions": list(result.misconceptions),
        "notes": list(result.notes),
        "cases": cases,
    }


def _cell(value: object) -> object:
    """A file may be called `=cmd(…)` or `;=1+1`: no spreadsheet, whatever it splits lines at, finds a formula there."""
    return FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value


FORMULA = re.compile(r"((?:^|[;,|\t\r\n])[\s\"']*)([=+\-@＝＋－＠])")
