"""What a result means, in words that are chosen by what came out: a list of your own may turn out differently."""

SAME = 0.02  # nats: less is no change worth a word
FEW = 0.1  # the share of copied words up to which a tree invents


def change(before: float, after: float) -> str:
    """Whether a loss "falls", "rises" or "stays about the same"."""
    if abs(after - before) <= SAME:
        return "stays about the same"
    return "rises" if after > before else "falls"


def longer(before: float, after: float, training: float, words: int) -> str:
    """What longer training did to the validation loss; `training` is the loss on the training words after it."""
    by = f"by {abs(after - before):.2f} nats"
    return {
        "rises": f"The validation loss rose {by}, and the training loss is down to {training:.2f}: what the tree still "
        f"learns about its {words:,} training words does not help with others. This is overfitting.",
        "falls": f"The validation loss fell {by}: the longest run won, and longer may be better still. Try it.",
        "stays about the same": "The validation loss hardly moved. More steps cost time and bring nothing here.",
    }[change(before, after)]


def copied(wrote: list[tuple[str, str]]) -> str:
    """How many of the words that a tree wrote stand in its list, and what that says; pairs of (word, part or "new")."""
    if not wrote:
        return "The tree wrote no word at all: each began with its end."
    again = [word for word, part in wrote if part != "new"]
    count = f"{len(again)} of the {len(wrote)} words that it wrote {'is' if len(again) == 1 else 'are'} in the list"
    if len(again) <= FEW * len(wrote):
        return f"{count}. Nearly all are its own: it puts them together from parts of the words it has seen."
    if len(again) <= len(wrote) / 2:
        return f"{count}. It invents most of its words, and some that it writes are yours."
    return f"{count}. It mostly repeats your words: perhaps they are short, or it knows them by heart."
