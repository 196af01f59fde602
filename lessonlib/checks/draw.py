"""The learner's tensor beside the expected one, as two small tables."""

from __future__ import annotations

from html import escape

import torch

ROWS, COLUMNS = 6, 8
CELL = "border: 1px solid #808080; padding: 1px 6px; text-align: right"

Picture = tuple[torch.Tensor, torch.Tensor] | None


def text(picture: Picture) -> list[str]:
    """Rows of both tables, the learner's first; a star marks what differs."""
    if picture is None:
        return []
    came, expected = (_table(t) for t in picture)
    rows = ["yours (* differs):", *_text_rows(came, expected), "expected:", *_text_rows(expected, expected)]
    return [*rows, *filter(None, [_cut(picture)])]


def html(picture: Picture) -> str:
    """Both tables side by side; what differs is bold and has a mark."""
    if picture is None:
        return ""
    came, expected = (_table(t) for t in picture)
    yours = _html_table("Yours (≠ differs)", came, expected)
    wanted = _html_table("Expected", expected, expected)
    cut = f"<div>{escape(_cut(picture))}</div>" if _cut(picture) else ""
    return f'<div style="margin: 6px 0 6px 20px">{yours}{wanted}{cut}</div>'


def _table(tensor: torch.Tensor) -> list[list[str]]:
    """The tensor's first matrix as text, at most ROWS x COLUMNS."""
    tensor = torch.atleast_2d(tensor)
    while tensor.ndim > 2:
        tensor = tensor[0]
    return [[_number(x) for x in row] for row in tensor[:ROWS, :COLUMNS].tolist()]


def _number(x: float) -> str:
    return str(x) if isinstance(x, int) else f"{x:.2f}".removesuffix(".00")


def _differs(mine: list[list[str]], theirs: list[list[str]], i: int, j: int) -> bool:
    return i >= len(theirs) or j >= len(theirs[i]) or mine[i][j] != theirs[i][j]


def _text_rows(rows: list[list[str]], others: list[list[str]]) -> list[str]:
    width = max((len(x) for row in rows for x in row), default=0)
    return [
        " ".join(f"{x:>{width}}{'*' if _differs(rows, others, i, j) else ' '}" for j, x in enumerate(row)).rstrip()
        for i, row in enumerate(rows)
    ]


def _html_table(title: str, rows: list[list[str]], others: list[list[str]]) -> str:
    def cell(i: int, j: int, x: str) -> str:
        shown = f"<strong>{x} ≠</strong>" if _differs(rows, others, i, j) else x
        return f'<td style="{CELL}">{shown}</td>'

    body = "".join("<tr>" + "".join(cell(i, j, x) for j, x in enumerate(row)) + "</tr>" for i, row in enumerate(rows))
    style = "display: inline-table; margin: 0 12px 0 0; border-collapse: collapse"
    return f'<table style="{style}"><caption>{title}</caption>{body}</table>'


def _cut(picture: tuple[torch.Tensor, torch.Tensor]) -> str:
    """What is not drawn."""
    shape = tuple(torch.atleast_1d(picture[1]).shape)
    cut = []
    if len(shape) > 2:
        cut.append(f"the first example of shape {shape}")
    if len(shape) > 1 and shape[-2] > ROWS:
        cut.append(f"its first {ROWS} rows")
    if shape[-1] > COLUMNS:
        cut.append(f"its first {COLUMNS} columns")
    return f"Shown: {', '.join(cut)}." if cut else ""
