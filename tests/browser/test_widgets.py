"""The widgets in a real JupyterLab: by keyboard alone, in both themes, narrow, and while the kernel is busy."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from textwrap import dedent

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import Lab, Notebook
from nbformat import v4
from playwright.sync_api import Locator, expect

from lessonlib.course.execute import METADATA

CELLS = {
    "setup": """
        import torch, time
        from pathlib import Path
        from lessonlib.data import Vocabulary
        from lessonlib.models import tree
        from lessonlib import predictions
        from lessonlib.widgets import *
        from lessonlib.widgets import living_tree
        torch.manual_seed(0)
        vocabulary, model = Vocabulary(["abcdefghijklmnopqrstuvwxyz"]), tree(27, 6, 8)
        X, Y = torch.randint(0, 27, (60, 8)), torch.randint(0, 27, (60,))
        held = Path("held")  # while it is there, a training run does not end
        """,
    "field": 'field = ReceptiveField("charlotte"); field',
    "measured": 'ReceptiveField("charlotte", model=model, vocabulary=vocabulary)',
    "wide": 'ReceptiveField("charlotte", levels=10, kind="conv")',
    "ribbon": "ribbon = ShapeRibbon(model, X[:4]); ribbon",
    "activations": "LookInside(model, vocabulary, X, Y)",
    "gradients": 'LookInside(model, vocabulary, X, Y, view="gradients")',
    "embedding": 'LookInside(model, vocabulary, X, view="embedding")',
    "next": 'look = LookInside(model, vocabulary, X, view="next"); look',
    "cards": 'cards = Flashcards("05"); cards',
    "quiz": 'quiz = Quiz("05"); quiz',
    "prediction": 'predict("flat-mlp-windows", 5, "five")',
    "choices": 'predict("flat-mlp-unscaled", "rises")',
    "drawn": 'predict("layers-gain", [1.0, 0.63, 0.49, 0.41, 0.36, 0.32])',
    "in all": 'your_predictions("flat-mlp")',
    "living": 'living = LivingTree(model, vocabulary, text="anna", tools=living_tree.TOOLS, opened=2); living',
    "living two": 'LivingTree(model, vocabulary, text="anna", compare=tree(27, 6, 8), labels=("one", "two"))',
    "curve": """
        with LiveLoss("Two runs") as live:
            for name, pause in (("flat", 0), ("tree", 0.003)):
                live.run(name)
                for step in range(1000):
                    live(step, 3.3 - 1.2 * step / 1000, 0.1)
                    time.sleep(pause)
                while name == "tree" and held.exists():
                    time.sleep(0.02)
                live.val(1000, 2.2)
        """,
    "ask": "",
}
PLACE = {name: place for place, name in enumerate(CELLS)}
SHOWN = [name for name in CELLS if name not in ("setup", "ask")]
ALL = ".jp-OutputArea .ll"


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Notebook]:
    """All widgets on one page, run once."""
    file = lab.root / "notebooks" / "all_widgets.ipynb"
    cells = [v4.new_code_cell(dedent(source).strip()) for source in CELLS.values()]
    file.write_text(json.dumps(v4.new_notebook(cells=cells, metadata=METADATA)), encoding="utf-8")
    with lab.open("notebooks/all_widgets.ipynb") as notebook:
        assert notebook.run_all() == []
        yield notebook


def widget(page: Notebook, name: str) -> Locator:
    return page.output(PLACE[name]).locator(".ll")


def press(page: Notebook, *keys: str) -> None:
    for key in keys:
        page.page.keyboard.press(key)


def python_says(page: Notebook, code: str, expected: str) -> None:
    """Wait until the code prints what is expected: a message from the page may come after the cell."""
    for _ in range(20):
        if (said := in_python(page, code)) == expected:
            return
        page.page.wait_for_timeout(200)
    assert said == expected


def in_python(page: Notebook, code: str) -> str:
    """What the code prints."""
    page.set_source(PLACE["ask"], code)
    page.run(PLACE["ask"])
    return "".join(output.get("text", "") for output in page.outputs(PLACE["ask"])).strip()


# --- by keyboard alone ---


def test_the_explorer_by_keyboard(page):
    stage = widget(page, "field").locator(".ll-rf-stage")
    stage.focus()
    press(page, "ArrowDown", "Home")
    assert stage.get_attribute("aria-valuetext").startswith("Level 2, node 1 of 2 sees 4 characters: “harl”.")
    press(page, "ArrowDown", "ArrowRight")
    expect(widget(page, "field").locator(".ll-rf-sentence")).to_contain_text("node 2 of 4 sees 2 characters: “rl”")
    python_says(page, "print(field.selected, field.sees())", "[1, 1] [3, 4]")


def test_the_explorer_s_levels_and_text_by_keyboard(page):
    field = widget(page, "field")
    field.get_by_label("Levels").focus()
    press(page, "ArrowRight")
    expect(field.locator("output").first).to_have_text("4")
    expect(field.locator("caption")).to_contain_text("16 characters")
    field.get_by_label("Text").focus()
    press(page, "ControlOrMeta+A")
    page.page.keyboard.type("xavier")  # an x in command mode would cut the cell
    assert page.page.locator(".jp-Notebook .jp-Cell").count() == len(CELLS)
    python_says(page, "print(field.text, field.levels)", "xavier 4")


def test_the_wall_by_keyboard(page):
    field = widget(page, "field")
    in_python(page, "field.text, field.levels, field.selected = 'abcdefgh', 2, []")
    field.get_by_label("Needs the character").focus()
    page.page.keyboard.type("8")
    expect(field.locator(".ll-rf-wall")).to_contain_text("Behind the wall.")
    field.get_by_label("Levels").focus()
    press(page, "ArrowRight")
    expect(field.locator(".ll-rf-wall")).to_contain_text("In reach.")
    in_python(page, "field.needed = 0")


def test_python_moves_the_explorer(page):
    in_python(page, "field.text, field.levels, field.selected = 'emma', 2, [1, 0]")
    expect(widget(page, "field").locator(".ll-rf-sentence")).to_contain_text("sees 2 characters: “em”")


def test_hovering_shows_and_leaving_goes_back(page):
    in_python(page, "field.text, field.levels, field.selected = 'harlotte', 3, []")
    stage, sentence = (widget(page, "wide").locator(s) for s in (".ll-rf-stage", ".ll-rf-sentence"))
    stage.scroll_into_view_if_needed()
    before, box = sentence.inner_text(), stage.bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    expect(sentence).not_to_have_text(before)
    page.page.mouse.move(box["x"] + box["width"] / 3, box["y"] - 40)
    expect(sentence).to_have_text(before)


def test_the_measured_tree_is_the_drawn_one(page):
    expect(widget(page, "measured").locator(".ll-rf-sentence")).to_contain_text("sees 8 characters: “harlotte”")
    computed = widget(page, "measured").get_by_label("computed from your model")
    computed.focus()
    press(page, "Space")
    expect(widget(page, "measured").locator(".ll-rf-sentence")).to_contain_text("7 fusions in all")
    press(page, "Space")
    expect(widget(page, "measured").locator(".ll-rf-sentence")).to_contain_text("Measured")


def test_the_ribbon_by_keyboard(page):
    stage = widget(page, "ribbon").locator(".ll-ribbon-stage")
    stage.focus()
    press(page, "Home", "ArrowRight", "ArrowRight")
    expect(widget(page, "ribbon").locator(".ll-ribbon-detail")).to_contain_text("T 8 → 4, C 6 → 12")
    python_says(page, "print(ribbon.selected)", "2")


def test_look_inside_by_keyboard(page):
    look = widget(page, "activations")
    look.get_by_role("radio", name="activations").focus()
    press(page, "ArrowRight")
    expect(look).to_contain_text("Gradient of the mean loss")
    press(page, "ArrowRight")
    stage = look.locator(".ll-look-map")
    stage.focus()
    press(page, "Home", "ArrowRight", "ArrowRight")
    assert stage.get_attribute("aria-valuetext").startswith("“b” lies nearest to")
    look.get_by_role("radio", name="embedding").focus()
    press(page, "ArrowLeft", "ArrowLeft")


def test_the_next_character_by_keyboard(page):
    look = widget(page, "next")
    look.get_by_label("Text").focus()
    press(page, "ControlOrMeta+A")
    page.page.keyboard.type("em")
    expect(look.locator(".ll-look-after")).to_have_text("“em”")
    look.get_by_label("After").focus()
    press(page, "ArrowLeft")
    expect(look.locator(".ll-look-after")).to_have_text("“e”")
    look.get_by_role("button", name="Draw 100").focus()
    press(page, "Enter")
    expect(look).to_contain_text("the share among 100 draws")
    press(page, "Tab", "Enter")
    expect(look.locator(".ll-look-words")).to_contain_text("·")
    python_says(page, "print(look.written[0][:1], len(look.written))", "e 8")


def test_flashcards_by_keyboard(page):
    cards = widget(page, "cards")
    card = cards.locator(".ll-card")
    first = card.get_attribute("aria-label")
    card.focus()
    press(page, "Space")
    assert card.get_attribute("aria-label").startswith("Answer: ")
    press(page, "ArrowLeft")  # not yet: it comes again, three cards later
    assert card.get_attribute("aria-label") != first
    for _ in range(3):
        press(page, "Enter", "ArrowRight")
    assert card.get_attribute("aria-label") == first
    expect(cards.locator(".ll-card-status")).to_have_text("3 of 7 cards known, 4 to go.")
    python_says(page, "print(sorted(cards.known.values()))", "[False, True, True, True]")
    card.focus()
    for _ in range(4):
        press(page, "Space", "ArrowRight")
    expect(cards.locator(".ll-card-status")).to_contain_text("You knew them all.")
    press(page, "Enter")
    expect(card).to_be_focused()


def test_the_quiz_by_keyboard(page):
    quiz = widget(page, "quiz")
    right = int(in_python(page, "print([c.right for c in quiz._questions[0].choices].index(True))"))
    wrong = (right + 1) % 3
    quiz.get_by_role("radio").nth(wrong).focus()
    press(page, "Space", "Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Not yet.")
    quiz.get_by_role("radio").nth(right).focus()
    press(page, "Space", "Tab", "Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Correct.")
    press(page, "Tab", "Enter")
    expect(quiz).to_contain_text("Question 2 of 4")
    python_says(page, "print([*quiz.first_tries.values()])", "[False]")
    python_says(page, "from lessonlib.widgets import content\nprint(Flashcards().queue[0])", "shared-weights")


def test_a_prediction_by_keyboard(page):
    guess = widget(page, "prediction")
    answer = guess.locator(".ll-predict-answer")
    expect(answer).to_be_hidden()
    guess.get_by_role("textbox").focus()
    page.page.keyboard.type("many")
    press(page, "Enter")
    expect(guess.get_by_role("status")).to_contain_text("That is not a number.")
    expect(answer).to_be_hidden()
    press(page, "ControlOrMeta+A")
    page.page.keyboard.type("4")
    press(page, "Enter")
    expect(guess.get_by_role("status")).to_have_text("You predicted 4. Something else came out: worth a second look.")
    expect(answer).to_contain_text("What came out: 5.")
    expect(widget(page, "in all")).to_contain_text("You: 4. What came out: 5.")
    guess.get_by_role("button", name="Ask me again").focus()
    press(page, "Enter")
    expect(answer).to_be_hidden()


def test_a_choice_by_keyboard(page):
    choices = widget(page, "choices")
    choices.get_by_role("radio").first.focus()
    press(page, "Space", "Tab", "Enter")
    expect(choices.get_by_role("status")).to_contain_text("That is what came out.")


def test_a_curve_is_drawn_by_keyboard(page):
    drawn = widget(page, "drawn")
    drawn.get_by_role("slider").focus()
    press(page, *["ArrowUp"] * 8, "ArrowRight", "ArrowRight", "ArrowDown", "End", *["ArrowDown"] * 6, "Tab", "Enter")
    expect(drawn.get_by_role("status")).to_contain_text("You predicted the solid line.")
    expect(drawn.locator(".ll-came")).to_be_visible()
    python_says(page, "print(predictions.kept('layers-gain')['yours'])", "1, 0.6, 0.55, 0.6, 0.6, 0.3")


def test_all_answers_open_at_one_switch_and_close_again(page):
    answer = widget(page, "prediction").locator(".ll-predict-answer")
    switch = widget(page, "in all").get_by_role("checkbox")
    switch.focus()
    press(page, "Space")
    expect(answer).to_be_visible()
    python_says(page, "print(predictions.all_shown())", "True")
    switch.focus()
    press(page, "Space")
    expect(answer).to_be_hidden()


def test_the_living_tree_by_keyboard(page):
    living = widget(page, "living")
    living.get_by_role("textbox").focus()
    press(page, "End")
    page.page.keyboard.type("x")  # in command mode it would cut the cell
    expect(living.locator(".ll-tree-sentence")).to_contain_text("Most likely after “annax”: ")
    assert page.page.locator(".jp-Notebook .jp-Cell").count() == len(CELLS)
    python_says(page, "living.text = 'bob'\nprint(living.text)", "bob")
    expect(living.locator(".ll-tree-sentence")).to_contain_text("Most likely after “bob”: ")
    expect(living.get_by_role("textbox")).to_have_value("bob")


# --- while the kernel is busy ---


@pytest.fixture
def held(lab) -> Iterator[Path]:
    """While this file is there, the training of the curve does not end."""
    file = lab.root / "notebooks" / "held"
    file.touch()
    yield file
    file.unlink(missing_ok=True)


def test_the_curve_grows_and_its_slider_answers_during_training(page, held):
    page.run(PLACE["curve"], wait=False)
    curve = widget(page, "curve")
    expect(curve.locator(".ll-live-legend")).to_contain_text("tree", timeout=20_000)
    slider, shown = curve.get_by_label("k", exact=True), curve.locator(".ll-live-window")
    slider.focus()
    before = shown.inner_text()
    press(page, "ArrowRight")
    expect(shown).not_to_have_text(before)
    busy = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
    assert page.page.evaluate(busy) == "busy"
    held.unlink()
    page.wait_until_idle()
    curve = widget(page, "curve")
    expect(curve.locator(".ll-live-legend")).to_contain_text("step 999")
    expect(curve.locator(".ll-live-legend")).to_contain_text("◆ validation 2.200")
    stage = curve.locator(".ll-live-stage")
    stage.focus()
    press(page, "Home", "ArrowRight")
    expect(curve.locator(".ll-live-readout")).to_contain_text("Step 10: flat loss 3.288")
    python_says(page, "print(len(live.points(0)), len(live.points(1)))", "1000 1000")
    stored = page.outputs(PLACE["curve"])[0]["data"]
    assert "flat: 1,000 steps" in stored["text/plain"] and stored["image/png"]


def test_stopping_the_cell_keeps_the_curve(page):
    page.set_source(PLACE["ask"], dedent("""
        with LiveLoss("Stopped") as stopped:
            for step in range(100_000):
                stopped(step, 2.0)
                time.sleep(0.002)
        """).strip())  # fmt: skip
    page.run(PLACE["ask"], wait=False)
    curve = page.output(PLACE["ask"]).locator(".ll-live")
    expect(curve.locator(".ll-live-legend")).to_contain_text("step", timeout=20_000)
    page.command("notebook:interrupt-kernel")
    page.wait_until_idle()
    expect(curve.locator(".ll-live-legend")).to_contain_text("stopped at step")
    assert "stopped at step" in page.outputs(PLACE["ask"])[0]["data"]["text/plain"]
    page.set_source(PLACE["ask"], "")
    page.run(PLACE["ask"])


# --- how it looks ---


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_either_theme(page, scheme):
    page.theme(scheme)
    found = Axe().run(page.page, context=ALL)
    assert found.violations_count == 0, found.generate_report()
    page.theme("light")


@pytest.mark.parametrize("width", [1100, 600])
def test_nothing_is_cut_off(page, width):
    page.resize(width)
    wide = page.page.evaluate(
        "s => [...document.querySelectorAll(s)].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)",
        ALL,
    )
    page.resize(1100)
    assert wide == []


SMALLEST = 12  # pixels, of any letter in a drawing


@pytest.mark.parametrize("width", [1280, 390])
def test_no_drawing_is_wider_than_its_widget_and_its_letters_can_be_read(page, width):
    page.resize(width)
    found = page.page.evaluate(
        """([all, smallest]) => [...document.querySelectorAll(all)].flatMap((w) => {
        const box = w.getBoundingClientRect();
        const held = (e) => e.closest('.ll-scroll, .ll-look-map');
        const wide = [...w.querySelectorAll('svg, canvas')].filter((e) => !held(e))
            .filter((e) => e.getBoundingClientRect().right > box.right + 1).map((e) => `${w.className}: wide`);
        const scale = (m) => Math.hypot(m.a, m.b);  // of a turned word, too
        const drawn = (t) => parseFloat(getComputedStyle(t).fontSize) * scale(t.getScreenCTM());
        const small = [...w.querySelectorAll('svg text, svg tspan')].filter((t) => t.getClientRects().length)
            .filter((t) => drawn(t) < smallest - 0.2).map((t) => `${w.className}: ${t.textContent} ${drawn(t)}`);
        return [...wide, ...small];
    })""",
        [ALL, SMALLEST],
    )
    page.resize(1100)
    assert found == []


def test_the_explorer_says_why_its_controls_rest(page):
    measured, drawn = widget(page, "measured"), widget(page, "field")
    assert measured.get_by_label("Levels").is_disabled()
    expect(measured.get_by_text("so they are fixed")).to_be_visible()
    expect(drawn.get_by_text("so they are fixed")).to_be_hidden()


def test_the_explorer_s_focus_ring_stays_outside_its_labels(page):
    stage = widget(page, "field").locator(".ll-rf-stage")
    stage.evaluate("e => e.focus({focusVisible: true})")
    assert float(stage.evaluate("e => parseFloat(getComputedStyle(e).outlineOffset)")) >= 4


def pixels(page: Notebook, name: str, test: str) -> int:
    """How many pixels of a widget's canvas pass a test of r, g and b."""
    return (
        widget(page, name)
        .locator("canvas")
        .evaluate(
            """(canvas, test) => {
        const passes = new Function('r', 'g', 'b', `return ${test}`);
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let n = 0;
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 200 && passes(data[i], data[i + 1], data[i + 2])) n++;
        }
        return n;
    }""",
            test,
        )
    )


