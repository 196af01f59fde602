"""The page about a class: what it counts, what it says, what it keeps to itself."""

import json
import re

import pytest
from test_grades import record

from lessonlib.checks.misconceptions import misconceptions
from lessonlib.classroom import class_report, graded
from lessonlib.course import commands


def exercise(id: str, state: str, *wrong: str, says: str = "") -> dict:
    points = {"correct": 4, "not yet": 1, "not attempted": 0}[state]
    case = {"title": "a case", "points": 4, "mark": "…", "says": says, "misconception": "", "next": ""}
    told = {"id": id, "title": id.title(), "state": state, "points": points, "out_of": 4, "notes": [], "cases": [case]}
    return told | {"misconceptions": list(wrong)}


def submission(name: str, *exercises: dict) -> dict:
    return record(name, sum(e["points"] for e in exercises), out_of=8, exercises=list(exercises))


CLASS = [
    submission("anna", exercise("linear", "correct"), exercise("embed", "correct")),
    submission("ben", exercise("linear", "not yet", "weight-transposed"), exercise("embed", "not attempted")),
    submission("cy", exercise("linear", "not yet", "weight-transposed"), exercise("embed", "not yet", "rows-only")),
    submission("dot", exercise("linear", "not yet", says="Your code raised NameError."), exercise("embed", "correct")),
    submission("eve", exercise("linear", "not attempted"), exercise("embed", "not attempted")),
    record("zed", "", problem="in/zed.ipynb is damaged.", exercises=[], notebook="", out_of=""),
]


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The report's text with these options, written by the command."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grades.json").write_text(json.dumps(CLASS))

    def written(*options: str) -> str:
        assert commands.main(["grades", "grades.json", "--report", "class.html", *options]) == 0
        return (tmp_path / "class.html").read_text(encoding="utf-8")

    return written


def rows(page: str) -> list[str]:
    return [" | ".join(re.findall(r">([^<>]+)</t[hd]>", row)) for row in re.findall(r"<tr>.*?</tr>", page)]


def test_every_misconception_is_counted_once_a_submission_and_has_the_checks_own_words(page):
    text = page()
    known = misconceptions()["weight-transposed"]
    (line,) = [row for row in re.findall(r"<tr>.*?</tr>", text) if "Weight transposed" in row]
    assert '<td class="n">2</td><td class="n">50%</td>' in line and "ben; cy" in line  # of the four who tried it
    plain = re.sub(r"<[^>]+>", "", line)
    assert known.words.replace("`", "") in plain and known.next.replace("`", "") in plain
    assert any(class_report.UNNAMED in row and "dot" in row for row in re.findall(r"<tr>.*?</tr>", text))
    assert "5 submissions graded. Points: 0 to 8 of 8, median 2; 1 has all of them." in text
    assert "Linear: shares are of the 4 who tried it" in text
    assert "Linear | 1 | 3 | 1 | 35%" in rows(text) and "Embed | 2 | 1 | 2 | 45%" in rows(text)


def test_it_says_who_has_not_begun_and_who_handed_in_nothing(page, tmp_path):
    (tmp_path / "export.csv").write_text(
        "Email address,First name,Last name\nanna@x.example,Anna,A\nfay@x.example,Fay,F\n"
    )
    text = page()
    assert "<strong>1</strong> handed in a notebook without an answer: eve." in text
    assert "<strong>1</strong> could not be graded: zed." in text
    assert "no table of students was given" in text
    assert commands.main(["grades", "grades.json", "--report", "class.html", "--moodle", "export.csv"]) == 1
    assert "<strong>1</strong> handed in nothing: Fay F." in (tmp_path / "class.html").read_text()


def test_who_handed_in_what_cannot_be_taken_has_not_handed_in_nothing(page, tmp_path, capsys):
    """Zed's notebook is damaged, Ben has two, and Canvas's own student is nobody."""
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Layers (1)\n"
    people = [("A, Anna", "anna"), ("B, Ben", "ben"), ("F, Fay", "fay"), ("G, Gil", "gil"), ("Z, Zed", "zed")]
    rows = [f'"{name}",{place},,{login},A,' for place, (name, login) in enumerate(people)]
    (tmp_path / "export.csv").write_text(head + "\n".join([*rows, '"Student, Test",9,,,A,']) + "\n")
    two = [*(one for one in CLASS if one["submission"] in ("anna", "ben", "zed")), submission("x")]
    two[-1]["file"], two[-1]["exercises"] = "ben/x.ipynb", CLASS[0]["exercises"]
    (tmp_path / "grades.json").write_text(json.dumps(two))
    assert commands.main(["grades", "grades.json", "--report", "class.html", "--canvas", "export.csv"]) == 1
    assert "<strong>2</strong> handed in nothing: F, Fay; G, Gil." in (tmp_path / "class.html").read_text()
    said = capsys.readouterr().out
    assert "2 to look at, see above.\n" in said and "should be called by" not in said  # their names are good


def test_without_names_nobody_is_named(page):
    text = page("--without-names")
    assert not re.search(r"\b(anna|ben|cy|dot|eve|zed)\b", text)
    assert "<strong>1</strong> handed in a notebook without an answer." in text and "Weight transposed" in text


def test_the_picture_says_in_words_what_it_shows():
    found = class_report.by_exercise(grade for grade in graded._of_ours(json.dumps(CLASS)) if grade.points is not None)
    ranked = class_report.ranking(found)
    drawn = class_report.picture(ranked, found, "Layers")
    (ax,) = drawn.axes
    assert [bar.get_width() for bar in ax.patches] == [count for *_, count in ranked] == [2, 1, 1]
    assert (ax.get_title(loc="left"), ax.get_xlabel()) == ("Misconceptions in Layers", "submissions")
    assert "Weight transposed (Linear) 2" in drawn.alt
    linear, embed = ({bar.get_hatch() for bar, (one, *_) in zip(ax.patches, ranked, strict=True) if one.id == id}
                     for id in ("linear", "embed"))  # fmt: skip
    assert not linear & embed


def test_attempts_come_from_progress_files_and_are_nobodys(page, tmp_path):
    for name, tries in (("a", 2), ("b", 9), ("c", 4)):
        (tmp_path / "homes" / name).mkdir(parents=True)
        checks = {"linear": {"lesson": "layers", "state": "correct", "attempts": tries, "points": 4}}
        (tmp_path / "homes" / name / "progress.json").write_text(json.dumps({"checks": checks}))
    assert "Linear | 3 | 4 | 9" in rows(page("--progress", "homes"))
    (tmp_path / "bad.json").write_text("no")
    assert commands.main(["grades", "grades.json", "--report", "class.html", "--progress", "bad.json"]) == 1


def test_the_page_is_alone_and_takes_nobodys_place(page, tmp_path, capsys):
    text = page()
    assert not re.search(r"<script|https?://|<link|@import", text)
    assert page() == text  # a report over a report
    (tmp_path / "class.html").write_text("mine")
    assert commands.main(["grades", "grades.json", "--report", "class.html"]) == 1
    assert (tmp_path / "class.html").read_text() == "mine" and "class report" in capsys.readouterr().err


def test_names_and_words_from_a_submission_are_text(page, tmp_path):
    hostile = submission("<script>x</script>", exercise("linear", "not yet", "<b>id</b>"), exercise("embed", "correct"))
    (tmp_path / "grades.json").write_text(json.dumps([*CLASS, hostile]))
    assert "<script" not in page() and "<b>id" not in page()
