"""What opens from a file: an exported lesson with living widgets, and the printed cards."""

import json
import re
import unicodedata

import pytest
import torch
from lab import Lab
from nbformat import v4
from playwright.sync_api import expect
from pypdf import PdfReader

from lessonlib.course import export, printing
from lessonlib.data import Vocabulary
from lessonlib.models import tree
from lessonlib.widgets import Flashcards, LiveLoss, LookInside, Quiz, ReceptiveField, ShapeRibbon, content


@pytest.fixture
def trained():
    torch.manual_seed(0)
    X, Y = torch.randint(0, 27, (60, 8)), torch.randint(0, 27, (60,))
    return tree(27, 6, 8), Vocabulary(["abcdefghijklmnopqrstuvwxyz"]), X, Y


@pytest.fixture
def page(lab: Lab):
    """A page with no network at all."""
    context = lab.browser.new_context(offline=True)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else page.problems.append(r.url))
    yield page
    assert page.problems == []
    context.close()


def open_exported(page, folder, *widgets):
    cells = []
    for widget in widgets:
        output = v4.new_output("execute_result", data=widget._repr_mimebundle_()[0], execution_count=1)
        cells.append(v4.new_code_cell("widget", outputs=[output], execution_count=1))
    notebook = folder / "widgets.ipynb"
    notebook.write_text(json.dumps(v4.new_notebook(cells=cells)), encoding="utf-8")
    assert export.main([str(notebook), "--to", str(folder)]) == 0
    page.goto((folder / "widgets.html").as_uri())


def test_the_explorer_works_from_a_file_without_kernel_and_network(page, tmp_path):
    open_exported(page, tmp_path, ReceptiveField("charlotte"))
    stage, sentence = page.locator(".ll-rf-stage"), page.locator(".ll-rf-sentence")
    stage.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    expect(sentence).to_contain_text("Level 2, node 1 of 2 sees 4 characters: “harl”")
    page.get_by_label("Text").fill("emmanuelle")
    expect(sentence).to_contain_text("“manuelle”")
    page.get_by_label("Levels").focus()
    page.keyboard.press("End")
    expect(page.locator("caption")).to_contain_text("1,024 characters")
    page.get_by_label("convolution").check()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    expect(sentence).to_contain_text("Level 8 at character")


def test_the_others_too(page, tmp_path, trained):
    model, vocabulary, X, Y = trained
    open_exported(
        page,
        tmp_path,
        ReceptiveField("charlotte", model=model, vocabulary=vocabulary),
        ShapeRibbon(model, X[:4]),
        LookInside(model, vocabulary, X, Y, view="next"),
        Flashcards("05"),
    )
    expect(page.locator(".ll-rf-sentence")).to_contain_text("Measured")
    expect(page.get_by_label("Text").first).to_be_disabled()  # another text would need the model
    page.locator(".ll-ribbon-stage").focus()
    page.keyboard.press("End")
    expect(page.locator(".ll-ribbon-detail")).to_contain_text("Linear → (4, 27)")
    page.get_by_role("button", name="Draw 100").click()
    expect(page.locator(".ll-look")).to_contain_text("the share among 100 draws")
    page.locator(".ll-card").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ll-card-status")).to_contain_text("1 of 7 cards known")


def test_without_scripts_the_pictures_stay(lab, tmp_path):
    context = lab.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_exported(page, tmp_path, ReceptiveField("charlotte"))
    picture = page.locator("#widget-0-0 img")
    assert "the last sees 8: 'harlotte'" in picture.get_attribute("alt")
    assert picture.bounding_box()["width"] > 300
    context.close()


def test_as_many_pages_as_cards_and_both_sides_on_each(lab, tmp_path):
    assert printing.main(["--to", str(tmp_path)]) == 0
    pages = PdfReader(tmp_path / "flashcards.pdf").pages
    cards = content.cards()
    assert len(pages) == len(cards)
    for number, (sheet, card) in enumerate(zip(pages, cards, strict=True), 1):
        text = squeezed(sheet.extract_text())
        assert f"card{number}of{len(cards)}" in text
        for side in (card.question, card.answer):
            assert first_words(side) in text


def first_words(markdown):
    """The beginning of a text, up to its first formula."""
    return squeezed(content.plain(markdown.split("$")[0]).lstrip("-1. "))[:25]


def squeezed(text):
    """Without blanks, since a PDF breaks lines where it likes, and without ligatures."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_the_cheat_sheet_is_one_page(lab, tmp_path):
    assert printing.main(["--to", str(tmp_path)]) == 0
    (sheet,) = PdfReader(tmp_path / "cheat_sheet.pdf").pages
    text = squeezed(sheet.extract_text())
    assert "Onefusion." in text
    assert "Wherethelikenessends." in text


def test_an_overlong_card_would_be_seen(lab, tmp_path):
    card = content.Card("long", "05", "?", "A very long answer. " * 120)
    file = tmp_path / "long.html"
    file.write_text(printing.flashcards([card]), encoding="utf-8")
    assert len(PdfReader(printing.to_pdf(lab.chromium, file)).pages) > 1


def test_the_quiz_answers_and_explains_in_the_page(page, tmp_path):
    open_exported(page, tmp_path, Quiz("tree"))
    first = next(question for question in content.questions() if question.lesson == "tree")
    for number, choice in enumerate(first.choices):
        page.get_by_role("radio").nth(number).check()
        page.get_by_role("button", name="Check").click()
        said = page.locator(".ll-quiz-feedback")
        expect(said).to_contain_text("Correct." if choice.right else "Not yet.")
        expect(said).to_contain_text(content.plain(choice.why)[:20])
    page.get_by_role("button", name="Next question").click()
    expect(page.locator(".ll-quiz-number")).to_contain_text("Question 2")


def test_a_stored_curve_can_be_smoothed_and_zoomed(page, tmp_path):
    live = LiveLoss("A run")
    for step in range(1_000):
        live(step, 3 + (step % 2), 0.1)
    live.val(1_000, 3.5)
    live.finish()
    open_exported(page, tmp_path, live)
    legend, stage = page.locator(".ll-live-legend"), page.locator(".ll-live-stage")
    expect(legend).to_contain_text(f"step 999 · smoothed {live.smoothed()[1][-1]:.3f} · ◆ validation 3.500")
    page.get_by_label("k", exact=True).focus()
    page.keyboard.press("Home")
    expect(legend).to_contain_text("smoothed 4.000")
    whole = page.get_by_role("button", name="Whole run")
    expect(whole).to_be_disabled()
    stage.focus()
    page.keyboard.press("Home")
    page.keyboard.press("+")
    expect(whole).to_be_enabled()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 16, box["y"] + 50)
    expect(page.locator(".ll-live-readout")).to_contain_text(re.compile("Step (499|500): loss"))  # half of the run
    whole.click()
    page.mouse.move(box["x"] + 200, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 50, steps=4)
    page.mouse.up()
    expect(whole).to_be_enabled()


def test_a_quiz_without_scripts_is_a_list_whose_choices_open(lab, tmp_path):
    context = lab.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_exported(page, tmp_path, Quiz("tree"))
    questions = page.locator("ol > li:has(details)")
    assert questions.count() == sum(question.lesson == "tree" for question in content.questions())
    choice = questions.first.locator("details").first
    words = choice.locator("p").last
    expect(words).to_be_hidden()
    choice.locator("summary").click()
    expect(words).to_be_visible()
    context.close()
