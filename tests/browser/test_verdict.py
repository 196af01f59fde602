"""The card below a check in a real JupyterLab: its buttons by keyboard, in both themes, and what the file keeps."""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import Lab, Notebook
from nbformat import v4
from playwright.sync_api import Locator, expect

from lessonlib.course.execute import METADATA
from lessonlib.course.saving import VIEW

CELLS = {
    "setup": "from lessonlib.checks.exercises.tree import check",
    "answer": "def answer_flat_width():\n    return None, None, None, None",
    "both": "check.flat_width(answer_flat_width)\ncheck.fusion(lambda: (None, None))",
    "typed": 'check.hint("fusion")\ncheck.hint("fusion")\n7',
}
PLACE = {name: place for place, name in enumerate(CELLS)}
RIGHT = "def answer_flat_width():\n    return 160, 640, 10240, 20"


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Notebook]:
    file = lab.root / "exercises" / "cards.ipynb"
    file.write_text(json.dumps(v4.new_notebook(cells=list(map(v4.new_code_cell, CELLS.values())), metadata=METADATA)))
    with lab.open("exercises/cards.ipynb", viewport={"width": 900, "height": 900}) as notebook:
        assert notebook.run_all() == []
        yield notebook


def cards(page: Notebook) -> Locator:
    return page.output(PLACE["both"]).locator(".ll-verdict")


def press(page: Notebook, card: Locator, name: str) -> None:
    card.get_by_role("button", name=name).focus()
    page.page.keyboard.press("Enter")
    page.wait_until_idle()


def test_two_checks_in_one_cell_both_show_and_so_do_typed_calls(page):
    assert cards(page).count() == 2
    expect(cards(page).nth(0)).to_contain_text("How wide is flat?")
    expect(cards(page).nth(1)).to_contain_text("One fusion by hand")
    typed = page.output(PLACE["typed"]).inner_text()
    assert typed.count("Hint 1 of") == typed.count("Hint 2 of") == 1
    assert "7" in page.outputs(PLACE["typed"])[-1]["data"]["text/plain"]


def test_a_hint_by_keyboard(page):
    card = cards(page).first
    press(page, card, "Hint")
    expect(card.locator(".ll-verdict-said")).to_contain_text("Hint 1 of 2")
    expect(card.get_by_role("button", name="Hint")).to_be_focused()
    press(page, card, "Hint")
    expect(card.locator(".ll-verdict-said")).to_contain_text("Hint 2 of 2")


def test_a_solution_asked_twice_is_shown_highlighted(page):
    card = cards(page).first
    press(page, card, "Solution")
    expect(card.locator(".ll-verdict-said")).to_contain_text("Ask once more")
    press(page, card, "Solution")
    assert card.locator("[aria-busy]").count() == 0
    word = card.locator(".ll-code .k").first
    expect(word).to_have_text("def")
    code = "e => [e, e.closest('pre')].map(x => getComputedStyle(x).color)"
    assert len(set(word.evaluate(code))) == 2, "a keyword looks like any other word"


def test_check_again_takes_the_answer_as_it_stands_and_the_file_keeps_the_result(page):
    page.set_source(PLACE["answer"], RIGHT)
    page.run(PLACE["answer"])
    press(page, cards(page).first, "Check again")
    card = cards(page).first
    expect(card).to_contain_text("✓ correct")
    expect(card).to_contain_text("a tree's first fusion never sees more than two")
    expect(card.get_by_role("button", name="Check again")).to_be_focused()
    assert "correct" in page.outputs(PLACE["both"])[0]["data"]["text/plain"]
    page.save()
    saved = page.page.evaluate(
        "() => fetch('/api/contents/exercises/cards.ipynb').then(r => r.json()).then(m => m.content)"
    )
    kept = [output["data"] for output in saved["cells"][PLACE["both"]]["outputs"]]
    assert [VIEW in data for data in kept] == [False, False]
    assert "✓ correct" in "".join(kept[0]["text/html"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_either_theme(page, scheme):
    page.theme(scheme)
    found = Axe().run(page.page, context=".ll-verdict")
    assert found.violations_count == 0, found.generate_report()
    page.theme("light")


def test_nothing_is_cut_off_on_a_phone_and_the_page_had_no_errors(page):
    page.resize(390, 844)
    assert cards(page).first.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert page.console_errors == []
    assert page.outside_requests == []
