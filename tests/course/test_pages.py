"""What is made from data: written where it differs, named when it is only looked at; numbers follow the catalogue."""

import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from lessonlib import lessons
from lessonlib.course import ROOT, Problem, history, notebooks, numbers, pages, parts
from lessonlib.widgets import content

LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)?(?:\w+/)?\d\d_\w+\.ipynb)")


def test_the_committed_course_is_what_its_data_gives(committed_course):
    """What `course.py build --check` says, apart from the exercises, which are made anew for every test."""
    assert pages.write(committed_course, check=True) == []


def test_a_page_that_differs_is_named_then_written(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "missing", lambda root: [])
    page = tmp_path / "notebooks" / "glossary.md"
    page.parent.mkdir()
    page.write_text("old")
    said = pages.write(tmp_path, check=True)
    assert any("glossary.md is not what the data gives" in sentence for sentence in said)
    assert page.read_text() == "old"
    assert pages.write(tmp_path) == []
    assert page.read_text(encoding="utf-8") == content.glossary_page()
    assert (tmp_path / "benchmarks" / "RECORDS.md").read_text(encoding="utf-8") == history.page()
    assert pages.write(tmp_path, check=True) == []


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """Puts other lessons in the place of the course's own, for one test."""

    def put(text: str) -> None:
        file = tmp_path / "lessons.toml"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr(lessons, "FILE", file)
        forget()

    def forget() -> None:
        for function in (lessons._catalogue, lessons.lessons, lessons._slugs_of_0_2_0):
            function.cache_clear()

    yield put
    monkeypatch.undo()
    forget()


@pytest.fixture
def six(catalogue):
    """Six lessons, the last of them the tree."""
    slugs = ["start", "flat-mlp", "layers", "batchnorm", "shapes"]
    entries = [f'[[lesson]]\nslug = "{slug}"\ntitle = "T"\nidea = "i"\nminutes = 5\n' for slug in slugs]
    entries.append('[[lesson]]\nslug = "tree"\ntitle = "The tree"\nidea = "pairs"\nminutes = 40\ncore = true\n')
    catalogue("\n".join(entries))


# --- parts between comments ---


def test_a_part_is_filled_and_the_text_around_it_stays(six):
    text = "mine\n<!-- generated: map -->\nold\n<!-- end -->\nas well: <!-- generated: core-path -->0<!-- end -->."
    made = parts.filled(text, "notebooks/")
    assert made.startswith("mine\n") and "old" not in made
    assert "| **[05 The tree](notebooks/05_tree.ipynb)** | pairs | 40 |" in made
    assert re.search(r"as well: <!-- generated: core-path -->\[05\]\([^)]*\)<!-- end -->\.$", made)
    assert parts.filled(made, "notebooks/") == made


def test_an_unknown_part_is_named():
    with pytest.raises(Problem, match=r"no generated part 'weather'.*map"):
        parts.filled("<!-- generated: weather --><!-- end -->", "")


def test_a_part_in_a_sentence_does_not_begin_its_line():
    with pytest.raises(Problem, match="begins its line"):
        parts.filled("The core path:\n<!-- generated: core-path -->0<!-- end -->.", "")


# --- numbers of lessons ---


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("as in lesson 05.", "as in [lesson 05](05_tree.ipynb)."),
        ("Lessons 04 and 05, say", "Lessons [04](04_shapes.ipynb) and [05](05_tree.ipynb), say"),
        ("lessons 02, 03 to 05", "lessons [02](02_layers.ipynb), [03](03_batchnorm.ipynb) to [05](05_tree.ipynb)"),
        ("[lesson 07](05_tree.ipynb#x)", "[lesson 05](05_tree.ipynb#x)"),
        ("[07 · A tree](../notebooks/07_tree.ipynb)", "[05 · A tree](../notebooks/05_tree.ipynb)"),
        ("[exercise 09](../exercises/09_tree.ipynb)", "[exercise 05](../exercises/05_tree.ipynb)"),
        ("[27 characters](09_tree.ipynb), [09](09_tree.ipynb)", "[27 characters](05_tree.ipynb), [05](05_tree.ipynb)"),
        ("run `notebooks/09_tree.ipynb`", "run `notebooks/05_tree.ipynb`"),
        ("`lesson 05` and lesson 5.05, 10 lessons 2", "`lesson 05` and lesson 5.05, 10 lessons 2"),
        ("# lesson 05\n## 05", "# lesson 05\n## 05"),
        ("01_adding.ipynb and [02 · B](02_other.ipynb)", "01_adding.ipynb and [02 · B](02_other.ipynb)"),
    ],
)
def test_links_and_mentions_carry_the_present_number(six, text, made):
    assert numbers.renumbered(text, "") == made
    assert numbers.renumbered(made, "") == made


