"""The site from files, without network: every page in one view; `course.py bench site` takes each in all of them."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from lab import Lab
from playwright.sync_api import Page, expect

pytest.importorskip("myst_nb", reason="the site's packages are not installed; `python3 course.py test` installs them")
from benchmarks.site_pages import VIEWS, View, Visits, dead_links, pages
from lessonlib import lessons
from lessonlib.course import ROOT, notebooks
from lessonlib.course.site import command, placing

MEGABYTES = 8
LONG = 30  # characters; shorter lines of code are anybody's
TREE = f"notebooks/{lessons.find('tree').file}".replace(".ipynb", ".html")
FLAT = f"notebooks/{lessons.find('flat-mlp').file}".replace(".ipynb", ".html")
TASKS = TREE.replace("notebooks", "exercises")
LOOKED_AT = {
    "index.html": VIEWS[1],
    "idea.html": VIEWS[0],
    "trees/birds.html": VIEWS[1],
    TREE: VIEWS[0],
    TASKS: VIEWS[3],
    "flashcards.html": VIEWS[2],
}  # by axe
# What makes no sense where no cell can be run, and what tells of whoever has run it.
DEAD = re.compile(
    r"[Rr]un (?:the|this) cell|Shift \+ Enter|Press Hint|the check below it|\bcheck\.\w+\(|Your exercises:|"
    r"progress\.json|You made \d+ of|NotImplementedError\(\)\n.*Traceback"
)


@pytest.fixture(scope="module")
def again(tmp_path_factory) -> Iterator[subprocess.Popen]:
    """The same built by the command, in a process of its own beside ours."""
    folder = tmp_path_factory.mktemp("again") / "site"
    with subprocess.Popen([sys.executable, "-P", "-m", "lessonlib", "site", folder], stdout=subprocess.PIPE) as build:
        yield build


@pytest.fixture(scope="module")
def site(tmp_path_factory, again) -> Path:
    return command.build(ROOT, tmp_path_factory.mktemp("site"))


@pytest.fixture
def visits(site, lab: Lab) -> Iterator[Visits]:
    with Visits(site, lab.browser, View(1280, "light")) as opened:
        yield opened
        assert opened.troubles == []


def texts(site: Path) -> Iterator[tuple[str, str]]:
    """The text of each page's article, as a reader may see it."""
    for name in pages(site):
        page = (site / name).read_text(encoding="utf-8")
        article = page.partition('<article role="main"')[2].partition("</article>")[0]
        yield name, re.sub(r"<[^>]+>", "", article)


# --- every page ---


@pytest.mark.timeout(900)  # on a busy machine
def test_every_page_opens_whole_and_fits_the_screen(site, lab):
    views = cycle(VIEWS)
    opened = {view: Visits(site, lab.browser, view) for view in VIEWS}
    troubles = [trouble for name in pages(site) for trouble in opened[next(views)].look(name)]
    for each in opened.values():
        each.context.close()
    assert troubles == []
    assert len(pages(site)) > 2 * len(lessons.lessons())


@pytest.mark.parametrize(("name", "view"), LOOKED_AT.items(), ids=str)
def test_axe_finds_nothing(site, lab, name, view):
    with Visits(site, lab.browser, view) as opened:
        assert opened.look(name, axe=True) == []


def test_every_link_leads_somewhere(site):
    assert dead_links(site) == []


def test_each_page_says_what_it_is_to_readers_and_to_link_previews(site):
    titles, told = set(), 0
    own = [name for name in pages(site) if not name.startswith("trees/")]  # those are files to save and to send
    for name in own:
        page = (site / name).read_text(encoding="utf-8")
        titles.add(re.search(r"<title>(.+?)</title>", page)[1])
        about = dict(re.findall(r'<meta (?:property|name)="(?:og:)?(\w+)" content="([^"]+)">', page))
        assert {"title", "description", "image"} <= set(about), name
        assert ((site / name).parent / about["image"]).is_file(), name
        assert len(re.findall(r"<h1\b", page)) == 1, name
        assert "CC BY 4.0" in page, name
        told += about["description"] != ""
    assert len(titles) == told == len(own)
    assert f"{lessons.find('tree').heading} - From the flat MLP to the tree" in titles


def test_it_is_small(site):
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < MEGABYTES * 1e6


def test_two_builds_are_the_same_to_the_byte(site, again):
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0
    folder = Path(again.args[-1])
    assert f"{len(pages(site))} pages" in said.decode()
    one, two = (
        {file.relative_to(each): file.read_bytes() for file in each.rglob("*") if file.is_file()}
        for each in (site, folder)
    )
    assert two.keys() - one.keys() == {Path(placing.LIST)}
    assert [name for name in one if one[name] != two[name]] == []


# --- what must not be there ---


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def told(folder: str) -> str:
    """All that the notebooks of a folder say, code, words and outputs, without blanks."""
    cells = [cell for file in notebooks.numbered(ROOT / folder) for cell in notebooks.read(file).cells]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [output.get("text", "") or output.get("data", {}).get("text/markdown", "") for output in outputs]
    return squeezed("\n".join([*(cell.source for cell in cells), *map("".join, shown)]))


