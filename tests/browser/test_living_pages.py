"""The living tree from a file, without kernel and network: exported, and shared as a page of its own."""

import base64
import json
import re

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from lab import Lab
from nbformat import v4
from playwright.sync_api import expect

from lessonlib.course import export, settings
from lessonlib.models import tree
from lessonlib.weights import pretrained
from lessonlib.widgets import LivingTree, share
from lessonlib.widgets.base import script
from lessonlib.widgets.living_tree import TOOLS
from lessonlib.widgets.living_tree.share import FULL, LIMIT
from lessonlib.widgets.living_tree.widget import likeliest

FIRST_CELL = settings.FIRST_CELL.read_text("utf-8")
HOSTILE = '</script><script>document.title="taken"</script>'


# How many values are taken over along a name, and how far the farthest is from what it was.
TAKEN_OVER = """
    const engine = new Engine(tree.outline, weights(tree.numbers, 32)), text = [..."maximilian"], first = new Map();
    let same = 0, off = 0;
    windowsOf(engine, text.length + 1).forEach((nodes, i) => {
        const look = engine.look(engine.ids(text.slice(0, i).join("")));
        for (const { level, end, place, fresh } of nodes) {
            const key = level + "," + end, { out } = look.levels[level][place];
            if (fresh) first.set(key, out);
            else { same += 1; off = Math.max(off, ...out.map((v, c) => Math.abs(v - first.get(key)[c]))); }
        }
    });
    return [same, off];
"""

# JupyterLab, as far as its extension sees it: a notebook with one cell is opened; how many commands were run?
OPEN_IN_LAB = """
    const node = document.createElement("p"), model = { type: "code", sharedModel: { getSource: () => source } };
    const content = { widgets: [{ model, node }], node };
    let run = 0;
    plugin.activate({
        shell: { currentWidget: { context: { path, ready: true }, sessionContext: { ready: true }, content } },
        commands: { execute: async () => { run += 1; } }, restored: Promise.resolve(),
    });
    await new Promise((done) => setTimeout(done, 50));
    return run;
"""

# Ways out of a page, and ways in.
TRIES = """
    const element = (tag, values) => Object.assign(document.createElement(tag), values);
    const refused = (no) => addEventListener("securitypolicyviolation", no, { once: true });
    const tried = () => Promise.allSettled([
        fetch("https://example.org/"),
        new Promise((yes, no) => element("img", { onload: yes, onerror: no, src: "https://example.org/a.png" })),
        new Promise((yes, no) => {
            document.head.append(element("script", { textContent: "window.taken = true" }));
            window.taken ? yes() : no();
        }),
        new Promise((yes, no) => {
            refused(no);
            const form = element("form", { action: "https://example.org/" });
            document.body.append(form);
            form.submit();
        }),
    ]);
"""


@pytest.fixture(scope="module")
def course_tree():
    return pretrained()


@pytest.fixture
def opened(lab: Lab):
    """Open a page from a file in a browser of its own, offline; nothing may go wrong on it, nor leave it."""
    contexts, problems = [], []

    def open_page(file, **view):
        context = lab.browser.new_context(offline=True, **view)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else problems.append(r.url))
        page.goto(file.as_uri())
        page.wait_for_selector(".ll-tree-stage")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="module")
def exported(course_tree, tmp_path_factory):
    """A notebook with a living tree of the course's own, all tools on, as a page."""
    folder = tmp_path_factory.mktemp("exported")
    data = LivingTree(tools=TOOLS)._repr_mimebundle_()[0]
    output = v4.new_output("execute_result", data=data, execution_count=1)
    notebook = folder / "tree.ipynb"
    cell = v4.new_code_cell("LivingTree()", outputs=[output], execution_count=1)
    notebook.write_text(json.dumps(v4.new_notebook(cells=[cell])), encoding="utf-8")
    assert export.main([str(notebook), "--to", str(folder)]) == 0
    return folder / "tree.html"


@pytest.fixture(scope="module")
def shared(course_tree, tmp_path_factory):
    file = tmp_path_factory.mktemp("shared") / "my_tree.html"
    share(
        *course_tree, file, title=f"A <b>tree</b> {HOSTILE}", about=f"Trained & tried {HOSTILE}", include_words=True,
        words=["anna", HOSTILE],
    )  # fmt: skip
    return file


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


# --- a name is typed ---


