"""Grades in the forms that Canvas and Moodle take, each read back as the documented importer reads it."""

import csv
import io
import json
import re

import pytest

from lessonlib import lessons
from lessonlib.classroom import canvas, graded, roster
from lessonlib.course import Problem, commands

NOTEBOOK = lessons.find("layers").file
TITLE = "Layers (4711)"


def record(name: str, points: int | str = 10, file: str = "", **more) -> dict:
    """A submission as grades.json has it."""
    case = {"title": "x @ weight", "points": 8, "mark": "not yet", "says": "Shape (3,) came & <b>2</b> was expected."}
    exercise = {"id": "linear", "title": "Linear", "state": "not yet", "points": points, "out_of": 17}
    exercise |= {"misconceptions": ["weight-transposed"], "notes": [], "cases": [case]}
    told = {"submission": name, "file": file or f"in/{name}.ipynb", "notebook": NOTEBOOK, "points": points}
    return told | {"out_of": 17, "problem": "", "seed": 1, "limits": [], "exercises": [exercise]} | more


@pytest.fixture
def course(tmp_path, monkeypatch, capsys):
    """Write grades and a school's table, run the command; gives (exit code, what it said, the table it wrote)."""
    monkeypatch.chdir(tmp_path)

    def run(records: list[dict], door: str, table: str | bytes, *options: str):
        (tmp_path / "grades.json").write_text(json.dumps(records))
        (tmp_path / "export.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
        code = commands.main(["grades", "grades.json", f"--{door}", "export.csv", "--to", "out.csv", *options])
        said = capsys.readouterr()
        written = (tmp_path / "out.csv").read_bytes() if (tmp_path / "out.csv").exists() else None
        (tmp_path / "out.csv").unlink(missing_ok=True)
        return code, said.out + said.err, written

    return run


# --- Canvas ---


def as_canvas_reads(data: bytes) -> dict[str, str]:
    """The column TITLE by student ID, read by the rules of Canvas's importer."""
    lines = data.decode("utf-8-sig").splitlines(keepends=True)
    counts = {sep: {len(row) for row in csv.reader(lines[:3], delimiter=sep)} for sep in ";,"}
    fields = {sep: max(found) if len(found) == 1 else 0 for sep, found in counts.items()}
    rows = list(csv.reader(lines, delimiter=";" if fields[";"] > fields[","] else ","))
    head, two = rows[0], rows[0][:2] == ["LastName", "FirstName"]
    assert len(head) > 3 + two and (two or "Student" in head[0]) and "ID" in head[1 + two]
    last = 3 + two
    if re.search(r"SIS\s+Login\s+ID", head[last - 1]):
        last += 1
    elif re.search(r"SIS\s+User\s+ID", head[last - 1]) and re.search(r"SIS\s+Login\s+ID", head[last]):
        more = "Integration ID" in head[last + 1]
        last += 2 + more
        last += "Root Account" in head[last - 1]
    assert "Section" in head[last - 1]
    place, found = head.index(TITLE), {}
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", c) for c in row):
            continue
        found[row[1 + two]] = row[place].strip()
    return found


HEADS = {
    "SIS": "Student,ID,SIS User ID,SIS Login ID,Section",
    "without SIS": "Student,ID,Section",
    "login alone": "Student,ID,SIS Login ID,Section",
    "integration": "Student,ID,SIS User ID,SIS Login ID,Integration ID,Section",
    "all": "Student,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section",
    "two names": "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section",
}
PEOPLE = [  # name, ID, SIS User ID, SIS Login ID
    ("Smith, Anna", "1001", "s-17", "asmith"),
    ("Müller, Ben", "1002", "s-18", "ben@school.example"),
    ("Student, Test", "1003", "", ""),
    ("O'Neil, Cy", "1004", "s-20", "cy"),
]


def export(head: str = HEADS["SIS"], title: str = TITLE, points: str = "17", people=PEOPLE, sep: str = ",") -> str:
    """What Canvas exports: the header, a row that says how posting is done, the points, the students, totals."""
    columns = head.split(",")
    rows = [[*columns, "Warm up (1)", title, "Final Score"], [""] * (len(columns) + 1) + ["Manual Posting", ""]]
    rows.append(["    Points Possible", *[""] * (len(columns) - 1), "5", points, "(read only)"])
    for name, id, user, login in people:
        last, _, first = name.partition(", ")
        cells = {"Student": name, "LastName": last, "FirstName": first, "ID": id, "SIS User ID": user}
        cells |= {"SIS Login ID": login, "Section": "A 1", "Integration ID": "i", "Root Account": "school.example"}
        rows.append([*(cells[column] for column in columns), "3", "", "60.5"])
    text = io.StringIO()
    csv.writer(text, delimiter=sep, lineterminator="\n").writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("sep", [",", ";"])
@pytest.mark.parametrize("form", HEADS)
def test_canvas_takes_the_file_back_and_nothing_else_in_it_has_changed(course, form, sep):
    before = export(HEADS[form], sep=sep)
    files = ["anna/02_layers.ipynb", "in/1002.ipynb", "in/oneilcy_LATE_1004_99_02_layers.ipynb"]
    names = ["Anna Smith", "x", "y"]
    records = [record(name, 10 + i, file) for i, (name, file) in enumerate(zip(names, files, strict=True))]
    records[0]["file"] = "in/Anna Smith.ipynb"
    code, said, after = course(records, "canvas", before)
    assert (code, as_canvas_reads(after)) == (0, {"1001": "10", "1002": "11", "1003": "", "1004": "12"}), said
    place = before.splitlines()[0].split(sep).index(TITLE)

    def others(text):
        return [row[:place] + row[place + 1 :] for row in csv.reader(text.splitlines(), delimiter=sep)]

    assert others(after.decode()) == others(before)


@pytest.mark.parametrize("named", ["1001", "s-17", "asmith", "Smith, Anna", "anna smith", "smithanna"])
def test_a_student_is_known_by_id_login_or_name(named):
    table = roster.Table(HEADS["SIS"].split(","), [[*list(person), "A"] for person in PEOPLE])
    found = roster.match(graded._of_ours(json.dumps([record(named)])), canvas.students(table))
    assert list(found.by_row) == [0] and found.troubles == []


TWINS = [("Kim, Lee", "1", "a", "l1"), ("Kim, Lee", "2", "b", "l2"), ("Poe, Ed", "3", "c", "l3@x.example")]


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([record("Lee Kim")], "Lee Kim may be of Kim, Lee and Kim, Lee"),
        ([record("nobody")], "nobody fits no student"),
        ([record("x", file="Ed Poe/l1.ipynb")], "x may be of Kim, Lee and Poe, Ed"),
        ([record("l1"), record("q", file="1/q.ipynb")], "Kim, Lee has 2 submissions, l1 and q: none of them was taken"),
        ([record("l2", "", problem="in/l2.ipynb is damaged.", exercises=[])], "in/l2.ipynb is damaged."),
        ([record("l2", out_of=20)], "l2 is out of 20, the column 'Layers (4711)' out of 17"),
    ],
)
def test_what_is_not_certain_is_named_and_never_guessed(course, records, told):
    code, said, after = course([record("l3", 7), *records], "canvas", export(people=TWINS))
    assert code == 1 and told in said
    assert as_canvas_reads(after) == {"1": "", "2": "", "3": "7"}