def test_no_line_of_a_solution_is_on_the_site(site):
    cells = [cell for file in notebooks.numbered(ROOT / "solutions") for cell in notebooks.read(file).cells]
    lines = {squeezed(line) for cell in cells if cell.cell_type == "code" for line in cell.source.split("\n")}
    known = told("notebooks") + told("exercises")
    secret = {line for line in lines if len(line) > LONG and not line.startswith("#") and line not in known}
    assert len(secret) > 50
    shown = squeezed("".join(html.unescape(text) for _, text in texts(site)))
    assert "defanswer_fusion():" in shown  # the text is read as the lines are
    assert sorted(line for line in secret if line in shown) == []


def test_nothing_asks_for_a_cell_to_be_run_or_tells_of_a_learner(site):
    to_read = [each for each in texts(site) if each[0].startswith(("notebooks/", "exercises/", "index"))]
    assert len(to_read) > 2 * len(lessons.lessons()) - 5
    assert [(name, found) for name, text in to_read for found in DEAD.findall(text)] == []


# --- what one can do ---


def test_search_finds_a_word_from_a_file(visits):
    tab = visits.open("index.html")
    tab.get_by_role("textbox", name="Search").fill("dilation")
    tab.keyboard.press("Enter")
    expect(tab.locator("#search-results a[href*=_convolution]").first).to_be_visible()


def press(tab: Page, *keys: str) -> None:
    for key in keys:
        tab.keyboard.press(key)


def test_the_living_tree_by_keyboard(visits):
    tab = visits.open("index.html")
    tab.locator(".ll-tree-name").focus()
    tab.keyboard.type("char")
    expect(tab.locator(".ll-tree-sentence")).to_contain_text("“char”")


def test_the_explorer_by_keyboard(visits):
    tab = visits.open(TREE)
    stage = tab.locator(".ll-rf-stage").first
    stage.focus()
    press(tab, "ArrowDown", "Home")
    expect(tab.locator(".ll-rf-sentence").first).to_contain_text("sees 4")
    expect(tab.get_by_label("computed from the author’s model").first).to_be_checked()


def test_quiz_and_prediction_by_keyboard(visits):
    tab = visits.open(TREE)
    quiz = tab.locator(".ll-quiz").first
    for choice in range(quiz.get_by_role("radio").count()):
        quiz.get_by_role("radio").nth(choice).focus()
        press(tab, "Space", "Enter")
        expect(quiz.get_by_role("status")).to_contain_text(re.compile("Correct|Not yet"))
        if "Correct" in quiz.get_by_role("status").inner_text():
            break
    expect(quiz.get_by_role("status")).to_contain_text("Correct")
    assert len(quiz.get_by_role("status").inner_text()) > 30  # it says why
    prediction = tab.locator(".ll-predict").first
    prediction.get_by_role("textbox").focus()
    tab.keyboard.type("1, 2, 3")
    press(tab, "Enter")
    expect(prediction.get_by_role("status")).to_contain_text("You predicted 1, 2, 3.")
    expect(prediction.locator(".ll-predict-answer")).to_contain_text("What came out")


def test_the_cards_by_keyboard(visits):
    tab = visits.open("flashcards.html")
    tab.locator(".ll-card").focus()
    press(tab, "Space", "ArrowRight")
    expect(tab.locator(".ll-card-status")).to_contain_text("1 of")


def test_the_exercises_of_the_idea_by_keyboard(visits):
    tab = visits.open("idea.html")
    form = tab.locator("form#fusion")
    form.get_by_label("The first sum", exact=True).focus()
    tab.keyboard.type("5")
    press(tab, "Enter")
    said = form.get_by_role("status")
    expect(said.first).to_contain_text("neighbours swapped")
    press(tab, "Control+A")
    tab.keyboard.type(" 3,0")
    for number in ("4", "5"):
        press(tab, "Tab")
        tab.keyboard.type(number)
    press(tab, "Enter")
    expect(said).to_have_text(["✓ Right."] * 3)
    tab.get_by_label("Levels", exact=True).focus()
    expect(tab.locator(".ll-rf-wall")).to_contain_text("Behind the wall")
    press(tab, "ArrowRight")
    expect(tab.locator(".ll-rf-wall")).not_to_contain_text("Behind the wall")
    tab.locator("form#depth input").last.focus()
    tab.keyboard.type("1,024")
    press(tab, "Enter")
    expect(tab.locator("form#depth output").last).to_contain_text("How many levels does that take?")


def test_a_tree_of_the_gallery_answers_in_its_file(visits):
    tab = visits.open("gallery.html")
    tab.get_by_role("link", name="Colours", exact=True).focus()
    press(tab, "Enter")
    tab.locator(".ll-tree-name").focus()
    tab.keyboard.type("light bl")
    expect(tab.locator(".ll-tree-sentence")).to_contain_text("“light bl”")


def test_the_switch_of_the_theme_reaches_the_widgets(visits):
    tab = visits.open(TREE)
    switch = tab.locator(".theme-toggle-content button")
    grounds = set()
    for _ in range(3):
        switch.focus()
        tab.keyboard.press("Enter")
        grounds.add(tab.evaluate("getComputedStyle(document.querySelector('.ll')).backgroundColor"))
    assert len(grounds) == 2


def test_without_scripts_a_quiz_is_a_list_that_opens(site, lab):
    context = lab.browser.new_context(java_script_enabled=False, offline=True)
    tab = context.new_page()
    tab.goto((site / TREE).as_uri())
    choice = tab.locator(".alive ol details").first
    choice.locator("summary").click()
    expect(choice.locator("p").last).to_be_visible()
    context.close()