def test_it_says_what_the_model_says_and_names_what_it_does_not_know(opened, exported, course_tree):
    page = opened(exported)
    field = page.get_by_label("Type the beginning of a name")
    field.press_sequentially("CHaré-l")
    expect(field).to_have_value("CHarél")
    expect(page.locator(".ll-tree-sentence")).to_contain_text("Most likely after “charel”: ")
    (described,) = LivingTree(*course_tree).descriptions
    words = likeliest(described, "charel")
    assert re.findall(r"\d+ %", page.locator(".ll-tree-sentence").inner_text()) == re.findall(r"\d+ %", words)
    note = page.locator(".ll-tree-unknown")
    expect(note).to_have_text("This tree reads “C” as “c”, “H” as “h”, “é” as “e”.")
    field.fill("ø")
    expect(note).to_have_text("“ø” is not among the 27 characters of this tree, so it was left out.")
    field.fill("Åsa ß7.")
    expect(field).to_have_value("Åsa")
    expect(note).to_have_text(
        "This tree reads “Å” as “a”. “ ”, “ß”, “7” are not among the 27 characters of this tree, so they were left "
        "out. “.” ends a name: the tree writes it itself."
    )
    field.fill("anna")
    expect(note).to_be_hidden()
    page.get_by_role("button", name="All 27").click()
    chances = [float(p.strip(" %<")) for p in page.locator(".ll-tree-much").all_inner_texts()]
    assert len(chances) == 27 and abs(sum(chances) - 100) < 3 and chances == sorted(chances, reverse=True)


def test_a_node_is_opened_by_keys_down_to_its_numbers(opened, exported, course_tree):
    page = opened(exported)
    page.get_by_label("Type the beginning of a name").fill("hannah")
    for _ in range(4):
        page.get_by_role("button", name="Look inside").press("Enter")
    expect(page.get_by_role("button", name="Look inside")).to_be_disabled()
    page.locator('.ll-tree-node[tabindex="0"]').focus()
    press(page, "ArrowDown", "ArrowDown", "ArrowLeft", "Enter")
    detail = page.locator(".ll-tree-detail")
    expect(detail).to_contain_text("The pair “nn”, level 1")
    expect(detail).to_contain_text("It sees characters 5 to 6 of 8")
    (described,) = LivingTree(*course_tree).descriptions
    ids = torch.tensor([course_tree[1].encode("..hannah")])
    steps = described.run(ids)[1:5]  # laid end to end, multiplied, normalised, tanh
    detail.locator('[aria-checked="true"]').focus()
    press(page, "Home")
    for step in steps:
        value = step[0, 2, 0].item()
        expect(detail.locator(".ll-tree-sum strong")).to_have_text(f"{value:.2f}".replace("-", "−"))
        page.keyboard.press("Tab")
        strip = detail.get_by_role("slider")
        expect(strip).to_be_focused()
        press(page, "End")
        last = f"number {step.shape[2]} of {step.shape[2]}: {step[0, 2, -1].item():.2f}"
        assert strip.get_attribute("aria-valuetext") == last.replace("-", "−")
        press(page, "Home", "Shift+Tab", "ArrowRight")


def test_it_writes_letter_by_letter_and_marks_what_was_drawn(opened, exported, course_tree):
    page = opened(exported)
    page.evaluate("() => { Math.random = () => 0.0001; }")  # always the first character with any chance
    page.clock.install()
    field = page.get_by_label("Type the beginning of a name")
    field.fill("emm")
    field.press("Enter")
    drawn = page.locator(".ll-tree-drawn")
    expect(drawn).to_have_count(1)
    expect(drawn).to_contain_text("drawn")
    assert page.get_by_role("button", name="Stop").is_visible()
    (described,) = LivingTree(*course_tree).descriptions
    written = "emm"
    while (i := int((described.chances(written).cumsum(0) > 0.0001).nonzero()[0])) and len(written) < 30:
        written += described.characters[i]
    page.clock.run_for(60_000)
    assert page.locator(".ll-tree-words li").all_inner_texts() == [written] * 5
    expect(field).to_have_value("emm")
    expect(page.get_by_role("button", name="Write")).to_be_visible()


def test_a_key_stops_the_writing(opened, exported):
    page = opened(exported)
    field = page.get_by_label("Type the beginning of a name")
    page.get_by_role("button", name="Write").click()
    field.press("z")
    expect(page.get_by_role("button", name="Write")).to_be_visible()
    typed = field.input_value()  # with what the tree had written until then
    assert "z" in typed
    page.wait_for_timeout(600)  # several letters' time
    expect(field).to_have_value(typed)
    expect(page.locator(".ll-tree-sentence")).to_contain_text(f"Most likely after “{typed}”: ")


