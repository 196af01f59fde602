"""Let a model write: draw one character after another until it says '.'."""

import torch
import torch.nn.functional as F


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
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, but it must be above 0. 1.0 leaves the model as it is.")
    block_size = block_size or getattr(model, "block_size", None)
    if block_size is None:
        raise ValueError("How many characters does this model see? Pass block_size=…, for example block_size=8.")
    was_training = model.training
    model.eval()
    try:
        begin = ([0] * block_size + vocabulary.encode(start))[-block_size:]
        ids = _draw(model, torch.tensor([begin] * n), temperature, generator, max_length)
    finally:
        model.train(was_training)
    return [start + vocabulary.decode(row).split(".", 1)[0] for row in ids]


def _draw(model, context, temperature, generator, max_length):
    n = len(context)
    written = torch.zeros(n, max_length, dtype=torch.long)  # 0 is '.', so rows end where nothing is written
    alive = torch.arange(n)
    for position in range(max_length):
        probabilities = F.softmax(model(context[alive]) / temperature, dim=1)
        drawn = torch.multinomial(probabilities, 1, generator=generator)
        context[alive] = torch.cat([context[alive, 1:], drawn], dim=1)
        written[alive, position] = drawn[:, 0]
        alive = alive[drawn[:, 0] != 0]
        if len(alive) == 0:
            break
    return written


@torch.no_grad()
def next_probabilities(model, vocabulary, context: str, temperature: float = 1.0, block_size=None) -> torch.Tensor:
    """The probability of each character (V,) after `context`, which is cut or padded with '.' on the left to fit."""
    block_size = block_size or model.block_size
    ids = ([0] * block_size + vocabulary.encode(context))[-block_size:]
    was_training = model.training
    model.eval()
    try:
        return F.softmax(model(torch.tensor([ids])) / temperature, dim=1)[0]
    finally:
        model.train(was_training)
