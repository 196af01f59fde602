"""Drawings of structure say in words, and draw, what a count gives."""

import pytest

from lessonlib import diagrams


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_convolution_s_last_value_is_made_from_what_the_tree_is_made_from(levels):
    rows = diagrams._path_to_the_last(10, levels)
    assert rows[0] == set(range(10 - 2**levels, 10))
    assert [len(row) for row in rows] == [2 ** (levels - k) for k in range(levels + 1)]


def test_moving_on_by_one_character_makes_one_new_value_a_level():
    picture = diagrams.dilated("charlotte", levels=3)
    filled = [dot for dot in picture.axes[0].collections if dot.get_facecolors()[0, :3].min() < 1]
    assert [tuple(dot.get_offsets()[0]) for dot in filled] == [(8, 1), (8, 2), (8, 3)]
    assert "3 values are new" in picture.alt
    assert "dilations 1, 2, 4" in picture.alt


def test_a_text_too_short_for_the_levels_is_refused():
    with pytest.raises(ValueError, match=r"needs 2\*\*4 = 16 characters"):
        diagrams.dilated("charlotte", levels=4)
