import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessonlib.models import flat_mlp, tree
from lessonlib.widgets import ReceptiveField


def test_a_name_longer_than_the_reach_stays_partly_unseen():
    widget = ReceptiveField("charlotte", levels=3)
    assert widget.characters == "charlotte"
    assert widget.sees() == list(range(1, 9))


def test_a_short_name_is_padded_on_the_left():
    widget = ReceptiveField("ann", levels=3)
    assert widget.characters == ".....ann"
    assert widget.sees(1, 3) == [6, 7]


def test_what_is_chosen_is_what_is_told():
    widget = ReceptiveField("charlott", levels=3)
    widget.selected = [2, 0]
    assert widget.sees() == [0, 1, 2, 3]
    widget.selected = [0, 5]
    assert widget.sees() == [5]


def test_a_convolution_has_a_node_at_every_character():
    widget = ReceptiveField("charlotte", levels=2, kind="conv")
    assert widget.sees(2, 8) == [5, 6, 7, 8]
    assert widget.sees(2, 0) == [0]


@pytest.mark.parametrize(("levels", "words"), [(2, "out of reach"), (3, "in reach")])
def test_the_wall(levels, words):
    widget = ReceptiveField("abcdefgh", levels=levels, needed=8)
    assert len(widget.characters) == 8
    assert f"The character 8 back is {words}." in widget.static_text()


def test_measured_from_a_model(model, vocabulary):
    widget = ReceptiveField("charlotte", model=model, vocabulary=vocabulary)
    assert widget.computed and widget.levels == 3
    assert widget.characters == "harlotte"
    assert widget.sees(2, 0) == [0, 1, 2, 3]
    widget.text = "emma"
    assert widget.characters == "....emma"
    assert "Measured by gradient" in widget.static_text()


def test_measured_and_drawn_agree(model, vocabulary):
    drawn = ReceptiveField("harlotte", levels=3)
    measured = ReceptiveField("harlotte", model=model, vocabulary=vocabulary)
    for level, nodes in ((1, 4), (2, 2), (3, 1)):
        for node in range(nodes):
            assert measured.sees(level, node) == drawn.sees(level, node)


def test_a_flat_model_of_three_characters(vocabulary):
    widget = ReceptiveField("emma", model=flat_mlp(27, 3, 4, 5), vocabulary=vocabulary)
    assert (widget.levels, widget.characters, widget.sees()) == (1, "mma", [0, 1, 2])


def test_characters_that_the_model_does_not_know_are_shown_as_dots(model, vocabulary):
    assert ReceptiveField("Zoë", model=model, vocabulary=vocabulary).characters == "......o."


def test_switching_back_to_the_drawing(model, vocabulary):
    widget = ReceptiveField("harlotte", model=model, vocabulary=vocabulary)
    widget.computed, widget.levels = False, 2
    assert widget.sees() == [4, 5, 6, 7]


def test_costs_of_a_context_that_is_no_power_of_two_are_left_out(vocabulary):
    text = ReceptiveField("emma", model=flat_mlp(27, 3, 4, 5), vocabulary=vocabulary).static_text()
    assert "multiply-adds" not in text
    assert "multiply-adds" in ReceptiveField("emma", levels=1).static_text()


def test_costs_may_be_left_out():
    assert "multiply-adds" not in ReceptiveField("emma", levels=2, with_costs=False).static_text()


@pytest.mark.parametrize("wrong", [{"kind": "ring"}, {"levels": 0}, {"levels": 11}, {"needed": -1}])
def test_what_cannot_be_drawn_is_refused_in_a_sentence(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is"):
        ReceptiveField(**wrong)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40), st.integers(1, 5), st.sampled_from(["tree", "conv"]))
def test_any_text_is_drawn(text, levels, kind):
    widget = ReceptiveField(text, levels=levels, kind=kind)
    assert len(widget.characters) >= 2**levels
    assert 1 <= len(widget.sees()) <= 2**levels
    widget.static_text()


def test_the_picture_of_a_thousand_inputs_has_no_veil_of_edges():
    lines = ReceptiveField("charlotte", levels=10).static_figure().axes[0].lines
    assert len(lines) < 2100  # the chosen node's own edges, 2 to each of 1,023 fusions, and the nodes


def test_a_tall_tree_is_measured(vocabulary):
    widget = ReceptiveField("charlotte", model=tree(27, 3, 4, levels=6), vocabulary=vocabulary)
    assert len(widget.sees()) == 64