def test_a_mention_of_no_lesson_is_named():
    with pytest.raises(Problem, match="lesson 99"):
        numbers.renumbered("see lesson 99", "")


def test_no_number_stands_where_no_link_can_carry_it(committed_course):
    """In code and data a lesson is named by what it is about."""
    found = {}
    for path in (committed_course / "lessonlib").rglob("*"):
        if path.suffix in (".py", ".toml", ".js") and path.name not in ("numbers.py", "lessons.py"):
            found[path.name] = numbers.mentions(path.read_text(encoding="utf-8"))
    for path in (committed_course / "notebooks").glob("*.ipynb"):
        code = (cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
        found[path.name] = numbers.mentions("\n".join(code))
    assert {name: those for name, those in found.items() if those} == {}


@pytest.fixture
def with_one_more(committed_course, tmp_path, catalogue):
    """The course with a lesson put in as number 03: one entry in lessons.toml."""
    course = tmp_path / "course"
    for folder in ("notebooks", "solutions"):
        shutil.copytree(committed_course / folder, course / folder)
    for page in pages.TEXTS:
        shutil.copy(committed_course / page, course)
    before, after = lessons.FILE.read_text(encoding="utf-8").split('[[lesson]]\nslug = "batchnorm"')
    entry = '[[lesson]]\nslug = "a-detour"\ntitle = "A detour"\nidea = "one more"\nminutes = 7\n\n'
    catalogue(f'{before}{entry}[[lesson]]\nslug = "batchnorm"{after}')
    return course


def test_a_lesson_put_in_moves_every_number_after_it(with_one_more):
    course = with_one_more
    said = pages.write(course, check=True)
    tree = lessons.find("tree")
    assert tree.number == f"{int(lessons.find('a-detour').number) + 3:02}"
    assert any(f"_tree.ipynb is now {tree.file}" in sentence for sentence in said)
    assert pages.write(course) == ["notebooks/03_a_detour.ipynb is missing: write it, or take it out of lessons.toml."]
    detour = new_notebook(cells=[new_markdown_cell("# 09 · A detour\n\n**Time:** 1 minutes. After lesson 02.")])
    notebooks.write(course / "notebooks" / "03_a_detour.ipynb", notebooks.dumps(detour))
    assert pages.write(course) == []
    assert pages.write(course, check=True) == []

    def text(path):
        return "\n\n".join(cell.source for cell in notebooks.read(course / path).cells if cell.cell_type == "markdown")

    assert text("notebooks/03_a_detour.ipynb").startswith("# 03 · A detour\n\n**Time:** 7 minutes. After [lesson 02](")
    assert text(f"notebooks/{tree.file}").startswith(f"# {tree.number} · ")
    assert text(f"solutions/{tree.file}").startswith(f"# {tree.number} · ")
    assert "| [03 A detour](03_a_detour.ipynb) | one more | 7 |" in text("notebooks/00_start_here.ipynb")
    assert "[03 A detour](notebooks/03_a_detour.ipynb)" in (course / "README.md").read_text(encoding="utf-8")
    count = 0
    for folder in ("notebooks", "solutions"):
        for path in (course / folder).glob("*.ipynb"):
            for shown, target in LINK.findall(text(path.relative_to(course))):
                place = (path.parent / target).resolve()
                assert place.exists() or "exercises" in target, f"{path.name}: {target}"
                told = re.match(r"(?:[Ll]esson |[Ee]xercise )?(\d\d)\b", shown)
                assert not told or told[1] == place.name[:2], f"{path.name}: {shown} → {target}"
                count += 1
    assert count > 80


def test_the_course_at_hand_has_a_notebook_for_each_lesson():
    assert pages.missing(ROOT) == []
