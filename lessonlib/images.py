"""The tree in two dimensions: images of digits, 8 × 8, fused 2 × 2 until one vector has seen the whole image.

Images are (B, H, W, C): H rows and W columns of pixels, channels last, as everywhere in this course.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from lessonlib.layers import BatchNorm1d, Flatten, Layer, Linear, Sequential, Tanh

FILE = Path(__file__).parent / "content" / "digits.npz"


class Digits(NamedTuple):
    """Images (N, 8, 8, 1), from 0 (paper) to 1 (ink), and labels (N,), 0 to 9."""

    images: torch.Tensor
    labels: torch.Tensor


def load_digits() -> Digits:
    """1,797 handwritten digits; content/README.md says where they come from."""
    with np.load(FILE, allow_pickle=False) as stored:
        pixels, labels = stored["images"], stored["labels"]
    return Digits(torch.from_numpy(pixels).float()[..., None] / 16, torch.from_numpy(labels).long())


def split_digits(images: torch.Tensor, labels: torch.Tensor, seed: int = 42) -> list[Digits]:
    """Shuffled with `seed`, then 1,000 images to train on, 397 for validation, and the rest, 400, for the test."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return [Digits(images[ix], labels[ix]) for ix in order.tensor_split((1000, 1397))]


def shuffle_pixels(images: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Every image with its pixels in the same new order, (N, H, W, C): nothing is lost but who was whose neighbour."""
    N, H, W, C = images.shape
    order = torch.randperm(H * W, generator=torch.Generator().manual_seed(seed))
    return images.reshape(N, H * W, C)[:, order].reshape(N, H, W, C)


class FlattenPatches(Layer):
    """Lay each patch of n × n neighbours side by side: (B, H, W, C) to (B, H / n, W / n, n * n * C).

    It is FlattenConsecutive(n) with two axes: within a patch the order is row by row, left to right.
    """

    def __init__(self, n):
        self.n = n

    def __call__(self, x):
        if x.ndim != 4:
            raise ValueError(f"FlattenPatches({self.n}) wants images (B, H, W, C), but got shape {tuple(x.shape)}.")
        B, H, W, C = x.shape
        n = self.n
        if H % n or W % n:
            raise ValueError(
                f"FlattenPatches({n}) got {H} × {W} pixels, which do not divide into patches of {n} × {n}."
            )
        x = x.reshape(B, H // n, n, W // n, n, C)  # split each axis: which patch, and where inside it
        x = x.transpose(2, 3)  # (B, H / n, W / n, n, n, C): the two insides stand together
        self.out = x.reshape(B, H // n, W // n, n * n * C)
        return self.out


def image_tree(n_hidden: int, levels: int = 3, channels: int = 1, classes: int = 10) -> Sequential:
    """Four neighbours at a time: (B, 2**levels, 2**levels, channels) to (B, classes)."""
    layers, fan_in = [], channels
    for _ in range(levels):
        layers += [FlattenPatches(2), Linear(4 * fan_in, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
        fan_in = n_hidden
    return _finish([*layers, Flatten()], n_hidden, classes)


def flat_image_mlp(n_hidden: int, pixels: int = 64, classes: int = 10) -> Sequential:
    """All pixels at once: (B, H, W, C) with H * W * C = pixels, to (B, classes)."""
    layers = [Flatten(), Linear(pixels, n_hidden, bias=False), BatchNorm1d(n_hidden), Tanh()]
    return _finish(layers, n_hidden, classes)


def _finish(layers, n_hidden, classes):
    model = Sequential([*layers, Linear(n_hidden, classes)])
    with torch.no_grad():
        model.layers[-1].weight *= 0.1  # start near "every digit is equally likely"
    return model


def reach_in_image(model: Sequential, image: torch.Tensor, level: int, row: int, column: int) -> torch.Tensor:
    """Which pixels move the vector at (row, column) after `level` fusions, by gradient: (H, W) of True and False."""
    x = image[None].clone().requires_grad_()
    out = outputs(model, x, level)
    (gradient,) = torch.autograd.grad(out[0, row, column].square().sum(), x)
    return (gradient[0] != 0).any(-1)


def outputs(model: Sequential, x: torch.Tensor, level: int) -> torch.Tensor:
    """What the model has after `level` fusions: images (B, H, W, C) to (B, H / 2**level, W / 2**level, n_hidden)."""
    tanhs = [i for i, layer in enumerate(model.layers) if isinstance(layer, Tanh)]
    if not 1 <= level <= len(tanhs):
        raise ValueError(f"This model has levels 1 to {len(tanhs)}, not {level}.")
    for layer in model.layers[: tanhs[level - 1] + 1]:
        x = layer(x)
    return x


@torch.no_grad()
def strongest_patches(model: Sequential, images: torch.Tensor, level: int, channel: int, n: int = 6) -> torch.Tensor:
    """The `n` patches, of as many images, that drive a channel of a level highest: (n, 2**level, 2**level)."""
    found = outputs(model, images, level)[..., channel]  # (N, H, W)
    best, place = found.flatten(1).max(1)
    size, across = 2**level, found.shape[2]
    chosen = best.topk(n).indices
    rows, columns = place[chosen] // across * size, place[chosen] % across * size
    corners: Sequence = list(zip(chosen.tolist(), rows.tolist(), columns.tolist(), strict=True))
    return torch.stack([images[i, r : r + size, c : c + size, 0] for i, r, c in corners])
