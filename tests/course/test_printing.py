import re
import subprocess

from lessonlib.course import printing
from lessonlib.widgets import content


def test_the_page_holds_every_card_with_both_sides():
    cards = content.cards()
    page = printing.flashcards(cards)
    assert page.count("<details>") == len(cards)
    for card in cards:
        assert content.rich(card.answer) in page
    assert not re.search(r"(src|href)=", page)


def test_one_lesson_s_cards(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(printing, "chromium", lambda: None)
    assert printing.main(["--to", str(tmp_path), "--lesson", "05"]) == 0
    page = (tmp_path / "flashcards.html").read_text(encoding="utf-8")
    assert page.count("<details>") == len(content.of_lessons(content.cards(), "05"))
    assert "print them" in capsys.readouterr().out


def test_a_browser_that_does_not_print_is_told_in_a_sentence(tmp_path, capsys, monkeypatch):
    def fail(*_, **__):
        raise subprocess.TimeoutExpired("chromium", 60)

    monkeypatch.setattr(printing, "chromium", lambda: "chromium")
    monkeypatch.setattr(subprocess, "run", fail)
    assert printing.main(["--to", str(tmp_path)]) == 0
    assert "could not make PDFs" in capsys.readouterr().out
