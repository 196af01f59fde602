"""Drawings of structure say in words, and draw, what a count gives."""

import pytest
import torch

from lessonlib import diagrams
from lessonlib.diagrams import steps, trees


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_convolution_s_last_value_is_made_from_what_the_tree_is_made_from(levels):
    rows = trees._path_to_the_last(10, levels)
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


def words(picture):
    return [text.get_text() for ax in picture.axes for text in ax.texts]


def test_letters_lie_beside_neighbours_and_halves_as_slices_say():
    picture = diagrams.beside("abcdef")
    assert [ax.get_title(loc="left") for ax in picture.axes] == ["neighbours: ab cd ef", "halves: ad be cf"]
    assert words(picture)[1::2] == list("abcdef" + "adbecf")  # every second letter is one of the lower row
    with pytest.raises(ValueError, match="an even number is needed"):
        diagrams.beside("abc")


def test_a_residual_block_has_a_gate_and_two_ways_out():
    picture = diagrams.residual_block(24, 32, 4)
    assert {"tanh\nwhat", "sigmoid\nhow much", "×", "+", "pair\n4 apart"} <= set(words(picture))
    assert {"to the next block\n(24 channels)", "skip: to the end\n(32 channels)"} <= set(words(picture))
    assert words(diagrams.transformer_block(54, 3)).count("+") == 2


def test_attention_is_drawn_from_its_scores_and_weights_and_hides_what_is_masked():
    scores = torch.arange(9.0).view(3, 3)
    weights = scores.masked_fill(torch.ones(3, 3).triu(1).bool(), -torch.inf).softmax(1)
    picture = diagrams.attention("ab.", scores, weights, 1)
    assert {"3.00", "4.00", "−∞", f"{weights[1, 1]:.2f}"} <= set(words(picture))
    assert "5.00" not in words(picture)
    assert "The 1 to its right are masked" in picture.alt
    with pytest.raises(ValueError, match=r"must be \(4, 4\)"):
        diagrams.attention("abcd", scores, weights, 1)


def test_a_rate_that_decays_ends_nearer_and_what_is_dealt_out_comes_once():
    ends = [float(part.split(" from")[0]) for part in diagrams.valley().alt.split("steps are ")[1:]]
    assert ends[1] < ends[0]
    assert steps._descend(torch.zeros(1, 2), [1.0])[1].tolist() == pytest.approx([-3.0, -1.8])
    assert "Dealt out: 0 never, at most 1 times" in diagrams.draws().alt
    assert "Drawn at random: 0 never" not in diagrams.draws().alt
    assert "1 one way and 0.15 across it" in diagrams.directions().alt


def test_groups_draw_one_mark_for_each_fusion():
    picture = diagrams.groups("abcdefghijkl", [3, 2, 2])
    marks = [len(dots.get_offsets()) for dots in picture.axes[0].collections]
    assert marks == [4, 2, 1]
    with pytest.raises(ValueError, match="reach 6 characters, but the text has 3"):
        diagrams.groups("abc", [2, 3])
