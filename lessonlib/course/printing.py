"""`python3 course.py print`: the cheat sheet on one page and the flashcards one a page, as HTML and as PDF.

The flashcards come as files to take along, too (cards.py).
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from lessonlib import lessons as catalogue
from lessonlib.course import ROOT, Problem, notebooks, targets
from lessonlib.course import cards as to_take_along
from lessonlib.course.browsers import chromium
from lessonlib.widgets import content

SECONDS_TO_PRINT = 60


def main(argv: list[str]) -> int:
    """Write the pages, as HTML, and as PDF where there is a Chromium to print them."""
    parser = argparse.ArgumentParser(
        prog="course.py print",
        description="Write the cheat sheet and the flashcards for printing, as HTML and as PDF, and the flashcards for "
        "Anki and as a table (CSV).",
    )
    parser.add_argument(
        "--to", type=Path, default=ROOT / "printed", metavar="FOLDER", help="where to put them (printed/)"
    )
    parser.add_argument("--lesson", action="append", metavar="05", help="only this lesson's cards; may be repeated")
    arguments = parser.parse_args(argv)
    targets.try_folder(arguments.to)
    try:
        cards = content.of_lessons(content.cards(), arguments.lesson)
    except ValueError as error:
        raise Problem(str(error)) from None
    pages = {"cheat_sheet.html": cheat_sheet(), "flashcards.html": flashcards(cards)}
    for name, page in pages.items():
        notebooks.write(arguments.to / name, page.encode("utf-8"))
    print(f"The cheat sheet and {len(cards)} flashcards: {', '.join(str(arguments.to / name) for name in pages)}")
    take_along(cards, arguments.to)
    browser = chromium()
    if browser is None:
        print("To make PDFs, open the pages in a browser and print them: the sheet is a page, and so is each card.")
        return 0
    try:
        made = [to_pdf(browser, arguments.to / name) for name in pages]
        print(f"As PDF, too: {', '.join(map(str, made))}")
    except (OSError, subprocess.SubprocessError):
        print(f"{browser} could not make PDFs of them. Open the pages in a browser and print them there.")
    return 0


def take_along(cards: list[content.Card], folder: Path) -> None:
    """Write the cards into `folder` for Anki and as a table, and say what each is for."""
    package, table = folder / "flashcards.apkg", folder / "flashcards.csv"
    notebooks.write(package, to_take_along.package(cards))
    # With a mark in front: without it, Excel would take the text for another encoding.
    notebooks.write(table, to_take_along.table(cards).encode("utf-8-sig"))
    print(f"For Anki (File, Import; a newer one updates the cards and keeps your schedule): {package}")
    print(f"As a table, for other programs: {table}")


def cheat_sheet() -> str:
    """The course on one page of A4 or Letter."""
    return _page(
        "Cheat sheet: from the flat MLP to a WaveNet-style tree", "cheat_sheet", content.rich(content.cheat_sheet())
    )


def flashcards(cards: list[content.Card]) -> str:
    """A page of cards that open on a click and, printed, stand one on each page, question and answer."""
    body = f"""<header><h1>Flashcards</h1><p>Open a card to see its answer. Printed, each card is a page.</p></header>
<main>
{"".join(_card(card, number, len(cards)) for number, card in enumerate(cards, 1))}</main>
<script>
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((card) => (card.open = true)));
</script>
"""
    return _page("Flashcards: from the flat MLP to a WaveNet-style tree", "flashcards", body)


def _page(title: str, style: str, body: str) -> str:
    css = (Path(__file__).parent / f"{style}.css").read_text("utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
{body}</body>
</html>
"""


def _card(card: content.Card, number: int, total: int) -> str:
    return f"""<details>
<summary><span class="place">Lesson {catalogue.find(card.lesson).number} · card {number} of {total}</span>
<div class="question">{content.rich(card.question)}</div></summary>
<div class="answer">{content.rich(card.answer)}</div>
</details>
"""


def to_pdf(browser: str, page: Path) -> Path:
    """Let Chromium print the page; returns the PDF beside it."""
    pdf = page.with_suffix(".pdf").resolve()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={pdf}",
            page.resolve().as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_TO_PRINT)
    return pdf