def seen(page: Notebook, look: Callable[[], float], enough: Callable[[float], bool]) -> float:
    """What `look` finds once it is enough, or after five seconds: a canvas is painted a moment later."""
    for _ in range(50):
        if enough(found := look()):
            break
        page.page.wait_for_timeout(100)
    return found


def brightness_of_words(page: Notebook, name: str) -> float:
    """From 0 to 255, of what is drawn left of the curve: words alone, no line whose rim could be taken for them."""
    return (
        widget(page, name)
        .locator("canvas")
        .evaluate(
            """(canvas) => {
        const ratio = canvas.width / canvas.clientWidth;
        const { data } = canvas.getContext('2d').getImageData(0, 0, 44 * ratio, canvas.height);
        let sum = 0, n = 0;
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 90) { sum += (data[i] + data[i + 1] + data[i + 2]) / 3; n++; }
        }
        return n > 20 ? sum / n : -1;
    }"""
        )
    )


def test_the_curve_takes_the_colours_of_a_theme_that_comes_late(page):
    def words_become(enough):
        return seen(page, lambda: brightness_of_words(page, "curve"), enough)

    widget(page, "curve").scroll_into_view_if_needed()
    assert 0 <= words_become(lambda found: 0 <= found < 100) < 100
    try:
        page.theme("dark")
        dark = words_become(lambda found: found > 180)
    finally:
        page.theme("light")
    assert dark > 180, "words on the curve are dark on dark"
    assert 0 <= words_become(lambda found: 0 <= found < 100) < 100, "words on the curve are light on light"


