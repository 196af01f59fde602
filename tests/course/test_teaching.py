"""The guide for instructors: its lines work, its links lead somewhere, its tables say what the declarations say."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from test_journal import Box

from lessonlib import lessons
from lessonlib.checks import registry
from lessonlib.course import ROOT, build, commands, for_teachers, grade, notebooks, sandbox

GUIDE = (ROOT / "TEACHING.md").read_text(encoding="utf-8")


@pytest.fixture
def a_copy(tmp_path, monkeypatch):
    """Where one stands: a folder with the solution and the exercise that the guide names; answers are not run."""
    for folder, data in (("solutions", (ROOT / "solutions" / LAYERS).read_bytes()), ("exercises", fresh(LAYERS))):
        notebooks.write(tmp_path / folder / LAYERS, data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sandbox, "Sandbox", Box)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    return tmp_path


LAYERS = lessons.find("layers").file


def fresh(file: str) -> bytes:
    return notebooks.dumps(build.exercises(ROOT)[file])


def lines(heading: str) -> list[list[str]]:
    """The shell lines of a section, as words."""
    section = re.split(r"^## ", GUIDE, flags=re.MULTILINE)
    text = next(each for each in section if each.startswith(heading))
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]


@pytest.mark.skipif(Path("/proc").exists() is False, reason="the guide grades on Linux")
def test_the_way_to_the_first_feedback_page_is_as_it_says(a_copy):
    for words in lines("From nothing"):
        match words:
            case ["mkdir", folder]:
                Path(folder).mkdir()
            case ["cp", source, target]:
                shutil.copy(source, target)
            case ["python3", "course.py", "lab"] | ["python3", "course.py", "reset", "02"]:
                pass
            case ["python3", "course.py", *argv]:
                assert commands.main(argv) == 0
            case _:
                pytest.fail(f"this line is not tried: {words}")
    for page in ("graded/02/anna.html", "graded/02/class.html"):
        assert "Linear" in (a_copy / page).read_text(encoding="utf-8")
    assert {path.name for path in (a_copy / "graded" / "02").iterdir()} >= {"grades.csv", "grades.json", "ben.html"}


def test_every_command_and_option_that_it_names_is_there():
    named = re.findall(r"\bcourse\.py ([a-z]+)([^`\n|]*)", GUIDE)
    assert {"lab", "grade", "grades", "package", "class"} <= {command for command, _ in named}
    assert {command for command, _ in named} <= set(commands.available())
    options = {option for _, rest in named for option in re.findall(r"--[a-z-]+", rest)}
    options |= set(re.findall(r"`(--[a-z-]+)", GUIDE))
    rooms = ("course/grade.py", "classroom/grades.py", "classroom/package.py", "classroom/teaching.py")
    known = "".join((ROOT / "lessonlib" / room).read_text(encoding="utf-8") for room in rooms)
    assert [option for option in options if f'"{option}"' not in known] == []


def test_its_links_lead_somewhere():
    headings = {
        re.sub(r"[^\w -]", "", h.lower()).strip().replace(" ", "-") for h in re.findall(r"^#+ (.*)$", GUIDE, re.M)
    }
    for link in re.findall(r"\]\(([^)\s]+)\)", GUIDE):
        file, _, anchor = link.partition("#")
        assert (ROOT / file).exists() if file else anchor in headings, link


def test_the_tables_name_every_exercise_and_every_week_adds_up():
    table = for_teachers.exercises("notebooks/")
    for exercise in registry.exercises().values():
        (row,) = [row for row in table.splitlines() if f"| `{exercise.id}` |" in row]
        cells = re.split(r"(?<!\\)\|", row)[1:-1]
        assert len(cells) == 6 and [int(cell) for cell in cells[3:5]] == [exercise.minutes, exercise.points]
    told = [int(n) for row in re.findall(r"^\| \*.*", table, re.M) for n in re.findall(r"\| \*(\d+)\*", row)]
    every = registry.exercises().values()
    assert sum(told) == sum(e.minutes + e.points for e in every)  # each lesson's row has its sums
    assert grade.BUDGET == 60 and "1 minute more per student" in for_teachers.machines("")
    for name in ("evening", "three-weeks", "half-term"):
        _, _, *weeks, total = for_teachers.PARTS[f"plan-{name}"]("").partition("\n\n")[0].splitlines()
        columns = zip(*([int(cell) for cell in row.split("|")[3:-1]] for row in weeks), strict=True)
        assert [sum(column) for column in columns] == [int(cell) for cell in total.split("|")[3:-1]]
