"""`python3 course.py print`: the flashcards as a page that opens from a file and prints one card a page."""

import argparse
import subprocess
import tempfile
from pathlib import Path

from lessonlib.course import ROOT, files
from lessonlib.course.browsers import chromium
from lessonlib.widgets import content

STYLE = (Path(__file__).parent / "printing.css").read_text("utf-8")
SECONDS_TO_PRINT = 60


def main(argv: list[str]) -> int:
    """Write the pages, as HTML, and as PDF where there is a Chromium to print them."""
    parser = argparse.ArgumentParser(
        prog="course.py print", description="Write the flashcards for printing: a page each, as HTML and as PDF."
    )
    parser.add_argument("--to", type=Path, default=ROOT / "printed", metavar="FOLDER", help="where to (printed/)")
    parser.add_argument("--lesson", action="append", metavar="05", help="only this lesson's cards; may be repeated")
    arguments = parser.parse_args(argv)
    cards = content.of_lessons(content.cards(), arguments.lesson)
    page = arguments.to / "flashcards.html"
    files.write(page, flashcards(cards).encode("utf-8"))
    print(f"{len(cards)} flashcards: {page}")
    browser = chromium()
    if browser is None:
        print("To make a PDF, open the page in a browser and print it: each card is a page.")
        return 0
    try:
        print(f"The same as PDF: {to_pdf(browser, page)}")
    except (OSError, subprocess.SubprocessError):
        print(f"{browser} could not make a PDF of it. Open the page in a browser and print it: each card is a page.")
    return 0


def flashcards(cards: list[content.Card]) -> str:
    """A page of cards that open on a click and, printed, stand one on each page, question and answer."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flashcards: from the flat MLP to a WaveNet-style tree</title>
<style>
{STYLE}</style>
</head>
<body>
<header><h1>Flashcards</h1><p>Open a card to see its answer. Printed, each card is a page.</p></header>
<main>
{"".join(_card(card, number, len(cards)) for number, card in enumerate(cards, 1))}</main>
<script>
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((card) => (card.open = true)));
</script>
</body>
</html>
"""


def _card(card: content.Card, number: int, total: int) -> str:
    return f"""<details>
<summary><span class="place">Lesson {card.lesson} · card {number} of {total}</span>
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