def test_unsmoothed_runs_do_not_hide_each_other(page):
    page.set_source(PLACE["ask"], dedent("""
        torch.manual_seed(0)
        with LiveLoss("Two noisy runs", window=1) as noisy:
            for name in ("flat", "tree"):
                noisy.run(name)
                for step in range(2000):
                    noisy(step, 2.5 + 0.4 * torch.randn(()).item())
        """).strip())  # fmt: skip
    page.run(PLACE["ask"])
    page.output(PLACE["ask"]).locator("canvas").scroll_into_view_if_needed()
    first, second = (
        seen(page, partial(pixels, page, "ask", colour), lambda found: found > 100)
        for colour in ("b > r + 40", "r > b + 40")
    )
    page.set_source(PLACE["ask"], "")
    page.run(PLACE["ask"])
    assert min(first, second) > 0.5 * max(first, second)


def test_every_control_shows_its_focus(page):
    unseen = page.page.evaluate(
        """s => {
        const bare = (e) => {
            e.focus({focusVisible: true});
            const rings = [e, ...e.querySelectorAll('*')].map(x => getComputedStyle(x));
            const ring = rings.some(r => r.outlineStyle !== 'none' && parseFloat(r.outlineWidth) >= 2);
            return document.activeElement === e && !ring;
        };
        const controls = 'button:not(:disabled), input:not(:disabled), [tabindex="0"]';
        return [...document.querySelectorAll(s)].flatMap(w => [...w.querySelectorAll(controls)])
            .filter(e => e.offsetParent !== null).filter(bare).map(e => e.outerHTML.slice(0, 80));
    }""",
        ALL,
    )
    assert unseen == []


def test_the_page_had_no_errors_and_asked_nothing_outside(page):
    assert page.console_errors == []
    assert page.outside_requests == []


def test_reduced_motion_is_respected(lab):
    with lab.open("notebooks/all_widgets.ipynb", reduced_motion="reduce") as page:
        page.set_source(PLACE["ask"], "from lessonlib.widgets import Flashcards\nFlashcards()")
        page.run(PLACE["ask"])
        turn = page.output(PLACE["ask"]).locator(".ll-card-turn")
        assert turn.evaluate("e => getComputedStyle(e).transitionDuration") in ("0s", "")