def test_a_table_of_ones_own_says_whose_a_submission_is(course, tmp_path):
    (tmp_path / "who.csv").write_text("submission,student\nsomething,l2\n1,l1\n")
    code, _, after = course(
        [record("something", 9), record("1", 4)], "canvas", export(people=TWINS), "--who", "who.csv"
    )
    assert (code, as_canvas_reads(after)) == (0, {"1": "4", "2": "9", "3": ""})


def test_a_grade_that_is_there_stays_where_there_is_no_submission(course):
    before = export().replace("1002,s-18,ben@school.example,A 1,3,,", "1002,s-18,ben@school.example,A 1,3,EX,")
    _, _, after = course([record("asmith", 10)], "canvas", before)
    assert as_canvas_reads(after)["1002"] == "EX"


def test_a_new_assignment_gets_its_points_and_another_scale_is_asked_for(course):
    _, _, after = course([record("asmith", 10)], "canvas", export(), "--new", "Week 2")
    rows = list(csv.reader(after.decode().splitlines()))
    assert [row[-1] for row in rows[:4]] == ["Week 2", "", "17", "10"]
    code, said, after = course([record("asmith", 10)], "canvas", export(points="100"))
    assert code == 1 and "--scale" in said and after is None
    code, said, after = course([record("asmith"), record("cy"), record("who")], "canvas", export(points="100"))
    told = (
        "Nothing was written: 2 grades have another maximum than the column (see above), 1 fits no student or several."
    )
    assert (code, after) == (1, None) and told in said and "No grade found its student" not in said
    _, _, after = course([record("asmith", 10)], "canvas", export(points="100"), "--scale")
    assert as_canvas_reads(after)["1001"] == "58.82"


@pytest.mark.parametrize(
    ("table", "options", "told"),
    [
        ("a,b,c\n1,2,3\n", (), "is not what Canvas exports"),
        ("one\ntwo\n", (), "is not a table"),
        (b"\xff\xfeS\x00", (), "not in UTF-8"),
        (export(title="Homework (3)"), (), "There is no column for 02_layers.ipynb"),
        (export(), ("--column", "Homework"), "There is no column named 'Homework'"),
        (export(), ("--column", "Final Score"), "There is no column named 'Final Score'"),
        (export(), ("--new", "Layers"), "There is a column 'Layers' already"),
        (export(people=TWINS[:0]), (), "No grade found its student"),
    ],
)
def test_what_cannot_be_filled_in_is_a_sentence(course, table, options, told):
    code, said, after = course([record("asmith")], "canvas", table, *options)
    assert (code, after) == (1, None) and told in said and "Traceback" not in said