def test_what_mattered_and_the_temperature(opened, exported, course_tree):
    page = opened(exported)
    page.get_by_label("Type the beginning of a name").fill("charl")
    (described,) = LivingTree(*course_tree).descriptions
    chances = described.chances("charl")
    best = int(chances.argmax())
    moved = [chances[best] - described.chances("charl"[:i] + "." + "charl"[i + 1 :])[best] for i in range(5)]
    points = [f"{100 * float(m):+.0f}".replace("-", "−") for m in moved]
    expect(page.locator(".ll-tree-effect small")).to_have_text([""] * 3 + points)
    page.get_by_label("its gradient").check()
    expect(page.locator(".ll-tree-measured")).to_contain_text("gradient of that chance")
    page.get_by_label("Temperature").focus()
    press(page, "Home")
    assert "100 %" in page.locator(".ll-tree-sentence").inner_text()


def test_the_sliding_tree_counts_what_is_new(opened, exported):
    page = opened(exported)
    page.get_by_label("Type the beginning of a name").fill("hannah")
    counted, on = page.locator(".ll-tree-counted"), page.get_by_role("button", name="Move on by one character")
    on.focus()
    for _ in range(6):
        press(page, "Enter")
        expect(counted).to_contain_text("3 new, 4 there already")
    expect(counted).to_contain_text("So far 21 fusions computed; window by window it would be 49.")
    expect(on).to_be_disabled()


def test_values_that_are_there_already_are_the_same(opened, exported):
    """What the picture counts as taken over: the same characters, so the same vector, at every step."""
    code = script(*LivingTree.scripts)
    (whole,) = LivingTree.revived(LivingTree()._copy()["state"])["trees"]
    assert opened(exported).evaluate(f"(tree) => {{ {code} {TAKEN_OVER} }}", whole) == [44, 0]


# Counted as they begin: on a busy machine they are over before anybody asks which are running.
COUNT_ANIMATIONS = """() => {
    const animate = Element.prototype.animate;
    window.animated = 0;
    Element.prototype.animate = function (...how) {
        window.animated += this.matches(".ll-tree-node");
        return animate.apply(this, how);
    };
}"""


def test_what_changed_is_seen_to_change_unless_motion_is_unwanted(opened, exported):
    for motion, moving in (("no-preference", True), ("reduce", False)):
        page = opened(exported, reduced_motion=motion)
        page.evaluate(COUNT_ANIMATIONS)
        page.get_by_label("Type the beginning of a name").press_sequentially("a")
        assert (page.evaluate("() => window.animated") > 0) is moving


# --- how it looks ---


@pytest.mark.parametrize("width", [390, 900, 1600])
def test_nothing_sticks_out_and_no_text_is_small(opened, shared, exported, width):
    for file in (shared, exported):
        page = opened(file, viewport={"width": width, "height": 900})
        page.get_by_label("Type the beginning of a name").fill("charlotte")
        page.get_by_role("button", name="Look inside").click()
        page.locator(".ll-tree-node").nth(13).click()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        small = page.evaluate("""() => [...document.querySelectorAll(".ll-tree *")].filter((e) => e.checkVisibility()
            && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
            && parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.outerHTML.slice(0, 80))""")
        assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_shared_page(opened, shared, scheme):
    page = opened(shared, color_scheme=scheme, viewport={"width": 390, "height": 900})
    page.get_by_label("Type the beginning of a name").fill("charl")
    page.get_by_role("button", name="Look inside").click()
    page.locator(".ll-tree-node").nth(13).click()
    page.evaluate("() => Promise.all(document.getAnimations().map((a) => a.finished))")
    page.evaluate("() => document.querySelector('meta[http-equiv]').remove()")
    found = Axe().run(page, options={"preload": False})
    assert found.violations_count == 0, found.generate_report()


# --- a page to share ---


def test_a_shared_page_says_its_title_and_runs_nobody_else_s_code(opened, shared):
    page = opened(shared)
    assert page.title() == page.locator("h1").inner_text() == f"A <b>tree</b> {HOSTILE}"
    expect(page.locator("main > p").first).to_have_text(f"Trained & tried {HOSTILE}")
    page.keyboard.type("charl")  # the field waits for keys
    expect(page.locator(".ll-tree-sentence")).to_contain_text("Most likely after “charl”: “e”")


def test_its_policy_lets_nothing_out_and_nothing_in(lab, shared):
    context = lab.browser.new_context()
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.goto(shared.as_uri())
    refused = page.evaluate(f"async () => {{ {TRIES} return (await tried()).map((each) => each.status); }}")
    assert refused == ["rejected"] * 4
    outside = [request.failure for request in asked if not request.url.startswith("file:")]
    assert outside == ["csp"] * len(outside)
    context.close()


