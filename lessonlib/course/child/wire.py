"""Plain data over a pipe: a frame is a line of JSON and, after it, the raw bytes of the tensors that it names.

Whoever reads believes nothing: sizes are checked before a byte is fetched, and a tensor is built only from bytes
that have come. There is no pickle, which could run code, and no `torch.load`, whose files may claim any size.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable

import torch

TYPES = {str(t).removeprefix("torch."): t for t in (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)}
MAX_LINE = 2_000_000  # bytes of one line of JSON
MAX_TENSORS = 8_000_000  # bytes of all tensors of one frame


class Unreadable(Exception):
    """What came is no frame; the message says why."""


def pack(data: dict) -> bytes:
    """The frame that holds `data`: plain data, that is None, bool, int, float, str, list, dict and CPU tensors."""
    tensors: list[torch.Tensor] = []
    tree = _strip(data, tensors)
    sizes = [[str(t.dtype).removeprefix("torch."), list(t.shape)] for t in tensors]
    line = json.dumps({"tree": tree, "tensors": sizes}).encode()
    return b"".join([line, b"\n", *(_bytes(tensor) for tensor in tensors)])


def _strip(value: object, tensors: list) -> object:
    """The data with each tensor taken out and named by its place; dicts are wrapped, so that none can pose as one."""
    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return {"tensor": len(tensors) - 1}
    if isinstance(value, dict):
        return {"dict": {key: _strip(item, tensors) for key, item in value.items()}}
    if isinstance(value, list):
        return [_strip(item, tensors) for item in value]
    return value


def _bytes(tensor: torch.Tensor) -> bytes:
    tensor = tensor.contiguous()
    return ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())


def unpack(line: bytes, fetch: Callable[[int], bytes]) -> dict:
    """The data of a frame. `fetch(n)` gives the next n bytes after the line. Raises Unreadable."""
    try:
        frame = json.loads(line)
        sizes = [_size(*item) for item in frame["tensors"]]
        if sum(count for _, _, count in sizes) > MAX_TENSORS:
            raise Unreadable("more numbers than an answer has")
        tensors = [_tensor(kind, shape, fetch(count)) for kind, shape, count in sizes]
        data = _join(frame["tree"], tensors)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, RecursionError) as error:
        raise Unreadable(f"not a frame ({type(error).__name__})") from None
    if not isinstance(data, dict):
        raise Unreadable("not a dict")
    return data


def _size(kind: str, shape: list) -> tuple[torch.dtype, list[int], int]:
    """Type, shape and number of bytes of a tensor that is announced."""
    dtype, count = TYPES[kind], 1
    if len(shape) > 8 or not all(type(n) is int and 0 <= n <= MAX_TENSORS for n in shape):
        raise Unreadable("a tensor with an impossible shape")
    for n in shape:
        count *= n
    return dtype, shape, count * dtype.itemsize


def _tensor(dtype: torch.dtype, shape: list[int], raw: bytes) -> torch.Tensor:
    if not raw:
        return torch.empty(shape, dtype=dtype)
    if dtype == torch.bool:  # a byte other than 0 and 1 would be neither true nor false
        return torch.frombuffer(bytearray(raw), dtype=torch.uint8).ne(0).reshape(shape)
    return torch.frombuffer(bytearray(raw), dtype=dtype).reshape(shape)


def _join(value: object, tensors: list) -> object:
    if isinstance(value, dict):
        ((mark, inner),) = value.items()
        if mark == "tensor":
            return tensors[inner]
        return {key: _join(item, tensors) for key, item in inner.items()}
    if isinstance(value, list):
        return [_join(item, tensors) for item in value]
    return value
