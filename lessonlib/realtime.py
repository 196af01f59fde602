"""A trained wavenet that writes sound, one sample at a time, as fast as one thread can: numpy on folded weights.

The arithmetic is the model's own, in evaluation mode. Three things make it quick: BatchNorm is folded into the matrix
before it, the left half of every pair is one product for all levels (it has been waiting in the queues), and nothing
of torch's bookkeeping is left.
"""

import numpy as np
import torch

from lessonlib.convolution import CausalSequential
from lessonlib.sampling import check_temperature
from lessonlib.wavenet import SkipStack


class SampleBySample:
    """Call it with one class; it gives the logits (vocab_size,) of the next. It keeps what it has computed.

    Each level's queue holds its last `dilation` inputs, as in `convolution.IncrementalDecoder`, whose logits these are.
    """

    def __init__(self, model: CausalSequential):
        stack = [layer for layer in getattr(model, "layers", ()) if isinstance(layer, SkipStack)]
        if not stack:
            raise ValueError(f"SampleBySample runs a wavenet(…), but got a {type(model).__name__} without a SkipStack.")
        embedding, _, norm, _, last = model.layers
        self.embedding = _numpy(embedding.weight)
        self.left, here, bias, residual, skip = (np.stack(w) for w in zip(*map(_folded, stack[0].layers), strict=True))
        self.bias = bias[:, None]
        self.blocks = list(zip(here, residual[:, :-1], residual[:, -1], strict=True))
        self.skip, self.skip_bias = np.concatenate(skip[:, :-1]), skip[:, -1].sum(0)  # all skips are one product
        self.scale, self.shift = _affine(norm)
        self.last, self.last_bias = _numpy(last.weight), _numpy(last.bias)
        self.dilations = np.array([block.layers[0].dilation for block in stack[0].layers])
        self.levels, self.step, self.queues = np.arange(len(self.blocks)), 0, None

    def __call__(self, id: int) -> np.ndarray:
        x = self.embedding[id]
        if self.queues is None:
            return self._first(x)
        slots = self.step % self.dilations  # where what came `dilation` steps ago is waiting, at each level
        before = self.queues[self.levels, slots]  # (levels, C)
        sums = (before[:, None] @ self.left + self.bias)[:, 0]  # the left half of every pair, in one product
        return self._rise(x, lambda level: sums[level], slots)

    def _first(self, x):
        """At the first sample each level's left neighbour is its own input, as at the edge of the convolution."""
        self.queues = np.zeros((len(self.blocks), self.dilations.max(), len(x)), dtype=x.dtype)
        inputs = []

        def left(level):
            return inputs[level] @ self.left[level] + self.bias[level, 0]

        logits = self._rise(x, left, self.step % self.dilations, inputs)
        for level, value in enumerate(inputs):
            self.queues[level] = value
        return logits

    def _rise(self, x, left, slots, inputs=None):
        gated, C, queues = [], len(x), self.queues
        for level, (here, residual, residual_bias) in enumerate(self.blocks):
            if inputs is not None:
                inputs.append(x)
            queues[level, slots[level]] = x
            both = np.tanh(left(level) + x @ here)
            z = both[:C] * (both[C:] + 1)  # sigmoid(g) = (tanh(g / 2) + 1) / 2: the halves are in the weights
            gated.append(z)
            x = x + z @ residual + residual_bias
        self.step += 1
        total = np.concatenate(gated) @ self.skip + self.skip_bias
        return np.tanh(total * self.scale + self.shift) @ self.last + self.last_bias


def generate_sound(model, n: int, first: int, temperature: float = 1.0, generator=None) -> torch.Tensor:
    """`n` classes (n,), each drawn from what the model says after all before it; what comes before them is `first`."""
    check_temperature(temperature)
    decoder, id = SampleBySample(model), int(first)
    ids = np.empty(n, dtype=np.int64)
    for start in range(0, n, 4096):
        noise = _gumbel(min(4096, n - start), len(decoder.last_bias), generator) * temperature
        for i, row in enumerate(noise, start):
            id = ids[i] = int((decoder(id) + row).argmax())  # a draw from softmax(logits / temperature)
    return torch.from_numpy(ids)


def _gumbel(rows, columns, generator):
    """Noise (rows, columns) for which argmax(logits + noise) is a draw from softmax(logits). Source: Gumbel, 1954."""
    uniform = torch.rand(rows, columns, generator=generator).clamp(min=1e-12)
    return -torch.log(-torch.log(uniform)).numpy()


def _folded(block):
    """One block as matrices: left and here (C, 2 C), their bias, and the two ways out, with biases as last rows."""
    _, gate, to_residual, to_skip = block.layers
    linear, norm = gate.layers
    scale, shift = _affine(norm)
    C = len(scale) // 2
    scale, shift = (np.concatenate([w[:C], w[C:] / 2]) for w in (scale, shift))  # the gate's half of the tanh
    left, here = np.split(_numpy(linear.weight) * scale, 2)
    return left, here, shift, _with_bias(to_residual), _with_bias(to_skip)


def _with_bias(linear):
    return np.concatenate([_numpy(linear.weight) / 2, _numpy(linear.bias)[None]])


def _affine(norm):
    """BatchNorm in evaluation mode is one scale and one shift a channel."""
    scale = _numpy(norm.gamma) / np.sqrt(_numpy(norm.running_var) + norm.eps)
    return scale, _numpy(norm.beta) - _numpy(norm.running_mean) * scale


def _numpy(t):
    return t.detach().numpy().astype(np.float32)
