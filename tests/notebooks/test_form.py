"""Every lesson, as committed, keeps the form that learners rely on: minutes, settled questions, the way on.

What solutions keep to as well (cell names, links, headings) stands in test_stored.py.
"""

import re
from pathlib import Path

import nbformat
import pytest

from lessonlib import lessons
from lessonlib.checks import registry
from lessonlib.course import ROOT
from lessonlib.widgets import content

NUMBERS = [each.number for each in lessons.lessons()]
WITH_EXERCISES = {file.name[:2] for file in (ROOT / "solutions").glob("[0-9][0-9]_*.ipynb")}


def cells(file: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == kind]


def prose(file: Path) -> str:
    return "\n\n".join(cells(file, "markdown"))


def code(file: Path) -> str:
    return "\n".join(cells(file, "code"))


@pytest.fixture(params=NUMBERS)
def lesson(request, committed_course) -> Path:
    (file,) = (committed_course / "notebooks").glob(f"{request.param}_*.ipynb")
    return file


def test_begins_with_its_number_what_you_will_be_able_to_do_and_the_minutes(lesson):
    texts = cells(lesson, "markdown")
    first = "\n\n".join(texts[:2]) if lesson.name.startswith("00") else texts[0]  # 00 begins with the living tree
    assert first.startswith(f"# {lesson.name[:2]} · ")
    assert "**You will be able to**" in first
    assert re.search(r"\*\*Time:\*\* \d+ minutes.* \*\*Needs:\*\* ", first)


def test_trains_on_one_thread(lesson):
    if re.search(r"\b(train|backward)\(", code(lesson)):
        assert "torch.set_num_threads(1)" in code(lesson)


def test_asks_the_questions_that_there_are_for_it(lesson):
    slug = lessons.find(lesson.name).slug
    if any(question.lesson == slug for question in content.questions()):
        assert f'Quiz("{slug}")' in code(lesson)


def test_ends_with_a_summary_and_the_way_on(lesson):
    assert "## In short" in prose(lesson)
    if lesson.name[:2] in WITH_EXERCISES:
        assert f"](../exercises/{lesson.name})" in prose(lesson)
    if lesson.name[:2] != NUMBERS[-1]:
        assert "**Next:**" in cells(lesson, "markdown")[-1]


def test_opens_with_questions_from_earlier_lessons_and_closes_with_a_new_case(lesson):
    slug, number = lessons.find(lesson.name).slug, lesson.name[:2]
    if number > NUMBERS[1] and number != NUMBERS[-1]:
        assert f'Quiz(before="{slug}")' in code(lesson)
    if NUMBERS[0] < number < NUMBERS[-1]:
        assert re.search(r"\*\*Take it further\.\*\*.*<details>", prose(lesson), flags=re.DOTALL)


def test_needs_only_what_comes_before_it_and_the_core_path_needs_itself_alone(lesson):
    it = lessons.find(lesson.name)
    needs = re.search(r"\*\*Needs:\*\* (.*)", prose(lesson))[1].partition("helps")[0]
    found = [lessons.find(number) for number in re.findall(r"\[(?:lesson )?(\d\d)\]", needs)]
    assert all(each.number < it.number for each in found)
    assert all(each.core for each in found) or not it.core


# --- how long things take, as estimated ---

WORDS_A_MINUTE, SECONDS_A_LINE, MINUTES_A_GUESS = 230, 5, 1
LONGEST, EVENING, FAST = 45, 150, 45  # minutes


def estimate(file: Path, headings: tuple[str, ...] = ()) -> float:
    """Minutes to read a lesson, or what stands below some of its headings, follow its code and guess its answers."""
    minutes, heading = 0.0, ""
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "markdown":
            found = re.match(r"#+ (.+)", cell.source)
            heading = found[1] if found else heading
        if headings and heading not in headings:
            continue
        if cell.cell_type == "markdown":
            text = re.sub(r"<!-- generated.*?<!-- end -->|\]\([^)]*\)", "", cell.source, flags=re.DOTALL)
            minutes += len(re.findall(r"[\w'’]+", text)) / WORDS_A_MINUTE
        elif not cell.metadata.get("jupyter", {}).get("source_hidden"):
            minutes += len(cell.source.splitlines()) * SECONDS_A_LINE / 60
            minutes += MINUTES_A_GUESS * ("predict(" in cell.source)
    return minutes


def test_a_lesson_says_no_fewer_minutes_than_it_takes_to_read_and_none_takes_longer_than_it_may(lesson):
    assert estimate(lesson) <= lessons.find(lesson.name).minutes <= LONGEST


def test_the_core_path_with_the_exercise_that_builds_the_tree_is_an_evening():
    minutes = sum(each.minutes for each in lessons.lessons() if each.core)
    assert minutes + registry.exercises()["build"].minutes <= EVENING


def test_the_fast_lane_leads_through_sections_that_are_there(committed_course):
    text = prose(committed_course / "notebooks" / lessons.find("start-here").file)
    lane = text[text.index("**In a hurry?**") :].partition("\n\n")[0]
    said = int(re.search(r"about (\d+) minutes", lane)[1])
    minutes, sections = estimate(committed_course / "notebooks" / lessons.find("start-here").file), {}
    for number, there in re.findall(r"\[(\d\d)\]\([^)]*\)(.*?)(?=\[\d\d\]|$)", lane, flags=re.DOTALL):
        file = committed_course / "notebooks" / lessons.find(number).file
        sections[lessons.find(number).slug] = quoted = tuple(re.findall(r'"([^"]+)"', there))
        titles = re.findall(r"^#+ (.+)$", prose(file), flags=re.MULTILINE)
        assert quoted and set(quoted) <= set(titles)
        minutes += estimate(file, quoted)
    assert {"start-here", *sections} == {each.slug for each in lessons.lessons() if each.fast}
    assert minutes <= said <= FAST
