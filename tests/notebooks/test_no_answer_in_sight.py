"""No lesson, as it is committed, gives a prediction's answer away before it was asked.

Looked at is what a fresh copy shows: the cell with the question, its source and its outputs outside closed folds,
with the words of pictures and the plain-text fallbacks; the text that leads to it; all that follows up to the end of
the next text; and every later question. Answers that can be told from any other number are looked for in all that
stands before, too.
"""

import ast
import copy
import re
from pathlib import Path

import nbformat
import pytest

from lessonlib import lessons, predictions
from lessonlib.predictions import Kind, Prediction

FOLD = re.compile(r"<details>.*?</details>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
ALT = re.compile(r'\balt="([^"]*)"')
CALL = re.compile(r'\bpredict\(\s*"([^"]+)"')
NUMBER_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
LESSONS = [each.slug for each in lessons.lessons() if predictions.of_lesson(each.slug)]


# --- what is in sight ---


def seen(cell) -> str:
    """What a reader sees of a cell without a click: its source, and its outputs outside closed folds."""
    return "\n".join([cell.source, *outputs(cell)])


def outputs(cell) -> list[str]:
    return [text for output in cell.get("outputs", []) for text in texts(output)]


def texts(output) -> list[str]:
    data, metadata = output.get("data", {}), output.get("metadata", {})
    page = FOLD.sub("", data.get("text/html", ""))
    words = [output.get("text", ""), data.get("text/plain", ""), TAG.sub(" ", page), *ALT.findall(page)]
    return words + [str(each.get("alt", "")) for each in metadata.values() if isinstance(each, dict)]


class Place:
    """Where a lesson asks one prediction, and what is in sight there."""

    def __init__(self, cells: list, prediction: Prediction):
        self.prediction, self.cells = prediction, cells
        self.at = next((i for i, cell in enumerate(cells) if prediction.key in CALL.findall(cell.source)), None)

    @property
    def cell(self):
        return self.cells[self.at]

    def before(self) -> str:
        return "\n".join(seen(cell) for cell in self.cells[: self.at])

    def led_to_by(self) -> str:
        """The last text above."""
        return next((c.source for c in reversed(self.cells[: self.at]) if c.cell_type == "markdown"), "")

    def after(self) -> str:
        """All up to the end of the next text."""
        found = []
        for cell in self.cells[self.at + 1 :]:
            found.append(seen(cell))
            if cell.cell_type == "markdown":
                break
        return "\n".join(found)


# --- what an answer looks like ---


def told_by(prediction: Prediction, text: str) -> list[str]:
    """The places in `text` that say the answer in so many words."""
    return [match[0] for pattern in patterns(prediction) for match in re.finditer(pattern, text, re.IGNORECASE)]


def patterns(prediction: Prediction) -> list[str]:
    if prediction.kind is Kind.SHAPE:
        return [r"[(\[]\s*" + r"\s*,\s*".join(map(str, prediction.answer)) + r",?\s*[)\]]"]
    if prediction.kind is Kind.NUMBERS or prediction.kind is Kind.CURVE:
        return [r",?\s+".join(rf"{value:g}(?:\.0)?" for value in prediction.answer)]
    if prediction.kind is Kind.NUMBER:
        return numerals(prediction.answer)
    return []


def numerals(value: float) -> list[str]:
    """A number as it may be written: 11897 and 11,897; 0.632 and 63 %; 3 and three."""
    found = {f"{value:g}", f"{value:,.10g}"}
    if value == int(value) and 0 <= value < len(NUMBER_WORDS):
        found.add(NUMBER_WORDS[int(value)])
    if 0 < abs(value) < 1:
        found |= {f"{100 * value:.0f} %", f"{100 * value:.0f}%"}
    return [rf"(?<![\w.,]){re.escape(each)}(?!\w|[.,]\d)" for each in found]


def is_unmistakable(prediction: Prediction) -> bool:
    """Whether its answer can be told from any other number or word wherever it stands."""
    if prediction.kind in (Kind.SHAPE, Kind.NUMBERS, Kind.CURVE):
        return True
    return prediction.kind is Kind.NUMBER and len(f"{prediction.answer:g}".replace(".", "").strip("0")) > 2


def chosen_in(prediction: Prediction, text: str) -> list[str]:
    """The right choice, where a text names it and no other."""
    named = [c for c in prediction.choices if re.search(rf"\b{re.escape(c)}(?!\w)", text, re.IGNORECASE)]
    return named if named == [prediction.answer] else []


def hints_in(prediction: Prediction, text: str) -> list[str]:
    return [match[0] for each in prediction.gives_away for match in re.finditer(each, text, re.IGNORECASE)]


def is_written_out(source: str, key: str) -> bool:
    """Whether the cell hands over its answer as a literal: predict("…", 15), came_out("rises")."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    asked = [c for c in calls if c.args and isinstance(c.args[0], ast.Constant) and c.args[0].value == key]
    told = [c.args[1] for c in asked if len(c.args) > 1] or [
        c.args[0] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "came_out" and c.args
    ]
    return any(not any(isinstance(part, ast.Name) for part in ast.walk(each)) for each in told)


def giveaways(cells: list, prediction: Prediction) -> list[str]:
    """Everything in sight that gives the answer away; also that the question is missing, or its fold is."""
    place = Place(cells, prediction)
    if place.at is None:
        return ["it is not asked"]
    near = [place.led_to_by(), "\n".join(outputs(place.cell)), place.after()]
    found = [f"{told!r} in sight" for text in near[1:] for told in told_by(prediction, text)]
    found += [f"{hint!r} near it" for text in [*near, place.cell.source] for hint in hints_in(prediction, text)]
    found += [f"{choice!r} is named" for text in near for choice in chosen_in(prediction, without_question(text))]
    if prediction.kind is Kind.TRUTH:
        found += re.findall(r"\b(?:True|False)\b", "\n".join(outputs(place.cell)))
    if is_unmistakable(prediction):
        found += [f"{told!r} before it" for told in told_by(prediction, place.before())]
    if is_written_out(place.cell.source, prediction.key):
        found.append("its answer is written out in the cell")
    if place.cell.get("outputs") and "<details><summary>" not in str(place.cell.outputs):
        found.append("its answer is not in a fold")
    others = [each for each in predictions.of_lesson(prediction.lesson.slug) if each.key != prediction.key]
    if is_unmistakable(prediction):
        found += [f"{told!r} in a question" for each in others for told in told_by(prediction, each.question)]
    return found


def without_question(text: str) -> str:
    """A stored question lists its choices: the right one among the others gives nothing away."""
    return re.sub(r"^\s*\( \) .*$", "", text, flags=re.MULTILINE)


# --- every lesson ---


def read(folder: Path, slug: str) -> list:
    return nbformat.read(folder / "notebooks" / lessons.find(slug).file, as_version=4).cells


@pytest.mark.parametrize("slug", LESSONS)
def test_no_answer_is_in_sight(slug, committed_course):
    cells = read(committed_course, slug)
    found = {each.key: giveaways(cells, each) for each in predictions.of_lesson(slug)}
    assert {key: told for key, told in found.items() if told} == {}


@pytest.mark.parametrize("each", [each.slug for each in lessons.lessons()])
def test_a_lesson_asks_what_is_declared_in_its_order_and_sums_it_up(each, committed_course):
    cells = read(committed_course, each)
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert CALL.findall(code) == [prediction.key for prediction in predictions.of_lesson(each)]
    assert not re.search(r"\bcompare\(|yours=", code), "there is one way to ask"
    if CALL.findall(code):
        assert f'your_predictions("{each}")' in code


def test_nbval_compares_no_output_that_is_put_out_twice(committed_course):
    """It hears the question, and not the answer that comes after it; STRICT compares the answer."""
    cells = [cell for slug in LESSONS for cell in read(committed_course, slug) if "with predict(" in cell.source]
    assert cells
    assert [cell.id for cell in cells if "nbval-check-output" in cell.metadata.get("tags", [])] == []


# --- the test itself: it sees what 0.2.0 did, and each way to give an answer away ---


def lesson_with(*cells):
    made = []
    for source, text in cells:
        if text is None:
            made.append(nbformat.v4.new_markdown_cell(source))
        else:
            output = nbformat.v4.new_output(
                "display_data", data=text if isinstance(text, dict) else {"text/plain": text}
            )
            made.append(nbformat.v4.new_code_cell(source, outputs=[output]))
    return made


WINDOWS = predictions.find("flat-mlp-windows")  # 5
CLOSED = {"text/html": "How many? <details><summary>Show</summary>5</details>", "text/plain": "How many?"}
ASKED = ('predict("flat-mlp-windows", len(Y))', CLOSED)


def test_a_lesson_that_keeps_its_answer_to_itself_passes():
    cells = lesson_with(("Cut it into windows.", None), ASKED, ("And now all names.", None))
    assert giveaways(cells, WINDOWS) == []


def test_the_form_of_0_2_0_fails():
    old = lesson_with(('predict("flat-mlp-windows", "How many?", yours=None)', "How many?"))
    old += lesson_with(('compare("flat-mlp-windows", len(Y))', "How many?\nWhat came out:   5"))
    assert "'5' in sight" in giveaways(old, WINDOWS)


@pytest.mark.parametrize(
    "cells",
    [
        [ASKED, ("One for each letter: five.", None)],
        [ASKED, ("print(len(Y))", "5"), ("And now all names.", None)],
        [(ASKED[0], {**CLOSED, "text/plain": "What came out: 5"})],
        [(ASKED[0], {"text/html": CLOSED["text/html"].replace("<details>", "<details open>")})],
        [(ASKED[0], {"text/html": '<img alt="5 windows"> <details><summary>Show</summary></details>'})],
        [('predict("flat-mlp-windows", 5)', CLOSED)],
        [('with predict("flat-mlp-windows") as came_out:\n    came_out(2 + 3)', CLOSED)],
    ],
)
def test_it_sees_each_way_to_give_an_answer_away(cells):
    assert giveaways(lesson_with(*cells), WINDOWS) != []


def test_it_sees_an_unmistakable_answer_wherever_it_stood_before():
    counted = predictions.find("flat-mlp-parameters")
    cells = lesson_with(("It has 11,897 of them.", None), ("x = 1", "1"), ('predict("flat-mlp-parameters", n)', CLOSED))
    assert giveaways(cells, counted) == ["'11,897' before it"]


def test_it_sees_a_choice_that_stands_alone():
    choice = predictions.find("batchnorm-scale")
    call = ('predict("batchnorm-scale", answer)', {**CLOSED, "text/plain": "  ( ) bigger\n  ( ) the same"})
    assert giveaways(lesson_with(call, ("Bigger, smaller or the same?", None)), choice) == []
    assert giveaways(lesson_with(call, ("It is the same.", None)), choice) == ["'the same' is named"]


def test_a_folded_lesson_is_seen_when_its_folds_are_opened(committed_course):
    cells = copy.deepcopy(read(committed_course, "shapes"))
    for cell in cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = output.data["text/html"].replace("<details>", "<details open>")
    product = predictions.find("shapes-product")
    assert any("in sight" in told for told in giveaways(cells, product))
