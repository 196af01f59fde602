"""What a context of N characters costs the flat model, the tree and the convolution, in closed form."""

from dataclasses import dataclass

from lessonlib.models import levels_for


@dataclass(frozen=True)
class Cost:
    """One model: what its first hidden layer takes in, its levels, its parameters, its multiply-adds a character."""

    model: str
    width: int
    levels: int
    parameters: int
    multiply_adds: int


def costs(context: int, vocab_size: int = 27, n_embd: int = 24, n_hidden: int = 128) -> list[Cost]:
    """The three ways to read `context` characters (a power of two), with BatchNorm, counted to the last parameter.

    Multiply-adds are those of the matrix products behind one predicted character. The tree makes all its
    context - 1 fusions for each one; the convolution keeps what it has made, and adds one fusion a level.
    """
    levels = levels_for(context)
    ends = n_hidden * vocab_size  # the last Linear's products
    first, later = 2 * n_embd * n_hidden, 2 * n_hidden * n_hidden  # one fusion on level 1, one above it
    flat = context * n_embd * n_hidden
    outside = vocab_size * n_embd + ends + vocab_size  # embedding, last Linear and its bias
    tree_parameters = first + (levels - 1) * later + levels * 2 * n_hidden + outside
    return [
        Cost("flat", context * n_embd, 1, flat + 2 * n_hidden + outside, flat + ends),
        Cost("tree", 2 * n_embd, levels, tree_parameters, context // 2 * first + (context // 2 - 1) * later + ends),
        Cost("convolution", 2 * n_embd, levels, tree_parameters, first + (levels - 1) * later + ends),
    ]
