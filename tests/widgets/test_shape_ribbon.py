import torch
from torch import nn

from lessonlib.models import flat_mlp, tree
from lessonlib.shapes import trace
from lessonlib.widgets import ShapeRibbon
from lessonlib.widgets.shape_ribbon import blocks_of

X = torch.zeros(4, 8, dtype=torch.long)


def test_the_lesson_s_sequence_of_shapes():
    shapes = [block["shape"] for block in ShapeRibbon(tree(27, 10, 68), X).blocks]
    assert shapes == [
        "(4, 8)", "(4, 8, 10)", "(4, 4, 20)", "(4, 4, 68)", "(4, 2, 136)", "(4, 2, 68)", "(4, 136)", "(4, 68)",
        "(4, 27)",
    ]  # fmt: skip


def test_fusing_moves_numbers_and_changes_none():
    blocks = blocks_of(trace(tree(27, 10, 68), X), (4, 8))
    assert "T 8 → 4, C 10 → 20. The same 320 numbers in another shape." in blocks[2].said
    assert "C 20 → 68." in blocks[3].said
    assert "same" not in blocks[3].said
    assert "T is gone" in blocks[6].said


def test_nothing_is_left_out_of_the_sums():
    model = tree(27, 24, 128)
    ribbon = ShapeRibbon(model, X)
    assert ribbon.parameters == 76_579 == sum(block["parameters"] for block in ribbon.blocks)
    assert ribbon.multiply_adds == sum(block["multiply_adds"] for block in ribbon.blocks)
    assert [block["reach"] for block in ribbon.blocks][-1] == 8


def test_layers_that_keep_the_shape_share_a_block():
    layers = [block["layers"] for block in ShapeRibbon(flat_mlp(27, 8, 10, 200), X).blocks]
    assert layers == [["characters"], ["Embedding"], ["Flatten"], ["Linear", "BatchNorm1d", "Tanh"], ["Linear"]]


def test_a_torch_module_with_time_last():
    class Swap(nn.Module):
        def forward(self, x):
            return x.transpose(1, 2)

    model = nn.Sequential(nn.Embedding(27, 10), Swap(), nn.Conv1d(10, 16, 2), nn.Tanh())
    sides = [block["sides"] for block in ShapeRibbon(model, X).blocks]
    assert sides[-1] == {"B": 4, "T": 7, "C": 16}
    assert sides[1] == {"B": 4, "T": 8, "C": 10}


def test_its_text_is_the_table():
    model = tree(27, 10, 68)
    assert ShapeRibbon(model, X).static_text() == str(trace(model, X))
