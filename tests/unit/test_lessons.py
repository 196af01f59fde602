"""Which lessons there are: numbers are for display, slugs stay."""

import pytest

from lessonlib import lessons, predictions
from lessonlib.course import ROOT
from lessonlib.widgets import content


def test_each_lesson_has_its_notebook_and_no_notebook_is_left_over():
    files = {file.name for file in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {lesson.file for lesson in lessons.lessons()} == files


def test_slugs_are_unique_and_none_is_taken_for_a_number():
    slugs = [lesson.slug for lesson in lessons.lessons()]
    assert len(set(slugs)) == len(slugs)
    assert not [slug for slug in slugs if slug[0].isdigit()]


NUMBER = lessons.find("tree").number


@pytest.mark.parametrize(
    "name", ["tree", NUMBER, str(int(NUMBER)), int(NUMBER), "05_tree.ipynb", "17_tree", "tree.ipynb"]
)
def test_a_lesson_is_found_by_slug_number_or_file(name):
    assert lessons.find(name).slug == "tree"


@pytest.mark.parametrize("name", ["99", -1, "", "trees", "05_forest.ipynb"])
def test_what_is_no_lesson_is_said_with_what_there_is(name):
    with pytest.raises(ValueError, match=r"There is no lesson .*start-here, flat-mlp"):
        lessons.find(name)


def test_keys_of_0_2_0_stay_valid_and_new_ones_are_left_alone():
    assert lessons.permanent("05-wall-1") == "tree-wall-1"
    assert lessons.permanent("ex06-fixed") == "training-the-tree-fixed"
    for key in ("tree-wall-1", "99-wall", "fusion", "05", "ex05-", ""):
        assert lessons.permanent(key) == key


def test_what_has_moved_to_another_lesson_has_its_key_whichever_it_was_kept_under():
    moved = lessons._moved()
    assert moved
    for old, new in moved.items():
        number = next(each.was for each in lessons.lessons() if old.startswith(f"{each.slug}-"))
        for kept in (old, new, f"{number}-{old.partition('-')[2].partition('-')[2]}"):
            assert lessons.permanent(kept) == new
        assert lessons.of_key(old) == lessons.of_key(new) != lessons.find(number)
    known = {each.key for each in predictions.declared()} | {each.id for each in content.questions()}
    assert set(moved.values()) <= known
    assert not known & set(moved)


def test_a_key_belongs_to_the_lesson_it_begins_with():
    assert lessons.of_key("05-wall").slug == lessons.of_key("tree-wall").slug == "tree"
    assert lessons.of_key("the-ladder-parts").slug == "the-ladder"
    assert lessons.of_key("fusion") is None


def test_every_lesson_belongs_to_a_part_and_a_part_stands_together():
    parts = [each.part for each in lessons.lessons()]
    assert all(parts)
    assert len([part for part, before in zip(parts, ["", *parts], strict=False) if part != before]) == len(set(parts))
