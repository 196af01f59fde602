"""Images: patches against numbering by hand, against Conv2d, and what each level sees."""

import pytest
import torch
import torch.nn as nn

from lessonlib import image_plots, images


def test_the_digits_are_what_their_source_says():
    digits = images.load_digits()
    assert digits.images.shape == (1797, 8, 8, 1) and digits.images.max() == 1 and digits.images.min() == 0
    assert torch.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_split_keeps_every_image_once():
    digits = images.load_digits()
    parts = images.split_digits(torch.arange(1797), digits.labels)
    assert [len(p.labels) for p in parts] == [1000, 397, 400]
    assert sorted(torch.cat([p.images for p in parts]).tolist()) == list(range(1797))


def test_a_patch_is_four_neighbours_row_by_row():
    numbered = torch.arange(32).view(2, 4, 4, 1)
    out = images.FlattenPatches(2)(numbered)
    assert out[0].tolist() == [[[0, 1, 4, 5], [2, 3, 6, 7]], [[8, 9, 12, 13], [10, 11, 14, 15]]]
    assert images.FlattenPatches(4)(numbered).shape == (2, 1, 1, 16)


@pytest.mark.parametrize("n", [2, 4])
@pytest.mark.parametrize("shape", [(3, 8, 8, 5), (1, 4, 8, 1)])
def test_patches_and_a_matrix_are_a_strided_convolution(n, shape):
    x, weight = torch.randn(shape), torch.randn(n * n * shape[-1], 7)
    conv = nn.Conv2d(shape[-1], 7, n, stride=n, bias=False)
    conv.weight = nn.Parameter(weight.view(n, n, shape[-1], 7).permute(3, 2, 0, 1))
    ours = images.FlattenPatches(n)(x) @ weight
    assert torch.allclose(ours, conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1), atol=1e-4)


@pytest.mark.parametrize(("shape", "sentence"), [((2, 6, 5, 1), "6 × 5 pixels"), ((2, 8, 8), r"shape \(2, 8, 8\)")])
def test_what_does_not_divide_is_said(shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        images.FlattenPatches(2)(torch.zeros(shape))


def test_each_level_sees_four_times_as_many_pixels():
    model, image = images.image_tree(8).eval(), torch.rand(8, 8, 1)
    for level, places in ((1, 4), (2, 2), (3, 1)):
        size = 2**level
        seen = images.reach_in_image(model, image, level, places - 1, 0)
        expected = torch.zeros(8, 8, dtype=torch.bool)
        expected[8 - size :, :size] = True
        assert torch.equal(seen, expected)
    with pytest.raises(ValueError, match="levels 1 to 3, not 4"):
        images.outputs(model, image[None], 4)


def test_the_strongest_patches_are_the_ones_that_drive_the_channel_highest():
    model, some = images.image_tree(8).eval(), torch.rand(30, 8, 8, 1)
    found = images.strongest_patches(model, some, 2, 3, n=4)
    patches = some.unfold(1, 4, 4).unfold(2, 4, 4).reshape(-1, 1, 4, 4)
    values = images.outputs(model, some, 2)[..., 3].reshape(-1)
    assert found.shape == (4, 4, 4) and torch.equal(found[0], patches[values.argmax(), 0])


def test_shuffled_pixels_are_the_same_pixels_in_the_same_order_for_all():
    some = torch.arange(2 * 64.0).view(2, 8, 8, 1)
    mixed = images.shuffle_pixels(some, seed=1)
    assert torch.equal(mixed[1] - mixed[0], torch.full((8, 8, 1), 64.0))
    assert sorted(mixed[0].flatten().tolist()) == list(range(64))
    assert not torch.equal(mixed, images.shuffle_pixels(some, seed=2))


def test_the_models_that_are_compared_are_equal_in_parameters():
    def count(model):
        return sum(p.numel() for p in model.parameters())

    assert count(images.image_tree(8)) == 682 and count(images.flat_image_mlp(9)) == 694
    assert images.flat_image_mlp(9)(torch.rand(4, 8, 8, 1)).shape == images.image_tree(8)(torch.rand(4, 8, 8, 1)).shape


def test_figures_of_images_have_a_place_for_each():
    some = torch.rand(3, 8, 8)
    assert len(image_plots.row(some, "abc", "t", "alt").axes) == 3
    assert len(image_plots.reach(some[0], {"a": some[0] > 0.5}, "t", "alt").axes) == 1
    assert len(image_plots.patches({"a": some, "b": some}, "t", "alt").axes) == 6