def test_words_are_published_only_when_asked(course_tree, tmp_path, capsys, opened, shared):
    with pytest.raises(ValueError, match="include_words"):
        share(*course_tree, tmp_path / "a.html", words=["anna"])
    with pytest.raises(ValueError, match="needs the words"):
        share(*course_tree, tmp_path / "a.html", include_words=True)
    share(*course_tree, tmp_path / "a.html")
    assert "no words" in capsys.readouterr().out
    assert '"words": []' in (tmp_path / "a.html").read_text("utf-8")
    share(*course_tree, tmp_path / "b.html", include_words=True, words=["anna"])
    assert "publishes the 1 words themselves" in capsys.readouterr().out
    page = opened(shared)
    page.evaluate("() => { Math.random = () => 0.0001; }")
    page.get_by_label("Type the beginning of a name").fill("ann")
    page.get_by_role("button", name="Write").click()
    expect(page.locator(".ll-tree-words small").first).to_have_text(re.compile("new|known"), timeout=20_000)


def test_only_a_shared_page_is_written_over(course_tree, tmp_path):
    mine = tmp_path / "thesis.html"
    mine.write_text("years of work")
    with pytest.raises(FileExistsError, match="no shared tree"):
        share(*course_tree, mine)
    assert mine.read_text() == "years of work"
    share(*course_tree, mine, overwrite=True)
    share(*course_tree, mine, title="Once more")
    assert "<h1>Once more</h1>" in mine.read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.html"]
    with pytest.raises(ValueError, match=r"\.html"):
        share(*course_tree, tmp_path / "tree")
    with pytest.raises(FileNotFoundError, match="no folder"):
        share(*course_tree, tmp_path / "nowhere" / "tree.html")


def test_large_trees_are_rounded_and_larger_ones_refused(course_tree, tmp_path, opened):
    vocabulary = course_tree[1]
    share(*course_tree, tmp_path / "tree.html")
    assert (tmp_path / "tree.html").stat().st_size < FULL
    torch.manual_seed(0)
    wide = tree(27, 24, 256)
    share(wide, vocabulary, tmp_path / "wide.html")
    assert FULL < (tmp_path / "wide.html").stat().st_size < LIMIT
    page = opened(tmp_path / "wide.html")
    expect(page.locator(".facts")).to_contain_text("rounded to half precision")
    page.get_by_label("Type the beginning of a name").fill("anna")
    (described,) = LivingTree(wide, vocabulary).descriptions
    likely, _ = described.chances("anna").topk(1)
    shown = float(page.locator(".ll-tree-much").first.inner_text().removesuffix(" %"))
    assert abs(shown - 100 * likely.item()) < 0.2
    with pytest.raises(ValueError, match="2,132,568 parameters"):
        share(tree(27, 24, 720), vocabulary, tmp_path / "huge.html")
    assert not (tmp_path / "huge.html").exists()


# --- lesson 00 ---


def test_lesson_00_opens_alive_and_waits_for_a_name(lab: Lab):
    """After `course.py lab`: no click, no key but those of the name; the tree is whole on a screen of 1280 x 800."""
    with lab.open("notebooks/00_start_here.ipynb", viewport={"width": 1280, "height": 800}) as notebook:
        page = notebook.page
        page.wait_for_function("() => document.activeElement.classList.contains('ll-tree-name')")
        page.keyboard.type("charl")
        expect(page.locator(".ll-tree-sentence")).to_contain_text("Most likely after “charl”: “e”")
        box = page.locator(".ll-tree").bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] < 800
        assert notebook.console_errors == [] and notebook.errors() == []


@pytest.mark.parametrize(
    ("path", "source", "runs"),
    [
        ("notebooks/00_start_here.ipynb", "from lessonlib.widgets import LivingTree\n\nLivingTree()", 1),
        ("notebooks/00_start_here.ipynb", "import os\n\nLivingTree()", 0),
        ("notebooks/05_tree.ipynb", "from lessonlib.widgets import LivingTree\n\nLivingTree()", 0),
    ],
)
def test_only_the_two_lines_of_lesson_00_run_by_themselves(opened, exported, path, source, runs):
    page = opened(exported)
    assert page.evaluate(f"async ([path, source]) => {{ {FIRST_CELL} {OPEN_IN_LAB} }}", [path, source]) == runs


def test_pictures_are_stored_beside_it():
    data = LivingTree()._repr_mimebundle_()[0]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "Most likely after " in data["text/plain"]
