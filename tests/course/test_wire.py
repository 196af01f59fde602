"""Frames carry plain data both ways, and a frame that lies is refused before anything is built."""

import json

import pytest
import torch

from lessonlib.course.child import wire


def through(data: dict) -> dict:
    """The data after it was packed and unpacked."""
    line, _, rest = wire.pack(data).partition(b"\n")
    return wire.unpack(line, reader(rest))


def reader(data: bytes):
    left = bytearray(data)

    def take(count: int) -> bytes:
        taken = bytes(left[:count])
        del left[:count]
        return taken

    return take


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(2, 3),
        torch.randn(4, 6).t(),
        torch.arange(5),
        torch.tensor([True, False]),
        torch.tensor(3.5, dtype=torch.float64),
        torch.zeros(0, 7),
    ],
)
def test_tensors_come_back_equal(tensor):
    back = through({"a": [tensor, {"b": tensor}]})["a"]
    for came in (back[0], back[1]["b"]):
        assert came.dtype == tensor.dtype
        assert came.shape == tensor.shape
        assert torch.equal(came, tensor)


def test_plain_values_come_back_equal():
    data = {"n": None, "t": True, "i": -3, "f": 0.5, "s": "ü\n", "l": [[], {}], "tensor": 0, "dict": {"tensor": 1}}
    assert through(data) == data
    assert through({"x": float("inf")})["x"] == float("inf")


def frame(tree: object, *tensors: object) -> bytes:
    return json.dumps({"tree": tree, "tensors": tensors}).encode()


ONE = {"dict": {"x": {"tensor": 0}}}


@pytest.mark.parametrize(
    "line",
    [
        frame(ONE, ["float32", [10**6, 10**5]]),
        frame(ONE, ["float32", [10**12]]),
        frame(ONE, ["float32", [-1, -1]]),
        frame(ONE, ["float32", [True]]),
        frame(ONE, ["float32", [1.0]]),
        frame(ONE, ["float32", [1] * 100]),
        frame(ONE, ["float32", "3"]),
        frame(ONE, ["complex64", [1]]),
        frame(ONE, ["float32"]),
        frame(ONE, *[["int64", [900_000]]] * 3),
        frame(ONE),
        frame([1]),
        frame({"dict": [1]}),
        frame({"tensor": 0}, ["float32", [0]]),
        frame({"a": 1, "b": 2}),
        b"[]",
        b"{}",
        b"",
        b"\xff",
        b"null",
        b"[" * 100_000,
        b'{"tree": ' + b"1" * 5000 + b"}",
    ],
)
def test_a_frame_that_lies_is_refused(line):
    fetched = []

    def take(count: int) -> bytes:
        fetched.append(count)
        assert count <= wire.MAX_TENSORS
        return bytes(count)

    with pytest.raises(wire.Unreadable):
        wire.unpack(line, take)
    assert sum(fetched) <= wire.MAX_TENSORS


def test_any_byte_is_a_truth_value():
    came = wire.unpack(frame(ONE, ["bool", [3]]), reader(b"\x00\x01\x07"))["x"]
    assert came.tolist() == [False, True, True]
