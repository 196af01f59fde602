"""Let a model write: draw one character after another until it says '.'."""

import torch
import torch.nn.functional as F

from lessonlib.training import evaluating


@torch.no_grad()
def sample(
    model,
    vocabulary,
    n: int = 20,
    temperature: float = 1.0,
    generator=None,
    block_size=None,
    max_length: int = 64,
    start: str = "",
) -> list[str]:
    """Draw `n` words, all at once: each step is one model call for the words that have not ended yet.

    `temperature` divides the logits: below 1 the likely characters win more often, above 1 less often.
    Words begin with `start` and are cut `max_length` characters after it. The model is used in evaluation mode, and
    its mode is put back.
    """
    context = _context(vocabulary, start, _context_length(model, block_size)).repeat(n, 1)
    written = torch.zeros(n, max_length, dtype=torch.long)  # 0 is '.', so rows end where nothing is written
    alive = torch.arange(n)
    with evaluating(model):
        for position in range(max_length):
            if len(alive) == 0:
                break
            probabilities = _probabilities(model, context[alive], temperature)
            drawn = torch.multinomial(probabilities, 1, generator=generator)
            context[alive] = torch.cat([context[alive, 1:], drawn], dim=1)
            written[alive, position] = drawn[:, 0]
            alive = alive[drawn[:, 0] != 0]
    return [start + vocabulary.decode(row).split(".", 1)[0] for row in written.tolist()]


@torch.no_grad()
def next_probabilities(model, vocabulary, context: str, temperature: float = 1.0, block_size=None) -> torch.Tensor:
    """The probability of each character (V,) after `context`, which is cut or padded with '.' on the left to fit."""
    ids = _context(vocabulary, context, _context_length(model, block_size))
    with evaluating(model):
        return _probabilities(model, ids, temperature)[0]


def check_temperature(temperature: float) -> None:
    """Raise ValueError for a temperature that no softmax can be divided by."""
    if not temperature > 0:  # so that nan is refused, too
        raise ValueError(f"temperature is {temperature}, but it must be above 0. 1.0 leaves the model as it is.")


def _context(vocabulary, text, length):
    """The last `length` characters of `text`, with '.' in front where it is too short: (1, length)."""
    return torch.tensor([([0] * length + vocabulary.encode(text))[-length:]])


def _context_length(model, block_size):
    length = block_size or getattr(model, "block_size", None)
    if length is None:
        raise ValueError("How many characters does this model see? Pass block_size=…, for example block_size=8.")
    return length


def _probabilities(model, context, temperature):
    check_temperature(temperature)
    return F.softmax(model(context) / temperature, dim=1)