def test_a_file_that_is_there_is_left_alone(course, tmp_path, capsys):
    course([record("asmith")], "canvas", export())
    (tmp_path / "mine.csv").write_text("mine")
    for _ in range(2):
        assert commands.main(["grades", "grades.json", "--canvas", "export.csv"]) == 0
    assert commands.main(["grades", "grades.json", "--canvas", "export.csv", "--to", "mine.csv"]) == 1
    assert (tmp_path / "mine.csv").read_text() == "mine" and "left as it is" in capsys.readouterr().err
    assert {path.name for path in tmp_path.glob("export-*")} == {"export-filled.csv", "export-filled-2.csv"}
    assert (tmp_path / "export.csv").read_text() == export()


def test_a_mark_at_the_beginning_and_the_ends_of_lines_stay(course):
    before = ("\ufeff" + export().replace("\n", "\r\n")).encode()
    _, _, after = course([record("asmith")], "canvas", before)
    assert after.startswith(b"\xef\xbb\xbfStudent") and after.count(b"\r\n") == before.count(b"\r\n")


# --- Moodle ---

MOODLE = "First name,Last name,ID number,Email address,Assignment: Layers (Real)\n"
MOODLE += "Anna,Smith,17,anna@school.example,-\nBen,Müller,18,Ben@school.example,-\nCy,Neil,19,cy@school.example,-\n"


@pytest.mark.parametrize("sep", [",", ";", "\t"])
def test_moodle_gets_identity_grade_and_feedback(course, sep):
    folder = "in/Ben Müller_4242_assignsubmission_file_/02_layers.ipynb"
    records = [record("anna", 10), record("02_layers", 12, folder)]
    code, said, after = course(records, "moodle", MOODLE.replace(",", sep))
    assert code == 0, said
    rows = list(csv.DictReader(io.StringIO(after.decode(), newline="")))
    assert list(rows[0]) == ["Email address", "02 · Layers", "Feedback"]
    told = [(row["Email address"], float(row["02 · Layers"])) for row in rows]
    assert told == [("anna@school.example", 10), ("Ben@school.example", 12)]  # its case as Moodle has it
    assert "Linear: not yet, 10 of 17." in rows[0]["Feedback"]
    assert "came &amp; &lt;b&gt;2" in rows[0]["Feedback"]
    assert len(after.decode().splitlines()) == 3  # each feedback on one line


def test_moodle_in_another_language_and_without_a_column_to_know_students_by(course):
    table = "Vorname,Nachname,E-Mail-Adresse\nAnna,Smith,anna@school.example\n"
    code, said, _ = course([record("anna")], "moodle", table)
    assert code == 1 and "--key" in said
    code, _, after = course([record("anna", 3)], "moodle", table, "--key", "E-Mail-Adresse", "--column", "Week 2")
    assert code == 0
    assert after.decode().splitlines()[0] == "E-Mail-Adresse,Week 2,Feedback"


# --- what is read ---


def test_nbgraders_own_export_goes_the_same_way(course, tmp_path, capsys):
    (tmp_path / "export.csv").write_text(export())
    head = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty"
    rows = "02_layers,,2026-12-01,asmith,,,,10.5,0.0,10.5,17.0\n02_layers,,,cy,,,,0.0,0.0,0.0,17.0\n"
    (tmp_path / "g.csv").write_text(f"{head},score,max_score\n{rows}")
    assert commands.main(["grades", "g.csv", "--canvas", "export.csv", "--to", "filled.csv"]) == 0
    told = as_canvas_reads((tmp_path / "filled.csv").read_bytes())
    assert (told["1001"], told["1004"]) == ("10.5", "")  # cy has handed in nothing


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]", '[{"submission": "x"}]', "null"])
def test_what_are_no_grades_is_a_sentence(tmp_path, text):
    (tmp_path / "grades.json").write_text(text)
    with pytest.raises(Problem, match=r"holds no grades\. Expected is"):
        graded.read(tmp_path / "grades.json")


def test_several_notebooks_ask_for_one_of_them(course):
    other = record("cy", 3, notebook=lessons.find("shapes").file)
    code, said, _ = course([record("asmith", 10), other], "canvas", export())
    assert code == 1 and "--notebook 02" in said
    code, _, after = course([record("asmith", 10), other], "canvas", export(), "--notebook", "layers")
    assert (code, as_canvas_reads(after)["1004"]) == (0, "")
